"""Starting a job by hand: the function that runs it is invoked and not waited for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from floorsight.jobs.requests import JobRequest
from floorsight.platform.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


@dataclass(frozen=True)
class JobStarter:
    """Invokes the function that runs jobs."""

    function: str
    client: Callable[[], LambdaClient]

    def start(self, request: JobRequest) -> None:
        """Ask for a run. Raises Unavailable when Lambda did not take it."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            self.client().invoke(
                FunctionName=self.function, InvocationType="Event", Payload=request.to_payload().encode()
            )
        except (BotoCoreError, ClientError) as error:
            raise Unavailable(f"the job could not be started: {error}", code="job_not_started") from error
