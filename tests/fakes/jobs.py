"""Starting jobs without Lambda."""

from __future__ import annotations

from dataclasses import dataclass, field

from floorsight.jobs.requests import JobRequest
from functions.query_api.job_starter import JobStarter


@dataclass(frozen=True)
class RememberedStarts(JobStarter):
    """`JobStarter` that keeps what it was asked for."""

    function: str = "run-job"
    client: None = None  # type: ignore[assignment]
    requests: list[JobRequest] = field(default_factory=list)

    def start(self, request: JobRequest) -> None:
        self.requests.append(request)
