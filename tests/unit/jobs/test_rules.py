"""When jobs run, and how a run is read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorsight.jobs.model import JOBS, TIME_LIMIT_SECONDS, Job, JobName, JobRun, RunStatus
from floorsight.jobs.rules import EVERY_SITE, add_up, as_seen, finished, next_run_at
from tests.fakes.clock import NOON

MINUTE = timedelta(minutes=1)
RUN = JobRun("1", JobName.ROLL_UP, "schedule", NOON)


def job(every: int, at: int = 0) -> Job:
    return Job(JobName.ROLL_UP, "", every, at)


@pytest.mark.parametrize(
    ("name", "expression"),
    [
        (JobName.CHECK_ALERTS, "cron(0/1 * * * ? *)"),
        (JobName.ROLL_UP, "cron(0/5 * * * ? *)"),
        (JobName.RECONCILE, "cron(0/15 * * * ? *)"),
        (JobName.DETECT_ANOMALIES, "cron(10 * * * ? *)"),
        (JobName.PURGE_PICTURES, "cron(20 2 * * ? *)"),
    ],
)
def test_every_job_has_its_schedule(name: JobName, expression: str) -> None:
    assert JOBS[name].schedule_expression == expression
    assert set(JOBS) == set(JobName)


@pytest.mark.parametrize(
    ("every", "at", "now", "expected"),
    [
        (1, 0, (12, 0, 0), (12, 1)),
        (1, 0, (12, 0, 59), (12, 1)),
        (5, 0, (12, 4, 59), (12, 5)),
        (5, 0, (12, 5, 0), (12, 10)),
        (15, 0, (12, 50, 0), (13, 0)),
        (60, 10, (12, 9, 59), (12, 10)),
        (60, 10, (12, 10, 0), (13, 10)),
        (60, 10, (23, 30, 0), (0, 10)),
        (1440, 140, (2, 19, 59), (2, 20)),
        (1440, 140, (2, 20, 0), (2, 20)),
    ],
)
def test_the_next_run_is_the_next_minute_of_the_schedule(
    every: int, at: int, now: tuple[int, int, int], expected: tuple[int, int]
) -> None:
    found = next_run_at(job(every, at), datetime(2026, 3, 2, *now, tzinfo=UTC))
    assert (found.hour, found.minute) == expected


@given(
    st.sampled_from([1, 2, 3, 5, 6, 10, 15, 30, 60, 1440]),
    st.integers(0, 1439),
    st.integers(0, 10**6),
)
def test_next_runs_follow_each_other_at_the_interval(every: int, at: int, seconds: int) -> None:
    tested = job(every, at % every)
    now = NOON + timedelta(seconds=seconds)
    first = next_run_at(tested, now)
    assert now < first <= now + every * MINUTE
    assert next_run_at(tested, first) == first + every * MINUTE
    assert (60 * first.hour + first.minute) % every == tested.at_minute


@pytest.mark.parametrize(("every", "at"), [(7, 0), (0, 0), (120, 0), (15, 15), (15, -1)])
def test_a_schedule_that_is_no_part_of_the_hour_is_refused(every: int, at: int) -> None:
    with pytest.raises(ValueError, match="minute"):
        job(every, at)


def test_results_of_sites_are_added_up() -> None:
    assert add_up({}) == {"sites": 0}
    assert add_up({"a": {"rows": 2}, "b": {"rows": 3, "marks": 1}}) == {"sites": 2, "rows": 5, "marks": 1}


def test_a_run_with_a_fault_has_failed_and_keeps_what_fits() -> None:
    later = NOON + MINUTE
    assert finished(RUN, {"sites": 1}, {}, later).status is RunStatus.SUCCEEDED
    faults = {f"site-{number}": "x" * 5000 for number in range(100)}
    failed = finished(RUN, {"sites": 1}, faults, later)
    assert (failed.status, failed.duration) == (RunStatus.FAILED, MINUTE)
    assert sum(map(len, failed.faults.values())) < 10_000


def test_a_run_that_can_not_be_running_any_more_has_failed() -> None:
    limit = timedelta(seconds=TIME_LIMIT_SECONDS)
    assert as_seen(RUN, NOON + limit) == RUN
    ended = as_seen(RUN, NOON + limit + timedelta(seconds=1))
    assert (ended.status, ended.finished_at) == (RunStatus.FAILED, NOON + limit)
    assert "15 minutes" in ended.faults[EVERY_SITE]
    over = replace(RUN, status=RunStatus.SUCCEEDED, finished_at=NOON)
    assert as_seen(over, NOON + 2 * limit) == over
