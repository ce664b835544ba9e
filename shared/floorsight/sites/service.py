"""Setting up sites, cameras, lines and zones."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import TypeVar

from floorsight.geometry.lines import Segment
from floorsight.geometry.polygons import Polygon
from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.errors import Conflict, NotFound
from floorsight.platform.items import Item
from floorsight.platform.table import Page
from floorsight.sites.model import (
    DEFAULT_ANALYSE_FPS,
    DEFAULT_OFFLINE_SECONDS,
    DEFAULT_QUIET_HOUR,
    DEFAULT_SETTLE_FRAMES,
    MAX_LINES_PER_CAMERA,
    MAX_ZONES_PER_CAMERA,
    Anchor,
    Camera,
    CameraPlan,
    CameraRole,
    Identify,
    Limits,
    Line,
    Site,
    Zone,
)
from floorsight.sites.rules import revise
from floorsight.sites.store import SiteStore, Thing

NO_LIMITS = Limits()
AnyThing = TypeVar("AnyThing", Site, Camera, Line, Zone)


def new_suffix() -> str:
    """Six random characters, a-z and 2-7."""
    return base64.b32encode(secrets.token_bytes(4)).decode().lower()[:6]


def camera_of(drawn_id: str, kind: str = "line") -> str:
    """The camera of a line or zone: their ids are `<camera_id>.<suffix>`, so that no index is needed.

    Raises:
        NotFound: none has an id of this form (`unknown_line` or `unknown_zone`, by `kind`).
    """
    camera_id, dot, suffix = drawn_id.rpartition(".")
    if not (camera_id and dot and suffix):
        raise _unknown(kind, drawn_id)
    return camera_id


@dataclass(frozen=True)
class SiteService:
    """Use cases of the sites room. Errors: NotFound, Conflict, Malformed (with the field).

    A change is given as the changed thing, with the `revision` that was read; what is stored and returned
    has the next one. Conflict (`revision_changed`) if somebody else was faster. What is deleted is kept and
    found only `with_deleted`; deleting it again changes nothing.
    """

    store: SiteStore
    clock: Clock = utc_now
    suffix: Callable[[], str] = new_suffix

    def create_site(
        self,
        *,
        site_id: str,
        name: str,
        time_zone: str,
        quiet_hour: time = DEFAULT_QUIET_HOUR,
        always_open: bool = False,
        limits: Limits = NO_LIMITS,
    ) -> Site:
        """Raises Conflict (`site_exists`, `site_deleted`) or Malformed."""
        site = Site(site_id, name, time_zone, quiet_hour, always_open, limits)
        self.store.add(site)
        return site

    def get_site(self, site_id: str, *, with_deleted: bool = False) -> Site:
        """Raises NotFound (`unknown_site`)."""
        return _present(self.store.find_site(site_id), "site", site_id, with_deleted=with_deleted)

    def list_sites(self, *, limit: int | None = None, start_key: Item | None = None) -> Page[Site]:
        """All sites by id; a site made a moment ago may be missing."""
        return self.store.list_sites(limit=limit, start_key=start_key)

    def list_deleted_sites(self, since: datetime) -> list[Site]:
        """Sites that were deleted then or later, in that order."""
        return self.store.list_deleted_sites(since)

    def update_site(self, changed: Site) -> Site:
        """Raises NotFound (`unknown_site`) or Conflict (`revision_changed`, `time_zone_in_use`).

        A site that ever had a camera keeps its time zone: history outlives its cameras.
        """
        before = self.get_site(changed.site_id)
        moved = changed.time_zone != before.time_zone
        if moved and self.store.had_cameras(changed.site_id):
            raise Conflict(
                "the history of its cameras, deleted ones too, is in hours and days of the old time zone: "
                "make a new site instead",
                code="time_zone_in_use",
            )
        site = replace(changed, revision=changed.revision + 1)
        self.store.replace(site, revision=changed.revision, without_history=moved)
        return site

    def delete_site(self, site_id: str) -> datetime:
        """Returns when it was deleted.

        Raises NotFound (`unknown_site`) or Conflict (`site_has_cameras`, `revision_changed`).
        """
        site = self.get_site(site_id, with_deleted=True)
        cameras = self.store.count_cameras(site_id)
        if cameras:
            raise Conflict(
                f"site {site_id} has {cameras} cameras; delete them first", code="site_has_cameras"
            )
        return self._delete(site)

    def create_camera(
        self,
        *,
        camera_id: str,
        site_id: str,
        name: str,
        role: CameraRole,
        by: str,
        analyse_fps: int = DEFAULT_ANALYSE_FPS,
        counting: bool = True,
        offline_after_seconds: int = DEFAULT_OFFLINE_SECONDS,
        limits: Limits = NO_LIMITS,
        identify: Identify = Identify.OFF,
        gate_id: str | None = None,
        lane: str | None = None,
    ) -> Camera:
        """Raises Malformed (also `unknown_site`) or Conflict (`camera_exists`, `camera_deleted`)."""
        camera = Camera(
            camera_id=camera_id,
            site_id=site_id,
            name=name,
            role=role,
            analyse_fps=analyse_fps,
            created_at=self.clock(),
            created_by=by,
            counting=counting,
            offline_after_seconds=offline_after_seconds,
            limits=limits,
            identify=identify,
            gate_id=gate_id,
            lane=lane,
        )
        self.store.add(camera)
        return camera

    def get_camera(self, camera_id: str, *, with_deleted: bool = False) -> Camera:
        """Raises NotFound (`unknown_camera`)."""
        return _present(self.store.find_camera(camera_id), "camera", camera_id, with_deleted=with_deleted)

    def list_cameras(
        self, site_id: str, *, limit: int | None = None, start_key: Item | None = None
    ) -> Page[Camera]:
        """A site's cameras by id; one made a moment ago may be missing. Raises NotFound (`unknown_site`)."""
        self.get_site(site_id)
        return self.store.list_cameras(site_id, limit=limit, start_key=start_key)

    def update_camera(self, changed: Camera) -> Camera:
        """Raises NotFound (`unknown_camera`) or Conflict (`revision_changed`, `site_fixed`)."""
        if self.get_camera(changed.camera_id).site_id != changed.site_id:
            raise Conflict("a camera stays at its site: its counts belong there", code="site_fixed")
        camera = replace(changed, revision=changed.revision + 1)
        self.store.replace(camera, revision=changed.revision)
        return camera

    def delete_camera(self, camera_id: str) -> datetime:
        """Returns when it was deleted. Raises NotFound (`unknown_camera`) or Conflict (`revision_changed`).

        Its lines and zones are deleted with it.
        """
        return self._delete(self.get_camera(camera_id, with_deleted=True))

    def get_plan(self, camera_id: str, *, with_deleted: bool = False) -> CameraPlan:
        """A camera with its lines and zones. Raises NotFound (`unknown_camera`).

        With deleted ones, a deleted camera's too: what its history names.
        """
        plan = self.store.find_plan(camera_id)
        if plan is None:
            raise _unknown("camera", camera_id)
        _present(plan.camera, "camera", camera_id, with_deleted=with_deleted)
        if with_deleted:
            return plan
        return replace(
            plan,
            lines=tuple(line for line in plan.lines if not line.deleted_at),
            zones=tuple(zone for zone in plan.zones if not zone.deleted_at),
        )

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
        _check_room("lines", len(self.get_plan(camera_id).lines), MAX_LINES_PER_CAMERA)
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
        self.store.add(line)
        return line

    def get_line(self, line_id: str, *, with_deleted: bool = False) -> Line:
        """Raises NotFound (`unknown_line`)."""
        plan = self.store.find_plan(camera_of(line_id))
        found = next((line for line in plan.lines if line.line_id == line_id), None) if plan else None
        return _present(found, "line", line_id, with_deleted=with_deleted)

    def update_line(self, changed: Line) -> Line:
        """Raises NotFound (`unknown_line`) or Conflict (`revision_changed`)."""
        line = revise(self.get_line(changed.line_id), changed)
        self.store.replace(line, revision=changed.revision)
        return line

    def delete_line(self, line_id: str) -> datetime:
        """Returns when it was deleted. Raises NotFound (`unknown_line`) or Conflict (`revision_changed`)."""
        return self._delete(self.get_line(line_id, with_deleted=True))

    def create_zone(
        self,
        camera_id: str,
        *,
        name: str,
        polygon: Polygon,
        restricted: bool = False,
        anchor: Anchor = Anchor.BOTTOM_CENTER,
        settle_frames: int = DEFAULT_SETTLE_FRAMES,
        limits: Limits = NO_LIMITS,
    ) -> Zone:
        """Raises NotFound (`unknown_camera`), Conflict (`too_many_zones`) or Malformed."""
        _check_room("zones", len(self.get_plan(camera_id).zones), MAX_ZONES_PER_CAMERA)
        zone = Zone(
            zone_id=f"{camera_id}.{self.suffix()}",
            camera_id=camera_id,
            name=name,
            polygon=polygon,
            restricted=restricted,
            anchor=anchor,
            settle_frames=settle_frames,
            limits=limits,
            revision=1,
        )
        self.store.add(zone)
        return zone

    def get_zone(self, zone_id: str, *, with_deleted: bool = False) -> Zone:
        """Raises NotFound (`unknown_zone`)."""
        plan = self.store.find_plan(camera_of(zone_id, "zone"))
        found = next((zone for zone in plan.zones if zone.zone_id == zone_id), None) if plan else None
        return _present(found, "zone", zone_id, with_deleted=with_deleted)

    def update_zone(self, changed: Zone) -> Zone:
        """Raises NotFound (`unknown_zone`) or Conflict (`revision_changed`)."""
        zone = revise(self.get_zone(changed.zone_id), changed)
        self.store.replace(zone, revision=changed.revision)
        return zone

    def delete_zone(self, zone_id: str) -> datetime:
        """Returns when it was deleted. Raises NotFound (`unknown_zone`) or Conflict (`revision_changed`)."""
        return self._delete(self.get_zone(zone_id, with_deleted=True))

    def _delete(self, thing: Thing) -> datetime:
        if thing.deleted_at:  # an answer got lost: deleting again changes nothing
            return thing.deleted_at
        now = self.clock()
        gone = replace(thing, revision=thing.revision + 1, deleted_at=now)
        self.store.replace(gone, revision=thing.revision)
        return now


def _check_room(kind: str, number: int, most: int) -> None:
    if number >= most:
        raise Conflict(f"the camera has {most} {kind}, the most it can have", code=f"too_many_{kind}")


def _present(found: AnyThing | None, kind: str, name: str, *, with_deleted: bool) -> AnyThing:
    """What was found. Raises NotFound when nothing was, or only what is deleted and was not asked for."""
    if found is None or (found.deleted_at and not with_deleted):
        raise _unknown(kind, name)
    return found


def _unknown(kind: str, name: str) -> NotFound:
    return NotFound(f"there is no {kind} {name}; create it first", code=f"unknown_{kind}")
