"""Sites, cameras and lines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from floorsight.geometry.lines import Segment
from floorsight.platform.errors import Malformed
from floorsight.platform.ids import IDENTIFIER_PATTERN

MAX_NAME_LENGTH = 100
MAX_ANALYSE_FPS = 30
DEFAULT_ANALYSE_FPS = 10
MAX_SETTLE_FRAMES = 10
DEFAULT_SETTLE_FRAMES = 2
# A camera's plan is read whole, and its lines' counters share one item.
MAX_LINES_PER_CAMERA = 32


class CameraRole(StrEnum):
    """What a camera's crossings may mean: an entry camera never counts out, and the reverse."""

    ENTRY = "entry"
    EXIT = "exit"
    BIDIRECTIONAL = "bidirectional"


class Anchor(StrEnum):
    """The point of a person's box that crosses a line."""

    BOTTOM_CENTER = "bottom_center"  # where the feet are
    CENTER = "center"


@dataclass(frozen=True)
class Site:
    """A place with its own clock. Raises Malformed when a field is wrong."""

    site_id: str
    name: str
    time_zone: str

    def __post_init__(self) -> None:
        _check_identifier("site_id", self.site_id)
        _check_text("name", self.name)
        _check_time_zone(self.time_zone)


@dataclass(frozen=True)
class Camera:
    """A camera of a site. Raises Malformed when a field is wrong."""

    camera_id: str
    site_id: str
    name: str
    role: CameraRole
    analyse_fps: int
    created_at: datetime
    created_by: str

    def __post_init__(self) -> None:
        _check_identifier("camera_id", self.camera_id)
        _check_identifier("site_id", self.site_id)
        _check_text("name", self.name)
        _check_range("analyse_fps", self.analyse_fps, MAX_ANALYSE_FPS)


@dataclass(frozen=True)
class Line:
    """A line that a camera counts at, in normalised coordinates of its picture.

    Crossing it from left to right, seen along its direction, is `in` unless `inverted`. `revision` rises
    with every change. Raises Malformed when a field is wrong.
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

    def __post_init__(self) -> None:
        _check_text("name", self.name)
        _check_text("in_label", self.in_label)
        _check_text("out_label", self.out_label)
        _check_range("settle_frames", self.settle_frames, MAX_SETTLE_FRAMES)


@dataclass(frozen=True)
class CameraPlan:
    """A camera and its lines, by line id: all that the vision worker needs to count."""

    camera: Camera
    lines: tuple[Line, ...]


def _check_identifier(field: str, value: str) -> None:
    # fullmatch: `$` alone would let a trailing newline through.
    if not re.fullmatch(IDENTIFIER_PATTERN.removesuffix("$"), value):
        raise Malformed(
            f"{field} must be 1 to 63 lower-case letters, digits or hyphens, and not begin with a hyphen",
            code="bad_identifier",
            field=field,
        )


def _check_text(field: str, value: str) -> None:
    if not 1 <= len(value) <= MAX_NAME_LENGTH or value != value.strip() or not value.isprintable():
        raise Malformed(
            f"{field} must be 1 to {MAX_NAME_LENGTH} printable characters with no space around them",
            code="bad_text",
            field=field,
        )


def _check_range(field: str, value: int, maximum: int) -> None:
    if not 1 <= value <= maximum:
        raise Malformed(f"{field} must be 1 to {maximum}, not {value}", code="out_of_range", field=field)


def _check_time_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # OSError: the name of a folder
        raise Malformed(
            f"{name!r} is no IANA time zone; write one such as Europe/Berlin",
            code="unknown_time_zone",
            field="time_zone",
        ) from error
