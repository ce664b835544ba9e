"""Counters, crossings, baselines and counts.

A counter is whatever has a ledger, a baseline and a live count: a camera (all its lines together) or a zone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from floorsight.events.occupancy import CounterKind
from floorsight.events.vision import Direction, LineCrossed, ZoneEntered, ZoneLeft
from floorsight.platform.items import Item
from floorsight.sites.model import Camera, Line, Site, Zone

CountedEvent = LineCrossed | ZoneEntered | ZoneLeft


@dataclass(frozen=True)
class Counter:
    """A camera or a zone that counts, and the site that it belongs to."""

    counter_id: str
    site_id: str

    @property
    def kind(self) -> CounterKind:
        return kind_of(self.counter_id)

    @property
    def camera_id(self) -> str:
        """The camera itself, or the one in whose picture the zone lies."""
        return self.counter_id.partition(".")[0]


def kind_of(counter_id: str) -> CounterKind:
    """Zones are named `<camera_id>.<suffix>`; the id of a camera holds no dot."""
    return CounterKind.ZONE if "." in counter_id else CounterKind.CAMERA


@dataclass(frozen=True)
class Crossing:
    """One entry of a counter's ledger. It never changes; `crossing_id` is its event's id.

    In a zone's ledger entering is `in` and leaving is `out`, the zone stands for the line, the number of the
    track's visit for that of its crossing, and whoever left has `dwell_seconds`.
    """

    crossing_id: str
    site_id: str
    camera_id: str
    counter_id: str
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
    dwell_seconds: float | None = None

    @property
    def zone_id(self) -> str | None:
        return self.counter_id if kind_of(self.counter_id) is CounterKind.ZONE else None

    @classmethod
    def of(cls, event: CountedEvent) -> Crossing:
        """The crossing that an event tells of."""
        if isinstance(event, LineCrossed):
            counter_id, line_id, revision = event.camera_id, event.line_id, event.line_revision
            number, direction = event.crossing_number, event.direction
        else:
            counter_id, line_id, revision = event.zone_id, event.zone_id, event.zone_revision
            number = event.visit_number
            direction = Direction.IN if isinstance(event, ZoneEntered) else Direction.OUT
        return cls(
            crossing_id=event.event_id,
            site_id=event.site_id,
            camera_id=event.camera_id,
            counter_id=counter_id,
            stream_session=event.stream_session,
            line_id=line_id,
            line_revision=revision,
            track_id=event.track_id,
            crossing_number=number,
            direction=direction,
            occurred_at=event.occurred_at.astimezone(UTC),
            object_class=event.object_class,
            confidence=event.confidence,
            anchor=event.anchor,
            snapshot_key=event.snapshot_key,
            dwell_seconds=event.dwell_seconds if isinstance(event, ZoneLeft) else None,
        )


@dataclass(frozen=True)
class Baseline:
    """How many were inside at a moment; crossings after `at` are counted from there. It never changes.

    `replaced_raw` is the raw count for that moment as it was known when the baseline was given; None for the
    first one and for those of layout 1.
    """

    count: int
    at: datetime
    by: str
    reason: str
    replaced_raw: int | None = None

    @property
    def correction(self) -> int | None:
        """By how much it changed the raw count, where that is known."""
        return None if self.replaced_raw is None else self.count - self.replaced_raw


# Every counter's first baseline lies before any video can have been taken, not at the camera's creation:
# a recording that is replayed today has its own, earlier, capture times, and all its crossings count.
FIRST_BASELINE = Baseline(
    0, datetime(1970, 1, 1, tzinfo=UTC), by="floorsight", reason="no count was given yet"
)


@dataclass(frozen=True)
class Mark:
    """A quarter hour (from `quarter`, UTC) of a counter whose roll-ups are older than its ledger.

    `token` is the id of the crossing or baseline that was written last: a mark with another token stands for
    something that came later.
    """

    site_id: str
    counter_id: str
    quarter: datetime
    token: str


@dataclass(frozen=True)
class Tally:
    """Crossings by direction."""

    entries: int = 0
    exits: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.entries + other.entries, self.exits + other.exits)


@dataclass(frozen=True)
class Count:
    """A counter's baseline and the crossings since, in all and by line id.

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
class ZoneOccupancy:
    """What is known of a zone now."""

    zone: Zone
    site_id: str
    count: Count


@dataclass(frozen=True)
class SiteOccupancy:
    """A site's cameras and zones, and the sum over the counting cameras.

    `raw` may be negative, `shown` is not. Zones are parts of what cameras see: they never add to the sum.
    """

    site: Site
    cameras: tuple[CameraOccupancy, ...]
    zones: tuple[ZoneOccupancy, ...]
    total: Tally
    raw: int
    shown: int


@dataclass(frozen=True)
class Explanation:
    """How a count came about: its baseline and a page of the crossings since, oldest first.

    `corrections` are the latest baselines, newest first: what people and reconciliation changed.
    """

    as_of: datetime
    counter: Counter
    count: Count
    crossings: list[Crossing]
    next_key: Item | None
    corrections: tuple[Baseline, ...]
