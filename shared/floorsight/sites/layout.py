"""How sites, cameras, lines and zones lie in the registry table.

Items of layout 1 come from before there were limits, zones and deletions; cameras of layout 2 from before
people were recognised, of layout 3 from before gates. What they lack reads as what held then; a change gives
them today's layout.
"""

from __future__ import annotations

from datetime import time

from floorsight.geometry.lines import Point, Segment
from floorsight.geometry.polygons import Polygon
from floorsight.platform.clock import from_sort_key, moment_text, read_moment, to_sort_key
from floorsight.platform.items import Item
from floorsight.sites.model import Anchor, Camera, CameraRole, Identify, Limits, Line, Site, Zone

# Below every revision that is stored, so that it reads back as "has none yet".
UNREVISED = 0
_NO_LIMITS: Item = {"max_occupancy": None, "warning_percent": 80, "exceeded_percent": 100}
_SITE_1: Item = {"quiet_hour": "03:00", "always_open": False, "revision": UNREVISED, **_NO_LIMITS}
_CAMERA_3: Item = {"gate_id": None, "lane": None}
_CAMERA_2: Item = {"identify": "off", **_CAMERA_3}
_CAMERA_1: Item = {
    "counting": True,
    "offline_after_seconds": 120,
    "revision": UNREVISED,
    **_NO_LIMITS,
    **_CAMERA_2,
}


def site_body(site: Site) -> Item:
    return {
        "site_id": site.site_id,
        "name": site.name,
        "time_zone": site.time_zone,
        "quiet_hour": site.quiet_hour.isoformat("minutes"),
        "always_open": site.always_open,
        **vars(site.limits),
        "revision": site.revision,
        "deleted_at": moment_text(site.deleted_at),
    }


def read_site(stored: Item) -> Site:
    item = _SITE_1 | stored
    return Site(
        site_id=item["site_id"],
        name=item["name"],
        time_zone=item["time_zone"],
        quiet_hour=time.fromisoformat(item["quiet_hour"]),
        always_open=item["always_open"],
        limits=_read_limits(item),
        revision=item["revision"],
        deleted_at=read_moment(item.get("deleted_at")),
    )


def camera_body(camera: Camera) -> Item:
    return {
        "camera_id": camera.camera_id,
        "site_id": camera.site_id,
        "name": camera.name,
        "role": camera.role.value,
        "analyse_fps": camera.analyse_fps,
        "created_at": to_sort_key(camera.created_at),
        "created_by": camera.created_by,
        "counting": camera.counting,
        "offline_after_seconds": camera.offline_after_seconds,
        **vars(camera.limits),
        "identify": camera.identify.value,
        "gate_id": camera.gate_id,
        "lane": camera.lane,
        "revision": camera.revision,
        "deleted_at": moment_text(camera.deleted_at),
    }


def read_camera(stored: Item) -> Camera:
    item = _CAMERA_1 | stored
    return Camera(
        camera_id=item["camera_id"],
        site_id=item["site_id"],
        name=item["name"],
        role=CameraRole(item["role"]),
        analyse_fps=item["analyse_fps"],
        created_at=from_sort_key(item["created_at"]),
        created_by=item["created_by"],
        counting=item["counting"],
        offline_after_seconds=item["offline_after_seconds"],
        limits=_read_limits(item),
        identify=Identify(item["identify"]),
        gate_id=item.get("gate_id"),
        lane=item.get("lane"),
        revision=item["revision"],
        deleted_at=read_moment(item.get("deleted_at")),
    )


def line_body(line: Line) -> Item:
    return {
        "line_id": line.line_id,
        "camera_id": line.camera_id,
        "name": line.name,
        "start": _point_body(line.segment.start),
        "end": _point_body(line.segment.end),
        "inverted": line.inverted,
        "in_label": line.in_label,
        "out_label": line.out_label,
        "anchor": line.anchor.value,
        "settle_frames": line.settle_frames,
        "revision": line.revision,
        "counting_revision": line.counting_revision,
        "deleted_at": moment_text(line.deleted_at),
    }


def read_line(stored: Item) -> Line:
    item = {"counting_revision": stored["revision"]} | stored
    return Line(
        line_id=item["line_id"],
        camera_id=item["camera_id"],
        name=item["name"],
        segment=Segment(_read_point(item["start"]), _read_point(item["end"])),
        inverted=item["inverted"],
        in_label=item["in_label"],
        out_label=item["out_label"],
        anchor=Anchor(item["anchor"]),
        settle_frames=item["settle_frames"],
        revision=item["revision"],
        counting_revision=item["counting_revision"],
        deleted_at=read_moment(item.get("deleted_at")),
    )


def zone_body(zone: Zone) -> Item:
    return {
        "zone_id": zone.zone_id,
        "camera_id": zone.camera_id,
        "name": zone.name,
        "points": [_point_body(point) for point in zone.polygon.points],
        "restricted": zone.restricted,
        "anchor": zone.anchor.value,
        "settle_frames": zone.settle_frames,
        **vars(zone.limits),
        "revision": zone.revision,
        "counting_revision": zone.counting_revision,
        "deleted_at": moment_text(zone.deleted_at),
    }


def read_zone(item: Item) -> Zone:
    return Zone(
        zone_id=item["zone_id"],
        camera_id=item["camera_id"],
        name=item["name"],
        polygon=Polygon(tuple(_read_point(point) for point in item["points"])),
        restricted=item["restricted"],
        anchor=Anchor(item["anchor"]),
        settle_frames=item["settle_frames"],
        limits=_read_limits(item),
        revision=item["revision"],
        counting_revision=item["counting_revision"],
        deleted_at=read_moment(item.get("deleted_at")),
    )


def _read_limits(item: Item) -> Limits:
    return Limits(item.get("max_occupancy"), item["warning_percent"], item["exceeded_percent"])


def _point_body(point: Point) -> Item:
    return {"x": point.x, "y": point.y}


def _read_point(item: Item) -> Point:
    return Point(float(item["x"]), float(item["y"]))  # a whole number comes back as int
