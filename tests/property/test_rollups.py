"""Figures depend on what happened when, and on nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from floorsight.events.vision import Direction
from floorsight.occupancy.model import Baseline, Crossing
from floorsight.occupancy.rules import shown_count
from floorsight.occupancy.series.buckets import buckets_between, start_of_date
from floorsight.occupancy.series.model import MICROSECOND, Bucket, Figures, Level, Move
from floorsight.occupancy.series.rules import combine, merge, roll, stand_still, trace
from tests.fakes.scene import line_crossed
from tests.fakes.slow_series import KnownCounter, roll_slowly
from tests.thoroughness import drawn

# Both changes of the clock, and the same dates where there is none.
DAYS = (
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Asia/Kolkata", date(2026, 3, 29)),
    ("Asia/Kolkata", date(2026, 11, 1)),
)
TEMPLATE = line_crossed(0)


@st.composite
def days(draw: st.DrawFn) -> Bucket:
    name, day = draw(st.sampled_from(DAYS))
    zone = ZoneInfo(name)
    return Bucket(start_of_date(day, zone), start_of_date(day + timedelta(days=1), zone), Level.DAY)


@st.composite
def counters(draw: st.DrawFn, day: Bucket) -> KnownCounter:
    """Moves at few distinct moments, borders of hours and of the day among them, so that they often meet."""
    seconds = int((day.end - day.start).total_seconds())
    moments = st.one_of(
        st.integers(0, seconds // 3600 - 1).map(lambda hour: timedelta(hours=hour)),
        st.integers(0, seconds * 10**6 - 1).map(lambda microseconds: timedelta(microseconds=microseconds)),
        st.integers(-2, 2).map(lambda number: timedelta(hours=2, microseconds=number)),
    ).map(lambda after: day.start + after)
    ways = draw(st.lists(st.tuples(moments, st.sampled_from(Direction)), max_size=25))
    crossings = tuple(crossing(number, way, at) for number, (at, way) in enumerate(ways))
    given = draw(st.lists(st.tuples(moments, st.integers(0, 20)), max_size=3, unique_by=lambda pair: pair[0]))
    baselines = tuple(Baseline(count, at, "olga", "counted") for at, count in given)
    return KnownCounter(draw(st.integers(-5, 10)), crossings, baselines)


def crossing(number: int, way: Direction, at: datetime) -> Crossing:
    return Crossing.of(
        TEMPLATE.model_copy(update={"event_id": f"{number:032x}", "direction": way, "occurred_at": at})
    )


def trace_of(counter: KnownCounter) -> list[Move]:
    return trace(counter.opening, counter.crossings, counter.baselines)


def roll_part(counters: Sequence[KnownCounter], bucket: Bucket) -> Figures:
    moves = merge(trace_of(counter) for counter in counters)
    before = [move for move in moves if move.at < bucket.start]
    opening = sum(counter.opening for counter in counters) + sum(move.change for move in before)
    return roll(opening, [move for move in moves if move.at in bucket], bucket)


@settings(max_examples=drawn(1000), deadline=None)
@given(st.data())
def test_figures_are_those_of_a_slow_second_implementation(data: st.DataObject) -> None:
    day = data.draw(days())
    counter = data.draw(counters(day))
    assert roll_part([counter], day) == roll_slowly([counter], day)


@settings(max_examples=drawn(500), deadline=None)
@given(st.data())
def test_a_sites_figures_are_those_of_the_sum_of_its_cameras(data: st.DataObject) -> None:
    day = data.draw(days())
    cameras = data.draw(st.lists(counters(day), min_size=1, max_size=3))
    assert roll_part(cameras, day) == roll_slowly(cameras, day)


@settings(max_examples=drawn(1000), deadline=None)
@given(st.data())
def test_any_partition_of_a_day_gives_the_day(data: st.DataObject) -> None:
    day = data.draw(days())
    counter = data.draw(counters(day))
    length = day.microseconds - 1
    cuts = data.draw(st.lists(st.integers(1, length), max_size=8, unique=True).map(sorted))
    borders = [day.start, *(day.start + cut * MICROSECOND for cut in cuts), day.end]
    parts = [Bucket(start, end, Level.HOUR) for start, end in pairwise(borders)]
    rows = [(part, roll_part([counter], part)) for part in parts]
    assert combine(counter.opening, rows, day) == roll_part([counter], day)


@settings(max_examples=drawn(500), deadline=None)
@given(st.data())
def test_hours_in_which_nothing_happened_need_no_row(data: st.DataObject) -> None:
    name, date_ = data.draw(st.sampled_from(DAYS))
    zone = ZoneInfo(name)
    start, end = start_of_date(date_, zone), start_of_date(date_ + timedelta(days=1), zone)
    day = Bucket(start, end, Level.DAY)
    counter = data.draw(counters(day))
    moves = trace_of(counter)
    rows = [
        (hour, roll_part([counter], hour))
        for hour in buckets_between(Level.HOUR, start, end, zone)
        if any(move.at in hour for move in moves) or data.draw(st.booleans())
    ]
    assert combine(counter.opening, rows, day) == roll_slowly([counter], day)


@settings(max_examples=drawn(500), deadline=None)
@given(st.data())
def test_order_of_arrival_changes_nothing(data: st.DataObject) -> None:
    day = data.draw(days())
    counter = data.draw(counters(day))
    shuffled = KnownCounter(
        counter.opening,
        tuple(data.draw(st.permutations(counter.crossings))),
        tuple(data.draw(st.permutations(counter.baselines))),
    )
    assert trace_of(shuffled) == trace_of(counter)


@settings(max_examples=drawn(500), deadline=None)
@given(st.data())
def test_opening_moves_and_correction_explain_the_closing_number(data: st.DataObject) -> None:
    day = data.draw(days())
    counter = data.draw(counters(day))
    figures = roll_part([counter], day)
    assert figures.correction == sum(move.correction for move in trace_of(counter))
    if not counter.baselines:
        assert figures.correction == 0
    assert figures.minimum <= shown_count(figures.closing) <= figures.maximum
    assert figures.minimum * day.microseconds <= figures.person_microseconds
    assert figures.person_microseconds <= figures.maximum * day.microseconds


def test_a_level_that_lasted_no_time_is_not_seen() -> None:
    day = Bucket(datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC), Level.DAY)
    noon = day.start + timedelta(hours=12)
    both = KnownCounter(0, (crossing(1, Direction.OUT, noon), crossing(2, Direction.IN, noon)), ())
    assert roll_part([both], day) == Figures(1, 1, 0, 0, 0, 0, day.start, 0, 0)
    alone = KnownCounter(0, (crossing(1, Direction.OUT, noon),), ())
    assert roll_part([alone], day).floor_hits == 1


def test_a_quiet_bucket_stands_at_its_opening_number() -> None:
    day = Bucket(datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC), Level.DAY)
    assert stand_still(-2, day) == Figures(0, 0, -2, -2, 0, 0, day.start, 0, 0)
    assert stand_still(3, day) == combine(3, [], day)
    assert stand_still(3, day).person_microseconds == 3 * day.microseconds
