"""Figures depend on what happened when, and on nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Counter:
    opening: int
    crossings: tuple[Crossing, ...]
    baselines: tuple[Baseline, ...]

    def trace(self) -> list[Move]:
        return trace(self.opening, self.crossings, self.baselines)

    def raw(self, moment: datetime) -> int:
        """The live count's own definition, at a moment."""
        given = max((b for b in self.baselines if b.at <= moment), key=lambda b: b.at, default=None)
        start, count = (given.at, given.count) if given else (datetime.min.replace(tzinfo=UTC), self.opening)
        since = [c.direction for c in self.crossings if start < c.occurred_at <= moment]
        return count + since.count(Direction.IN) - since.count(Direction.OUT)


@st.composite
def days(draw: st.DrawFn) -> Bucket:
    name, day = draw(st.sampled_from(DAYS))
    zone = ZoneInfo(name)
    return Bucket(start_of_date(day, zone), start_of_date(day + timedelta(days=1), zone), Level.DAY)


@st.composite
def counters(draw: st.DrawFn, day: Bucket) -> Counter:
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
    return Counter(draw(st.integers(-5, 10)), crossings, baselines)


def crossing(number: int, way: Direction, at: datetime) -> Crossing:
    return Crossing.of(
        TEMPLATE.model_copy(update={"event_id": f"{number:032x}", "direction": way, "occurred_at": at})
    )


def roll_slowly(counters: Sequence[Counter], bucket: Bucket) -> Figures:
    """The figures from their definitions: the step function is asked at every instant where it may step."""
    inside = [c for counter in counters for c in counter.crossings if c.occurred_at in bucket]
    steps = {c.occurred_at for c in inside} | {
        b.at for counter in counters for b in counter.baselines if b.at in bucket
    }
    instants = sorted(steps | {bucket.start})

    def raw(moment: datetime) -> int:
        return sum(counter.raw(moment) for counter in counters)

    shown = {at: shown_count(raw(at)) for at in instants}
    floor_hits = 0
    for at in instants:
        level = raw(at - MICROSECOND)
        ways = sorted(c.direction.value for c in inside if c.occurred_at == at)  # "in" before "out"
        for way in ways:
            level += 1 if way == "in" else -1
            floor_hits += way == "out" and level < 0
    return Figures(
        entries=sum(c.direction is Direction.IN for c in inside),
        exits=sum(c.direction is Direction.OUT for c in inside),
        opening=raw(bucket.start - MICROSECOND),
        closing=raw(bucket.end - MICROSECOND),
        minimum=min(shown.values()),
        maximum=max(shown.values()),
        peak_at=min(at for at in instants if shown[at] == max(shown.values())),
        floor_hits=floor_hits,
        person_microseconds=sum(
            shown[at] * ((until - at) // MICROSECOND) for at, until in pairwise([*instants, bucket.end])
        ),
    )


def roll_part(counters: Sequence[Counter], bucket: Bucket) -> Figures:
    moves = merge(counter.trace() for counter in counters)
    before = [move for move in moves if move.at < bucket.start]
    opening = sum(counter.opening for counter in counters) + sum(move.change for move in before)
    return roll(opening, [move for move in moves if move.at in bucket], bucket)


@settings(max_examples=1000, deadline=None)
@given(st.data())
def test_figures_are_those_of_a_slow_second_implementation(data: st.DataObject) -> None:
    day = data.draw(days())
    counter = data.draw(counters(day))
    assert roll_part([counter], day) == roll_slowly([counter], day)


@settings(max_examples=500, deadline=None)
@given(st.data())
def test_a_sites_figures_are_those_of_the_sum_of_its_cameras(data: st.DataObject) -> None:
    day = data.draw(days())
    cameras = data.draw(st.lists(counters(day), min_size=1, max_size=3))
    assert roll_part(cameras, day) == roll_slowly(cameras, day)


@settings(max_examples=1000, deadline=None)
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


@settings(max_examples=500, deadline=None)
@given(st.data())
def test_hours_in_which_nothing_happened_need_no_row(data: st.DataObject) -> None:
    name, date_ = data.draw(st.sampled_from(DAYS))
    zone = ZoneInfo(name)
    start, end = start_of_date(date_, zone), start_of_date(date_ + timedelta(days=1), zone)
    day = Bucket(start, end, Level.DAY)
    counter = data.draw(counters(day))
    moves = counter.trace()
    rows = [
        (hour, roll_part([counter], hour))
        for hour in buckets_between(Level.HOUR, start, end, zone)
        if any(move.at in hour for move in moves) or data.draw(st.booleans())
    ]
    assert combine(counter.opening, rows, day) == roll_slowly([counter], day)


@settings(max_examples=500, deadline=None)
@given(st.data())
def test_order_of_arrival_changes_nothing(data: st.DataObject) -> None:
    day = data.draw(days())
    counter = data.draw(counters(day))
    shuffled = Counter(
        counter.opening,
        tuple(data.draw(st.permutations(counter.crossings))),
        tuple(data.draw(st.permutations(counter.baselines))),
    )
    assert shuffled.trace() == counter.trace()


@settings(max_examples=500, deadline=None)
@given(st.data())
def test_opening_moves_and_correction_explain_the_closing_number(data: st.DataObject) -> None:
    day = data.draw(days())
    counter = data.draw(counters(day))
    figures = roll_part([counter], day)
    assert figures.correction == sum(move.correction for move in counter.trace())
    if not counter.baselines:
        assert figures.correction == 0
    assert figures.minimum <= shown_count(figures.closing) <= figures.maximum
    assert figures.minimum * day.microseconds <= figures.person_microseconds
    assert figures.person_microseconds <= figures.maximum * day.microseconds


def test_a_level_that_lasted_no_time_is_not_seen() -> None:
    day = Bucket(datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC), Level.DAY)
    noon = day.start + timedelta(hours=12)
    both = Counter(0, (crossing(1, Direction.OUT, noon), crossing(2, Direction.IN, noon)), ())
    assert roll_part([both], day) == Figures(1, 1, 0, 0, 0, 0, day.start, 0, 0)
    alone = Counter(0, (crossing(1, Direction.OUT, noon),), ())
    assert roll_part([alone], day).floor_hits == 1


def test_a_quiet_bucket_stands_at_its_opening_number() -> None:
    day = Bucket(datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC), Level.DAY)
    assert stand_still(-2, day) == Figures(0, 0, -2, -2, 0, 0, day.start, 0, 0)
    assert stand_still(3, day) == combine(3, [], day)
    assert stand_still(3, day).person_microseconds == 3 * day.microseconds
