"""Visits to a zone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from floorsight.events.vision import VisitEnd, ZoneEntered, ZoneLeft
from floorsight.geometry.lines import Point
from floorsight.geometry.polygons import Polygon
from floorsight.platform.ids import derived_id
from floorsight.sites.model import Zone
from tests.fakes.clock import NOON
from tests.fakes.scene import CAMERA, SESSION, SITE, Scene

CORNER = Polygon((Point(0.0, 0.5), Point(0.5, 0.5), Point(0.5, 1.0), Point(0.0, 1.0)))


def make_zone(scene: Scene, camera_id: str = CAMERA, **changes: Any) -> Zone:
    """Adds a zone to a camera and returns it."""
    return scene.sites.create_zone(camera_id, **{"name": "Corner", "polygon": CORNER, **changes})


def zone_entered(number: int, zone_id: str, *, occurred_at: datetime = NOON) -> ZoneEntered:
    """The event of track `number`'s first visit."""
    return ZoneEntered(**_visit("entered", number, zone_id, occurred_at))


def zone_left(
    number: int, zone_id: str, *, occurred_at: datetime = NOON, dwell_seconds: float = 5.0
) -> ZoneLeft:
    """The event of the end of track `number`'s first visit."""
    return ZoneLeft(
        **_visit("left", number, zone_id, occurred_at),
        entered_at=occurred_at - timedelta(seconds=dwell_seconds),
        dwell_seconds=dwell_seconds,
        reason=VisitEnd.LEFT,
    )


def _visit(kind: str, number: int, zone_id: str, occurred_at: datetime) -> dict[str, Any]:
    return {
        "event_id": derived_id(kind, SESSION, zone_id, number),
        "occurred_at": occurred_at,
        "site_id": SITE,
        "camera_id": zone_id.partition(".")[0],
        "stream_session": SESSION,
        "cause": "chunk/1",
        "zone_id": zone_id,
        "zone_revision": 1,
        "restricted": False,
        "track_id": number,
        "visit_number": 1,
        "object_class": "person",
        "confidence": 0.9,
        "anchor": (0.25, 0.75),
    }
