"""Assignments, single days, leaves and holidays, and the facts that they make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from floorsight.attendance.model import Assignment, DayPlan, Holiday, Leave, Status
from floorsight.attendance.planning.model import FIRST_DATE
from floorsight.attendance.planning.rules import check_leave, first_change, first_day_of_other_employment
from floorsight.employees.model import Employee
from floorsight.platform.errors import Conflict, FloorsightError
from tests.fakes.clock import NOON
from tests.fakes.workplace import ANN, BEN, LONG_AGO, SITE, Workplace, shift_of

MONDAY = date(2026, 3, 2)
Cycle = tuple[tuple[str, ...], ...]


@pytest.fixture
def place() -> Workplace:
    place = Workplace().opened()
    place.rooms.shifts.create_shift(shift_of("late", "14:00", "22:00"))
    return place


def code_of(act: Callable[[], Any]) -> tuple[str, str | None]:
    with pytest.raises(FloorsightError) as caught:
        act()
    return caught.value.code, caught.value.field


def assign(place: Workplace, cycle: Cycle, **more: Any) -> Assignment:
    dates = {"first_date": MONDAY, "last_date": None}
    return place.rooms.rosters.assign(ANN, cycle=cycle, **dates | more)


def days_of(place: Workplace, first: date = MONDAY, days: int = 4, employee_id: str = ANN) -> list[str]:
    """The shifts of some dates, as `weekday:shift`."""
    last = date.fromordinal(first.toordinal() + days - 1)
    records = place.rooms.lists.outcome(employee_id, first, last).records
    return [f"{r.instance.local_date:%a}:{r.instance.shift.shift_id}" for r in records]


@pytest.mark.parametrize(
    ("cycle", "more", "expected"),
    [
        ((), {}, ("cycle_empty", "cycle")),
        (((), ()), {}, ("cycle_empty", "cycle")),
        ((("early",),) * 367, {}, ("out_of_range", "cycle")),
        ((("early", "early"),), {}, ("shift_twice", "cycle.0")),
        ((("early",), ("a", "b", "c", "d", "e")), {}, ("out_of_range", "cycle.1")),
        ((("early",), ("nights",)), {}, ("unknown_shift", "cycle")),
        ((("early",),), {"last_date": date(2026, 3, 1)}, ("dates_out_of_order", "last_date")),
        ((("early",),), {"first_date": date(1900, 1, 1)}, ("out_of_range", "first_date")),
        ((("early",),), {"last_date": date(3500, 1, 1)}, ("out_of_range", "last_date")),
    ],
)
def test_an_assignment_that_means_nothing_is_refused(
    place: Workplace, cycle: Cycle, more: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert code_of(lambda: assign(place, cycle, **more)) == expected


def test_a_shift_of_another_site_is_unknown_here(place: Workplace) -> None:
    place.sites.create_site(site_id="plant-2", name="Plant 2", time_zone="Europe/Berlin")
    place.rooms.shifts.create_shift(replace(shift_of("far"), site_id="plant-2"))
    assert code_of(lambda: assign(place, (("far",),))) == ("unknown_shift", "cycle")


def test_a_rotation_goes_round_and_assignments_add_up(place: Workplace) -> None:
    place.rooms.rosters.remove_assignment(
        ANN, place.rooms.rosters.list_assignments(ANN).items[0].assignment_id
    )
    assign(place, (("early",), ("late",), ()))
    assert days_of(place, days=5) == ["Mon:early", "Tue:late", "Thu:early", "Fri:late"]
    assign(place, (("late",),), last_date=MONDAY)
    assert days_of(place, days=1) == ["Mon:early", "Mon:late"]


def test_the_same_assignment_again_is_the_same_one(place: Workplace) -> None:
    first = assign(place, (("late",),))
    assert assign(place, (("late",),)) == first
    other_end = {"last_date": date(2026, 3, 9)}
    assert code_of(lambda: assign(place, (("late",),), **other_end)) == ("assignment_exists", None)
    assert len(place.rooms.rosters.list_assignments(ANN).items) == 2


def test_an_assignment_ends_on_its_last_date(place: Workplace) -> None:
    [running] = place.rooms.rosters.list_assignments(ANN).items
    ended = place.rooms.rosters.change_assignment(replace(running, last_date=date(2026, 3, 3)))
    assert ended.revision == 2
    assert days_of(place) == ["Mon:early", "Tue:early"]
    late = replace(running, last_date=None)
    assert code_of(lambda: place.rooms.rosters.change_assignment(late)) == ("revision_changed", None)


def test_so_many_assignments_at_once(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("floorsight.attendance.planning.rosters.MAX_ASSIGNMENTS", 2)
    assign(place, (("late",),), last_date=date(2026, 3, 9))
    assert code_of(lambda: assign(place, (("late",), ()))) == ("too_many_assignments", None)
    assign(place, (("late",), ()), first_date=date(2026, 3, 10))


def test_a_day_plan_is_instead_of_what_is_assigned(place: Workplace) -> None:
    plan = DayPlan(ANN, MONDAY, ("late",), "swapped with Ben", "hr")
    place.rooms.rosters.plan_day(plan)
    place.rooms.rosters.plan_day(DayPlan(ANN, date(2026, 3, 3), (), "day off", "hr"))
    assert days_of(place, days=3) == ["Mon:late", "Wed:early"]
    assert place.rooms.rosters.list_day_plans(ANN, MONDAY, MONDAY).items == [plan]
    place.rooms.rosters.remove_day_plan(ANN, MONDAY)
    place.rooms.rosters.remove_day_plan(ANN, MONDAY)
    assert days_of(place, days=3) == ["Mon:early", "Wed:early"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"shift_ids": ("nothing",)}, ("unknown_shift", "shift_ids")),
        ({"shift_ids": ("early", "early")}, ("shift_twice", "shift_ids")),
        ({"reason": "  "}, ("bad_text", "reason")),
        ({"on": date(1900, 1, 1)}, ("out_of_range", "on")),
        ({"employee_id": "nobody"}, ("unknown_employee", None)),
    ],
)
def test_a_bad_day_plan_is_refused(
    place: Workplace, change: dict[str, Any], expected: tuple[str, str | None]
) -> None:
    plan = replace(DayPlan(ANN, MONDAY, ("late",), "swap", "hr"), **change)
    assert code_of(lambda: place.rooms.rosters.plan_day(plan)) == expected


def leave(first: int, last: int) -> Leave:
    return Leave("x", ANN, date(2026, 3, first), date(2026, 3, last), "annual", "hr")


@pytest.mark.parametrize(("first", "last", "overlaps"), [(1, 9, False), (1, 10, True), (12, 20, True)])
def test_leaves_must_not_overlap(first: int, last: int, overlaps: bool) -> None:
    others = [leave(10, 12)]
    if overlaps:
        with pytest.raises(Conflict, match="remove it first"):
            check_leave(leave(first, last), others)
    else:
        check_leave(leave(first, last), others)


def test_a_leave_is_entered_listed_and_removed(place: Workplace) -> None:
    rosters = place.rooms.rosters
    entered = rosters.enter_leave(ANN, first_date=MONDAY, last_date=date(2026, 3, 6), kind="sick", by="hr")
    again = rosters.enter_leave(ANN, first_date=MONDAY, last_date=date(2026, 3, 6), kind="sick", by="hr")
    assert again == entered
    overlap = {"first_date": date(2026, 3, 6), "last_date": date(2026, 3, 7)}
    assert code_of(lambda: rosters.enter_leave(ANN, kind="x", by="hr", **overlap)) == ("leave_overlaps", None)
    long = {"first_date": date(2027, 1, 1), "last_date": date(2028, 1, 2)}
    assert code_of(lambda: rosters.enter_leave(ANN, kind="x", by="hr", **long)) == (
        "leave_too_long",
        "last_date",
    )
    assert rosters.list_leaves(ANN, date(2026, 3, 6)).items == [entered]
    assert rosters.list_leaves(ANN, date(2026, 3, 7)).items == []
    rosters.remove_leave(ANN, entered.leave_id)
    assert code_of(lambda: rosters.remove_leave(ANN, entered.leave_id)) == ("unknown_leave", None)


def test_records_follow_plans(place: Workplace) -> None:
    place.is_at("2026-03-04T00:00:00")
    place.work("2026-03-02")
    rosters, store = place.rooms.rosters, place.rooms.service.store
    place.rooms.service.recompute(ANN, MONDAY, date(2026, 3, 3))
    tuesday = date(2026, 3, 3)
    assert store.list_records(ANN, tuesday, tuesday)[0].statuses == (Status.ABSENT,)
    entered = rosters.enter_leave(ANN, first_date=tuesday, last_date=tuesday, kind="annual", by="hr")
    assert store.list_records(ANN, tuesday, tuesday)[0].statuses == (Status.ON_LEAVE,)
    rosters.remove_leave(ANN, entered.leave_id)
    assert store.list_records(ANN, tuesday, tuesday)[0].statuses == (Status.ABSENT,)
    [running] = rosters.list_assignments(ANN).items
    rosters.remove_assignment(ANN, running.assignment_id)
    assert store.list_records(ANN, MONDAY, tuesday) == []


def test_holidays_are_put_many_at_once(place: Workplace) -> None:
    holidays = place.rooms.holidays
    two = [Holiday(SITE, date(2026, 4, 3), "Good Friday"), Holiday(SITE, date(2026, 4, 6), "Easter Monday")]
    holidays.put_holidays(two, site_id=SITE)
    holidays.put_holidays([replace(two[0], name="Friday")], site_id=SITE)
    april = date(2026, 4, 1), date(2026, 4, 30)
    assert [each.name for each in holidays.list_holidays(SITE, *april).items] == ["Friday", "Easter Monday"]
    holidays.remove_holiday(SITE, date(2026, 4, 6))
    holidays.remove_holiday(SITE, date(2026, 4, 6))
    assert len(holidays.list_holidays(SITE, *april).items) == 1
    facts = place.rooms.service.plans.facts_for(ANN, *april)
    assert set(facts.holidays) == {date(2026, 4, 3)}


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([], ("out_of_range", "holidays")),
        ([" x"], ("bad_text", "holidays.0.name")),
        (["a", "b"], ("date_twice", "holidays")),
    ],
)
def test_bad_holidays_are_refused(place: Workplace, names: list[str], expected: tuple[str, str]) -> None:
    wanted = [Holiday(SITE, date(2026, 4, 3), name) for name in names]
    assert code_of(lambda: place.rooms.holidays.put_holidays(wanted, site_id=SITE)) == expected


def test_facts_are_those_of_the_dates_that_are_asked_for(place: Workplace) -> None:
    place.hire(BEN, "late", employed_from=date(2026, 2, 1), employed_until=date(2026, 3, 31))
    rosters = place.rooms.rosters
    for month in (2, 3, 4):
        day = date(2026, month, 10)
        rosters.plan_day(DayPlan(BEN, day, ("early",), "swap", "hr"))
        rosters.enter_leave(BEN, first_date=day, last_date=day, kind="annual", by="hr")
    facts = place.rooms.service.plans.facts_for(BEN, date(2026, 3, 1), date(2026, 3, 31))
    assert (facts.site_id, facts.time_zone) == (SITE, "Europe/Berlin")
    assert (facts.employed_from, facts.employed_until) == (date(2026, 2, 1), date(2026, 3, 31))
    assert {shift.shift_id for shift in facts.shifts} == {"early", "late"}
    assert [each.first_date for each in facts.assignments] == [LONG_AGO]
    assert list(facts.day_plans) == [date(2026, 3, 10)]
    assert [each.first_date for each in facts.leaves] == [date(2026, 3, 10)]
    assert facts.punches == ()
    earlier = place.rooms.service.plans.facts_for(BEN, date(2024, 1, 1), date(2024, 1, 31))
    assert earlier.assignments == ()
    assert earlier.shifts == ()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"last_date": date(2026, 3, 9)}, date(2026, 3, 10)),
        ({"first_date": date(2026, 2, 1)}, date(2026, 2, 1)),
        ({"first_date": date(2026, 4, 1)}, MONDAY),
        ({"cycle": (("late",),)}, MONDAY),
    ],
)
def test_a_change_begins_where_the_two_say_something_else(change: dict[str, Any], expected: date) -> None:
    before = Assignment("x", ANN, MONDAY, None, (("early",),))
    assert first_change(before, replace(before, **change)) == expected


def employed(first: date | None, last: date | None) -> Employee:
    return Employee(ANN, SITE, "Ann", NOON, "hr", employed_from=first, employed_until=last)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ((None, None), (None, None), None),
        ((MONDAY, None), (MONDAY, None), None),
        ((MONDAY, None), (date(2026, 3, 9), None), MONDAY),
        ((None, None), (MONDAY, None), FIRST_DATE),
        ((None, None), (None, MONDAY), date(2026, 3, 3)),
        ((None, date(2026, 3, 9)), (None, MONDAY), date(2026, 3, 3)),
        ((MONDAY, date(2026, 3, 9)), (date(2026, 3, 4), None), MONDAY),
    ],
)
def test_from_when_on_an_employment_is_another(
    before: tuple[date | None, date | None],
    after: tuple[date | None, date | None],
    expected: date | None,
) -> None:
    assert first_day_of_other_employment(employed(*before), employed(*after)) == expected


def test_records_follow_the_first_and_last_day_of_an_employment(place: Workplace) -> None:
    place.is_at("2026-03-06T00:00:00")
    for day in ("2026-03-02", "2026-03-03", "2026-03-04"):
        place.work(day)
    store = place.rooms.service.store

    def change(first: date | None, last: date | None) -> list[int]:
        before = place.employees.get_employee(ANN)
        after = replace(before, employed_from=first, employed_until=last)
        with place.rooms.follow.employment(before, after):
            place.employees.update_employee(after)
        return [r.instance.local_date.day for r in store.list_records(ANN, MONDAY, date(2026, 3, 5))]

    assert change(date(2026, 3, 3), date(2026, 3, 4)) == [3, 4]
    assert change(None, None) == [2, 3, 4, 5]
    assert len(store.list_records(ANN, LONG_AGO, MONDAY)) == 61


def test_days_that_are_locked_are_adjusted_when_an_employment_changes(place: Workplace) -> None:
    place.is_at("2026-03-06T00:00:00")
    place.work("2026-03-02")
    place.rooms.periods.lock(SITE, MONDAY, MONDAY, by="boss")
    before = place.employees.get_employee(ANN)
    after = replace(before, employed_from=date(2026, 3, 3))
    with place.rooms.follow.employment(before, after):
        place.employees.update_employee(after)
    [adjustment] = place.rooms.periods.store.list_adjustments_of(ANN, MONDAY, MONDAY)
    assert (adjustment.difference.worked, adjustment.statuses) == (-8 * 3600, ())
