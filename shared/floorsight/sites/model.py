"""Sites, cameras, lines and zones.

`revision` rises with every change of a thing: who changes it says which one was read. Lines and zones have
a second number, `counting_revision`: the revision at which what they count changed last. Events carry it,
and the vision worker follows people anew under it; a new name changes neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum

from floorsight.geometry.lines import Segment
from floorsight.geometry.polygons import Polygon
from floorsight.platform.errors import Malformed
from floorsight.sites.fields import (
    check_identifier,
    check_range,
    check_text,
    check_time_of_day,
    check_time_zone,
)

MAX_ANALYSE_FPS = 30
DEFAULT_ANALYSE_FPS = 10
MAX_SETTLE_FRAMES = 10
DEFAULT_SETTLE_FRAMES = 2
# A camera's plan is read whole, and its lines' counters share one item.
MAX_LINES_PER_CAMERA = 32
# Each zone is looked at in every frame, and has a live count of its own.
MAX_ZONES_PER_CAMERA = 16
DEFAULT_QUIET_HOUR = time(3)
MAX_OCCUPANCY = 1_000_000
MAX_PERCENT = 200
DEFAULT_WARNING_PERCENT = 80
DEFAULT_EXCEEDED_PERCENT = 100
# A camera tells once a minute that it is there, and is given that minute on top: much less than this would
# be an alarm at every hiccup of a stream.
MIN_OFFLINE_SECONDS = 30
MAX_OFFLINE_SECONDS = 86_400
DEFAULT_OFFLINE_SECONDS = 120


class CameraRole(StrEnum):
    """What a camera's crossings may mean: an entry camera never counts out, and the reverse."""

    ENTRY = "entry"
    EXIT = "exit"
    BIDIRECTIONAL = "bidirectional"


class Identify(StrEnum):
    """What a camera's faces are used for, rising. Nobody is recognised unless somebody asked for it."""

    OFF = "off"  # no face is looked for
    RECOGNISE = "recognise"  # people are named
    ATTENDANCE = "attendance"  # and who is named has come or gone: a punch


class Anchor(StrEnum):
    """The point of a person's box that crosses a line or lies in a zone."""

    BOTTOM_CENTER = "bottom_center"  # where the feet are
    CENTER = "center"


@dataclass(frozen=True)
class Limits:
    """How many people may be inside, and from which shares of that on it is said.

    No `max_occupancy`: no limit. Raises Malformed when a field is wrong.
    """

    max_occupancy: int | None = None
    warning_percent: int = DEFAULT_WARNING_PERCENT
    exceeded_percent: int = DEFAULT_EXCEEDED_PERCENT

    def __post_init__(self) -> None:
        if self.max_occupancy is not None:
            check_range("max_occupancy", self.max_occupancy, MAX_OCCUPANCY)
        check_range("warning_percent", self.warning_percent, MAX_PERCENT)
        check_range("exceeded_percent", self.exceeded_percent, MAX_PERCENT)
        if self.warning_percent > self.exceeded_percent:
            raise Malformed(
                f"warning_percent ({self.warning_percent}) is above exceeded_percent "
                f"({self.exceeded_percent}): the warning would come after what it warns of",
                code="limits_out_of_order",
                field="warning_percent",
            )


@dataclass(frozen=True)
class Site:
    """A place with its own clock. Raises Malformed when a field is wrong.

    `quiet_hour` is the local time of day at which nobody is inside, unless the site is `always_open`.
    """

    site_id: str
    name: str
    time_zone: str
    quiet_hour: time = DEFAULT_QUIET_HOUR
    always_open: bool = False
    limits: Limits = Limits()
    revision: int = 1
    deleted_at: datetime | None = None

    def __post_init__(self) -> None:
        check_identifier("site_id", self.site_id)
        check_text("name", self.name)
        check_time_zone(self.time_zone)
        check_time_of_day("quiet_hour", self.quiet_hour)


@dataclass(frozen=True)
class Camera:
    """A camera of a site. Raises Malformed when a field is wrong.

    Only a camera that is `counting` adds to its site's number of people: a door that two cameras see
    belongs to one of them. A camera with a `gate_id` reads the plates of vehicles at that gate of its site,
    of which it sees the `lane`; several cameras may see one gate. A deleted camera is kept, so that its
    history stays explainable.
    """

    camera_id: str
    site_id: str
    name: str
    role: CameraRole
    analyse_fps: int
    created_at: datetime
    created_by: str
    counting: bool = True
    offline_after_seconds: int = DEFAULT_OFFLINE_SECONDS
    limits: Limits = Limits()
    identify: Identify = Identify.OFF
    gate_id: str | None = None
    lane: str | None = None
    revision: int = 1
    deleted_at: datetime | None = None

    def __post_init__(self) -> None:
        check_identifier("camera_id", self.camera_id)
        check_identifier("site_id", self.site_id)
        check_text("name", self.name)
        check_range("analyse_fps", self.analyse_fps, MAX_ANALYSE_FPS)
        check_range(
            "offline_after_seconds",
            self.offline_after_seconds,
            MAX_OFFLINE_SECONDS,
            minimum=MIN_OFFLINE_SECONDS,
        )
        if self.gate_id is not None:
            check_identifier("gate_id", self.gate_id)
        if self.lane is not None:
            check_identifier("lane", self.lane)
            if self.gate_id is None:
                raise Malformed(
                    "a lane is a gate's: name the gate too", code="lane_without_gate", field="lane"
                )


@dataclass(frozen=True)
class Line:
    """A line that a camera counts at, in normalised coordinates of its picture.

    Crossing it from left to right, seen along its direction, is `in` unless `inverted`. Raises Malformed
    when a field is wrong.
    """

    line_id: str
    camera_id: str
    name: str
    segment: Segment
    inverted: bool
    in_label: str
    out_label: str
    anchor: Anchor
    settle_frames: int
    revision: int
    counting_revision: int = 1
    deleted_at: datetime | None = None

    def __post_init__(self) -> None:
        check_text("name", self.name)
        check_text("in_label", self.in_label)
        check_text("out_label", self.out_label)
        check_range("settle_frames", self.settle_frames, MAX_SETTLE_FRAMES)


@dataclass(frozen=True)
class Zone:
    """A part of a camera's picture whose people are counted, in normalised coordinates.

    Nobody should be in a `restricted` zone. Raises Malformed when a field is wrong.
    """

    zone_id: str
    camera_id: str
    name: str
    polygon: Polygon
    restricted: bool
    anchor: Anchor
    settle_frames: int
    limits: Limits
    revision: int
    counting_revision: int = 1
    deleted_at: datetime | None = None

    def __post_init__(self) -> None:
        check_text("name", self.name)
        check_range("settle_frames", self.settle_frames, MAX_SETTLE_FRAMES)


@dataclass(frozen=True)
class CameraPlan:
    """A camera with its lines and zones, by id: all that the vision worker needs to count."""

    camera: Camera
    lines: tuple[Line, ...]
    zones: tuple[Zone, ...] = ()
