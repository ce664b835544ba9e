"""What the jobs room keeps in the presence table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from floorsight.jobs.model import HISTORY_DAYS, JobName, JobRun, RunStatus
from floorsight.platform.clock import from_sort_key, moment_text, read_moment, to_sort_key
from floorsight.platform.items import Item, ItemType, TableName
from floorsight.platform.table import Page, Put, Table

RUN = ItemType(
    name="job_run",
    table=TableName.PRESENCE,
    pk="JOB#{job}",
    sk="RUN#{started_at}#{run_id}",
    purpose="A run of a job: who started it, how it went, what it did. The newest is the last run.",
    writers=("run_job",),
    readers=("query_api",),
    retention=f"{HISTORY_DAYS} days",
)
ITEM_TYPES: tuple[ItemType, ...] = (RUN,)


@dataclass(frozen=True)
class JobStore:
    """Runs in the presence table. DynamoDB deletes late: expiry is compared here too."""

    table: Table

    def save(self, run: JobRun) -> None:
        """Keep a run as it is now, in place of what was kept of it before."""
        expires_at = run.started_at + timedelta(days=HISTORY_DAYS)
        body: Item = {
            "run_id": run.run_id,
            "job": run.job.value,
            "started_by": run.started_by,
            "started_at": to_sort_key(run.started_at),
            "site_id": run.site_id,
            "status": run.status.value,
            "finished_at": moment_text(run.finished_at),
            "result": dict(run.result),
            "faults": dict(run.faults),
            "expires_at": int(expires_at.timestamp()),
        }
        keys = {"job": run.job.value, "started_at": body["started_at"], "run_id": run.run_id}
        self.table.write(Put(RUN.item(body, **keys)))

    def list_runs(
        self, job: JobName, now: datetime, *, limit: int | None = None, start_key: Item | None = None
    ) -> Page[JobRun]:
        """A job's runs of the last 30 days, newest first."""
        page = self.table.query(
            RUN.partition(job=job.value),
            after=f"RUN#{to_sort_key(now - timedelta(days=HISTORY_DAYS))}",
            newest_first=True,
            limit=limit,
            start_key=start_key,
        )
        return page.map(_read_run)


def _read_run(item: Item) -> JobRun:
    finished_at = item.get("finished_at")
    return JobRun(
        run_id=item["run_id"],
        job=JobName(item["job"]),
        started_by=item["started_by"],
        started_at=from_sort_key(item["started_at"]),
        site_id=item.get("site_id"),
        status=RunStatus(item["status"]),
        finished_at=read_moment(finished_at),
        result=item["result"],
        faults=item["faults"],
    )
