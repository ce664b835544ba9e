"""Facts of tracks on attendance cameras, in the presence table, and the punches that follow from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from floorsight.attendance.items import SIGHTED_TRACK, TRACK_DAYS
from floorsight.attendance.sightings import SightedTrack, Sighting, TrackCrossing, TrackKey
from floorsight.attendance.writes import direction_update, punch_puts
from floorsight.events.attendance import PunchDirection
from floorsight.platform.clock import from_sort_key, to_sort_key
from floorsight.platform.items import Item
from floorsight.platform.table import Expectation, Put, Table, Write

_KEPT = timedelta(days=TRACK_DAYS)


@dataclass(frozen=True)
class TrackStore:
    """Tracks with a sighting or a crossing. That an item expires late harms nothing: facts stay facts."""

    table: Table

    def load(self, key: TrackKey) -> SightedTrack:
        """What is known of a track; nothing, if it was never seen or that is weeks ago."""
        item = self.table.get(SIGHTED_TRACK.key(**_key_parts(key)))
        return _read_track(key, item) if item else SightedTrack(key)

    def save(self, before: SightedTrack, after: SightedTrack, now: datetime) -> None:
        """Keep what is newly known and the punches that follow, if nobody wrote since `before` was loaded.

        Raises TransactionRefused.
        """
        self.table.transact([_track_put(after, before.revision, now), *_punch_writes(before, after)])


def _punch_writes(before: SightedTrack, after: SightedTrack) -> Iterator[Write]:
    for sighting in after.sightings.values():
        punch = after.punch_of(sighting)
        if sighting.event_id not in before.sightings:
            yield from punch_puts(punch)
        elif punch.direction is not before.punch_of(sighting).direction:
            yield direction_update(punch)


def _track_put(track: SightedTrack, revision: int, now: datetime) -> Put:
    body: Item = {
        "sightings": {name: _sighting_body(each) for name, each in track.sightings.items()},
        "crossings": {name: _crossing_body(each) for name, each in track.crossings.items()},
        "revision": revision + 1,
        "expires_at": int((now + _KEPT).timestamp()),
    }
    unchanged = Expectation(equals={"revision": revision or None})
    return Put(SIGHTED_TRACK.item(body, **_key_parts(track.key)), expect=unchanged)


def _read_track(key: TrackKey, item: Item) -> SightedTrack:
    return SightedTrack(
        key,
        {name: _read_sighting(name, each) for name, each in item["sightings"].items()},
        {name: _read_crossing(name, each) for name, each in item["crossings"].items()},
        item["revision"],
    )


def _key_parts(key: TrackKey) -> dict[str, str]:
    return {name: str(value) for name, value in asdict(key).items()}


def _sighting_body(sighting: Sighting) -> Item:
    return {
        "employee_id": sighting.employee_id,
        "at": to_sort_key(sighting.at),
        "first_seen_at": to_sort_key(sighting.first_seen_at),
        "last_seen_at": to_sort_key(sighting.last_seen_at),
        "confidence": sighting.confidence,
        "snapshot_key": sighting.snapshot_key,
        "direction": sighting.direction.value,
        "recorded_at": to_sort_key(sighting.recorded_at),
    }


def _read_sighting(event_id: str, stored: Item) -> Sighting:
    return Sighting(
        event_id=event_id,
        employee_id=stored["employee_id"],
        at=from_sort_key(stored["at"]),
        first_seen_at=from_sort_key(stored["first_seen_at"]),
        last_seen_at=from_sort_key(stored["last_seen_at"]),
        confidence=float(stored["confidence"]),
        snapshot_key=stored["snapshot_key"],
        direction=PunchDirection(stored["direction"]),
        recorded_at=from_sort_key(stored["recorded_at"]),
    )


def _crossing_body(crossing: TrackCrossing) -> Item:
    return {"at": to_sort_key(crossing.at), "direction": crossing.direction.value}


def _read_crossing(event_id: str, stored: Item) -> TrackCrossing:
    return TrackCrossing(event_id, from_sort_key(stored["at"]), PunchDirection(stored["direction"]))
