"""Attendance agrees with a naive computation of its own: a year of a plant, and small plants of all kinds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floorsight.attendance.model import Facts, Outcome, Record, Status
from floorsight.attendance.periods.model import PayLine
from floorsight.attendance.periods.payroll import PaySheet
from floorsight.attendance.rules import compute
from floorsight.employees.model import Employee
from tests.fakes.naive_attendance import compute_naively
from tests.fakes.small_plants import DAYS, Plant, small_plants
from tests.fakes.three_shifts import FIRST, LAST, SITE, plant_of

EMPLOYEES = 200
NEXT_YEAR = datetime(2027, 1, 10, tzinfo=UTC)
SUMS = ("worked", "regular", "overtime", "unpaid_break", "late", "early")
EMPLOYEE = Employee("worker", SITE, "Worker", created_at=NEXT_YEAR, created_by="hr")


def agree(ours: Outcome, naive: Outcome) -> None:
    """The same in every field; says which record and field isn't."""
    assert [each.instance for each in ours.records] == [each.instance for each in naive.records]
    for mine, other in zip(ours.records, naive.records, strict=True):
        for each in fields(Record):
            found, expected = getattr(mine, each.name), getattr(other, each.name)
            assert found == expected, (mine.instance.instance_id, each.name, mine, other)
    assert ours.unplaced == naive.unplaced


def paid(outcome: Outcome, month: int) -> PaySheet:
    """A month as payroll gets it."""
    lines = (PayLine.of(each) for each in outcome.records if each.instance.local_date.month == month)
    return PaySheet(EMPLOYEE, tuple(lines), ())


def agree_in_sums(ours: Outcome, naive: Outcome) -> None:
    """Every month's pay sheet has the sums of the naive records, added one by one."""
    for month in range(1, 13):
        seconds, days = dict.fromkeys(SUMS, 0), dict.fromkeys(Status, 0)
        for record in naive.records:
            if record.instance.local_date.month == month:
                for name in SUMS:
                    seconds[name] += getattr(record, f"{name}_seconds")
                for status in record.statuses:
                    days[status] += 1
        sheet = paid(ours, month)
        assert vars(sheet.seconds) == seconds
        assert sheet.days == days


@pytest.fixture(scope="module")
def year() -> list[tuple[Outcome, Outcome]]:
    """Of every employee, what the product computes of the year, and what the naive computation does."""
    return [
        (compute(facts, FIRST, LAST, NEXT_YEAR), compute_naively(facts, FIRST, LAST, NEXT_YEAR))
        for facts in plant_of(EMPLOYEES)
    ]


def test_a_year_of_a_plant_is_the_same_record_for_record(year: list[tuple[Outcome, Outcome]]) -> None:
    for ours, naive in year:
        agree(ours, naive)
        agree_in_sums(ours, naive)


def test_that_year_has_all_that_can_happen(year: list[tuple[Outcome, Outcome]]) -> None:
    records = [record for outcome, _ in year for record in outcome.records]
    said = Counter(status for record in records for status in record.statuses)
    assert len(records) > 50_000
    assert sum(len(record.punch_ids) for record in records) > 150_000
    assert min(said[status] for status in Status) > 500
    assert sum(len(outcome.unplaced) for outcome, _ in year) > 1000
    for on, hours in ((date(2026, 3, 28), 7), (date(2026, 10, 24), 9)):
        nights = [each for each in on_date(records, on) if each.instance.shift.shift_id == "night"]
        extra = nights[0].instance.shift.valid_from.month == 7  # nights are a quarter longer from July
        lengths = {each.instance.ends_at - each.instance.starts_at for each in nights}
        assert lengths == {timedelta(hours=hours, minutes=15 * extra)}
        assert sum(bool(each.stretches) for each in nights) > 10


def on_date(records: list[Record], on: date) -> Iterator[Record]:
    return (each for each in records if each.instance.local_date == on)


def test_months_make_up_the_year() -> None:
    """What a record says doesn't depend on which dates were asked for."""
    firsts = [date(2026, month, 1) for month in range(1, 13)] + [date(2027, 1, 1)]
    for facts in plant_of(7):
        whole = compute(facts, FIRST, LAST, NEXT_YEAR).records
        months = [
            compute(facts, first, after - timedelta(days=1), NEXT_YEAR).records
            for first, after in pairwise(firsts)
        ]
        assert tuple(record for month in months for record in month) == whole


@pytest.mark.parametrize("at", [time(5, 59, 59), time(12), time(18), time(18, 0, 1), time(23)])
def test_in_the_middle_of_the_year_it_agrees_too(at: time) -> None:
    now = datetime.combine(date(2026, 6, 17), at, UTC)
    for facts in plant_of(14):
        past = replace(facts, punches=tuple(each for each in facts.punches if each.at <= now))
        agree(compute(past, FIRST, LAST, now), compute_naively(past, FIRST, LAST, now))


@settings(max_examples=200, deadline=None)
@given(small_plants())
def test_small_plants_agree(plant: Plant) -> None:
    facts, first, last = plant.facts, plant.first, plant.first + DAYS
    naive = compute_naively(facts, first, last, plant.now)
    agree(compute(facts, first, last, plant.now), naive)
    for facts, now in on_boundaries(plant, naive):
        agree(compute(facts, first, last, now), compute_naively(facts, first, last, now))


def on_boundaries(plant: Plant, naive: Outcome) -> Iterator[tuple[Facts, datetime]]:
    """The same plant at the last moment of a window, and with shifts as long as somebody has worked."""
    yield from ((plant.facts, each.instance.closes_at) for each in naive.records[:1])
    worked = {each.worked_seconds // 60 for each in naive.records if each.worked_seconds % 60 == 0}
    for minutes in sorted(worked - {0})[:1]:
        for full, half in ((minutes, None), (minutes + 1, minutes)):
            shifts = (
                replace(each, full_day_minutes=full, half_day_minutes=half) for each in plant.facts.shifts
            )
            yield replace(plant.facts, shifts=tuple(shifts)), plant.now


@settings(max_examples=60, deadline=None)
@given(small_plants(), st.randoms(use_true_random=False))
def test_neither_order_nor_punches_told_twice_matter(plant: Plant, dice: object) -> None:
    punches = [*plant.facts.punches, *plant.facts.punches[:3]]
    dice.shuffle(punches)  # type: ignore[attr-defined]
    first, last = plant.first, plant.first + DAYS
    told_twice = replace(plant.facts, punches=tuple(punches))
    assert compute(told_twice, first, last, plant.now) == compute(plant.facts, first, last, plant.now)


@settings(max_examples=60, deadline=None)
@given(small_plants())
def test_nobody_works_more_than_elapsed(plant: Plant) -> None:
    for record in compute(plant.facts, plant.first, plant.first + DAYS, plant.now).records:
        elapsed = sum((each.end - each.start).total_seconds() for each in record.stretches)
        assert record.worked_seconds + record.unpaid_break_seconds == elapsed
        assert 0 <= record.regular_seconds + record.overtime_seconds <= record.worked_seconds
