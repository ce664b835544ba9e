"""What runs by the clock: how it went, when it runs next, and starting it by hand."""

from __future__ import annotations

import uuid
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Self

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from floorsight.jobs.model import JOBS, JobName, JobRun, JobStatus, RunStatus
from floorsight.jobs.requests import JobRequest
from floorsight.platform.errors import NotFound
from functions.gateway.access import Caller, Role, requires
from functions.gateway.problems import document
from functions.query_api.paging import Listing, RequestedPage, encode_cursor
from functions.query_api.services import Wired

router = APIRouter(tags=["jobs"])
NamedJob = Annotated[str, Path(max_length=128, description=f"One of {', '.join(JobName)}.")]
SIGNED_IN = document(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
KNOWN = SIGNED_IN | document(HTTPStatus.NOT_FOUND)


class JobRunOut(BaseModel):
    run_id: str
    job: JobName
    site_id: str | None = Field(description="Null if it ran for all sites.")
    started_by: str = Field(description="Who asked for it; `schedule` if nobody did.")
    started_at: datetime
    finished_at: datetime | None
    duration_seconds: float | None
    status: RunStatus
    result: dict[str, int] = Field(description="What was done, added up over the sites.")
    faults: dict[str, str] = Field(description="What went wrong, by site; `*` if it concerns no site.")

    @classmethod
    def of(cls, run: JobRun) -> Self:
        seconds = run.duration.total_seconds() if run.duration is not None else None
        return cls(**vars(run), duration_seconds=seconds)


class JobStatusOut(BaseModel):
    job: JobName
    purpose: str
    every_minutes: int
    next_run_at: datetime
    last_run: JobRunOut | None = Field(description="The last one of 30 days; null if there was none.")

    @classmethod
    def of(cls, status: JobStatus) -> Self:
        return cls(
            job=status.job.name,
            purpose=status.job.purpose,
            every_minutes=status.job.every_minutes,
            next_run_at=status.next_run_at,
            last_run=JobRunOut.of(status.last_run) if status.last_run else None,
        )


class SchedulerStatus(BaseModel):
    as_of: datetime
    jobs: list[JobStatusOut]


class NewRun(BaseModel):
    model_config = ConfigDict(extra="forbid")

    site_id: str | None = Field(default=None, max_length=128, description="Run it for this site only.")


class RequestedRun(BaseModel):
    run_id: str = Field(description="It is in the list of the job's runs as soon as it begins.")
    job: JobName
    site_id: str | None


@router.get("/occupancy/scheduler-status", dependencies=[requires(Role.VIEWER)], responses=SIGNED_IN)
def get_scheduler_status(services: Wired) -> SchedulerStatus:
    """Every job with its last run, its result and duration, and its next run."""
    found = services.jobs.list_status()
    return SchedulerStatus(as_of=services.jobs.clock(), jobs=[JobStatusOut.of(status) for status in found])


@router.get("/v1/occupancy/scheduler-status", dependencies=[requires(Role.VIEWER)], responses=SIGNED_IN)
def get_scheduler_status_v1(services: Wired) -> SchedulerStatus:
    """The same as `/api/occupancy/scheduler-status`."""
    return get_scheduler_status(services)


@router.get("/occupancy/jobs/{name}/runs", dependencies=[requires(Role.VIEWER)], responses=KNOWN)
def list_job_runs(name: NamedJob, page: RequestedPage, services: Wired) -> Listing[JobRunOut]:
    """A job's runs of the last 30 days, newest first."""
    found = services.jobs.list_runs(_known(name), limit=page.limit, start_key=page.start_key)
    return Listing(items=found.map(JobRunOut.of).items, next_cursor=encode_cursor(found.next_key))


@router.post("/occupancy/jobs/{name}/run", status_code=HTTPStatus.ACCEPTED, responses=KNOWN)
def start_job(
    name: NamedJob,
    services: Wired,
    caller: Annotated[Caller, requires(Role.OPERATOR)],
    new: NewRun | None = None,
) -> RequestedRun:
    """Run a job now, for one site or for all. The answer does not wait for it."""
    job, site_id = _known(name), new.site_id if new else None
    if site_id is not None:
        services.sites.get_site(site_id, with_deleted=JOBS[job].for_deleted)
    request = JobRequest(job=job, site_id=site_id, started_by=caller.username, run_id=uuid.uuid4().hex)
    services.job_starter.start(request)
    return RequestedRun(run_id=str(request.run_id), job=job, site_id=site_id)


def _known(name: str) -> JobName:
    if name not in set(JobName):
        raise NotFound(f"there is no job {name}; there are {', '.join(JobName)}", code="unknown_job")
    return JobName(name)
