"""Running jobs, and telling how they went."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from floorsight.jobs.model import JOBS, JobName, JobRun, JobStatus
from floorsight.jobs.rules import EVERY_SITE, add_up, as_seen, finished, next_run_at
from floorsight.jobs.store import JobStore
from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.errors import FloorsightError
from floorsight.platform.items import Item
from floorsight.platform.table import Page

_log = logging.getLogger(__name__)

# What a job does for one site; its answer counts what was done.
SiteAction = Callable[[str], Mapping[str, int]]


class JobFailed(FloorsightError):
    """A run went wrong somewhere. What went well is done; the run's record says what did not."""

    code = "job_failed"


@dataclass(frozen=True)
class JobService:
    """Use cases of the jobs room."""

    store: JobStore
    clock: Clock = utc_now

    def run(
        self,
        name: JobName,
        act: SiteAction,
        list_sites: Callable[[], Iterable[str]],
        *,
        run_id: str,
        started_by: str,
        site_id: str | None = None,
    ) -> JobRun:
        """Do a job for one site, or for all that `list_sites` names, and record how it went.

        One site's fault stops no other: it is logged and recorded, and raised when all are done.

        Raises:
            JobFailed: something went wrong; `run_id` is in the message.
            Unavailable: the run could not be recorded.
        """
        run = JobRun(run_id, name, started_by, self.clock(), site_id)
        self.store.save(run)
        results, faults = _act_on_sites(act, list_sites if site_id is None else lambda: [site_id], run)
        over = finished(run, add_up(results), faults, self.clock())
        self.store.save(over)
        if faults:
            raise JobFailed(
                f"run {run_id} of {name} failed for {len(faults)} of its sites: {dict(over.faults)}"
            )
        return over

    def list_status(self) -> list[JobStatus]:
        """Every job with its last run and its next."""
        now = self.clock()
        return [JobStatus(job, self._last_run(job.name), next_run_at(job, now)) for job in JOBS.values()]

    def list_runs(
        self, name: JobName, *, limit: int | None = None, start_key: Item | None = None
    ) -> Page[JobRun]:
        """A job's runs of the last 30 days, newest first. Raises Malformed (`bad_cursor`)."""
        now = self.clock()
        page = self.store.list_runs(name, now, limit=limit, start_key=start_key)
        return page.map(lambda run: as_seen(run, now))

    def _last_run(self, name: JobName) -> JobRun | None:
        return next(iter(self.list_runs(name, limit=1).items), None)


def _act_on_sites(
    act: SiteAction, list_sites: Callable[[], Iterable[str]], run: JobRun
) -> tuple[dict[str, Mapping[str, int]], dict[str, str]]:
    """What was done and what went wrong, by site."""
    results: dict[str, Mapping[str, int]] = {}
    faults: dict[str, str] = {}
    try:
        sites = list(list_sites())
    except Exception as error:  # noqa: BLE001 - whatever it is, the run is recorded as failed
        return results, {EVERY_SITE: _describe(error, run, EVERY_SITE)}
    for site_id in sites:
        try:
            results[site_id] = act(site_id)
        except Exception as error:  # noqa: BLE001 - whatever it is, the other sites have their turn
            faults[site_id] = _describe(error, run, site_id)
    return results, faults


def _describe(error: Exception, run: JobRun, site_id: str) -> str:
    _log.error("job failed", exc_info=error, extra={"job": run.job.value, "run": run.run_id, "site": site_id})
    return f"{getattr(error, 'code', 'internal')}: {error}"
