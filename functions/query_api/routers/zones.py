"""The zones of cameras' pictures whose people are counted."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, Any, Self

from fastapi import APIRouter, Path
from pydantic import ConfigDict, Field

from floorsight.geometry.polygons import MAX_POINTS, MIN_POINTS, Polygon
from floorsight.sites.model import DEFAULT_SETTLE_FRAMES, MAX_SETTLE_FRAMES, Anchor, Zone
from functions.gateway.access import Caller, Role, requires
from functions.query_api.paging import Listing
from functions.query_api.routers.cameras import CHANGE_PROBLEMS, READ_PROBLEMS, CameraId
from functions.query_api.routers.limits import LimitFields, ReadRevision
from functions.query_api.routers.lines import COUNTING_REVISION, Position
from functions.query_api.services import Wired

router = APIRouter(prefix="/occupancy", tags=["zones"])
ZoneId = Annotated[str, Path(max_length=128)]


class NewZone(LimitFields):
    name: str
    polygon: list[Position] = Field(
        description=f"{MIN_POINTS} to {MAX_POINTS} corners in the order in which one walks around; the last "
        "is joined to the first."
    )
    restricted: bool = Field(default=False, description="Nobody should be in it.")
    anchor: Anchor = Field(default=Anchor.BOTTOM_CENTER, description="The point of a box that is inside.")
    settle_frames: int = Field(
        default=DEFAULT_SETTLE_FRAMES,
        description=f"Analysed frames inside or outside before it counts, 1 to {MAX_SETTLE_FRAMES}.",
    )

    def values(self) -> dict[str, Any]:
        return super().values() | {"polygon": Polygon(tuple(corner.point() for corner in self.polygon))}


class ZoneChange(NewZone):
    revision: ReadRevision


class ZoneOut(NewZone):
    model_config = ConfigDict(extra="ignore")

    zone_id: str
    camera_id: str
    revision: int = Field(description="Rises with every change.")
    counting_revision: int = Field(description=COUNTING_REVISION)

    @classmethod
    def of(cls, zone: Zone) -> Self:
        corners = [Position.of(point) for point in zone.polygon.points]
        return cls(**vars(zone) | vars(zone.limits) | {"polygon": corners})


@router.post(
    "/cameras/{camera_id}/zones",
    status_code=HTTPStatus.CREATED,
    dependencies=[requires(Role.OPERATOR)],
    responses=CHANGE_PROBLEMS,
)
def create_zone(camera_id: CameraId, new: NewZone, services: Wired) -> ZoneOut:
    """Draw a zone on a camera's picture."""
    return ZoneOut.of(services.sites.create_zone(camera_id, **new.values()))


@router.get("/cameras/{camera_id}/zones", dependencies=[requires(Role.VIEWER)], responses=READ_PROBLEMS)
def list_zones(camera_id: CameraId, services: Wired) -> Listing[ZoneOut]:
    """A camera's zones by id, all on one page."""
    zones = services.sites.get_plan(camera_id).zones
    return Listing(items=[ZoneOut.of(zone) for zone in zones], next_cursor=None)


@router.put("/zones/{zone_id}", dependencies=[requires(Role.OPERATOR)], responses=CHANGE_PROBLEMS)
def update_zone(zone_id: ZoneId, change: ZoneChange, services: Wired) -> ZoneOut:
    """Change a zone. Once the worker knows, those who are inside leave it and enter it anew, unless only
    its name, its limits or `restricted` changed."""
    changed = replace(services.sites.get_zone(zone_id), **change.values())
    return ZoneOut.of(services.sites.update_zone(changed))


@router.delete("/zones/{zone_id}", status_code=HTTPStatus.NO_CONTENT, responses=CHANGE_PROBLEMS)
def delete_zone(zone_id: ZoneId, services: Wired, caller: Annotated[Caller, requires(Role.OPERATOR)]) -> None:
    """Delete a zone. Its history is kept."""
    deleted_at = services.sites.delete_zone(zone_id)
    # If this fails, the caller asks again: deleting what is deleted comes here too.
    services.occupancy.close_counter(zone_id, deleted_at, by=caller.username)
