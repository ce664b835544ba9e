"""From crossings and baselines to figures, and from figures of short stretches to those of long ones.

The raw number is a step function of time: at an instant it has its value after everything that happened
at that instant. Minimum, maximum, peak and person-time follow from that function alone, so that neither
order of arrival nor the order of what shares an instant can matter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from floorsight.events.vision import Direction
from floorsight.occupancy.model import Baseline, Crossing
from floorsight.occupancy.rules import shown_count
from floorsight.occupancy.series.model import MICROSECOND, Bucket, Figures, Move


def trace(opening: int, crossings: Iterable[Crossing], baselines: Iterable[Baseline]) -> list[Move]:
    """One counter's moves in order of time, given in any order, from its raw number before them.

    A baseline replaces the number after the crossings of its own instant, as it contains them.
    """
    ways: dict[datetime, list[int]] = defaultdict(lambda: [0, 0])
    for crossing in crossings:
        ways[crossing.occurred_at][crossing.direction is Direction.OUT] += 1
    given = {baseline.at: baseline.count for baseline in baselines}
    moves, raw = [], opening
    for at in sorted(ways.keys() | given.keys()):
        entries, exits = ways.get(at, (0, 0))
        raw += entries - exits
        correction = given[at] - raw if at in given else 0
        raw += correction
        moves.append(Move(at, entries, exits, correction))
    return moves


def merge(timelines: Iterable[Iterable[Move]]) -> list[Move]:
    """The moves of several counters as those of their sum."""
    sums: dict[datetime, Move] = {}
    for move in (move for timeline in timelines for move in timeline):
        other = sums.get(move.at)
        sums[move.at] = _add(other, move) if other else move
    return [sums[at] for at in sorted(sums)]


def _add(one: Move, other: Move) -> Move:
    return Move(
        one.at,
        one.entries + other.entries,
        one.exits + other.exits,
        one.correction + other.correction,
    )


def roll(opening: int, moves: Sequence[Move], bucket: Bucket) -> Figures:
    """The figures of a bucket from its raw number at the start and its moves in order of time."""
    spans = list(_spans(opening, moves, bucket))
    highest = max(span.highest for span in spans)
    return Figures(
        entries=sum(move.entries for move in moves),
        exits=sum(move.exits for move in moves),
        opening=opening,
        closing=opening + sum(move.change for move in moves),
        minimum=min(span.lowest for span in spans),
        maximum=highest,
        peak_at=next(span.peak_at for span in spans if span.highest == highest),
        floor_hits=_floor_hits(opening, moves),
        person_microseconds=sum(span.person_microseconds for span in spans),
    )


def combine(opening: int, rows: Iterable[tuple[Bucket, Figures]], bucket: Bucket) -> Figures:
    """The figures of a bucket from those of shorter ones inside it, ascending.

    Where there is no shorter one nothing happened: the last closing number, or at first `opening`, stood.
    """
    parts = list(rows)
    spans = list(_fill(opening, parts, bucket))
    highest = max(span.highest for span in spans)
    return Figures(
        entries=sum(figures.entries for _, figures in parts),
        exits=sum(figures.exits for _, figures in parts),
        opening=parts[0][1].opening if parts and parts[0][0].start == bucket.start else opening,
        closing=parts[-1][1].closing if parts else opening,
        minimum=min(span.lowest for span in spans),
        maximum=highest,
        peak_at=next(span.peak_at for span in spans if span.highest == highest),
        floor_hits=sum(figures.floor_hits for _, figures in parts),
        person_microseconds=sum(span.person_microseconds for span in spans),
    )


def stand_still(raw: int, bucket: Bucket) -> Figures:
    """The figures of a bucket in which nothing happened."""
    return roll(raw, (), bucket)


@dataclass(frozen=True, slots=True)
class _Span:
    """Part of a bucket, longer than no time."""

    lowest: int
    highest: int
    peak_at: datetime
    person_microseconds: int


def _spans(opening: int, moves: Iterable[Move], bucket: Bucket) -> Iterator[_Span]:
    raw, since = opening, bucket.start
    for move in moves:
        if move.at > since:
            yield _constant(raw, since, move.at)
        raw, since = raw + move.change, move.at
    yield _constant(raw, since, bucket.end)


def _fill(opening: int, parts: Iterable[tuple[Bucket, Figures]], bucket: Bucket) -> Iterator[_Span]:
    raw, since = opening, bucket.start
    for inner, figures in parts:
        if inner.start > since:
            yield _constant(raw, since, inner.start)
        yield _Span(figures.minimum, figures.maximum, figures.peak_at, figures.person_microseconds)
        raw, since = figures.closing, inner.end
    if bucket.end > since:
        yield _constant(raw, since, bucket.end)


def _constant(raw: int, start: datetime, end: datetime) -> _Span:
    shown = shown_count(raw)
    return _Span(shown, shown, start, shown * ((end - start) // MICROSECOND))


def _floor_hits(opening: int, moves: Iterable[Move]) -> int:
    """Exits that took the raw number below 0; who entered at the same instant counts as inside first."""
    raw, hits = opening, 0
    for move in moves:
        inside = max(0, raw + move.entries)
        hits += max(0, move.exits - inside)
        raw += move.change
    return hits
