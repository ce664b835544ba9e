"""Small plants, for Hypothesis: odd shifts around changes of clocks, punches on their boundaries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count

from hypothesis import strategies as st

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

DAYS = timedelta(days=4)
SITE, WORKER = "small", "worker"
SHIFT_IDS = ("a", "b", "c")
QUARTERS_OF_A_DAY = 24 * 4

# A zone and a date when clocks change there: there and back, by half an hour, at midnight, not at all.
CHANGES = (
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("America/New_York", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Africa/Cairo", date(2026, 4, 24)),
    ("America/Sao_Paulo", date(2018, 2, 18)),
    ("Asia/Kolkata", date(2026, 6, 1)),
)


@dataclass(frozen=True)
class Plant:
    """An employee's facts, the dates that are asked for, and when."""

    facts: Facts
    first: date
    now: datetime


def clock(quarter: int) -> time:
    """A time of day, by quarters of an hour."""
    return time(quarter // 4 % 24, quarter % 4 * 15)


@st.composite
def shifts(draw: st.DrawFn, shift_id: str, around: date) -> Shift:
    start = draw(st.integers(0, QUARTERS_OF_A_DAY - 1))
    length = draw(st.integers(4, 48) | st.just(QUARTERS_OF_A_DAY))
    full = draw(st.none() | st.sampled_from((15, 60, 120, 225, 240, 450, 480)))
    return Shift(
        shift_id=shift_id,
        site_id=SITE,
        name=shift_id,
        valid_from=around + draw(st.integers(-6, 5)) * timedelta(days=1),
        start=clock(start),
        end=clock(start + length),
        days=draw(st.just(frozenset(range(1, 8))) | st.frozensets(st.integers(1, 7))),
        breaks=draw(breaks(start, length)),
        grace_late_minutes=draw(st.sampled_from((0, 5, 10))),
        grace_early_minutes=draw(st.sampled_from((0, 5, 10))),
        opens_before_minutes=draw(st.sampled_from((0, 15, 120, 600, 2000))),
        closes_after_minutes=draw(st.sampled_from((0, 15, 240, 600, 2000))),
        full_day_minutes=full,
        half_day_minutes=None if full is None else draw(st.none() | st.sampled_from((15, full // 2, full))),
        overtime=draw(
            st.builds(
                OvertimeRule,
                st.booleans(),
                st.booleans(),
                st.sampled_from((0, 5, 30)),
                st.sampled_from((1, 5, 15)),
            )
        ),
        pairing=draw(st.sampled_from(Pairing)),
        debounce_seconds=draw(st.sampled_from((0, 60, 120, 900))),
        retired=draw(st.integers(0, 9)) == 0,
    )


@st.composite
def breaks(draw: st.DrawFn, start: int, length: int) -> tuple[Break, ...]:
    """Breaks within the shift, which may overlap."""
    made = []
    for _ in range(draw(st.integers(0, 3))):
        begin = draw(st.integers(0, length - 1))
        end = draw(st.integers(begin, min(length, begin + QUARTERS_OF_A_DAY - 1)))
        made.append(Break(clock(start + begin), clock(start + end), paid=draw(st.booleans())))
    return tuple(made)


@st.composite
def assignments(draw: st.DrawFn, number: int, around: date) -> Assignment:
    first = around + draw(st.integers(-9, 2)) * timedelta(days=1)
    day = st.lists(st.sampled_from(SHIFT_IDS), max_size=2).map(tuple)
    return Assignment(
        assignment_id=f"assignment-{number}",
        employee_id=WORKER,
        first_date=first,
        last_date=draw(st.none() | st.integers(0, 14).map(lambda days: first + timedelta(days=days))),
        cycle=tuple(draw(st.lists(day, min_size=1, max_size=4))),
    )


def punches_at(draw: st.DrawFn, instants: list[datetime]) -> tuple[Punch, ...]:
    numbers = count()
    made: list[Punch] = []
    for _ in range(draw(st.integers(0, 14))):
        at = draw(st.sampled_from(instants)) + timedelta(
            seconds=draw(st.sampled_from((0, 0, -300, 300, 301, -301, 1, -1, 60, 119, 900, -7200, 4000)))
        )
        earlier = [each.punch_id for each in made]
        replaced = draw(st.none() | st.none() | st.sampled_from(earlier)) if earlier else None
        made.append(
            Punch(
                punch_id=f"{draw(st.integers(0, 9))}-{next(numbers)}",
                employee_id=WORKER,
                site_id=SITE,
                at=at,
                direction=draw(st.sampled_from(PunchDirection)),
                source=PunchSource.IMPORT,
                recorded_at=at,
                recorded_by="somebody",
                supersedes=replaced,
                withdrawn=replaced is not None and draw(st.booleans()),
            )
        )
    return tuple(made)


@st.composite
def small_plants(draw: st.DrawFn) -> Plant:
    zone, change = draw(st.sampled_from(CHANGES))
    first = change - timedelta(days=2)
    dates = st.integers(-1, 6).map(lambda days: first + timedelta(days=days))
    midnight = datetime.combine(first, time(), UTC)
    hours = st.integers(-12 * 4, 7 * 24 * 4).map(lambda quarter: midnight + quarter * timedelta(minutes=15))
    versions = [
        draw(shifts(shift_id, change)) for shift_id in SHIFT_IDS for _ in range(draw(st.integers(1, 2)))
    ]
    by_version = {(each.shift_id, each.valid_from): each for each in versions}
    facts = Facts(
        employee_id=WORKER,
        site_id=SITE,
        time_zone=zone,
        shifts=tuple(by_version.values()),
        assignments=tuple(draw(assignments(number, change)) for number in range(draw(st.integers(0, 2)))),
        day_plans={
            on: DayPlan(WORKER, on, draw(st.sampled_from(((), ("a",), ("b", "c")))), "swap", "foreman")
            for on in draw(st.sets(dates, max_size=2))
        },
        holidays={on: Holiday(SITE, on, "holiday") for on in draw(st.sets(dates, max_size=2))},
        leaves=tuple(
            Leave("leave", WORKER, on, on + timedelta(days=1), "holiday", "hr")
            for on in draw(st.sets(dates, max_size=1))
        ),
        punches=punches_at(draw, draw(st.lists(hours, min_size=1, max_size=6))),
        employed_from=draw(st.none() | dates),
        employed_until=draw(st.none() | dates),
    )
    return Plant(facts, first, draw(hours) + timedelta(seconds=draw(st.integers(-1, 1))))
