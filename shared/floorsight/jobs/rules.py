"""What follows from a job's schedule and its runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from floorsight.jobs.model import TIME_LIMIT_SECONDS, Job, JobRun, RunStatus

EVERY_SITE = "*"
# A site's fault in a word or two; the log has the rest.
MAX_FAULT_LENGTH = 200
MAX_FAULTS = 20
_MINUTE = timedelta(minutes=1)
_LIMIT = timedelta(seconds=TIME_LIMIT_SECONDS)


def next_run_at(job: Job, now: datetime) -> datetime:
    """The first moment of the job's schedule after `now`, in UTC."""
    minute = now.astimezone(UTC).replace(second=0, microsecond=0)
    behind = (60 * minute.hour + minute.minute - job.at_minute) % job.every_minutes
    return minute + (job.every_minutes - behind) * _MINUTE


def add_up(results: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """Sites' results, added up, and of how many sites."""
    total: Counter[str] = Counter()
    for result in results.values():
        total.update(result)
    return {"sites": len(results), **total}


def finished(run: JobRun, result: Mapping[str, int], faults: Mapping[str, str], at: datetime) -> JobRun:
    """The run when it is over: failed if anything went wrong. The first faults are kept, cut to size."""
    kept = {site: fault[:MAX_FAULT_LENGTH] for site, fault in list(faults.items())[:MAX_FAULTS]}
    status = RunStatus.FAILED if faults else RunStatus.SUCCEEDED
    return replace(run, status=status, finished_at=at, result=dict(result), faults=kept)


def as_seen(run: JobRun, now: datetime) -> JobRun:
    """The run as it must be read now: one that can't be running any more was ended from outside."""
    if run.status is not RunStatus.RUNNING or now - run.started_at <= _LIMIT:
        return run
    fault = f"it was ended after {TIME_LIMIT_SECONDS // 60} minutes, or crashed: the function's log tells"
    return finished(run, run.result, {EVERY_SITE: fault}, run.started_at + _LIMIT)
