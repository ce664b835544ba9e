"""What is remembered of cameras' streams."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from floorsight.events.publishing import PublisherReported
from floorsight.events.vision import TrackEnded
from floorsight.geometry.paths import TimedPoint


@dataclass(frozen=True)
class Seen:
    """What was seen last of a camera: a frame's capture time, its minute's frames a second, its session.

    `alive_at` is that time or, where it lay in the future when it came, the time when it came: a camera whose
    clock was ahead must not seem to be well for as long after it has fallen silent.
    """

    camera_id: str
    last_seen_at: datetime
    alive_at: datetime
    frames_per_second: float
    stream_session: str = ""


@dataclass(frozen=True)
class Trajectory:
    """A track that has ended, with the simplified path of its feet.

    `path` has milliseconds since `started_at`, x, y (normalised), as `TrackEnded` tells it. A track is
    (camera, stream session, track id).
    """

    event_id: str
    camera_id: str
    stream_session: str
    track_id: int
    object_class: str
    started_at: datetime
    ended_at: datetime
    observations: int
    path: tuple[TimedPoint, ...]

    @classmethod
    def of(cls, event: TrackEnded) -> Trajectory:
        """The trajectory that an event tells of."""
        return cls(
            event_id=event.event_id,
            camera_id=event.camera_id,
            stream_session=event.stream_session,
            track_id=event.track_id,
            object_class=event.object_class,
            started_at=event.started_at.astimezone(UTC),
            ended_at=event.occurred_at.astimezone(UTC),
            observations=event.observations,
            path=event.path,
        )


@dataclass(frozen=True)
class PublisherReport:
    """What a camera's publisher said last: `event`, and when that was by our clock, at the latest.

    A publisher whose clock is ahead must not seem to report from the future for as long as it is.
    """

    event: PublisherReported
    reported_at: datetime

    @classmethod
    def of(cls, event: PublisherReported, now: datetime) -> PublisherReport:
        """The report that an event brings at this moment."""
        return cls(event, min(event.occurred_at.astimezone(UTC), now))

    def is_newer_than(self, other: PublisherReport) -> bool:
        """Of one run by number, as events overtake each other; of two runs by time."""
        if self.event.publisher == other.event.publisher:
            return self.event.number > other.event.number
        return self.reported_at > other.reported_at
