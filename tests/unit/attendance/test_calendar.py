"""Which shifts an employee has on which dates."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from floorsight.attendance.calendar import (
    MAX_CLOSES_AFTER_MINUTES,
    MAX_OPENS_BEFORE_MINUTES,
    dates_of_moment,
    list_instances,
    reach_of,
    span_of,
)
from floorsight.attendance.model import DayPlan, Facts
from tests.fakes.workday import BERLIN, EMPLOYEE, MONDAY, NEW_YORK, assigned, at, facts_of, shift_of

DAY = timedelta(days=1)
SUNDAY = MONDAY - DAY


def shifts_on(facts: Facts, on: date = MONDAY) -> list[str]:
    return [each.shift.shift_id for each in list_instances(facts, on, on)]


def hours(facts: Facts, on: date) -> tuple[datetime, datetime]:
    (instance,) = list_instances(facts, on, on)
    return instance.starts_at, instance.ends_at


def test_a_shift_lies_between_local_times_and_its_window_around_it() -> None:
    day = shift_of("08:00", "16:00", opens_before_minutes=90, closes_after_minutes=30)
    (instance,) = list_instances(facts_of([day]), MONDAY, MONDAY)
    assert (instance.starts_at, instance.ends_at) == (at("08:00"), at("16:00"))
    assert (instance.opens_at, instance.closes_at) == (at("06:30"), at("16:30"))
    assert instance.starts_at.tzinfo is UTC
    assert instance.instance_id == "ann.2026-03-02.day"


@pytest.mark.parametrize(
    ("start", "end", "length"),
    [("22:00", "06:00", 8), ("08:00", "08:00", 24), ("08:00", "07:59", 24 - 1 / 60), ("00:00", "23:00", 23)],
)
def test_an_end_at_or_before_the_start_is_on_the_next_day(start: str, end: str, length: float) -> None:
    starts_at, ends_at = hours(facts_of([shift_of(start, end)]), MONDAY)
    assert (ends_at - starts_at).total_seconds() == pytest.approx(length * 3600)


@pytest.mark.parametrize(
    ("zone", "evening", "length"),
    [
        (BERLIN, date(2026, 3, 28), 7),  # clocks go from 2 to 3 on the 29th
        (BERLIN, date(2026, 10, 24), 9),  # and from 3 to 2 on the 25th
        (BERLIN, date(2026, 3, 27), 8),
        (NEW_YORK, date(2026, 3, 7), 7),
        (NEW_YORK, date(2026, 10, 31), 9),
    ],
)
def test_a_night_over_a_change_of_clocks_is_an_hour_shorter_or_longer(
    zone: str, evening: date, length: int
) -> None:
    starts_at, ends_at = hours(facts_of([shift_of("22:00", "06:00")], zone=zone), evening)
    assert ends_at - starts_at == timedelta(hours=length)


@pytest.mark.parametrize(
    ("zone", "on", "gap_ends", "first_of_two", "autumn"),
    [
        (BERLIN, date(2026, 3, 29), "2026-03-29T01:00", "2026-10-25T00:30", date(2026, 10, 25)),
        (NEW_YORK, date(2026, 3, 8), "2026-03-08T07:00", "2026-11-01T05:30", date(2026, 11, 1)),
    ],
)
def test_a_start_that_does_not_exist_is_the_gaps_end_and_one_that_comes_twice_is_the_first(
    zone: str, on: date, gap_ends: str, first_of_two: str, autumn: date
) -> None:
    missing, double = ("02:30", "01:30") if zone == NEW_YORK else ("02:30", "02:30")
    spring = hours(facts_of([shift_of(missing, "10:00")], zone=zone), on)
    assert spring[0] == datetime.fromisoformat(gap_ends).replace(tzinfo=UTC)
    twice = hours(facts_of([shift_of(double, "10:00")], zone=zone), autumn)
    assert twice[0] == datetime.fromisoformat(first_of_two).replace(tzinfo=UTC)


def test_windows_are_elapsed_time() -> None:
    """Two hours before 03:30 on the day the clocks go forward is 00:30 by the clock on the wall."""
    facts = facts_of([shift_of("03:30", "10:00", opens_before_minutes=120)])
    (instance,) = list_instances(facts, date(2026, 3, 29), date(2026, 3, 29))
    assert instance.opens_at == at("2026-03-29T00:30")


def test_weekdays_are_those_of_the_start() -> None:
    night = shift_of("22:00", "06:00", days=frozenset({7}))
    assert shifts_on(facts_of([night]), SUNDAY) == ["day"]
    assert shifts_on(facts_of([night]), MONDAY) == []


def test_the_latest_version_that_is_valid_holds() -> None:
    old = shift_of("08:00", "16:00")
    new = replace(shift_of("09:00", "17:00"), valid_from=MONDAY)
    facts = facts_of([new, old])
    assert hours(facts, SUNDAY) == (at("08:00", on=SUNDAY), at("16:00", on=SUNDAY))
    assert hours(facts, MONDAY) == (at("09:00"), at("17:00"))
    corrected = replace(new, start=old.start, revision=2)
    assert hours(facts_of([corrected, new, old]), MONDAY)[0] == at("08:00")


def test_a_retired_shift_and_one_that_is_not_valid_yet_have_no_instances() -> None:
    facts = facts_of([shift_of(), replace(shift_of(), valid_from=MONDAY, retired=True)])
    assert (shifts_on(facts, SUNDAY), shifts_on(facts, MONDAY)) == (["day"], [])
    later = replace(shift_of(), valid_from=MONDAY + DAY)
    assert (shifts_on(facts_of([later]), MONDAY), shifts_on(facts_of([later]), MONDAY + DAY)) == ([], ["day"])


def test_assignments_of_the_same_days_add_up_and_a_shift_named_twice_is_there_once() -> None:
    shifts = [shift_of("06:00", "10:00", "early"), shift_of("16:00", "20:00", "late")]
    both = (assigned("early"), assigned("late", "early", assignment_id="second"))
    assert shifts_on(facts_of(shifts, assignments=both)) == ["early", "late"]


def test_an_assignment_holds_on_its_first_and_last_date() -> None:
    dated = (assigned("day", first_date=MONDAY, last_date=MONDAY + DAY),)
    facts = facts_of([shift_of()], assignments=dated)
    found = [shifts_on(facts, MONDAY + number * DAY) for number in range(-1, 3)]
    assert found == [[], ["day"], ["day"], []]


def test_a_rotation_goes_round_from_its_first_date() -> None:
    shifts = [shift_of("06:00", "14:00", "early"), shift_of("14:00", "22:00", "late")]
    cycle = (("early",), ("late", "early"), ())
    facts = facts_of(shifts, assignments=(assigned(cycle=cycle, first_date=MONDAY),))
    found = [shifts_on(facts, MONDAY + number * DAY) for number in range(5)]
    assert found == [["early"], ["early", "late"], [], ["early"], ["early", "late"]]


def test_a_days_plan_replaces_the_assignments_whatever_the_weekday() -> None:
    shifts = [shift_of(), shift_of("20:00", "23:00", "extra", days=frozenset({7}))]
    swapped = DayPlan(EMPLOYEE, MONDAY, ("extra", "extra"), "swap", "hr")
    free = DayPlan(EMPLOYEE, MONDAY + DAY, (), "day off", "hr")
    facts = facts_of(shifts, assignments=(assigned("day"),), day_plans={MONDAY: swapped, MONDAY + DAY: free})
    assert [shifts_on(facts, MONDAY + number * DAY) for number in range(3)] == [["extra"], [], ["day"]]


def test_nobody_works_before_the_first_or_after_the_last_day_of_employment() -> None:
    facts = facts_of([shift_of()], employed_from=MONDAY, employed_until=MONDAY + DAY)
    found = [shifts_on(facts, MONDAY + number * DAY) for number in range(-1, 3)]
    assert found == [[], ["day"], ["day"], []]
    planned = DayPlan(EMPLOYEE, SUNDAY, ("day",), "extra", "hr")
    assert shifts_on(replace(facts, day_plans={SUNDAY: planned}), SUNDAY) == []


def test_instances_are_in_order_of_start() -> None:
    shifts = [
        shift_of("14:00", "22:00", "a"),
        shift_of("06:00", "14:00", "b"),
        shift_of("06:00", "09:00", "c"),
    ]
    found = list_instances(facts_of(shifts), MONDAY, MONDAY + DAY)
    assert [(each.local_date.day, each.shift.shift_id) for each in found] == [
        (2, "b"),
        (2, "c"),
        (2, "a"),
        (3, "b"),
        (3, "c"),
        (3, "a"),
    ]


def test_no_window_reaches_further_than_is_looked_for() -> None:
    """Of the widest windows that planning allows, at a change of clocks too."""
    widest = shift_of(
        "23:59",
        "23:59",
        opens_before_minutes=MAX_OPENS_BEFORE_MINUTES,
        closes_after_minutes=MAX_CLOSES_AFTER_MINUTES,
    )
    early = replace(widest, shift_id="early", start=time(0))
    facts = facts_of([widest, early])
    for on in (MONDAY, date(2026, 3, 29), date(2026, 10, 25)):
        (last,) = [i for i in list_instances(facts, on, on) if i.shift is widest]
        beyond = on + timedelta(days=reach_of(facts.shifts) + 1)
        assert all(each.opens_at > last.closes_at for each in list_instances(facts, beyond, beyond))


def test_a_moment_concerns_the_dates_whose_windows_hold_it_or_its_own() -> None:
    night = facts_of([shift_of("22:00", "06:00")])
    assert dates_of_moment(night, at("05:00")) == (SUNDAY, SUNDAY)
    assert dates_of_moment(night, at("15:00")) == (MONDAY, MONDAY)  # in no window
    wide = facts_of([shift_of("22:00", "06:00", closes_after_minutes=720, opens_before_minutes=720)])
    assert dates_of_moment(wide, at("15:00")) == (SUNDAY, MONDAY)


def test_punches_of_some_dates_lie_within_the_dates_and_their_windows() -> None:
    night = facts_of([shift_of("22:00", "06:00")])
    assert span_of(night, MONDAY, MONDAY) == (at("00:00"), at("2026-03-03T10:00"))
    early = facts_of([shift_of("01:00", "09:00")])
    assert span_of(early, MONDAY, MONDAY) == (at("2026-03-01T23:00"), at("2026-03-03T00:00"))
