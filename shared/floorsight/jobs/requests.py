"""What EventBridge Scheduler and the API send to the function that runs jobs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from floorsight.jobs.model import SCHEDULE, JobName
from floorsight.platform.errors import Malformed


class JobRequest(BaseModel):
    """Which job to run, for one site or for all."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    job: JobName
    site_id: str | None = None
    started_by: str = SCHEDULE
    run_id: str | None = None

    @classmethod
    def parse(cls, payload: Mapping[str, Any]) -> Self:
        """Raises Malformed (`bad_job_request`)."""
        try:
            return cls.model_validate(payload)
        except ValidationError as error:
            faults = "; ".join(f"{'.'.join(map(str, f['loc']))}: {f['msg']}" for f in error.errors())
            raise Malformed(f"no request for a job: {faults}", code="bad_job_request") from error

    def to_payload(self) -> str:
        """The JSON text that `parse` reads back."""
        return self.model_dump_json(exclude_none=True)
