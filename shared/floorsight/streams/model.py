"""What is remembered of cameras' streams."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from floorsight.events.vision import TrackEnded
from floorsight.geometry.paths import TimedPoint


@dataclass(frozen=True)
class Seen:
    """What was seen last of a camera: a frame's capture time, and its minute's analysed frames a second."""

    camera_id: str
    last_seen_at: datetime
    frames_per_second: float


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
