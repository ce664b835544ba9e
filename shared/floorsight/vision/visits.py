"""Visits of tracks to zones: who came in, who went out, and who can't be said to be there any longer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from floorsight.events.vision import VisitEnd
from floorsight.geometry.lines import Point
from floorsight.geometry.polygons import INSIDE, OUTSIDE
from floorsight.geometry.presence import NEW, Area, observe
from floorsight.vision.plan import CountingPlan, CountingZone
from floorsight.vision.track_log import TrackLog, ZoneLog

Box = tuple[float, float, float, float]


class Seen(NamedTuple):
    """One track in one frame, in normalised coordinates; `tolerance` is its dead band in frame heights."""

    track_id: int
    at_ms: int
    box: Box
    feet: Point
    centre: Point
    score: float
    confirmed: bool
    tolerance: float


@dataclass(frozen=True)
class VisitBegan:
    """A confirmed person settled inside a zone. The anchor and the box are normalised."""

    zone_id: str
    zone: ZoneLog
    track_id: int
    confidence: float
    anchor: tuple[float, float]
    box: Box


@dataclass(frozen=True)
class VisitEnded:
    """A visit is over. `zone` is as it was while the visit went on."""

    zone_id: str
    zone: ZoneLog
    track_id: int
    at_ms: int
    confidence: float
    anchor: tuple[float, float]
    reason: VisitEnd


Visit = VisitBegan | VisitEnded


class ZoneWatch:
    """Watches the zones of one plan in frames of one shape; `aspect` is width over height."""

    def __init__(self, plan: CountingPlan, aspect: float) -> None:
        self._zones = {zone.zone_id: zone for zone in plan.zones}
        self._watched = [(zone, Area(zone.polygon, zone.settle_frames, aspect)) for zone in plan.zones]

    def follow_plan(self, track_id: int, log: TrackLog) -> tuple[TrackLog, list[VisitEnded]]:
        """End the visits to zones that were edited or removed since the last chunk.

        The number of visits so far is kept, so that no two visits of a track ever have the same number, even
        where an old plan comes back with a worker that has not heard of the new one.
        """
        changed = {
            zone_id: entry for zone_id, entry in log.zones.items() if not self._is_current(zone_id, entry)
        }
        if not changed:
            return log, []
        anew = {zone_id: self._anew(zone_id, entry) for zone_id, entry in changed.items()}
        ended = _endings(track_id, log, changed, VisitEnd.ZONE_CHANGED)
        return replace(log, zones=log.zones | anew), ended

    def observe(self, zones: dict[str, ZoneLog], seen: Seen) -> tuple[dict[str, ZoneLog], list[Visit]]:
        """Take one observation of a person; `zones` have followed the plan."""
        after = zones
        found: list[Visit] = []
        for zone, area in self._watched:
            entry = zones.get(zone.zone_id)
            before = NEW if entry is None else entry.state
            x, y = seen.feet if zone.at_feet else seen.centre
            state, move = observe(area, before, x, y, seen.at_ms, seen.tolerance, may_enter=seen.confirmed)
            if state is before:
                continue
            if after is zones:
                after = dict(zones)
            entry = entry or _new_log(zone)
            if move == INSIDE:
                entry = entry._replace(restricted=zone.restricted, visits=entry.visits + 1)
            after[zone.zone_id] = now = entry._replace(state=state)
            if move == INSIDE:
                found.append(VisitBegan(zone.zone_id, now, seen.track_id, seen.score, (x, y), seen.box))
            elif move == OUTSIDE:
                found.append(_left(zone.zone_id, entry, seen, state.since_ms))
        return after, found

    def _is_current(self, zone_id: str, entry: ZoneLog) -> bool:
        zone = self._zones.get(zone_id)
        if zone is None:
            return entry.state == NEW  # only the number of visits is left
        return entry.revision == zone.revision

    def _anew(self, zone_id: str, entry: ZoneLog) -> ZoneLog:
        zone = self._zones.get(zone_id)
        fresh = entry if zone is None else _new_log(zone)
        return fresh._replace(state=NEW, visits=entry.visits)


def end_visits(track_id: int, log: TrackLog) -> list[VisitEnded]:
    """The visits that end because the track does: when it was seen last."""
    return _endings(track_id, log, log.zones, VisitEnd.TRACK_ENDED)


def _endings(track_id: int, log: TrackLog, zones: dict[str, ZoneLog], reason: VisitEnd) -> list[VisitEnded]:
    return [
        VisitEnded(zone_id, entry, track_id, log.last_seen_ms, log.score, log.last_place, reason)
        for zone_id, entry in zones.items()
        if entry.state.inside
    ]


def _left(zone_id: str, entry: ZoneLog, seen: Seen, at_ms: int) -> VisitEnded:
    return VisitEnded(zone_id, entry, seen.track_id, at_ms, seen.score, seen.feet, VisitEnd.LEFT)


def _new_log(zone: CountingZone) -> ZoneLog:
    return ZoneLog(zone.revision, zone.restricted)
