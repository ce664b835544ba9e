"""What a camera sees: a picture and the tracks on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class SeenTrack:
    """A track on a picture. `box` is left, top, right, bottom in normalised coordinates."""

    track_id: int
    object_class: str
    box: tuple[float, float, float, float]
    confidence: float


@dataclass(frozen=True)
class View:
    """A camera's picture of a moment: `image_key` in the media bucket, size in pixels, and its tracks."""

    camera_id: str
    captured_at: datetime
    image_key: str
    width: int
    height: int
    tracks: tuple[SeenTrack, ...]
