"""EventBridge Scheduler, or the API, names a job → it is done for every site, and recorded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from floorsight.jobs.model import JOBS, Job
from floorsight.jobs.requests import JobRequest
from floorsight.platform.observability import configure_logging
from functions.run_job.services import Services, make_services

configure_logging()


class Context(Protocol):
    """What Lambda tells of an invocation."""

    aws_request_id: str


def handler(event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Lambda's entry point. Raises JobFailed when something went wrong, so that the alarm sees it."""
    return run_job(make_services(), JobRequest.parse(event), context.aws_request_id)


def run_job(services: Services, request: JobRequest, invocation_id: str) -> dict[str, Any]:
    """Run what is asked for; a run that nobody gave an id has its invocation's."""
    run = services.jobs.run(
        request.job,
        services.actions[request.job],
        lambda: list_site_ids(services, JOBS[request.job]),
        run_id=request.run_id or invocation_id,
        started_by=request.started_by,
        site_id=request.site_id,
    )
    return {"run_id": run.run_id, "status": run.status.value, "result": dict(run.result)}


def list_site_ids(services: Services, job: Job) -> list[str]:
    """The sites that a job is done for: all, and those deleted lately if it finishes what they leave."""
    sites = services.sites.list_sites().items
    if job.for_deleted:
        sites = sites + services.sites.list_deleted_sites(services.jobs.clock() - job.deleted_within)
    # While a site is being deleted, the index may show it twice.
    return list(dict.fromkeys(site.site_id for site in sites))
