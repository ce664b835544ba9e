"""Locking periods, what stays as it was, and what is booked to the next one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from floorsight.attendance.model import DayPlan, Holiday, Status
from floorsight.attendance.periods.frontier import Frontier
from floorsight.attendance.periods.locking import LockingService
from floorsight.attendance.periods.model import PayLine, Period, PeriodState, Seconds
from floorsight.attendance.periods.rules import split_dates
from floorsight.platform.errors import FloorsightError
from tests.fakes.workplace import ANN, BEN, IN, OUT, SITE, Workplace, shift_of

FEBRUARY = date(2026, 2, 1), date(2026, 2, 28)
MARCH = date(2026, 3, 1), date(2026, 3, 31)
SOME_DAY = date(2026, 2, 10)
LATE_HOUR = 3600


@pytest.fixture
def place() -> Workplace:
    """Ann and Ben worked on the 10th and 11th of February; it is March."""
    place = Workplace().opened()
    place.hire(BEN)
    place.is_at("2026-03-02T09:00:00")
    for employee_id in (ANN, BEN):
        for day in ("2026-02-10", "2026-02-11"):
            place.work(day, employee_id=employee_id)
    return place


def lock(place: Workplace, first: date = FEBRUARY[0], last: date = FEBRUARY[1]) -> Period:
    return place.rooms.periods.lock(SITE, first, last, by="boss")


def code_of(act: Callable[[], Any]) -> str:
    with pytest.raises(FloorsightError) as caught:
        act()
    return caught.value.code


def frozen(place: Workplace, employee_id: str = ANN) -> list[PayLine]:
    found = place.rooms.periods.store.find_period(SITE, FEBRUARY[0])
    assert found is not None
    return place.rooms.periods.store.find_frozen(found, employee_id) or []


def test_a_locked_period_has_the_records_as_they_were(place: Workplace) -> None:
    period = lock(place)
    assert (period.state, period.employees, period.records) == (PeriodState.LOCKED, 2, 56)
    assert (period.by, period.locked_at) == ("boss", place.clock())
    lines = frozen(place)
    records = place.rooms.lists.outcome(ANN, *FEBRUARY).records
    assert lines == [PayLine.of(record) for record in records]
    worked = [line for line in lines if line.local_date == SOME_DAY]
    assert [(line.seconds.worked, line.statuses) for line in worked] == [(8 * 3600, (Status.PRESENT,))]
    assert lock(place) == period
    assert place.rooms.periods.list_periods(SITE).items == [period]


def test_missing_punches_are_counted(place: Workplace) -> None:
    place.punch("2026-02-12T06:00")
    assert lock(place).missing_punches == 1


def test_a_large_site_is_locked_in_several_calls(place: Workplace) -> None:
    rooms = place.rooms
    for number in range(3):
        place.hire(f"crew-{number}")
    small = LockingService(rooms.periods.store, rooms.shifts, rooms.settling, employees_a_call=2)
    states = [small.lock(SITE, *FEBRUARY, by="boss") for _ in range(3)]
    assert [period.state for period in states] == [
        PeriodState.LOCKING,
        PeriodState.LOCKING,
        PeriodState.LOCKED,
    ]
    assert [period.employees for period in states] == [2, 4, 5]
    assert states[-1].records == 5 * 28
    assert rooms.periods.store.find_frontier(SITE).last_date == FEBRUARY[1]


def test_while_it_is_being_locked_no_plan_of_it_changes(place: Workplace) -> None:
    rooms = place.rooms
    small = LockingService(rooms.periods.store, rooms.shifts, rooms.settling, employees_a_call=1)
    small.lock(SITE, *FEBRUARY, by="boss")
    change = shift_of(end="15:00", valid_from=SOME_DAY, revision=1)
    assert code_of(lambda: rooms.shifts.change_shift(change)) == "period_locked"
    assert code_of(lambda: lock(place, MARCH[0], date(2026, 3, 1))) == "period_being_locked"


def test_periods_follow_one_another(place: Workplace) -> None:
    assert code_of(lambda: lock(place, date(2026, 2, 5), date(2026, 2, 4))) == "dates_out_of_order"
    assert code_of(lambda: lock(place, date(2025, 12, 1), FEBRUARY[1])) == "period_too_long"
    lock(place)
    place.is_at("2026-05-02T09:00:00")
    assert code_of(lambda: lock(place, date(2026, 2, 28), MARCH[1])) == "period_overlaps"
    assert code_of(lambda: lock(place, date(2026, 3, 2), MARCH[1])) == "period_gap"
    assert code_of(lambda: lock(place, FEBRUARY[0], date(2026, 2, 27))) == "period_overlaps"
    assert lock(place, *MARCH).state is PeriodState.LOCKED
    assert [period.first_date.month for period in place.rooms.periods.list_periods(SITE).items] == [3, 2]


@pytest.mark.parametrize(
    ("now", "is_over"),
    [
        ("2026-02-28T22:59:00", False),  # the 28th goes on
        ("2026-03-01T08:59:59", False),  # nights of the 28th take punches until 10:00
        ("2026-03-01T09:00:00", False),  # that moment included
        ("2026-03-01T09:00:01", True),
    ],
)
def test_a_period_is_over_when_the_windows_of_its_last_shifts_are(
    place: Workplace, now: str, is_over: bool
) -> None:
    place.rooms.shifts.create_shift(shift_of("night", "22:00", "06:00"))
    place.is_at(now)
    if is_over:
        assert lock(place).state is PeriodState.LOCKED
    else:
        assert code_of(lambda: lock(place)) == "period_not_over"


def test_plans_of_locked_days_stay(place: Workplace) -> None:
    lock(place)
    rooms, last = place.rooms, FEBRUARY[1]
    [running] = rooms.rosters.list_assignments(ANN).items
    holiday = Holiday(SITE, last, "Carnival")
    changes: list[Callable[[], Any]] = [
        lambda: rooms.shifts.change_shift(shift_of(end="15:00", valid_from=last, revision=1)),
        lambda: rooms.shifts.retire_shift("early", from_date=last),
        lambda: rooms.shifts.create_shift(replace(shift_of("other"), valid_from=last)),
        lambda: rooms.rosters.assign(ANN, first_date=last, last_date=None, cycle=(("early",), ())),
        lambda: rooms.rosters.change_assignment(replace(running, last_date=date(2026, 2, 27))),
        lambda: rooms.rosters.change_assignment(replace(running, cycle=(("early",), ()))),
        lambda: rooms.rosters.remove_assignment(ANN, running.assignment_id),
        lambda: rooms.rosters.plan_day(DayPlan(ANN, last, (), "free", "hr")),
        lambda: rooms.holidays.put_holidays([holiday], site_id=SITE),
    ]
    assert {code_of(change) for change in changes} == {"period_locked"}
    # From the next day on all of it is allowed.
    first = MARCH[0]
    rooms.shifts.change_shift(shift_of(end="15:00", valid_from=first, revision=1))
    rooms.rosters.change_assignment(replace(running, last_date=last))
    rooms.rosters.plan_day(DayPlan(ANN, first, (), "free", "hr"))
    rooms.holidays.put_holidays([replace(holiday, on=first)], site_id=SITE)


def test_a_correction_of_a_locked_day_is_booked_to_the_next_period(place: Workplace) -> None:
    lock(place)
    before = frozen(place)
    going = next(
        p for p in place.rooms.lists.list_punches(ANN, SOME_DAY, SOME_DAY) if p.punch.direction is OUT
    )
    entered = place.rooms.corrections.replace(
        ANN, going.punch.punch_id, at=going.punch.at.replace(hour=14), direction=None, by="hr", reason="list"
    )
    [adjustment] = entered.adjustments
    assert (adjustment.local_date, adjustment.booked_on, adjustment.number) == (SOME_DAY, MARCH[0], 1)
    assert adjustment.difference == Seconds(worked=LATE_HOUR, overtime=LATE_HOUR)
    assert (adjustment.statuses_before, adjustment.statuses) == ((Status.PRESENT,), (Status.PRESENT,))
    assert frozen(place) == before
    assert place.rooms.settling.settle(ANN, *FEBRUARY) == []
    # Withdrawing the correction's punch books what goes back.
    withdrawn = place.rooms.corrections.withdraw(ANN, entered.punch.punch_id, by="hr", reason="wrong")
    [second] = withdrawn.adjustments
    assert second.number == 2
    assert second.difference == Seconds(worked=-9 * 3600, regular=-8 * 3600, overtime=-LATE_HOUR)
    assert second.statuses == (Status.MISSING_PUNCH,)


def test_a_punch_that_comes_late_is_an_adjustment(place: Workplace) -> None:
    lock(place)
    assert place.punch("2026-02-12T06:10").adjustments[0].statuses == (Status.LATE, Status.MISSING_PUNCH)
    [adjustment] = place.punch("2026-02-12T14:00", OUT).adjustments
    assert adjustment.difference == Seconds(worked=28_200, regular=28_200)
    assert adjustment.statuses == (Status.LATE,)


def test_a_leave_that_is_entered_late_is_an_adjustment(place: Workplace) -> None:
    lock(place)
    day = date(2026, 2, 12)
    entered = place.rooms.rosters.enter_leave(ANN, first_date=day, last_date=day, kind="sick", by="hr")
    [adjustment] = place.rooms.periods.store.list_adjustments_of(ANN, *FEBRUARY)
    assert (adjustment.statuses_before, adjustment.statuses) == ((Status.ABSENT,), (Status.ON_LEAVE,))
    assert adjustment.difference == Seconds()
    place.rooms.rosters.remove_leave(ANN, entered.leave_id)
    numbers = [each.number for each in place.rooms.periods.store.list_adjustments_of(ANN, *FEBRUARY)]
    assert numbers == [1, 2]


def test_who_comes_into_the_books_late_is_adjusted_from_nothing(place: Workplace) -> None:
    lock(place)
    place.employees.create_employee(
        employee_id="cem", site_id=SITE, name="Cem", by="hr", employed_from=SOME_DAY
    )
    assert place.rooms.settling.settle("cem", *FEBRUARY) == []


def test_an_adjustment_of_an_adjusted_day_counts_from_the_next_period(place: Workplace) -> None:
    lock(place)
    place.punch("2026-02-12T06:00")
    place.is_at("2026-04-02T09:00:00")
    lock(place, *MARCH)
    [adjustment] = place.punch("2026-02-12T14:00", OUT).adjustments
    assert (adjustment.number, adjustment.booked_on) == (2, date(2026, 4, 1))
    sheet = place.rooms.payroll.sheet_of(ANN, *MARCH)
    assert [each.booked_on for each in sheet.adjustments] == [MARCH[0]]


def test_a_sheet_has_what_was_frozen_and_what_was_booked(place: Workplace) -> None:
    lock(place)
    place.work("2026-03-01")
    place.punch("2026-02-12T06:00")
    place.punch("2026-02-12T14:00", OUT)
    february, march = (place.rooms.payroll.sheet_of(ANN, *month) for month in (FEBRUARY, MARCH))
    assert february.lines == tuple(frozen(place))
    assert february.adjustments == ()
    assert (february.days[Status.PRESENT], february.days[Status.ABSENT]) == (2, 26)
    assert [line.local_date for line in march.lines if line.check_in] == [MARCH[0]]
    assert march.seconds == Seconds(worked=16 * 3600, regular=16 * 3600)
    assert (march.days[Status.PRESENT], march.days[Status.ABSENT]) == (2, -1)
    both = place.rooms.payroll.sheet_of(ANN, FEBRUARY[0], MARCH[1])
    assert both.lines == february.lines + march.lines
    page = place.rooms.payroll.sheets_of(SITE, *MARCH, limit=1)
    rest = place.rooms.payroll.sheets_of(SITE, *MARCH, start_key=page.next_key)
    assert [sheet.employee.employee_id for sheet in page.items + rest.items] == [ANN, BEN]
    assert page.items == [march]


def test_while_locking_a_sheet_has_todays_records_of_who_is_not_frozen(place: Workplace) -> None:
    rooms = place.rooms
    small = LockingService(rooms.periods.store, rooms.shifts, rooms.settling, employees_a_call=1)
    small.lock(SITE, *FEBRUARY, by="boss")
    rooms.service.recompute(BEN, *FEBRUARY)
    assert rooms.payroll.sheet_of(BEN, *FEBRUARY).seconds == rooms.payroll.sheet_of(ANN, *FEBRUARY).seconds


def test_what_happens_between_freezing_and_looking_again_is_booked(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A punch arrives after an employee's records were computed, and before they were frozen."""
    store = place.rooms.periods.store
    freeze = type(store).freeze

    def punch_first(self: Any, period: Period, employee_id: str, lines: Any) -> None:
        made = list(lines)
        if employee_id == ANN:
            place.punch("2026-02-12T06:00")
        freeze(self, period, employee_id, made)

    monkeypatch.setattr(type(store), "freeze", punch_first)
    lock(place)
    [adjustment] = store.list_adjustments_of(ANN, *FEBRUARY)
    assert adjustment.statuses == (Status.MISSING_PUNCH,)
    assert adjustment.booked_on == MARCH[0]


def test_locked_and_open_dates_of_a_range() -> None:
    def day(number: int) -> date:
        return date(2026, 2, number)

    nothing = Frontier(SITE)
    assert split_dates(nothing, day(1), day(9)) == (None, [(day(1), day(9))])
    some = Frontier(SITE, day(5), day(10))
    assert split_dates(some, day(1), day(20)) == ((day(5), day(10)), [(day(1), day(4)), (day(11), day(20))])
    assert split_dates(some, day(5), day(10)) == ((day(5), day(10)), [])
    assert split_dates(some, day(1), day(4)) == (None, [(day(1), day(4))])
    closing = replace(some, closing=day(12))
    assert split_dates(closing, day(9), day(13)) == ((day(9), day(12)), [(day(13), day(13))])
    assert closing.open_from == day(13)


def test_nobody_at_an_unknown_site(place: Workplace) -> None:
    assert code_of(lambda: place.rooms.periods.lock("nowhere", *FEBRUARY, by="boss")) == "unknown_site"
    assert code_of(lambda: place.rooms.periods.list_periods("nowhere")) == "unknown_site"


def test_times_within_windows_of_two_days_settle_both(place: Workplace) -> None:
    place.rooms.shifts.create_shift(shift_of("night", "22:00", "06:00"))
    place.hire("dee", "night")
    lock(place)
    place.punch("2026-02-19T22:00", IN, "dee")
    [adjustment] = place.punch("2026-02-20T06:00", OUT, "dee").adjustments
    assert (adjustment.local_date, adjustment.difference.worked) == (date(2026, 2, 19), 8 * 3600)


def test_a_correction_at_the_turn_of_periods_is_booked_while_the_next_one_is_being_locked(
    place: Workplace,
) -> None:
    lock(place)
    place.is_at("2026-04-02T09:00:00")
    slowly = replace(place.rooms.periods, employees_a_call=1)
    assert slowly.lock(SITE, *MARCH, by="boss").done_through == ANN
    entered = place.punch("2026-02-28T06:00", employee_id=BEN)  # around it lie days of March, not yet frozen
    assert [each.local_date for each in entered.adjustments] == [FEBRUARY[1]]
    slowly.lock(SITE, *MARCH, by="boss")
    assert place.rooms.settling.settle(BEN, FEBRUARY[0], MARCH[1]) == []


def test_a_period_is_not_over_while_a_shift_of_the_day_before_its_last_takes_punches(
    place: Workplace,
) -> None:
    night = shift_of("night", "22:00", "06:00", closes_after_minutes=24 * 60)
    place.rooms.shifts.create_shift(night)
    place.rooms.shifts.retire_shift("night", from_date=FEBRUARY[1])
    place.is_at(
        "2026-03-01T04:00:00"
    )  # the last night began on the 27th; its window is open until 7 in Berlin
    assert code_of(lambda: lock(place)) == "period_not_over"
    place.is_at("2026-03-01T06:00:01")
    assert lock(place).state is PeriodState.LOCKED
