"""What a plant's doors might see in some weeks: shifts, lunch, late-comers, quiet weekends. All made up.

Who comes in goes out again, so that every day ends with nobody inside; no crossing is missed.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from floorsight.events.vision import Direction

LUNCH_SHARE = 0.35
MAIN_DOOR_SHARE = 0.7
VISITORS = 60


@dataclass(frozen=True)
class Shift:
    """People who begin and end together, in local time."""

    begins: time
    hours: float
    people: int
    lunch: bool = True


EARLY = Shift(time(6), 8.0, 40)
LATE = Shift(time(14), 8.0, 30)
OFFICE = Shift(time(8, 30), 8.5, 25)
SATURDAY = Shift(time(6), 6.0, 16, lunch=False)
GUARDS = Shift(time(8), 10.0, 2, lunch=False)
SHIFTS_OF_WEEKDAY = (*[(EARLY, LATE, OFFICE)] * 5, (SATURDAY,), (GUARDS,))


@dataclass(frozen=True)
class Passage:
    """Somebody goes through a door (0 is the main one)."""

    at: datetime
    direction: Direction
    door: int


def plausible_passages(first: date, days: int, zone: ZoneInfo, *, seed: int) -> list[Passage]:
    """Passages of so many local days, in order of time. The same arguments give the same passages."""
    dice = random.Random(seed)
    return sorted(
        (
            passage
            for number in range(days)
            for shift in SHIFTS_OF_WEEKDAY[(first + timedelta(number)).weekday()]
            for passage in _shift_passages(first + timedelta(number), shift, zone, dice)
        ),
        key=lambda passage: (passage.at, passage.door, passage.direction),
    )


def visit(begins: datetime, *, seed: int) -> list[Passage]:
    """A group that nobody expected, inside for about half an hour: what an anomaly looks like."""
    dice = random.Random(seed)
    passages = []
    for _ in range(VISITORS):
        arrived = begins + timedelta(seconds=dice.uniform(0, 600))
        left = arrived + timedelta(seconds=dice.uniform(1500, 2100))
        passages += [Passage(arrived, Direction.IN, 0), Passage(left, Direction.OUT, 0)]
    return sorted(passages, key=lambda passage: passage.at)


def _shift_passages(day: date, shift: Shift, zone: ZoneInfo, dice: random.Random) -> Iterator[Passage]:
    # Wall-clock time first: on the day of a clock change a shift still begins at six by the clock.
    begins = datetime.combine(day, shift.begins, zone)
    attendance = min(1.0, max(0.5, dice.gauss(0.93, 0.03)))
    for _ in range(round(shift.people * attendance)):
        arrived = begins + timedelta(minutes=dice.gauss(-8, 5))
        left = begins + timedelta(hours=shift.hours, minutes=abs(dice.gauss(5, 4)))
        yield _passage(arrived, Direction.IN, dice)
        if shift.lunch and dice.random() < LUNCH_SHARE:
            went = begins + timedelta(hours=shift.hours / 2, minutes=dice.gauss(0, 8))
            yield _passage(went, Direction.OUT, dice)
            yield _passage(went + timedelta(minutes=dice.uniform(15, 35)), Direction.IN, dice)
        yield _passage(left, Direction.OUT, dice)


def _passage(at: datetime, direction: Direction, dice: random.Random) -> Passage:
    return Passage(at, direction, 0 if dice.random() < MAIN_DOOR_SHARE else 1)
