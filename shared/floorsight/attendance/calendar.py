"""Which shifts an employee has on which dates, as instants (docs/attendance.md, rules 2 and 3): pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from floorsight.attendance.model import Assignment, Break, Facts, Instance, Shift
from floorsight.platform.local_time import instant_at

# What planning lets a shift's window reach beyond the shift.
MAX_OPENS_BEFORE_MINUTES = 12 * 60
MAX_CLOSES_AFTER_MINUTES = 24 * 60
_DAY_MINUTES = 24 * 60
_DAY = timedelta(days=1)


def reach_days(opens_before_minutes: int, closes_after_minutes: int) -> int:
    """How many dates apart two instances can be whose windows share a moment.

    One begins on its date at the earliest, the other is over two dates after its own at the latest; a change
    of clocks adds an hour at most, for which a day is plenty.
    """
    return 3 + (opens_before_minutes + closes_after_minutes) // _DAY_MINUTES


REACH_DAYS = reach_days(MAX_OPENS_BEFORE_MINUTES, MAX_CLOSES_AFTER_MINUTES)


def reach_of(shifts: tuple[Shift, ...]) -> int:
    """`reach_days` of the widest windows that there are among these shifts."""
    return reach_days(
        max((shift.opens_before_minutes for shift in shifts), default=0),
        max((shift.closes_after_minutes for shift in shifts), default=0),
    )


def list_instances(facts: Facts, first: date, last: date) -> list[Instance]:
    """The instances of the dates from `first` to `last`, in order of start, then of date and shift."""
    found = [
        _make_instance(facts, shift, on) for on in _dates(first, last) for shift in _shifts_on(facts, on)
    ]
    return sorted(found, key=instance_order)


def dates_of_moment(facts: Facts, moment: datetime) -> tuple[date, date]:
    """The first and last date whose records a punch at this moment may change; its local date if none."""
    local, reach = moment.astimezone(ZoneInfo(facts.time_zone)).date(), timedelta(days=reach_of(facts.shifts))
    around = list_instances(facts, local - reach, local + reach)
    dates = [each.local_date for each in around if each.opens_at <= moment <= each.closes_at]
    return min(dates, default=local), max(dates, default=local)


def span_of(facts: Facts, first: date, last: date) -> tuple[datetime, datetime]:
    """From when until when there may be punches of these dates: the dates themselves, and their windows."""
    zone, instances = ZoneInfo(facts.time_zone), list_instances(facts, first, last)
    begins_at, ends_at = instant_at(first, time(), zone), instant_at(last + _DAY, time(), zone)
    return (
        min([begins_at, *(each.opens_at for each in instances)]),
        max([ends_at, *(each.closes_at for each in instances)]),
    )


def instance_order(instance: Instance) -> tuple[datetime, date, str]:
    """By start; what starts together by date and shift."""
    return instance.starts_at, instance.local_date, instance.shift.shift_id


def break_times(instance: Instance, pause: Break, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When a break begins and ends, in UTC: at the first such times of day from the shift's start on."""
    begins_on = instance.local_date + (_DAY if pause.start < instance.shift.start else timedelta())
    ends_on = begins_on + (_DAY if pause.end < pause.start else timedelta())
    return instant_at(begins_on, pause.start, zone), instant_at(ends_on, pause.end, zone)


def window_of(shift: Shift, on: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From when until when, in UTC and both included, a shift that starts on a date takes punches."""
    starts_at, ends_at = _hours_of(shift, on, zone)
    opens_at = starts_at - timedelta(minutes=shift.opens_before_minutes)
    return opens_at, ends_at + timedelta(minutes=shift.closes_after_minutes)


def version_on(shifts: tuple[Shift, ...], shift_id: str, on: date) -> Shift | None:
    """The version of a shift that holds on a date: None before its first, and once it is retired."""
    valid = [shift for shift in shifts if shift.shift_id == shift_id and shift.valid_from <= on]
    latest = max(valid, key=lambda shift: (shift.valid_from, shift.revision), default=None)
    return latest if latest is not None and not latest.retired else None


def _dates(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def _shifts_on(facts: Facts, on: date) -> list[Shift]:
    if not _is_employed(facts, on):
        return []
    plan = facts.day_plans.get(on)
    if plan is not None:
        return _versions(facts, set(plan.shift_ids), on)
    assigned = {shift_id for each in facts.assignments for shift_id in _assigned(each, on)}
    return [shift for shift in _versions(facts, assigned, on) if on.isoweekday() in shift.days]


def _versions(facts: Facts, shift_ids: set[str], on: date) -> list[Shift]:
    found = (version_on(facts.shifts, shift_id, on) for shift_id in shift_ids)
    return [shift for shift in found if shift is not None]


def _is_employed(facts: Facts, on: date) -> bool:
    begun = facts.employed_from is None or facts.employed_from <= on
    return begun and (facts.employed_until is None or on <= facts.employed_until)


def _assigned(assignment: Assignment, on: date) -> tuple[str, ...]:
    over = assignment.last_date is not None and assignment.last_date < on
    if on < assignment.first_date or over or not assignment.cycle:
        return ()
    return assignment.cycle[(on - assignment.first_date).days % len(assignment.cycle)]


def _make_instance(facts: Facts, shift: Shift, on: date) -> Instance:
    zone = ZoneInfo(facts.time_zone)
    opens_at, closes_at = window_of(shift, on, zone)
    return Instance(facts.employee_id, shift, on, *_hours_of(shift, on, zone), opens_at, closes_at)


def _hours_of(shift: Shift, on: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    ends_on = on if shift.end > shift.start else on + _DAY
    return instant_at(on, shift.start, zone), instant_at(ends_on, shift.end, zone)
