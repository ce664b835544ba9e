"""Series from their definitions: slowly, and with no code of those that are tested."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from floorsight.events.vision import Direction
from floorsight.occupancy.model import Baseline, Crossing
from floorsight.occupancy.rules import shown_count
from floorsight.occupancy.series.model import MICROSECOND, Bucket, Figures


@dataclass(frozen=True)
class KnownCounter:
    """All that ever happened at a counter."""

    opening: int
    crossings: tuple[Crossing, ...]
    baselines: tuple[Baseline, ...]

    def raw(self, moment: datetime) -> int:
        """The live count's own definition, at a moment."""
        given = max((b for b in self.baselines if b.at <= moment), key=lambda b: b.at, default=None)
        start, count = (given.at, given.count) if given else (datetime.min.replace(tzinfo=UTC), self.opening)
        since = [c.direction for c in self.crossings if start < c.occurred_at <= moment]
        return count + since.count(Direction.IN) - since.count(Direction.OUT)


def roll_slowly(counters: Sequence[KnownCounter], bucket: Bucket) -> Figures:
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
