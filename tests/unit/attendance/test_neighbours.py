"""A change of one day's plan gives its punches to shifts of the days beside it, locked ones too."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from floorsight.attendance.model import DayPlan, Record, Status
from tests.fakes.workplace import ANN, LONG_AGO, OUT, SITE, Workplace, shift_of

EVENING, MORNING = date(2026, 2, 28), date(2026, 3, 1)
FEBRUARY = date(2026, 2, 1), EVENING


@pytest.fixture
def place() -> Workplace:
    """Ann works the night of February's last day, and went home at 6:20.

    While she has the next day's shift, from 6:30 on, which is nearer, that one has the punch.
    """
    place = Workplace().opened()
    place.rooms.shifts.create_shift(shift_of("night", "22:00", "06:00"))
    place.rooms.shifts.create_shift(shift_of("day", "06:30", "14:30"))
    place.is_at("2026-03-03T09:00:00")
    plan(place, EVENING, "night")
    plan(place, MORNING, "day")
    place.punch("2026-02-28T22:00")
    place.punch("2026-03-01T06:20", OUT)
    place.rooms.closing.close_site(SITE)
    assert night(place).statuses == (Status.MISSING_PUNCH,)
    return place


def plan(place: Workplace, on: date, *shift_ids: str) -> None:
    place.rooms.rosters.plan_day(DayPlan(ANN, on, shift_ids, "swap", "hr"))


def night(place: Workplace) -> Record:
    [record] = place.rooms.service.store.list_records(ANN, EVENING, EVENING)
    return record


def test_a_punch_goes_to_the_day_before_when_the_plan_of_a_day_changes(place: Workplace) -> None:
    plan(place, MORNING)
    assert night(place).statuses == (Status.PRESENT,)
    plan(place, MORNING, "day")
    assert night(place).statuses == (Status.MISSING_PUNCH,)


def test_a_day_before_that_is_locked_is_adjusted(place: Workplace) -> None:
    place.rooms.periods.lock(SITE, *FEBRUARY, by="boss")
    plan(place, MORNING)
    [booked] = place.rooms.periods.store.list_adjustments_of(ANN, *FEBRUARY)
    assert booked.difference.worked == (8 * 60 + 20) * 60


def test_a_day_before_that_is_locked_is_adjusted_when_a_shift_changes(place: Workplace) -> None:
    place.rooms.periods.lock(SITE, *FEBRUARY, by="boss")
    version = place.rooms.shifts.get_shift("day").versions[0]
    assert version.valid_from == LONG_AGO
    place.rooms.shifts.change_shift(replace(version, valid_from=MORNING, opens_before_minutes=5))
    place.rooms.closing.close_site(SITE)
    assert night(place).statuses == (Status.PRESENT,)
    [booked] = place.rooms.periods.store.list_adjustments_of(ANN, *FEBRUARY)
    assert booked.difference.worked == (8 * 60 + 20) * 60
