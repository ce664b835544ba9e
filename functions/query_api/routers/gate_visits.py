"""Gates, the visits of vehicles, and which vehicles are on the site."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from floorsight.sites.model import Camera, CameraRole
from floorsight.vehicles.gate.listing import VisitFilter
from floorsight.vehicles.gate.log import PlateVisit, Slice
from floorsight.vehicles.gate.visits import VisitState
from floorsight.vehicles.plates import clean
from functions.gateway.access import Role, requires
from functions.gateway.moments import Moment, check_range
from functions.query_api.csv_files import Cell, answer_csv
from functions.query_api.paging import Listing, RequestedPage, encode_cursor
from functions.query_api.routers.diagnostics import Form
from functions.query_api.routers.gate_fields import VisitOut
from functions.query_api.routers.vehicle_fields import (
    CSV_ANSWER,
    PREFIX,
    READ_PROBLEMS,
    GateQuery,
    PlateQuery,
    SiteId,
    collect_rows,
)
from functions.query_api.services import Services, Wired

router = APIRouter(prefix=PREFIX, tags=["gates"])
COLUMNS = ("plate", "state", "admitted", "entry_at", "entry_gate_id", "exit_at", "exit_gate_id", "visit_id")


class GateCamera(BaseModel):
    camera_id: str
    name: str
    lane: str
    role: CameraRole


class GateOut(BaseModel):
    """A gate is where cameras say that they see it."""

    gate_id: str
    cameras: list[GateCamera]


@router.get("/gates", dependencies=[requires(Role.VIEWER)], responses=READ_PROBLEMS)
def list_gates(site_id: SiteId, services: Wired) -> Listing[GateOut]:
    """A site's gates by the cameras that see them, all at once."""
    services.sites.get_site(site_id)
    cameras: dict[str, list[Camera]] = defaultdict(list)
    for camera in services.sites.list_cameras(site_id).items:
        if camera.gate_id is not None:
            cameras[camera.gate_id].append(camera)
    gates = [GateOut(gate_id=gate_id, cameras=_show(cameras[gate_id])) for gate_id in sorted(cameras)]
    return Listing(items=gates, next_cursor=None)


@router.get(
    "/visits",
    dependencies=[requires(Role.VIEWER)],
    response_model=Listing[VisitOut],
    responses=READ_PROBLEMS | CSV_ANSWER,
)
def list_visits(
    site_id: SiteId,
    page: RequestedPage,
    services: Wired,
    gate_id: GateQuery = None,
    plate: PlateQuery = None,
    state: VisitState | None = None,
    admitted: Annotated[bool | None, Query(description="Whether the vehicle was let in.")] = None,
    start: Annotated[Moment | None, Query(alias="from", description="By when they began.")] = None,
    end: Annotated[Moment | None, Query(alias="to", description="Not included.")] = None,
    form: Annotated[Form, Query(alias="format", description="csv answers the whole range.")] = Form.JSON,
) -> Listing[VisitOut] | Response:
    """Visits, newest first; `gate_id` is where they begin or end. A short page need not be the last."""
    check_range(start, end)
    wanted = VisitFilter(clean(plate) if plate else None, gate_id, state, admitted)
    if form is Form.CSV:
        return _answer_csv(services, site_id, wanted, start, end)
    part = Slice(start, end, page.limit, page.start_key)
    found = services.gate_lists.list_visits(site_id, wanted, part)
    return Listing(items=found.map(VisitOut.of).items, next_cursor=encode_cursor(found.next_key))


@router.get("/on-site", dependencies=[requires(Role.VIEWER)], responses=READ_PROBLEMS)
def list_on_site(site_id: SiteId, page: RequestedPage, services: Wired) -> Listing[VisitOut]:
    """Vehicles that were let in and have not gone, by plate; with an `exit`: refused on the way out."""
    found = services.gate_lists.list_on_site(site_id, limit=page.limit, start_key=page.start_key)
    return Listing(items=found.map(VisitOut.of).items, next_cursor=encode_cursor(found.next_key))


def _show(cameras: list[Camera]) -> list[GateCamera]:
    shown = [
        GateCamera(camera_id=each.camera_id, name=each.name, lane=each.lane, role=each.role)
        for each in cameras
    ]
    return sorted(shown, key=lambda each: (each.lane, each.camera_id))


def _answer_csv(
    services: Services, site_id: str, wanted: VisitFilter, start: datetime | None, end: datetime | None
) -> Response:
    zone = ZoneInfo(services.sites.get_site(site_id, with_deleted=True).time_zone)
    found = collect_rows(
        lambda limit, key: services.gate_lists.list_visits(site_id, wanted, Slice(start, end, limit, key))
    )
    return answer_csv(f"visits_{site_id}", COLUMNS, (_row(each, zone) for each in found))


def _row(found: PlateVisit, zone: ZoneInfo) -> list[Cell]:
    visit = found.visit
    cells: list[Cell] = [found.plate, visit.state.value, visit.admitted]
    for passage in (visit.entry, visit.exit):
        at = passage.first_seen.astimezone(zone).isoformat() if passage else ""
        cells += [at, passage.gate_id if passage else ""]
    return [*cells, visit.visit_id]
