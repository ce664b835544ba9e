"""What a plan may say: pure checks, each with the field at fault."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, time, timedelta

from floorsight.attendance.calendar import MAX_CLOSES_AFTER_MINUTES, MAX_OPENS_BEFORE_MINUTES
from floorsight.attendance.model import Assignment, Break, Leave, OvertimeRule, Shift
from floorsight.attendance.planning.model import (
    FIRST_DATE,
    LAST_DATE,
    MAX_BREAKS,
    MAX_CYCLE_DAYS,
    MAX_LEAVE_DAYS,
    MAX_REASON_LENGTH,
    MAX_SHIFTS_A_DAY,
    MAX_VERSIONS,
    ShiftHistory,
)
from floorsight.employees.model import Employee
from floorsight.platform.errors import Conflict, Malformed
from floorsight.sites.fields import check_identifier, check_range, check_text, check_time_of_day

DAY_MINUTES = 24 * 60
MAX_GRACE_MINUTES = 4 * 60
MAX_DEBOUNCE_SECONDS = 3600
MAX_STEP_MINUTES = 4 * 60
_MOST_MINUTES = {
    "grace_late_minutes": MAX_GRACE_MINUTES,
    "grace_early_minutes": MAX_GRACE_MINUTES,
    "opens_before_minutes": MAX_OPENS_BEFORE_MINUTES,
    "closes_after_minutes": MAX_CLOSES_AFTER_MINUTES,
}
_DAY = timedelta(days=1)


def check_shift(shift: Shift) -> None:
    """Raises Malformed with the field: a shift that means something by itself."""
    check_identifier("shift_id", shift.shift_id)
    check_text("name", shift.name)
    check_date("valid_from", shift.valid_from)
    check_time_of_day("start", shift.start)
    check_time_of_day("end", shift.end)
    if not shift.days or not shift.days <= frozenset(range(1, 8)):
        raise Malformed(
            "days must be at least one of 1 (Monday) to 7 (Sunday)", code="bad_weekdays", field="days"
        )
    for name, most in _MOST_MINUTES.items():
        check_range(name, getattr(shift, name), most, minimum=0)
    check_range("debounce_seconds", shift.debounce_seconds, MAX_DEBOUNCE_SECONDS, minimum=0)
    _check_hours(shift)
    _check_overtime(shift.overtime)
    _check_breaks(shift)


def shift_minutes(shift: Shift) -> int:
    """From start to end by the clock on the wall; an end at the start is a day later."""
    return _minutes_between(shift.start, shift.end) or DAY_MINUTES


def _check_hours(shift: Shift) -> None:
    full, half = shift.full_day_minutes, shift.half_day_minutes
    for name, value in (("full_day_minutes", full), ("half_day_minutes", half)):
        if value is not None:
            check_range(name, value, DAY_MINUTES)
    if half is not None and (full is None or half > full):
        raise Malformed(
            "half_day_minutes needs full_day_minutes, and is at most as much",
            code="half_day_above_full_day",
            field="half_day_minutes",
        )


def _check_overtime(rule: OvertimeRule) -> None:
    check_range("overtime.threshold_minutes", rule.threshold_minutes, DAY_MINUTES, minimum=0)
    check_range("overtime.step_minutes", rule.step_minutes, MAX_STEP_MINUTES)


def _check_breaks(shift: Shift) -> None:
    check_range("breaks", len(shift.breaks), MAX_BREAKS, minimum=0)
    spans = [_break_span(shift, number, pause) for number, pause in enumerate(shift.breaks)]
    for (_, end, _), (start, _, number) in zip(sorted(spans), sorted(spans)[1:], strict=False):
        if start < end:
            raise Malformed("breaks must not overlap", code="breaks_overlap", field=f"breaks.{number}")


def _break_span(shift: Shift, number: int, pause: Break) -> tuple[int, int, int]:
    """Begin and end in minutes after the shift's start, and the break's number."""
    field = f"breaks.{number}"
    check_time_of_day(f"{field}.start", pause.start)
    check_time_of_day(f"{field}.end", pause.end)
    begin, length = _minutes_between(shift.start, pause.start), _minutes_between(pause.start, pause.end)
    if not length:
        raise Malformed("a break ends later than it starts", code="break_empty", field=field)
    if begin + length > shift_minutes(shift):
        raise Malformed(
            f"the break {pause.start:%H:%M} to {pause.end:%H:%M} is not within the shift "
            f"({shift.start:%H:%M} to {shift.end:%H:%M})",
            code="break_outside_shift",
            field=field,
        )
    return begin, begin + length, number


def _minutes_between(start: time, end: time) -> int:
    """By the clock on the wall, 0 to 1439."""
    return (end.hour * 60 + end.minute - start.hour * 60 - start.minute) % DAY_MINUTES


def with_version(history: ShiftHistory, version: Shift) -> ShiftHistory:
    """The history with a version instead of the one of the same date; later ones stay.

    Raises Conflict (`too_many_versions`, `shift_retired`).
    """
    retired_from = next((each.valid_from for each in history.versions if each.retired), None)
    if retired_from is not None and version.valid_from >= retired_from:
        raise Conflict(
            f"shift {history.shift_id} is retired from {retired_from} on; make a new one",
            code="shift_retired",
        )
    others = [each for each in history.versions if each.valid_from != version.valid_from]
    if len(others) >= MAX_VERSIONS:
        raise Conflict(
            f"shift {history.shift_id} has {MAX_VERSIONS} versions, the most it can have; make a new one",
            code="too_many_versions",
        )
    revised = replace(version, revision=history.revision + 1)
    return ShiftHistory(tuple(sorted([*others, revised], key=lambda each: each.valid_from)))


def retired_from(history: ShiftHistory, day: date) -> ShiftHistory:
    """The history that ends before a date; what was to be valid later is gone. Once more changes nothing."""
    last = history.versions[-1]
    if last.retired and last.valid_from <= day:
        return history
    kept = [each for each in history.versions if each.valid_from < day]
    pattern = kept[-1] if kept else history.versions[0]
    end = replace(pattern, valid_from=day, retired=True, revision=history.revision + 1)
    return ShiftHistory((*kept, end))


def check_cycle(cycle: Sequence[Sequence[str]]) -> None:
    """Raises Malformed (`cycle_empty`, `out_of_range`, `shift_twice`)."""
    if not any(cycle):
        raise Malformed(
            "a cycle names a shift on at least one of its days; who is free has no assignment",
            code="cycle_empty",
            field="cycle",
        )
    check_range("cycle", len(cycle), MAX_CYCLE_DAYS)
    for number, shift_ids in enumerate(cycle):
        check_shifts_of_day(f"cycle.{number}", shift_ids)


def check_shifts_of_day(field: str, shift_ids: Sequence[str]) -> None:
    """Raises Malformed (`out_of_range`, `shift_twice`)."""
    check_range(field, len(shift_ids), MAX_SHIFTS_A_DAY, minimum=0)
    if len(set(shift_ids)) < len(shift_ids):
        raise Malformed("a day has each shift once", code="shift_twice", field=field)


def check_dates(first_date: date, last_date: date | None) -> None:
    """Raises Malformed (`out_of_range`, `dates_out_of_order`)."""
    check_date("first_date", first_date)
    if last_date is not None:
        check_date("last_date", last_date)
        if last_date < first_date:
            raise Malformed(
                f"last_date ({last_date}) is before first_date ({first_date})",
                code="dates_out_of_order",
                field="last_date",
            )


def check_date(field: str, day: date) -> None:
    """Raises Malformed (`out_of_range`)."""
    if not FIRST_DATE <= day <= LAST_DATE:
        raise Malformed(
            f"{field} must be between {FIRST_DATE} and {LAST_DATE}", code="out_of_range", field=field
        )


def check_reason(reason: str) -> None:
    """Raises Malformed (`bad_text`)."""
    if not reason.strip() or len(reason) > MAX_REASON_LENGTH or not reason.isprintable():
        raise Malformed(
            f"reason must say why in 1 to {MAX_REASON_LENGTH} printable characters",
            code="bad_text",
            field="reason",
        )


def check_leave(leave: Leave, others: Iterable[Leave]) -> None:
    """Raises Malformed, or Conflict (`leave_overlaps`) with another leave of the employee."""
    check_dates(leave.first_date, leave.last_date)
    check_text("kind", leave.kind)
    days = (leave.last_date - leave.first_date).days + 1
    if days > MAX_LEAVE_DAYS:
        raise Malformed(
            f"a leave has at most {MAX_LEAVE_DAYS} days, not {days}; enter a longer one in parts",
            code="leave_too_long",
            field="last_date",
        )
    for other in others:
        if other.first_date <= leave.last_date and leave.first_date <= other.last_date:
            raise Conflict(
                f"there is a leave from {other.first_date} to {other.last_date}; remove it first",
                code="leave_overlaps",
            )


def first_change(before: Assignment, after: Assignment) -> date:
    """The first date on which the two say something else."""
    if (before.first_date, before.cycle) != (after.first_date, after.cycle):
        return min(before.first_date, after.first_date)
    ends = [each.last_date for each in (before, after) if each.last_date is not None]
    return min(ends) + _DAY if ends else before.first_date


def first_day_of_other_employment(before: Employee, after: Employee) -> date | None:
    """The first date on which somebody is employed by one of the two and not by the other, at the earliest.

    None if both say the same.
    """
    days = []
    if before.employed_from != after.employed_from:
        days.append(min(before.employed_from or FIRST_DATE, after.employed_from or FIRST_DATE))
    if before.employed_until != after.employed_until:
        days.append(min(before.employed_until or LAST_DATE, after.employed_until or LAST_DATE) + _DAY)
    return min(days, default=None)
