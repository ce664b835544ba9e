"""Which punches count, which shifts there are, and which shift a punch is of: rules 1 to 4, naively.

Which instant a local time is, is found by walking through the day's minutes and looking at the clock on the
wall.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from floorsight.attendance.model import Facts, Instance, Punch, PunchDirection, Shift

DAY = timedelta(days=1)
COMING, GOING, UNKNOWN = PunchDirection.IN, PunchDirection.OUT, PunchDirection.UNKNOWN


# Rule 1: current punches


def punches_that_count(punches: tuple[Punch, ...]) -> list[Punch]:
    gone = set()
    for punch in punches:
        if punch.supersedes is not None:
            gone.add(punch.supersedes)
    counting: dict[str, Punch] = {}
    for punch in punches:
        if punch.punch_id not in gone and not punch.withdrawn:
            counting[punch.punch_id] = punch
    return sorted(counting.values(), key=lambda each: (each.at, each.punch_id))


# Rule 2: instances


def instances_on(facts: Facts, on: date) -> Iterator[Instance]:
    if facts.employed_from is not None and on < facts.employed_from:
        return
    if facts.employed_until is not None and on > facts.employed_until:
        return
    planned = facts.day_plans.get(on)
    if planned is not None:
        wanted = set(planned.shift_ids)
    else:
        wanted = set()
        for assignment in facts.assignments:
            days = (on - assignment.first_date).days
            if days >= 0 and (assignment.last_date is None or on <= assignment.last_date):
                wanted |= set(assignment.cycle[days % len(assignment.cycle)])
    for shift_id in wanted:
        shift = version_on(facts.shifts, shift_id, on)
        if shift is not None and (planned is not None or on.isoweekday() in shift.days):
            yield instance_of(facts, shift, on)


def version_on(shifts: tuple[Shift, ...], shift_id: str, on: date) -> Shift | None:
    found = None
    for shift in shifts:
        fits = shift.shift_id == shift_id and shift.valid_from <= on
        if fits and (
            found is None or (shift.valid_from, shift.revision) > (found.valid_from, found.revision)
        ):
            found = shift
    return None if found is None or found.retired else found


def instance_of(facts: Facts, shift: Shift, on: date) -> Instance:
    end_date = on if shift.end > shift.start else on + DAY
    starts_at = instant(on, shift.start, facts.time_zone)
    ends_at = instant(end_date, shift.end, facts.time_zone)
    return Instance(
        employee_id=facts.employee_id,
        shift=shift,
        local_date=on,
        starts_at=starts_at,
        ends_at=ends_at,
        opens_at=starts_at - timedelta(minutes=shift.opens_before_minutes),
        closes_at=ends_at + timedelta(minutes=shift.closes_after_minutes),
    )


def instant(on: date, shown: time, zone: str) -> datetime:
    """When a clock on the wall shows this first; if it never does, the next minute that it does show."""
    wall = datetime.combine(on, shown)
    while wall.time() not in minutes_shown(wall.date(), zone):
        wall += timedelta(minutes=1)
    return minutes_shown(wall.date(), zone)[wall.time()]


@cache
def minutes_shown(on: date, zone: str) -> dict[time, datetime]:
    """Every minute that a clock on the wall shows on a date, and when it shows it first."""
    shown: dict[time, datetime] = {}
    midnight = int(datetime.combine(on, time(), UTC).timestamp())
    for second in range(midnight - 15 * 3600, midnight + 37 * 3600, 60):  # wherever on earth it is
        wall = datetime.fromtimestamp(second, ZoneInfo(zone))
        if wall.date() == on:
            shown.setdefault(wall.time().replace(fold=0), datetime.fromtimestamp(second, UTC))
    return shown


def every_date(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += DAY


# Rules 3 and 4: windows and overlaps


def home_of(punch: Punch, instances: list[Instance]) -> Instance | None:
    open_then = [each for each in instances if each.opens_at <= punch.at <= each.closes_at]
    if not open_then:
        return None
    nearest = min(min(to_start(punch, each), to_end(punch, each)) for each in open_then)
    tied = [each for each in open_then if nearest in (to_start(punch, each), to_end(punch, each))]
    fitting = []
    for each in tied:
        comes = punch.direction is COMING and to_start(punch, each) == nearest
        goes = punch.direction is GOING and to_end(punch, each) == nearest
        if comes or goes:
            fitting.append(each)
    return min(fitting or tied, key=by_start)


def by_start(instance: Instance) -> tuple[datetime, date, str]:
    return instance.starts_at, instance.local_date, instance.shift.shift_id


def to_start(punch: Punch, instance: Instance) -> timedelta:
    return abs(punch.at - instance.starts_at)


def to_end(punch: Punch, instance: Instance) -> timedelta:
    return abs(punch.at - instance.ends_at)
