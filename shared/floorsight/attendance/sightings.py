"""How what cameras saw becomes a punch (docs/attendance.md, "Cameras"): pure.

Facts come in any order: who a track is, and where it crossed a line. A punch follows from the facts that are
known of its track, so that the same facts always give the same punch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from floorsight.attendance.model import Evidence, Punch, PunchSource
from floorsight.events.attendance import PunchDirection, PunchRecorded
from floorsight.platform.ids import derived_id

# A crossing that is further from the sighting says nothing about it.
NEAR = timedelta(seconds=30)


@dataclass(frozen=True)
class TrackKey:
    """One track of one run of a camera's stream."""

    site_id: str
    camera_id: str
    stream_session: str
    track_id: int


@dataclass(frozen=True)
class Sighting:
    """A track was recognised as an employee. `direction` is the camera's: unknown if people go both ways."""

    event_id: str
    employee_id: str
    at: datetime
    first_seen_at: datetime
    last_seen_at: datetime
    confidence: float
    snapshot_key: str | None
    direction: PunchDirection
    recorded_at: datetime

    @property
    def punch_id(self) -> str:
        return derived_id("punch", self.event_id)


@dataclass(frozen=True)
class TrackCrossing:
    """A track crossed a line."""

    event_id: str
    at: datetime
    direction: PunchDirection


@dataclass(frozen=True)
class SightedTrack:
    """All that is known of a track, by event id. `revision` is 0 while nothing is stored."""

    key: TrackKey
    sightings: Mapping[str, Sighting] = field(default_factory=dict)
    crossings: Mapping[str, TrackCrossing] = field(default_factory=dict)
    revision: int = 0

    def with_sighting(self, sighting: Sighting) -> SightedTrack:
        """What is known already stays as it was first written down."""
        return replace(self, sightings={sighting.event_id: sighting, **self.sightings})

    def with_crossing(self, crossing: TrackCrossing) -> SightedTrack:
        return replace(self, crossings={crossing.event_id: crossing, **self.crossings})

    def find_crossing(self, sighting: Sighting) -> TrackCrossing | None:
        """The one that says which way the employee went: the nearest, at most 30 seconds away.

        Of those that are equally near to the whole sighting the nearest to its best moment counts, then the
        earlier, then the lower id.
        """
        near = [each for each in self.crossings.values() if distance(sighting, each.at) <= NEAR]
        return min(near, key=lambda each: _nearness(sighting, each), default=None)

    def punch_of(self, sighting: Sighting) -> Punch:
        """The punch that a sighting is, by all that is known now."""
        return Punch(
            punch_id=sighting.punch_id,
            employee_id=sighting.employee_id,
            site_id=self.key.site_id,
            at=sighting.at.astimezone(UTC).replace(microsecond=0),
            direction=self._decide(sighting)[0],
            source=PunchSource.CAMERA,
            recorded_at=sighting.recorded_at,
            recorded_by=self.key.camera_id,
            evidence=Evidence(
                self.key.camera_id,
                self.key.stream_session,
                self.key.track_id,
                sighting.confidence,
                sighting.snapshot_key,
            ),
        )

    def tell(self, sighting: Sighting, *, scheduled: bool) -> PunchRecorded:
        """The event of a sighting's punch. Its id follows from all that it says."""
        punch = self.punch_of(sighting)
        cause = self._decide(sighting)[1]
        return PunchRecorded(
            event_id=derived_id("PunchRecorded", punch.punch_id, cause, int(scheduled)),
            occurred_at=punch.at,
            site_id=self.key.site_id,
            camera_id=self.key.camera_id,
            stream_session=self.key.stream_session,
            cause=cause,
            punch_id=punch.punch_id,
            employee_id=punch.employee_id,
            track_id=self.key.track_id,
            direction=punch.direction,
            confidence=sighting.confidence,
            scheduled=scheduled,
        )

    def _decide(self, sighting: Sighting) -> tuple[PunchDirection, str]:
        """Which way somebody went, and the event that says so."""
        if sighting.direction is not PunchDirection.UNKNOWN:
            return sighting.direction, sighting.event_id
        crossing = self.find_crossing(sighting)
        if crossing is None:
            return PunchDirection.UNKNOWN, sighting.event_id
        return crossing.direction, crossing.event_id


def distance(sighting: Sighting, moment: datetime) -> timedelta:
    """From a moment to the time in which the faces were seen; zero within it."""
    return max(sighting.first_seen_at - moment, moment - sighting.last_seen_at, timedelta())


def _nearness(sighting: Sighting, crossing: TrackCrossing) -> tuple[timedelta, timedelta, datetime, str]:
    to_best = abs(crossing.at - sighting.at)
    return distance(sighting, crossing.at), to_best, crossing.at, crossing.event_id
