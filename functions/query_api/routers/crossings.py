"""The ledger: crossings, newest first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from floorsight.events.vision import Direction
from floorsight.occupancy.model import Crossing
from floorsight.sites.service import camera_of
from functions.gateway.access import Role, requires
from functions.query_api.paging import Listing, Paging, RequestedPage, encode_cursor
from functions.query_api.routers.cameras import READ_PROBLEMS
from functions.query_api.routers.counters import CameraCounterId, ZoneCounterId
from functions.query_api.services import Services, Wired

router = APIRouter(prefix="/occupancy", tags=["crossings"])


class CrossingOut(BaseModel):
    crossing_id: str
    occurred_at: datetime = Field(description="By the camera's capture time.")
    line_id: str = Field(description="The line, or the zone that was entered or left.")
    line_name: str | None = Field(description="Null if there never was such a line.")
    direction: Direction
    track_id: int
    object_class: str
    confidence: float
    snapshot_url: str | None = Field(description="The picture, for ten minutes; null if none was kept.")
    dwell_seconds: float | None = Field(description="Of who left a zone: how long they were in it.")


def describe_crossings(
    services: Services, camera_id: str, crossings: Iterable[Crossing]
) -> list[CrossingOut]:
    """Crossings of a camera or its zones, with the lines' and zones' names and links to their pictures."""
    plan = services.sites.get_plan(camera_id, with_deleted=True)
    names = {line.line_id: line.name for line in plan.lines}
    names |= {zone.zone_id: zone.name for zone in plan.zones}
    link = services.pictures.link
    return [_describe(crossing, names.get(crossing.line_id), link) for crossing in crossings]


def _describe(crossing: Crossing, line_name: str | None, link: Callable[[str], str]) -> CrossingOut:
    return CrossingOut(
        crossing_id=crossing.crossing_id,
        occurred_at=crossing.occurred_at,
        line_id=crossing.line_id,
        line_name=line_name,
        direction=crossing.direction,
        track_id=crossing.track_id,
        object_class=crossing.object_class,
        confidence=crossing.confidence,
        snapshot_url=link(crossing.snapshot_key) if crossing.snapshot_key else None,
        dwell_seconds=crossing.dwell_seconds,
    )


@router.get("/cameras/{camera_id}/crossings", dependencies=[requires(Role.VIEWER)], responses=READ_PROBLEMS)
def list_crossings(camera_id: CameraCounterId, page: RequestedPage, services: Wired) -> Listing[CrossingOut]:
    """Crossings of a camera's lines, newest first; a deleted camera's too."""
    return _list_crossings(services, camera_id, camera_id, page)


@router.get("/zones/{zone_id}/crossings", dependencies=[requires(Role.VIEWER)], responses=READ_PROBLEMS)
def list_zone_crossings(zone_id: ZoneCounterId, page: RequestedPage, services: Wired) -> Listing[CrossingOut]:
    """Who entered and left a zone, newest first; a deleted zone's too."""
    return _list_crossings(services, zone_id, camera_of(zone_id, "zone"), page)


def _list_crossings(
    services: Services, counter_id: str, camera_id: str, page: Paging
) -> Listing[CrossingOut]:
    found = services.occupancy.list_crossings(counter_id, limit=page.limit, start_key=page.start_key)
    return Listing(
        items=describe_crossings(services, camera_id, found.items), next_cursor=encode_cursor(found.next_key)
    )
