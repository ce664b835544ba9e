"""The records of an employee, from all that they follow from (docs/attendance.md has the rules): pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from floorsight.attendance.calendar import list_instances, reach_of
from floorsight.attendance.measuring import Work, measure
from floorsight.attendance.model import Facts, Instance, Outcome, Punch, Record, Shift, Status
from floorsight.attendance.pairing import Attended, pair
from floorsight.attendance.placing import current_punches, debounce, place

_LISTED = {status: number for number, status in enumerate(Status)}


def compute(facts: Facts, first: date, last: date, now: datetime) -> Outcome:
    """The records of the local dates from `first` to `last`, as they are at `now`.

    Facts must reach as far beyond these dates as windows do (`calendar.REACH_DAYS`): a punch belongs to one
    shift, whatever dates are asked for. Unplaced are punches of these dates only.
    """
    zone, reach = ZoneInfo(facts.time_zone), timedelta(days=reach_of(facts.shifts))
    instances = list_instances(facts, first - reach, last + reach)
    placed = place(current_punches(facts.punches), instances)
    return Outcome(
        tuple(
            make_record(facts, instance, placed.by_instance[instance.instance_id], now)
            for instance in instances
            if first <= instance.local_date <= last
        ),
        tuple(punch for punch in placed.unplaced if first <= punch.at.astimezone(zone).date() <= last),
    )


def make_record(facts: Facts, instance: Instance, punches: Sequence[Punch], now: datetime) -> Record:
    """What an instance came to; `punches` are the current ones in its window, in order."""
    shift = instance.shift
    attended = pair(debounce(punches, shift.debounce_seconds), shift.pairing)
    work = measure(instance, attended.stretches, ZoneInfo(facts.time_zone))
    late, grace_late = split_grace(_lateness(instance, attended), shift.grace_late_minutes)
    early, grace_early = split_grace(_earliness(instance, attended), shift.grace_early_minutes)
    closed = now > instance.closes_at
    statuses = {
        Status.LATE: late > 0,
        Status.EARLY_EXIT: early > 0,
        Status.MISSING_PUNCH: closed and attended.is_lacking,
    } | _size_of_day(shift, attended, work)
    statuses[Status.PRESENT] = attended.check_in is not None and not any(statuses.values())
    if punches or closed:
        day = _kind_of_day(facts, instance.local_date)
        statuses[day or Status.ABSENT] = day is not None or not punches
    return Record(
        instance=instance,
        statuses=tuple(sorted((s for s, holds in statuses.items() if holds), key=_LISTED.__getitem__)),
        check_in=attended.check_in,
        check_out=attended.check_out,
        stretches=attended.stretches,
        worked_seconds=work.worked,
        regular_seconds=work.regular,
        overtime_seconds=work.overtime(shift.overtime),
        unpaid_break_seconds=work.unpaid_break,
        late_seconds=late,
        early_seconds=early,
        grace_late_seconds=grace_late,
        grace_early_seconds=grace_early,
        punch_ids=tuple(punch.punch_id for punch in punches),
        closed=closed,
    )


def split_grace(seconds: int, grace_minutes: int) -> tuple[int, int]:
    """Seconds that count, and those that grace covers: all of them are one or the other."""
    over = max(0, seconds)
    return (over, 0) if over > grace_minutes * 60 else (0, over)


def _lateness(instance: Instance, attended: Attended) -> int:
    """Seconds from the start to the check-in; negative if it was before."""
    came = attended.check_in or instance.starts_at
    return int((came - instance.starts_at).total_seconds())


def _earliness(instance: Instance, attended: Attended) -> int:
    """Seconds from the check-out to the end; negative if it was after."""
    went = attended.check_out or instance.ends_at
    return int((instance.ends_at - went).total_seconds())


def _size_of_day(shift: Shift, attended: Attended, work: Work) -> dict[Status, bool]:
    whole = attended.check_in is not None and attended.check_out is not None
    if shift.full_day_minutes is None or not whole or work.worked >= shift.full_day_minutes * 60:
        return {}
    short = shift.half_day_minutes is not None and work.worked < shift.half_day_minutes * 60
    return {Status.SHORT_DAY if short else Status.HALF_DAY: True}


def _kind_of_day(facts: Facts, on: date) -> Status | None:
    """What excuses from work on a date."""
    if on in facts.holidays:
        return Status.HOLIDAY
    on_leave = any(leave.first_date <= on <= leave.last_date for leave in facts.leaves)
    return Status.ON_LEAVE if on_leave else None
