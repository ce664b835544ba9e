"""A year of a plant in three shifts: who works when, and what its doors and people made of it.

Everything follows from a seed. Nobody is perfect here: people come late, stay longer, forget to punch, are
seen twice, pass a camera that is mistaken, swap shifts, are on leave, join and leave; HR corrects.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from floorsight.attendance.model import (
    Assignment,
    Break,
    DayPlan,
    Facts,
    Holiday,
    Leave,
    OvertimeRule,
    Pairing,
    Punch,
    PunchDirection,
    PunchSource,
    Shift,
)

SITE = "plant-berlin"
ZONE = "Europe/Berlin"
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
DAY = timedelta(days=1)
LONG_AGO = date(2020, 1, 1)
COMING, GOING, UNKNOWN = PunchDirection.IN, PunchDirection.OUT, PunchDirection.UNKNOWN
OPPOSITE = {COMING: GOING, GOING: COMING, UNKNOWN: UNKNOWN}

HOLIDAYS = {
    on: Holiday(SITE, on, name)
    for on, name in (
        (date(2026, 1, 1), "New Year"),
        (date(2026, 3, 8), "Women's Day"),
        (date(2026, 4, 3), "Good Friday"),
        (date(2026, 4, 6), "Easter Monday"),
        (date(2026, 5, 1), "Labour Day"),
        (date(2026, 5, 14), "Ascension"),
        (date(2026, 5, 25), "Whit Monday"),
        (date(2026, 10, 3), "German Unity"),
        (date(2026, 12, 25), "Christmas"),
        (date(2026, 12, 26), "Boxing Day"),
    )
}


def _shift(shift_id: str, start: time, end: time, *breaks: Break, **more: object) -> Shift:
    shift = Shift(shift_id, SITE, shift_id.title(), LONG_AGO, start, end, breaks=breaks)
    return replace(shift, **{"full_day_minutes": 420, "half_day_minutes": 210, **more})


QUARTERS = OvertimeRule(threshold_minutes=30, step_minutes=15)
EARLY = _shift("early", time(6), time(14), Break(time(9, 30), time(10)), overtime=QUARTERS)
LATE = _shift("late", time(14), time(22), Break(time(18), time(18, 30)), overtime=QUARTERS)
NIGHT = _shift(
    "night",
    time(22),
    time(6),
    Break(time(23, 45), time(0, 15), paid=True),
    Break(time(2), time(2, 45)),  # lies in the gap of the spring and in the doubled hour of the autumn
    overtime=QUARTERS,
)
MORNING = _shift("morning", time(6, 30), time(10, 30), full_day_minutes=None, overtime=QUARTERS)
EVENING = _shift("evening", time(16, 30), time(20, 30), full_day_minutes=None, closes_after_minutes=90)
OFFICE = _shift(
    "office",
    time(8),
    time(16, 30),
    Break(time(12), time(12, 30)),
    days=frozenset(range(1, 6)),
    pairing=Pairing.ALTERNATE,
    opens_before_minutes=180,
    debounce_seconds=60,
    overtime=OvertimeRule(counts_before_start=True, step_minutes=5),
)
SATURDAY = _shift("saturday", time(7), time(13), days=frozenset({6}), pairing=Pairing.ALTERNATE)

SUMMER = date(2026, 7, 1)
SHIFTS = (
    EARLY,
    LATE,
    NIGHT,
    MORNING,
    EVENING,
    OFFICE,
    SATURDAY,
    # From July the plant allows more grace, pays early starters, and its nights begin earlier.
    replace(EARLY, valid_from=SUMMER, grace_late_minutes=10, overtime=OvertimeRule(counts_before_start=True)),
    replace(NIGHT, valid_from=SUMMER, start=time(21, 45), grace_early_minutes=0, closes_after_minutes=180),
    replace(SATURDAY, valid_from=date(2026, 9, 1), retired=True),
)

BY_ID = {each.shift_id: each for each in reversed(SHIFTS)}  # as they are at the year's beginning
FOUR_TEAMS = (("early",),) * 2 + (("late",),) * 2 + (("night",),) * 2 + ((),) * 2
WEEK_OFF = ((),) * 2
THREE_WEEKS = (("early",),) * 5 + WEEK_OFF + (("late",),) * 5 + WEEK_OFF + (("night",),) * 5 + WEEK_OFF
SPLIT = (("morning", "evening"),) * 4 + ((),) * 3
CYCLES = (FOUR_TEAMS, FOUR_TEAMS, FOUR_TEAMS, THREE_WEEKS, THREE_WEEKS, SPLIT, (("office", "saturday"),))


def plant_of(employees: int, seed: int = 2026) -> Iterator[Facts]:
    """The facts of a year, of one employee after another."""
    for number in range(employees):
        yield Worker(f"worker-{number:03d}", random.Random(f"{seed}/{number}"), number).facts()


class Worker:
    """An employee's year."""

    def __init__(self, employee_id: str, dice: random.Random, number: int) -> None:
        self.employee_id = employee_id
        self.dice = dice
        self.cycle = CYCLES[number % len(CYCLES)]
        self.anchor = date(2025, 12, 1) + number % 8 * DAY
        self.from_date = FIRST + dice.randrange(20, 200) * DAY if dice.random() < 0.1 else None
        self.until = LAST - dice.randrange(1, 120) * DAY if dice.random() < 0.1 else None
        self.leaves = tuple(self._leaves())
        self.plans = {plan.on: plan for plan in self._plans()}
        self.numbers = count()

    def facts(self) -> Facts:
        punches = []
        for offset in range((LAST - FIRST).days + 1):
            on = FIRST + offset * DAY
            if (self.from_date or FIRST) <= on <= (self.until or LAST):
                punches += self._day(on)
        punches += self._corrections(punches)
        self.dice.shuffle(punches)
        moved = self.anchor + 200 * DAY  # the rotation starts anew in summer
        return Facts(
            employee_id=self.employee_id,
            site_id=SITE,
            time_zone=ZONE,
            shifts=SHIFTS,
            assignments=(
                Assignment("first", self.employee_id, self.anchor, moved - DAY, self.cycle),
                Assignment("second", self.employee_id, moved, None, self.cycle[1:] + self.cycle[:1]),
            ),
            day_plans=self.plans,
            holidays=HOLIDAYS,
            leaves=self.leaves,
            punches=tuple(punches),
            employed_from=self.from_date,
            employed_until=self.until,
        )

    def _leaves(self) -> Iterator[Leave]:
        for number in range(3):
            first = FIRST + self.dice.randrange(360) * DAY
            last = first + self.dice.choice((0, 4, 13)) * DAY
            yield Leave(f"leave-{number}", self.employee_id, first, last, "holiday", "hr")

    def _plans(self) -> Iterator[DayPlan]:
        for _ in range(self.dice.randrange(12)):
            on = FIRST + self.dice.randrange(365) * DAY
            shifts = self.dice.choice((("early",), ("late",), ("night",), ("early", "late"), ("office",), ()))
            yield DayPlan(self.employee_id, on, shifts, "swap", "foreman")

    def _shifts_on(self, on: date) -> tuple[str, ...]:
        if on in self.plans:
            return self.plans[on].shift_ids
        days = (on - self.anchor).days
        shifted = 0 if days < 200 else 1 - 200
        wanted = self.cycle[(days + shifted) % len(self.cycle)]
        return tuple(each for each in wanted if on.isoweekday() in BY_ID[each].days)

    def _day(self, on: date) -> Iterator[Punch]:
        away = any(each.first_date <= on <= each.last_date for each in self.leaves)
        if self.dice.random() < (0.9 if away else 0.5 if on in HOLIDAYS else 0.02):
            return
        for shift_id in self._shifts_on(on):
            yield from self._shift_worked(BY_ID[shift_id], on)
        if self.dice.random() < 0.01:
            yield self._punch(_instant(on, time(self.dice.randrange(24))), self.dice.choice(list(OPPOSITE)))

    def _shift_worked(self, shift: Shift, on: date) -> Iterator[Punch]:
        start = _instant(on, shift.start)
        end = _instant(on if shift.end > shift.start else on + DAY, shift.end)
        if self.dice.random() > 0.015:
            yield from self._seen(start + timedelta(seconds=self._lateness()), COMING)
        for _ in range(self.dice.choice((0,) * 12 + (1, 1, 2, 3))):
            inside = start + self.dice.random() * (end - start)
            pause = timedelta(seconds=self.dice.randrange(20, 3000))
            yield from self._seen(inside, GOING)
            if self.dice.random() > 0.1:
                yield from self._seen(inside + pause, COMING)
        if self.dice.random() > 0.02:
            yield from self._seen(end + timedelta(seconds=self._overtime()), GOING)

    def _lateness(self) -> int:
        """Seconds after the start: before it, within grace, at its edges, beyond it, beyond the window."""
        kind = self.dice.choices(range(5), (70, 15, 3, 9, 3))[0]
        return (
            self.dice.randrange(-1200, 1),
            self.dice.randrange(1, 301),
            self.dice.choice((299, 300, 301, 599, 600, 601)),
            self.dice.randrange(301, 7200),
            self.dice.choice((-7200, -7201, -9000, -7199)),
        )[kind]

    def _overtime(self) -> int:
        """Seconds after the end."""
        kind = self.dice.choices(range(5), (70, 8, 3, 6, 13))[0]
        return (
            self.dice.randrange(1200),
            -self.dice.randrange(1, 301),
            self.dice.choice((-300, -301, -1, 0, 14400, 14401)),
            -self.dice.randrange(301, 18000),
            self.dice.choice((self.dice.randrange(1200, 14000), 1799, 1800, 2699, 2700)),
        )[kind]

    def _seen(self, at: datetime, direction: PunchDirection) -> Iterator[Punch]:
        """Somebody passes a door: maybe twice, maybe by a camera that can't tell or is mistaken."""
        chance = self.dice.random()
        if chance < 0.06:
            direction = UNKNOWN
        elif chance < 0.065:
            direction = OPPOSITE[direction]
        yield self._punch(at, direction)
        while self.dice.random() < 0.1:
            at += timedelta(seconds=self.dice.choice((0, 5, 60, 61, 119, 120, 121)))
            yield self._punch(at, direction if self.dice.random() < 0.9 else OPPOSITE[direction])

    def _punch(self, at: datetime, direction: PunchDirection) -> Punch:
        at = at.replace(microsecond=0)
        number = f"{self.dice.getrandbits(48):012x}-{next(self.numbers)}"
        return Punch(number, self.employee_id, SITE, at, direction, PunchSource.CAMERA, at, "system")

    def _corrections(self, punches: list[Punch]) -> list[Punch]:
        made: list[Punch] = []
        for wrong in punches:
            while self.dice.random() < 0.01:
                at = wrong.at + timedelta(minutes=self.dice.randrange(-90, 90))
                made.append(
                    replace(
                        self._punch(at, wrong.direction),
                        source=PunchSource.MANUAL,
                        supersedes=wrong.punch_id,
                        withdrawn=self.dice.random() < 0.3,
                        recorded_by="hr",
                        reason="told by the foreman",
                    )
                )
                wrong = made[-1]
        return made


def _instant(on: date, shown: time) -> datetime:
    return datetime.combine(on, shown, ZoneInfo(ZONE)).astimezone(UTC)
