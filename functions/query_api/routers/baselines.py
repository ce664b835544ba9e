"""True numbers that people give: calibration and its history."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from floorsight.occupancy.model import Baseline
from floorsight.occupancy.rules import shown_count
from floorsight.occupancy.service import MAX_BASELINE, MAX_REASON_LENGTH
from functions.gateway.access import Caller, Role, requires
from functions.query_api.paging import Listing, Paging, RequestedPage, encode_cursor
from functions.query_api.routers.cameras import CHANGE_PROBLEMS, READ_PROBLEMS
from functions.query_api.routers.counters import CameraCounterId, ZoneCounterId
from functions.query_api.services import Services, Wired

router = APIRouter(prefix="/occupancy", tags=["baselines"])
Operator = Annotated[Caller, requires(Role.OPERATOR)]


class HeadCount(BaseModel):
    model_config = ConfigDict(extra="forbid")

    count: int = Field(description=f"How many are inside now, 0 to {MAX_BASELINE}.", examples=[12])
    reason: str = Field(
        description=f"Why it is set; 1 to {MAX_REASON_LENGTH} characters.", examples=["counted at the drill"]
    )


class BaselineOut(BaseModel):
    """How many were inside at a moment; crossings after it are counted from there."""

    count: int
    at: datetime
    by: str
    reason: str
    replaced_raw: int | None = Field(
        description="The raw count for that moment, as it was known when the baseline was given; null for "
        "the first baseline and for those from before this was written down."
    )
    replaced_occupancy: int | None = Field(
        description="What was shown instead: `replaced_raw`, or 0 below it."
    )
    correction: int | None = Field(description="`count` - `replaced_raw`.")

    @classmethod
    def of(cls, baseline: Baseline) -> Self:
        raw = baseline.replaced_raw
        return cls(
            **vars(baseline),
            replaced_occupancy=None if raw is None else shown_count(raw),
            correction=baseline.correction,
        )


@router.post("/cameras/{camera_id}/calibrate", status_code=HTTPStatus.CREATED, responses=CHANGE_PROBLEMS)
def calibrate_camera(
    camera_id: CameraCounterId, given: HeadCount, services: Wired, caller: Operator
) -> BaselineOut:
    """Say how many are inside by one camera's count. History is kept."""
    return _calibrate(services, camera_id, given, caller)


@router.post("/zones/{zone_id}/calibrate", status_code=HTTPStatus.CREATED, responses=CHANGE_PROBLEMS)
def calibrate_zone(
    zone_id: ZoneCounterId, given: HeadCount, services: Wired, caller: Operator
) -> BaselineOut:
    """Say how many are inside a zone. History is kept."""
    return _calibrate(services, zone_id, given, caller)


@router.get("/cameras/{camera_id}/baselines", dependencies=[requires(Role.VIEWER)], responses=READ_PROBLEMS)
def list_camera_baselines(
    camera_id: CameraCounterId, page: RequestedPage, services: Wired
) -> Listing[BaselineOut]:
    """What a camera's count was set to, newest first; a deleted camera's too."""
    return _list_baselines(services, camera_id, page)


@router.get("/zones/{zone_id}/baselines", dependencies=[requires(Role.VIEWER)], responses=READ_PROBLEMS)
def list_zone_baselines(zone_id: ZoneCounterId, page: RequestedPage, services: Wired) -> Listing[BaselineOut]:
    """What a zone's count was set to, newest first; a deleted zone's too."""
    return _list_baselines(services, zone_id, page)


def _calibrate(services: Services, counter_id: str, given: HeadCount, caller: Caller) -> BaselineOut:
    kept = services.occupancy.calibrate(
        counter_id, count=given.count, by=caller.username, reason=given.reason
    )
    return BaselineOut.of(kept)


def _list_baselines(services: Services, counter_id: str, page: Paging) -> Listing[BaselineOut]:
    found = services.occupancy.list_baselines(counter_id, limit=page.limit, start_key=page.start_key)
    return Listing(items=found.map(BaselineOut.of).items, next_cursor=encode_cursor(found.next_key))
