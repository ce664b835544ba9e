"""What a shift came to: statuses, lateness, work, at every boundary."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest

from floorsight.attendance.model import Break, Holiday, Leave, OvertimeRule, Pairing, Record, Status
from floorsight.attendance.rules import compute
from tests.fakes.workday import (
    BERLIN,
    EMPLOYEE,
    IN,
    MONDAY,
    NEW_YORK,
    OUT,
    SITE,
    UNKNOWN,
    at,
    facts_of,
    outcome_of,
    punch_of,
    record_of,
    shift_of,
    worked,
)

HOUR = 3600
DAY = timedelta(days=1)
PRESENT, LATE, EARLY_EXIT = Status.PRESENT, Status.LATE, Status.EARLY_EXIT
HALF_DAY, SHORT_DAY, MISSING = Status.HALF_DAY, Status.SHORT_DAY, Status.MISSING_PUNCH
ABSENT, ON_LEAVE, HOLIDAY = Status.ABSENT, Status.ON_LEAVE, Status.HOLIDAY
HOLIDAYS = {MONDAY: Holiday(SITE, MONDAY, "Founder's day")}
LEAVE = Leave("leave-1", EMPLOYEE, MONDAY, MONDAY, "annual", "hr")


def come_at(moment: str, **more: Any) -> Record:
    return worked(shift_of(**more), (moment, IN), ("16:00", OUT))


def go_at(moment: str, **more: Any) -> Record:
    return worked(shift_of(**more), ("08:00", IN), (moment, OUT))


@pytest.mark.parametrize(
    ("moment", "statuses", "late", "grace"),
    [
        ("07:59:59", (PRESENT,), 0, 0),
        ("08:00:00", (PRESENT,), 0, 0),
        ("08:00:01", (PRESENT,), 0, 1),
        ("08:05:00", (PRESENT,), 0, 300),  # exactly at grace
        ("08:05:01", (LATE,), 301, 0),  # one second past: all of it counts
        ("10:00:00", (LATE,), 7200, 0),
    ],
)
def test_late(moment: str, statuses: tuple[Status, ...], late: int, grace: int) -> None:
    record = come_at(moment)
    assert (record.statuses, record.late_seconds, record.grace_late_seconds) == (statuses, late, grace)


@pytest.mark.parametrize(
    ("moment", "statuses", "early", "grace"),
    [
        ("16:00:01", (PRESENT,), 0, 0),
        ("16:00:00", (PRESENT,), 0, 0),
        ("15:59:59", (PRESENT,), 0, 1),
        ("15:55:00", (PRESENT,), 0, 300),
        ("15:54:59", (EARLY_EXIT,), 301, 0),
    ],
)
def test_early(moment: str, statuses: tuple[Status, ...], early: int, grace: int) -> None:
    record = go_at(moment)
    assert (record.statuses, record.early_seconds, record.grace_early_seconds) == (statuses, early, grace)


def test_late_and_early_hold_together_and_grace_may_be_none() -> None:
    record = worked(
        shift_of(grace_late_minutes=0, grace_early_minutes=0), ("08:00:01", IN), ("15:59:59", OUT)
    )
    assert (record.statuses, record.late_seconds, record.early_seconds) == ((LATE, EARLY_EXIT), 1, 1)


def test_who_has_no_check_in_is_not_late_and_who_has_no_check_out_not_early() -> None:
    gone, come = worked(shift_of(), ("10:00", OUT)), worked(shift_of(), ("14:00", IN))
    assert (gone.statuses, gone.late_seconds) == ((EARLY_EXIT, MISSING), 0)
    assert (come.statuses, come.early_seconds) == ((LATE, MISSING), 0)
    assert gone.worked_seconds == come.worked_seconds == 0


@pytest.mark.parametrize(
    ("going", "statuses"),
    [
        ("14:00:00", (PRESENT,)),  # six hours
        ("13:59:59", (HALF_DAY,)),
        ("11:00:00", (HALF_DAY,)),  # three hours
        ("10:59:59", (SHORT_DAY,)),
    ],
)
def test_half_days_at_their_boundaries(going: str, statuses: tuple[Status, ...]) -> None:
    record = go_at(going, full_day_minutes=360, half_day_minutes=180, grace_early_minutes=600)
    assert record.statuses == statuses


def test_a_day_is_half_by_its_work_not_by_its_length() -> None:
    pause = Break(time(9), time(9, 30))
    record = go_at("14:00", full_day_minutes=360, breaks=(pause,), grace_early_minutes=600)
    assert record.statuses == (HALF_DAY,)
    assert go_at("08:01", full_day_minutes=360, grace_early_minutes=600).statuses == (HALF_DAY,)
    assert go_at("08:01", grace_early_minutes=600).statuses == (PRESENT,)
    assert go_at("08:01", half_day_minutes=180, grace_early_minutes=600).statuses == (PRESENT,)


def test_half_a_day_takes_both_check_in_and_check_out() -> None:
    assert worked(shift_of(full_day_minutes=360), ("08:00", IN)).statuses == (MISSING,)


BREAKS = (
    Break(time(12), time(12, 30)),
    Break(time(12, 15), time(12, 45)),
    Break(time(10), time(10, 15), paid=True),
)


@pytest.mark.parametrize(
    ("coming", "going", "unpaid"),
    [
        ("08:00", "16:00", 45 * 60),  # overlapping ones once; the paid one is work
        ("12:10", "16:00", 35 * 60),
        ("08:00", "12:00", 0),
        ("08:00", "12:00:01", 1),
        ("12:45", "16:00", 0),
        ("12:20", "12:40", 20 * 60),
    ],
)
def test_unpaid_breaks_count_as_far_as_they_lie_within_a_stretch(
    coming: str, going: str, unpaid: int
) -> None:
    record = worked(shift_of(breaks=BREAKS), (coming, IN), (going, OUT))
    elapsed = int((at(going) - at(coming)).total_seconds())
    assert (record.unpaid_break_seconds, record.worked_seconds) == (unpaid, elapsed - unpaid)
    assert (record.regular_seconds, record.overtime_seconds) == (record.worked_seconds, 0)


def test_a_break_outside_of_the_stretches_is_not_taken_off_twice() -> None:
    turns = shift_of(breaks=(Break(time(12), time(12, 30)),), pairing=Pairing.ALTERNATE)
    record = worked(turns, ("08:00", IN), ("12:10", OUT), ("12:25", IN), ("16:00", OUT))
    assert record.unpaid_break_seconds == 15 * 60
    assert record.worked_seconds == 8 * HOUR - 30 * 60


@pytest.mark.parametrize(
    ("pause", "unpaid"),
    [
        (Break(time(23, 45), time(0, 15)), 30 * 60),
        (Break(time(2), time(2, 30)), 30 * 60),
        (Break(time(22), time(22, 20)), 20 * 60),
        (Break(time(5, 50), time(6)), 10 * 60),
    ],
)
def test_breaks_pass_midnight_with_their_shift(pause: Break, unpaid: int) -> None:
    night = shift_of("22:00", "06:00", breaks=(pause,))
    punches = [punch_of("22:00", IN), punch_of("2026-03-03T06:00", OUT)]
    record = record_of(facts_of([night], punches))
    assert (record.unpaid_break_seconds, record.worked_seconds) == (unpaid, 8 * HOUR - unpaid)


@pytest.mark.parametrize(
    ("going", "overtime"),
    [
        ("16:00:00", 0),
        ("16:29:59", 0),  # below the threshold
        ("16:30:00", 30 * 60),
        ("16:44:59", 30 * 60),  # cut to steps
        ("16:45:00", 45 * 60),
    ],
)
def test_overtime_at_its_threshold_and_steps(going: str, overtime: int) -> None:
    rule = OvertimeRule(threshold_minutes=30, step_minutes=15)
    record = go_at(going, overtime=rule)
    assert record.overtime_seconds == overtime
    assert record.regular_seconds == 8 * HOUR
    assert record.worked_seconds == int((at(going) - at("08:00")).total_seconds())


@pytest.mark.parametrize(
    ("before", "after", "overtime"),
    [(False, False, 0), (True, False, 1200), (False, True, 2400), (True, True, 3600)],
)
def test_the_parts_that_count_are_added(before: bool, after: bool, overtime: int) -> None:
    rule = OvertimeRule(counts_before_start=before, counts_after_end=after)
    record = worked(shift_of(overtime=rule), ("07:40", IN), ("16:40", OUT))
    assert (record.overtime_seconds, record.regular_seconds) == (overtime, 8 * HOUR)


def test_the_threshold_is_of_the_sum() -> None:
    rule = OvertimeRule(counts_before_start=True, threshold_minutes=60, step_minutes=60)
    assert worked(shift_of(overtime=rule), ("07:40", IN), ("16:40", OUT)).overtime_seconds == HOUR
    assert worked(shift_of(overtime=rule), ("07:40:01", IN), ("16:40", OUT)).overtime_seconds == 0


def test_without_a_threshold_overtime_is_whole_minutes() -> None:
    assert go_at("16:00:59").overtime_seconds == 0
    assert go_at("16:02:30").overtime_seconds == 120


def test_work_that_lies_wholly_outside_is_not_regular() -> None:
    before = worked(shift_of(), ("06:30", IN), ("07:30", OUT))
    assert (before.regular_seconds, before.overtime_seconds, before.worked_seconds) == (0, 0, HOUR)
    after = worked(shift_of(grace_late_minutes=600), ("17:00", IN), ("18:00", OUT))
    assert (after.regular_seconds, after.overtime_seconds, after.worked_seconds) == (0, HOUR, HOUR)


def test_who_never_came_is_absent_unless_excused() -> None:
    assert worked(shift_of()).statuses == (ABSENT,)
    assert worked(shift_of(), leaves=(LEAVE,)).statuses == (ON_LEAVE,)
    assert worked(shift_of(), holidays=HOLIDAYS, leaves=(LEAVE,)).statuses == (HOLIDAY,)


def test_who_works_on_a_holiday_or_leave_has_both_statuses() -> None:
    punches = ("08:06", IN), ("16:00", OUT)
    assert worked(shift_of(), *punches, holidays=HOLIDAYS).statuses == (LATE, HOLIDAY)
    assert worked(shift_of(), *punches, leaves=(LEAVE,)).statuses == (LATE, ON_LEAVE)
    assert worked(shift_of(), *punches, holidays=HOLIDAYS, leaves=(LEAVE,)).statuses == (LATE, HOLIDAY)
    assert worked(shift_of(), ("16:00", OUT), holidays=HOLIDAYS).statuses == (MISSING, HOLIDAY)


def test_leave_and_holidays_are_by_the_date_of_the_start() -> None:
    night = facts_of([shift_of("22:00", "06:00")], holidays=HOLIDAYS)
    found = outcome_of(night, MONDAY - DAY, MONDAY + DAY).records
    assert [record.statuses for record in found] == [(ABSENT,), (HOLIDAY,), (ABSENT,)]
    days = Leave("l", EMPLOYEE, MONDAY, MONDAY + DAY, "annual", "hr")
    away = outcome_of(facts_of([shift_of()], leaves=(days,)), MONDAY - DAY, MONDAY + 2 * DAY).records
    assert [record.statuses for record in away] == [(ABSENT,), (ON_LEAVE,), (ON_LEAVE,), (ABSENT,)]


def test_nothing_is_missing_or_absent_before_the_window_has_closed() -> None:
    """The window closes at 20:00, which it includes."""
    nobody, came = facts_of([shift_of()]), facts_of([shift_of()], [punch_of("08:00", IN)])
    last, closed = at("20:00:00"), at("20:00:01")
    for facts, before, after in ((nobody, (), (ABSENT,)), (came, (PRESENT,), (MISSING,))):
        (open_,) = compute(facts, MONDAY, MONDAY, last).records
        assert (open_.statuses, open_.closed) == (before, False)
        (over,) = compute(facts, MONDAY, MONDAY, closed).records
        assert (over.statuses, over.closed) == (after, True)
    (record,) = compute(facts_of([shift_of()], holidays=HOLIDAYS), MONDAY, MONDAY, last).records
    assert record.statuses == ()
    at_work = facts_of([shift_of()], [punch_of("08:00", IN)], holidays=HOLIDAYS)
    (record,) = compute(at_work, MONDAY, MONDAY, last).records
    assert record.statuses == (PRESENT, HOLIDAY)


def test_late_is_known_at_once() -> None:
    (record,) = compute(facts_of([shift_of()], [punch_of("08:10", IN)]), MONDAY, MONDAY, at("08:11")).records
    assert (record.statuses, record.closed) == ((LATE,), False)


def test_a_split_shift_is_two_records_and_a_punch_belongs_to_one() -> None:
    shifts = [shift_of("06:00", "10:00", "morning"), shift_of("16:00", "20:00", "evening")]
    punches = [punch_of(*each) for each in (("06:00", IN), ("10:05", OUT), ("15:55", IN), ("20:00", OUT))]
    morning, evening = outcome_of(facts_of(shifts, punches)).records
    assert (morning.check_in, morning.check_out) == (at("06:00"), at("10:05"))
    assert (evening.check_in, evening.check_out) == (at("15:55"), at("20:00"))
    assert morning.statuses == evening.statuses == (PRESENT,)
    without = outcome_of(facts_of(shifts, punches[:2])).records
    assert [record.statuses for record in without] == [(PRESENT,), (ABSENT,)]


def test_shifts_that_follow_each_other_share_no_punch() -> None:
    shifts = [shift_of("06:00", "14:00", "early"), shift_of("14:00", "22:00", "late")]
    punches = [punch_of(*each) for each in (("06:00", IN), ("14:00", OUT), ("14:00", IN), ("22:00", OUT))]
    assert [r.statuses for r in outcome_of(facts_of(shifts, punches)).records] == [(PRESENT,), (PRESENT,)]
    unpunched = outcome_of(facts_of(shifts, [punches[0], punches[-1]])).records
    assert [record.statuses for record in unpunched] == [(MISSING,), (MISSING,)]  # nothing is guessed


@pytest.mark.parametrize(
    ("zone", "evening", "hours"),
    [
        (BERLIN, date(2026, 3, 28), 7),
        (BERLIN, date(2026, 10, 24), 9),
        (BERLIN, date(2026, 3, 27), 8),
        (NEW_YORK, date(2026, 3, 7), 7),
        (NEW_YORK, date(2026, 10, 31), 9),
        (NEW_YORK, date(2026, 3, 6), 8),
    ],
)
def test_a_night_over_a_change_of_clocks_is_paid_as_long_as_it_was(
    zone: str, evening: date, hours: int
) -> None:
    night = shift_of("22:00", "06:00", full_day_minutes=hours * 60)
    morning = evening + DAY
    punches = [
        punch_of(at("22:05:00", zone, evening), IN, "a"),
        punch_of(at("05:55:00", zone, morning), OUT, "b"),
    ]
    record = record_of(facts_of([night], punches, zone), evening)
    assert record.instance.local_date == evening
    assert record.worked_seconds == record.regular_seconds == hours * HOUR - 600
    assert (record.grace_late_seconds, record.grace_early_seconds) == (300, 300)
    assert record.statuses == (HALF_DAY,)  # ten minutes short of a full day, within grace on both sides
    late = [punch_of(at("22:05:01", zone, evening), IN, "a"), punches[1]]
    assert LATE in record_of(facts_of([night], late, zone), evening).statuses


@pytest.mark.parametrize(("evening", "unpaid"), [(date(2026, 3, 28), 0), (date(2026, 10, 24), 90 * 60)])
def test_a_break_over_a_change_of_clocks_is_as_long_as_it_was(evening: date, unpaid: int) -> None:
    """02:15 to 02:45 does not exist in spring; 02:30 to 03:00 takes an hour more in autumn."""
    pause = Break(time(2, 15), time(2, 45)) if unpaid == 0 else Break(time(2, 30), time(3))
    night = shift_of("22:00", "06:00", breaks=(pause,))
    punches = [punch_of(at("22:00", on=evening), IN, "a"), punch_of(at("06:00", on=evening + DAY), OUT, "b")]
    assert record_of(facts_of([night], punches), evening).unpaid_break_seconds == unpaid


def test_the_version_of_the_day_is_what_a_record_goes_by() -> None:
    old, new = shift_of(), shift_of("09:00", "17:00", valid_from=MONDAY + DAY)
    punches = [punch_of("08:00", IN), punch_of("2026-03-03T09:00", IN)]
    monday, tuesday = outcome_of(facts_of([old, new], punches), MONDAY, MONDAY + DAY).records
    assert (monday.instance.shift, tuesday.instance.shift) == (old, new)
    assert monday.late_seconds == tuesday.late_seconds == 0


def test_outside_of_the_employment_there_is_no_record_and_punches_are_unplaced() -> None:
    facts = facts_of([shift_of()], [punch_of("08:00", IN, "p")], employed_from=MONDAY + DAY)
    outcome = outcome_of(facts)
    assert (outcome.records, [punch.punch_id for punch in outcome.unplaced]) == ((), ["p"])


def test_statuses_are_in_their_order() -> None:
    shift = shift_of(full_day_minutes=300, pairing=Pairing.ALTERNATE)
    record = worked(shift, ("09:00", IN), ("10:00", OUT), ("11:00", UNKNOWN), leaves=(LEAVE,))
    assert record.statuses == (LATE, EARLY_EXIT, HALF_DAY, MISSING, ON_LEAVE)
