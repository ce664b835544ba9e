"""Setting up sites, cameras and lines."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from floorsight.geometry.lines import Segment
from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.errors import Conflict, Malformed, NotFound
from floorsight.platform.items import Item
from floorsight.platform.table import Page
from floorsight.sites.model import (
    DEFAULT_ANALYSE_FPS,
    DEFAULT_SETTLE_FRAMES,
    MAX_LINES_PER_CAMERA,
    Anchor,
    Camera,
    CameraPlan,
    CameraRole,
    Line,
    Site,
)
from floorsight.sites.store import SiteStore


def new_suffix() -> str:
    """Six random characters, a-z and 2-7."""
    return base64.b32encode(secrets.token_bytes(4)).decode().lower()[:6]


def camera_of(line_id: str) -> str:
    """The camera that a line belongs to: its id is `<camera_id>.<suffix>`, so that no index is needed.

    Raises:
        NotFound: no line has an id of this form.
    """
    camera_id, dot, suffix = line_id.rpartition(".")
    if not (camera_id and dot and suffix):
        raise NotFound(f"there is no line {line_id}", code="unknown_line")
    return camera_id


@dataclass(frozen=True)
class SiteService:
    """Use cases of the sites room. Errors: NotFound, Conflict, Malformed (with the field)."""

    store: SiteStore
    clock: Clock = utc_now
    suffix: Callable[[], str] = new_suffix

    def create_site(self, *, site_id: str, name: str, time_zone: str) -> Site:
        """Raises Conflict (`site_exists`) or Malformed."""
        site = Site(site_id, name, time_zone)
        self.store.add_site(site)
        return site

    def get_site(self, site_id: str) -> Site:
        """Raises NotFound (`unknown_site`)."""
        site = self.store.find_site(site_id)
        if site is None:
            raise NotFound(f"there is no site {site_id}", code="unknown_site")
        return site

    def list_sites(self, *, limit: int | None = None, start_key: Item | None = None) -> Page[Site]:
        """All sites by id; a site made a moment ago may be missing."""
        return self.store.list_sites(limit=limit, start_key=start_key)

    def create_camera(
        self,
        *,
        camera_id: str,
        site_id: str,
        name: str,
        role: CameraRole,
        by: str,
        analyse_fps: int = DEFAULT_ANALYSE_FPS,
    ) -> Camera:
        """Raises Malformed (`unknown_site` if there is no such site) or Conflict (`camera_exists`)."""
        camera = Camera(camera_id, site_id, name, role, analyse_fps, created_at=self.clock(), created_by=by)
        if self.store.find_site(site_id) is None:
            raise Malformed(f"there is no site {site_id}", code="unknown_site", field="site_id")
        self.store.add_camera(camera)
        return camera

    def get_camera(self, camera_id: str) -> Camera:
        """Raises NotFound (`unknown_camera`)."""
        camera = self.store.find_camera(camera_id)
        if camera is None:
            raise _unknown_camera(camera_id)
        return camera

    def list_cameras(
        self, site_id: str, *, limit: int | None = None, start_key: Item | None = None
    ) -> Page[Camera]:
        """A site's cameras by id; one made a moment ago may be missing. Raises NotFound (`unknown_site`)."""
        self.get_site(site_id)
        return self.store.list_cameras(site_id, limit=limit, start_key=start_key)

    def get_plan(self, camera_id: str) -> CameraPlan:
        """A camera and its lines. Raises NotFound (`unknown_camera`)."""
        plan = self.store.find_plan(camera_id)
        if plan is None:
            raise _unknown_camera(camera_id)
        return plan

    def create_line(
        self,
        camera_id: str,
        *,
        name: str,
        segment: Segment,
        inverted: bool = False,
        in_label: str = "in",
        out_label: str = "out",
        anchor: Anchor = Anchor.BOTTOM_CENTER,
        settle_frames: int = DEFAULT_SETTLE_FRAMES,
    ) -> Line:
        """Raises NotFound (`unknown_camera`), Conflict (`too_many_lines`) or Malformed."""
        if len(self.get_plan(camera_id).lines) >= MAX_LINES_PER_CAMERA:
            raise Conflict(
                f"camera {camera_id} has {MAX_LINES_PER_CAMERA} lines, the most it can have",
                code="too_many_lines",
            )
        line = Line(
            line_id=f"{camera_id}.{self.suffix()}",
            camera_id=camera_id,
            name=name,
            segment=segment,
            inverted=inverted,
            in_label=in_label,
            out_label=out_label,
            anchor=anchor,
            settle_frames=settle_frames,
            revision=1,
        )
        self.store.add_line(line)
        return line


def _unknown_camera(camera_id: str) -> NotFound:
    return NotFound(f"there is no camera {camera_id}; create it first", code="unknown_camera")
