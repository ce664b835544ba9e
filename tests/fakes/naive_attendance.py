"""Attendance a second time, in the most pedestrian way, from docs/attendance.md alone.

It shares nothing with `floorsight.attendance` but the values, so that a fault in one shows in the other. How
long somebody worked is found by painting a byte for every second and counting the bytes.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from floorsight.attendance.model import (
    Break,
    Facts,
    Instance,
    Outcome,
    Punch,
    Record,
    Shift,
    Status,
    Stretch,
)
from tests.fakes.naive_punches import Day
from tests.fakes.naive_shifts import (
    DAY,
    by_start,
    every_date,
    home_of,
    instances_on,
    instant,
    punches_that_count,
)

MINUTE = 60
NEIGHBOURS = 3  # days before and after: their shifts' windows can reach into the dates that are asked for
AT_WORK, ON_BREAK = b"\1", b"\2"


def compute_naively(facts: Facts, first: date, last: date, now: datetime) -> Outcome:
    """The records of the shifts that start on `first` to `last`, and the punches in nobody's window."""
    days = {on: list(instances_on(facts, on)) for on in every_date(first - 7 * DAY, last + 7 * DAY)}
    taken: dict[str, list[Punch]] = {each.instance_id: [] for day in days.values() for each in day}
    unplaced = []
    for punch in punches_that_count(facts.punches):
        near = every_date(punch.at.date() - NEIGHBOURS * DAY, punch.at.date() + NEIGHBOURS * DAY)
        home = home_of(punch, [each for on in near for each in days.get(on, ())])
        if home is not None:
            taken[home.instance_id].append(punch)
        elif first <= punch.at.astimezone(ZoneInfo(facts.time_zone)).date() <= last:
            unplaced.append(punch)
    wanted = sorted((each for on in every_date(first, last) for each in days[on]), key=by_start)
    records = (record_of(facts, each, taken[each.instance_id], now) for each in wanted)
    return Outcome(tuple(records), tuple(unplaced))


# Rule 10: work


class Seconds:
    """A byte for every second from the first coming to the last going."""

    def __init__(self, pairs: list[tuple[Punch, Punch]]) -> None:
        self.origin = pairs[0][0].at if pairs else datetime.fromtimestamp(0, UTC)
        self.row = bytearray(self.place(pairs[-1][1].at) if pairs else 0)
        for coming, going in pairs:
            a, b = self.place(coming.at), self.place(going.at)
            self.row[a:b] = AT_WORK * (b - a)

    def place(self, at: datetime) -> int:
        return max(0, int((at - self.origin).total_seconds()))

    def rest(self, start: datetime, end: datetime) -> None:
        a, b = self.place(start), self.place(end)
        self.row[a:b] = self.row[a:b].replace(AT_WORK, ON_BREAK)


def rest_on_unpaid_breaks(seconds: Seconds, instance: Instance, zone: str) -> None:
    for each in instance.shift.breaks:
        if not each.paid:
            start_date, end_date = dates_of(each, instance)
            seconds.rest(instant(start_date, each.start, zone), instant(end_date, each.end, zone))


def dates_of(rest: Break, instance: Instance) -> tuple[date, date]:
    start_date = instance.local_date
    if rest.start < instance.shift.start:  # by the clock: only a shift past midnight has such a break
        start_date += DAY
    return start_date, start_date + DAY if rest.end < rest.start else start_date


def overtime(shift: Shift, before: int, after: int) -> int:
    total = 0
    if shift.overtime.counts_before_start:
        total += before
    if shift.overtime.counts_after_end:
        total += after
    if total < shift.overtime.threshold_minutes * MINUTE:
        return 0
    counted = 0
    while counted + shift.overtime.step_minutes * MINUTE <= total:
        counted += shift.overtime.step_minutes * MINUTE
    return counted


# Rules 8, 9, 11, 12 and 13: what is said of it


def record_of(facts: Facts, instance: Instance, punches: list[Punch], now: datetime) -> Record:
    shift, closed = instance.shift, now > instance.closes_at
    day = Day(shift, punches)
    seconds = Seconds(day.pairs)
    rest_on_unpaid_breaks(seconds, instance, facts.time_zone)
    start, end = seconds.place(instance.starts_at), seconds.place(instance.ends_at)
    worked = seconds.row.count(AT_WORK)
    late, grace_late, early, grace_early = 0, 0, 0, 0
    if day.check_in is not None:
        late, grace_late = beyond(instance.starts_at, day.check_in.at, shift.grace_late_minutes)
    if day.check_out is not None:
        early, grace_early = beyond(day.check_out.at, instance.ends_at, shift.grace_early_minutes)
    said = faults_of(day, shift, worked, late, early, closed)
    if day.check_in is not None and not said:
        said = {Status.PRESENT}
    said |= days_off(facts, instance, bool(punches), closed)
    return Record(
        instance=instance,
        statuses=tuple(each for each in Status if each in said),
        check_in=day.check_in.at if day.check_in else None,
        check_out=day.check_out.at if day.check_out else None,
        stretches=tuple(Stretch(a.at, b.at, a.punch_id, b.punch_id) for a, b in day.pairs),
        worked_seconds=worked,
        regular_seconds=seconds.row[start:end].count(AT_WORK),
        overtime_seconds=overtime(
            shift, seconds.row[:start].count(AT_WORK), seconds.row[end:].count(AT_WORK)
        ),
        unpaid_break_seconds=seconds.row.count(ON_BREAK),
        late_seconds=late,
        early_seconds=early,
        grace_late_seconds=grace_late,
        grace_early_seconds=grace_early,
        punch_ids=tuple(each.punch_id for each in punches),
        closed=closed,
    )


def beyond(due: datetime, came: datetime, grace_minutes: int) -> tuple[int, int]:
    """By how many seconds somebody is late (or early), and how much of the grace was used instead."""
    seconds = int((came - due).total_seconds())
    if seconds <= 0:
        return 0, 0
    return (0, seconds) if seconds <= grace_minutes * MINUTE else (seconds, 0)


def faults_of(day: Day, shift: Shift, worked: int, late: int, early: int, closed: bool) -> set[Status]:
    said = set()
    if late:
        said.add(Status.LATE)
    if early:
        said.add(Status.EARLY_EXIT)
    if day.check_in is not None and day.check_out is not None:
        said |= part_of_a_day(shift, worked)
    if closed and day.incomplete:
        said.add(Status.MISSING_PUNCH)
    return said


def part_of_a_day(shift: Shift, worked: int) -> set[Status]:
    if shift.full_day_minutes is None or worked >= shift.full_day_minutes * MINUTE:
        return set()
    if shift.half_day_minutes is not None and worked < shift.half_day_minutes * MINUTE:
        return {Status.SHORT_DAY}
    return {Status.HALF_DAY}


def days_off(facts: Facts, instance: Instance, punched: bool, closed: bool) -> set[Status]:
    """Holiday and leave, which are said of who worked too; absence, which is not."""
    holiday = instance.local_date in facts.holidays
    on_leave = any(each.first_date <= instance.local_date <= each.last_date for each in facts.leaves)
    if not (punched or closed):
        return set()
    if holiday:
        return {Status.HOLIDAY}
    if on_leave:
        return {Status.ON_LEAVE}
    return set() if punched else {Status.ABSENT}
