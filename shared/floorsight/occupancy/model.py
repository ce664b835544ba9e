"""Crossings, baselines and counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from floorsight.events.vision import Direction, LineCrossed
from floorsight.platform.items import Item
from floorsight.sites.model import Camera, Line, Site


@dataclass(frozen=True)
class Crossing:
    """One entry of a camera's ledger. It never changes; `crossing_id` is its event's id."""

    crossing_id: str
    site_id: str
    camera_id: str
    stream_session: str
    line_id: str
    line_revision: int
    track_id: int
    crossing_number: int
    direction: Direction
    occurred_at: datetime
    object_class: str
    confidence: float
    anchor: tuple[float, float]
    snapshot_key: str | None = None

    @classmethod
    def of(cls, event: LineCrossed) -> Crossing:
        """The crossing that an event tells of."""
        return cls(
            crossing_id=event.event_id,
            site_id=event.site_id,
            camera_id=event.camera_id,
            stream_session=event.stream_session,
            line_id=event.line_id,
            line_revision=event.line_revision,
            track_id=event.track_id,
            crossing_number=event.crossing_number,
            direction=event.direction,
            occurred_at=event.occurred_at.astimezone(UTC),
            object_class=event.object_class,
            confidence=event.confidence,
            anchor=event.anchor,
            snapshot_key=event.snapshot_key,
        )


@dataclass(frozen=True)
class Baseline:
    """How many were inside at a moment; crossings after `at` are counted from there."""

    count: int
    at: datetime
    by: str
    reason: str


# Every camera's first baseline lies before any video can have been taken, not at the camera's creation:
# a recording that is replayed today has its own, earlier, capture times, and all its crossings count.
FIRST_BASELINE = Baseline(
    0, datetime(1970, 1, 1, tzinfo=UTC), by="floorsight", reason="no count was given yet"
)


@dataclass(frozen=True)
class Tally:
    """Crossings by direction."""

    entries: int = 0
    exits: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.entries + other.entries, self.exits + other.exits)


@dataclass(frozen=True)
class Count:
    """A camera's baseline and the crossings since, in all and by line id.

    `baseline_revision` is the number of baselines that replaced the first one: it tells a writer whether
    the baseline that it reckoned with still holds.
    """

    baseline: Baseline = FIRST_BASELINE
    total: Tally = Tally()
    by_line: Mapping[str, Tally] = field(default_factory=dict)
    baseline_revision: int = 0


@dataclass(frozen=True)
class CameraOccupancy:
    """What is known of a camera now. `last_crossing_at` is the latest by time, not by arrival."""

    camera: Camera
    lines: tuple[Line, ...]
    count: Count
    last_crossing_at: datetime | None


@dataclass(frozen=True)
class SiteOccupancy:
    """A site's cameras and the sum over them. `raw` may be negative, `shown` is not."""

    site: Site
    cameras: tuple[CameraOccupancy, ...]
    total: Tally
    raw: int
    shown: int


@dataclass(frozen=True)
class Explanation:
    """How a camera's count came about: its baseline and a page of the crossings since, oldest first."""

    as_of: datetime
    camera_id: str
    count: Count
    crossings: list[Crossing]
    next_key: Item | None
