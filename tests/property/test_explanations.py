"""Every record can be told, and what is told is what it says; trying what is changes nothing."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from hypothesis import given, settings

from floorsight.attendance.explaining.rules import explain
from floorsight.attendance.model import Facts, Outcome, Status
from floorsight.attendance.periods.model import PayLine, Seconds
from floorsight.attendance.rules import compute
from floorsight.attendance.trying.rules import compare, total, with_other_shift
from tests.fakes.small_plants import DAYS, Plant, small_plants


@given(plant=small_plants())
@settings(max_examples=60, deadline=None)
def test_an_explanation_has_the_numbers_of_its_record(plant: Plant) -> None:
    last = plant.first + DAYS
    for record in compute(plant.facts, plant.first, last, plant.now).records:
        told = explain(plant.facts, record)
        assert tuple(punch.punch_id for punch in told.placed) == record.punch_ids
        numbers = {name: value for step in told.steps for name, value in step.numbers.items()}
        for name in ("worked_seconds", "regular_seconds", "overtime_seconds", "unpaid_break_seconds"):
            assert numbers.get(name, 0) == getattr(record, name)
        for name in ("late_seconds", "early_seconds"):
            assert numbers.get(name, 0) == getattr(record, name)
        names = [step.name for step in told.steps]
        assert ("missing punch" in names) == (Status.MISSING_PUNCH in record.statuses)
        assert [step.rule for step in told.steps] == sorted(step.rule for step in told.steps)


@given(plant=small_plants())
@settings(max_examples=60, deadline=None)
def test_what_if_is_what_a_change_would_do(plant: Plant) -> None:
    """The sums differ by the total of the differences; and trying a shift as it is differs by nothing."""
    last = plant.first + DAYS
    before = compute(plant.facts, plant.first, last, plant.now)
    for shift in plant.facts.shifts:
        tried = with_other_shift(plant.facts, shift, plant.first, last)
        after = compute(tried, plant.first, last, plant.now)
        sums = [
            sum((PayLine.of(each).seconds for each in made.records), Seconds()) for made in (before, after)
        ]
        assert total(compare(before, after)) == sums[1] - sums[0]
        afterwards = last + timedelta(days=1), last + timedelta(days=3)
        assert _days(tried, afterwards, plant) == _days(plant.facts, afterwards, plant)
    assert compare(before, before) == []


def _sum(outcome: Outcome) -> Seconds:
    return sum((PayLine.of(record).seconds for record in outcome.records), Seconds())


def _days(facts: Facts, dates: tuple[date, date], plant: Plant) -> list[tuple[str, datetime, datetime]]:
    records = compute(facts, *dates, plant.now).records
    return [(each.instance.instance_id, each.instance.starts_at, each.instance.ends_at) for each in records]
