"""Runs of jobs and their record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from floorsight.jobs.model import HISTORY_DAYS, JobName, JobRun, RunStatus
from floorsight.jobs.service import JobFailed, JobService
from floorsight.jobs.store import JobStore
from floorsight.platform.errors import NotFound, Unavailable
from tests.fakes.clock import NOON, ManualClock
from tests.fakes.table import MemoryTable

SITES = ["a", "b", "c"]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def jobs(clock: ManualClock) -> JobService:
    return JobService(JobStore(MemoryTable()), clock)


def run(jobs: JobService, act: Any, name: JobName = JobName.ROLL_UP, **how: Any) -> JobRun:
    return jobs.run(name, act, lambda: SITES, **{"run_id": "r1", "started_by": "schedule", **how})


def last(jobs: JobService, name: JobName = JobName.ROLL_UP) -> JobRun:
    (found,) = [status.last_run for status in jobs.list_status() if status.job.name is name]
    assert found is not None
    return found


def test_a_run_does_every_site_and_is_recorded(jobs: JobService, clock: ManualClock) -> None:
    done: list[str] = []

    def act(site_id: str) -> Mapping[str, int]:
        done.append(site_id)
        clock.advance(2)
        assert last(jobs).status is RunStatus.RUNNING
        return {"rows": 7}

    assert run(jobs, act).result == {"sites": 3, "rows": 21}
    assert done == SITES
    found = last(jobs)
    assert (found.status, found.duration) == (RunStatus.SUCCEEDED, timedelta(seconds=6))
    assert (found.run_id, found.started_by, found.site_id) == ("r1", "schedule", None)
    assert len(jobs.list_runs(JobName.ROLL_UP).items) == 1


def test_a_run_for_one_site_asks_for_no_other(jobs: JobService) -> None:
    done: list[str] = []

    def act(site_id: str) -> Mapping[str, int]:
        done.append(site_id)
        return {}

    run(jobs, act, site_id="b", started_by="olga")
    assert done == ["b"]
    assert (last(jobs).site_id, last(jobs).started_by) == ("b", "olga")


def test_one_sites_fault_stops_no_other_and_fails_the_run_at_the_end(jobs: JobService) -> None:
    done: list[str] = []

    def act(site_id: str) -> Mapping[str, int]:
        if site_id == "a":
            raise RuntimeError("a fault of ours")
        if site_id == "b":
            raise Unavailable("the table was busy", code="contention")
        done.append(site_id)
        return {"rows": 1}

    with pytest.raises(JobFailed, match="r1 of roll_up failed for 2 of its sites"):
        run(jobs, act)
    assert done == ["c"]
    found = last(jobs)
    assert (found.status, found.result) == (RunStatus.FAILED, {"sites": 1, "rows": 1})
    assert found.faults == {"a": "internal: a fault of ours", "b": "contention: the table was busy"}


def test_sites_that_can_not_be_listed_fail_the_run(jobs: JobService) -> None:
    def unlisted() -> list[str]:
        raise Unavailable("no answer")

    with pytest.raises(JobFailed):
        jobs.run(JobName.RECONCILE, lambda _: {}, unlisted, run_id="r1", started_by="schedule")
    assert last(jobs, JobName.RECONCILE).faults == {"*": "unavailable: no answer"}


def test_the_status_of_every_job_is_known(jobs: JobService, clock: ManualClock) -> None:
    run(jobs, lambda _: {})
    clock.advance(61)
    found = {status.job.name: status for status in jobs.list_status()}
    assert set(found) == set(JobName)
    assert found[JobName.RECONCILE].last_run is None
    assert found[JobName.ROLL_UP].next_run_at == NOON + timedelta(minutes=5)
    assert found[JobName.CHECK_ALERTS].next_run_at == NOON + timedelta(minutes=2)


def test_the_newest_run_is_the_last_and_history_ends_after_30_days(
    jobs: JobService, clock: ManualClock
) -> None:
    for day in range(HISTORY_DAYS + 2):
        run(jobs, lambda _: {}, run_id=f"day-{day}")
        clock.advance(86400)
    found = jobs.list_runs(JobName.ROLL_UP)
    assert [each.run_id for each in found.items] == [f"day-{day}" for day in range(HISTORY_DAYS + 1, 1, -1)]
    page = jobs.list_runs(JobName.ROLL_UP, limit=2)
    again = jobs.list_runs(JobName.ROLL_UP, limit=2, start_key=page.next_key)
    assert page.items + again.items == found.items[:4]


def test_a_run_that_was_ended_from_outside_is_shown_as_failed(jobs: JobService, clock: ManualClock) -> None:
    class KilledError(BaseException):
        """As a time-out of the function: nothing after it runs."""

    def act(_: str) -> Mapping[str, int]:
        raise KilledError

    with pytest.raises(KilledError):
        run(jobs, act)
    assert last(jobs).status is RunStatus.RUNNING
    clock.advance(1000)
    assert last(jobs).status is RunStatus.FAILED


def test_an_unknown_site_is_the_runs_fault(jobs: JobService) -> None:
    def act(site_id: str) -> Mapping[str, int]:
        raise NotFound(f"there is no site {site_id}", code="unknown_site")

    with pytest.raises(JobFailed):
        run(jobs, act, site_id="nowhere")
    assert last(jobs).faults == {"nowhere": "unknown_site: there is no site nowhere"}
