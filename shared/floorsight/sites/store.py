"""What the sites room keeps in the registry table."""

from __future__ import annotations

from dataclasses import dataclass

from floorsight.geometry.lines import Point, Segment
from floorsight.platform.clock import from_sort_key, to_sort_key
from floorsight.platform.errors import Conflict
from floorsight.platform.items import Item, ItemType, TableName
from floorsight.platform.table import ABSENT, Page, Put, Table
from floorsight.sites.model import Anchor, Camera, CameraPlan, CameraRole, Line, Site

_SITES_PARTITION = "SITES"

SITE = ItemType(
    name="site",
    table=TableName.REGISTRY,
    pk="SITE#{site_id}",
    sk="SITE",
    gsi1pk=_SITES_PARTITION,
    gsi1sk="SITE#{site_id}",
    purpose="A site: its name and time zone. The index lists all sites.",
    writers=("query_api",),
    readers=("query_api",),
)
CAMERA = ItemType(
    name="camera",
    table=TableName.REGISTRY,
    pk="CAMERA#{camera_id}",
    sk="CAMERA",
    gsi1pk="SITE#{site_id}",
    gsi1sk="CAMERA#{camera_id}",
    purpose="A camera. Its lines lie in the same partition, so that one query reads its whole plan. "
    "The index lists a site's cameras.",
    writers=("query_api",),
    readers=("query_api", "update_occupancy", "vision_worker"),
)
LINE = ItemType(
    name="line",
    table=TableName.REGISTRY,
    pk="CAMERA#{camera_id}",
    sk="LINE#{line_id}",
    purpose="A line that a camera counts at. Its id begins with its camera's.",
    writers=("query_api",),
    readers=("query_api", "vision_worker"),
)
ITEM_TYPES: tuple[ItemType, ...] = (SITE, CAMERA, LINE)


@dataclass(frozen=True)
class SiteStore:
    """Sites, cameras and lines in the registry table."""

    table: Table

    def add_site(self, site: Site) -> None:
        """Raises Conflict (`site_exists`)."""
        body: Item = {"site_id": site.site_id, "name": site.name, "time_zone": site.time_zone}
        self._add(SITE.item(body, site_id=site.site_id), what=f"site {site.site_id}", code="site_exists")

    def find_site(self, site_id: str) -> Site | None:
        item = self.table.get(SITE.key(site_id=site_id))
        return _read_site(item) if item else None

    def list_sites(self, *, limit: int | None = None, start_key: Item | None = None) -> Page[Site]:
        """All sites by id."""
        page = self.table.query(_SITES_PARTITION, limit=limit, start_key=start_key, index=True)
        return page.map(_read_site)

    def add_camera(self, camera: Camera) -> None:
        """Raises Conflict (`camera_exists`)."""
        item = CAMERA.item(_camera_body(camera), camera_id=camera.camera_id, site_id=camera.site_id)
        self._add(item, what=f"camera {camera.camera_id}", code="camera_exists")

    def find_camera(self, camera_id: str) -> Camera | None:
        item = self.table.get(CAMERA.key(camera_id=camera_id))
        return _read_camera(item) if item else None

    def list_cameras(
        self, site_id: str, *, limit: int | None = None, start_key: Item | None = None
    ) -> Page[Camera]:
        """A site's cameras by id."""
        page = self.table.query(
            f"SITE#{site_id}", begins="CAMERA#", limit=limit, start_key=start_key, index=True
        )
        return page.map(_read_camera)

    def add_line(self, line: Line) -> None:
        """Raises Conflict (`line_exists`)."""
        item = LINE.item(_line_body(line), camera_id=line.camera_id, line_id=line.line_id)
        self._add(item, what=f"line {line.line_id}", code="line_exists")

    def find_plan(self, camera_id: str) -> CameraPlan | None:
        """A camera with its lines by id, in one consistent query."""
        items = self.table.query(CAMERA.partition(camera_id=camera_id)).items
        cameras = [_read_camera(item) for item in items if item["type"] == CAMERA.name]
        lines = tuple(_read_line(item) for item in items if item["type"] == LINE.name)
        return CameraPlan(cameras[0], lines) if cameras else None

    def _add(self, item: Item, *, what: str, code: str) -> None:
        try:
            self.table.write(Put(item, expect=ABSENT))
        except Conflict as error:
            raise Conflict(f"{what} exists already", code=code) from error


def _read_site(item: Item) -> Site:
    return Site(item["site_id"], item["name"], item["time_zone"])


def _camera_body(camera: Camera) -> Item:
    return {
        "camera_id": camera.camera_id,
        "site_id": camera.site_id,
        "name": camera.name,
        "role": camera.role.value,
        "analyse_fps": camera.analyse_fps,
        "created_at": to_sort_key(camera.created_at),
        "created_by": camera.created_by,
    }


def _read_camera(item: Item) -> Camera:
    return Camera(
        camera_id=item["camera_id"],
        site_id=item["site_id"],
        name=item["name"],
        role=CameraRole(item["role"]),
        analyse_fps=item["analyse_fps"],
        created_at=from_sort_key(item["created_at"]),
        created_by=item["created_by"],
    )


def _line_body(line: Line) -> Item:
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
    }


def _read_line(item: Item) -> Line:
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
    )


def _point_body(point: Point) -> Item:
    return {"x": point.x, "y": point.y}


def _read_point(item: Item) -> Point:
    return Point(float(item["x"]), float(item["y"]))  # a whole number comes back as int
