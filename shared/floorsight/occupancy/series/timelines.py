"""What happened at a site's counters in an hour, and in which minutes their streams were live."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from floorsight.occupancy.series.model import MICROSECOND, Bucket, Move
from floorsight.occupancy.series.rules import merge, trace
from floorsight.occupancy.store import OccupancyStore

# About 20 MB. Beyond it the ledger is read again: a camera's hour, once more for its site.
MOVES_REMEMBERED = 100_000


class Heartbeats(Protocol):
    """Who knows when cameras were live (`floorsight.streams` keeps it)."""

    def list_heartbeats(self, camera_id: str, after: datetime, until: datetime) -> list[datetime]:
        """The beginnings of the five minutes in which a camera was live, `after` < t <= `until`."""


@dataclass
class Timelines:
    """Moves of counters by the hour, read from ledger and baselines; for one run."""

    ledger: OccupancyStore
    _known: dict[tuple[str, datetime, int], list[Move]] = field(default_factory=dict)
    _remembered: int = 0

    def read(self, counter_id: str, opening: int, bucket: Bucket) -> list[Move]:
        """A counter's moves in a bucket, from its raw number before it."""
        key = (counter_id, bucket.start, opening)
        if key in self._known:
            return self._known[key]
        after, until = bucket.start - MICROSECOND, bucket.end - MICROSECOND
        moves = trace(
            opening,
            self.ledger.list_crossings(counter_id, after=after, until=until).items,
            self.ledger.list_baselines(counter_id, after=after, until=until).items,
        )
        if self._remembered + len(moves) <= MOVES_REMEMBERED:
            self._known[key] = moves
            self._remembered += len(moves)
        return moves

    def read_sum(self, openings: Mapping[str, int], bucket: Bucket) -> list[Move]:
        """The moves of the sum of several counters."""
        return merge(self.read(counter_id, raw, bucket) for counter_id, raw in openings.items())


@dataclass
class LiveMinutes:
    """In which five minutes cameras were live, if anybody knows; those of the last hours are read once."""

    heartbeats: Heartbeats | None
    recent_from: datetime
    now: datetime
    _recent: dict[str, list[datetime]] = field(default_factory=dict)

    def within(self, camera_ids: Iterable[str], bucket: Bucket) -> set[datetime]:
        """The beginnings of the five minutes of a bucket in which any of the cameras was live."""
        return {slot for camera_id in camera_ids for slot in self._within(camera_id, bucket)}

    def recent(self, camera_id: str) -> list[datetime]:
        """A camera's five minutes since `recent_from`."""
        if camera_id not in self._recent:
            self._recent[camera_id] = self._list(camera_id, self.recent_from, self.now + timedelta(hours=1))
        return self._recent[camera_id]

    def _within(self, camera_id: str, bucket: Bucket) -> list[datetime]:
        if bucket.start < self.recent_from:
            return self._list(camera_id, bucket.start, bucket.end)
        return [slot for slot in self.recent(camera_id) if slot in bucket]

    def _list(self, camera_id: str, start: datetime, end: datetime) -> list[datetime]:
        if self.heartbeats is None:
            return []
        return self.heartbeats.list_heartbeats(camera_id, start - MICROSECOND, end - MICROSECOND)
