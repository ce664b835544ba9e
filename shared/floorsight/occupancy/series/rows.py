"""Rows of one subject and level in memory, while they are rolled up."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import InitVar, dataclass, field
from datetime import datetime

from floorsight.occupancy.series.model import Bucket, Rollup


@dataclass
class Rows:
    """All rows that start at `since` or later; `look_back` finds the last before a moment that is earlier."""

    since: datetime
    stored: InitVar[Iterable[Rollup]]
    look_back: Callable[[datetime], Rollup | None]
    _rows: dict[datetime, Rollup] = field(init=False)
    _starts: list[datetime] = field(init=False)
    _earlier: dict[datetime, Rollup | None] = field(init=False, default_factory=dict)

    def __post_init__(self, stored: Iterable[Rollup]) -> None:
        self._rows = {row.start: row for row in stored}
        self._starts = sorted(self._rows)

    def put(self, row: Rollup) -> bool:
        """Take a row in; whether that changed anything."""
        known = self._rows.get(row.start)
        if known is None:
            insort(self._starts, row.start)
        self._rows[row.start] = row
        return known != row

    def get(self, start: datetime) -> Rollup | None:
        return self._rows.get(start)

    def within(self, bucket: Bucket) -> list[Rollup]:
        """Those that start in a bucket, ascending."""
        first, last = (bisect_left(self._starts, moment) for moment in (bucket.start, bucket.end))
        return [self._rows[start] for start in self._starts[first:last]]

    def buckets_from(self, moment: datetime) -> list[Bucket]:
        """The buckets of those that start at a moment or later."""
        return [self._rows[start].bucket for start in self._starts[bisect_left(self._starts, moment) :]]

    def find_before(self, moment: datetime) -> Rollup | None:
        """The latest that starts before a moment."""
        position = bisect_left(self._starts, moment)
        if position:
            return self._rows[self._starts[position - 1]]
        earlier = min(moment, self.since)
        if earlier not in self._earlier:
            self._earlier[earlier] = self.look_back(earlier)
        return self._earlier[earlier]

    def raw_at(self, moment: datetime) -> int:
        """The raw number just before a moment, at which a row may start; 0 where nothing is known."""
        found = self.find_before(moment)
        return found.figures.closing if found else 0


def cascade(rows: Rows, dirty: Collection[Bucket], is_current: Callable[[Rollup], bool]) -> Iterator[Bucket]:
    """The buckets to compute afresh, ascending: the dirty ones, and later ones that no longer follow on.

    Each is to be `put` into `rows` before the next is asked for. All later rows are looked at, also beyond
    one that follows on: a run that died between two writes leaves new rows before old ones.
    """
    wanted = set(dirty)
    for bucket in sorted({*rows.buckets_from(min(wanted).start), *wanted}):
        row = rows.get(bucket.start)
        if bucket in wanted or row is None or not is_current(row):
            yield bucket
