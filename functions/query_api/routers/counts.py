"""How many are inside now, and how that number came about."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from floorsight.occupancy.model import Baseline, CameraOccupancy, SiteOccupancy, Tally
from floorsight.occupancy.rules import explain_count, raw_count, shown_count
from floorsight.sites.model import Line
from functions.query_api.access import Role, requires
from functions.query_api.paging import RequestedPage, encode_cursor
from functions.query_api.routers.cameras import READ_PROBLEMS, CameraId
from functions.query_api.routers.crossings import CrossingOut, describe_crossings
from functions.query_api.routers.lines import Position
from functions.query_api.services import Wired

router = APIRouter(prefix="/occupancy", tags=["counts"])


class BaselineOut(BaseModel):
    """How many were inside at a moment; crossings after it are counted from there."""

    count: int
    at: datetime
    by: str
    reason: str

    @classmethod
    def of(cls, baseline: Baseline) -> Self:
        return cls(**vars(baseline))


class LineCount(BaseModel):
    line_id: str
    name: str
    start: Position
    end: Position
    inverted: bool
    in_label: str
    out_label: str
    entries: int
    exits: int

    @classmethod
    def of(cls, line: Line, tally: Tally) -> Self:
        return cls(
            line_id=line.line_id,
            name=line.name,
            start=Position.of(line.segment.start),
            end=Position.of(line.segment.end),
            inverted=line.inverted,
            in_label=line.in_label,
            out_label=line.out_label,
            entries=tally.entries,
            exits=tally.exits,
        )


class Numbers(BaseModel):
    occupancy: int = Field(description="How many are inside; never negative.")
    raw: int = Field(description="Baseline + entries - exits; negative when crossings were missed.")
    entries: int
    exits: int


class CameraCount(Numbers):
    camera_id: str
    site_id: str
    name: str
    baseline: BaselineOut
    last_crossing_at: datetime | None = Field(description="The latest by capture time, not by arrival.")
    lines: list[LineCount]

    @classmethod
    def of(cls, found: CameraOccupancy) -> Self:
        count, raw = found.count, raw_count(found.count)
        return cls(
            camera_id=found.camera.camera_id,
            site_id=found.camera.site_id,
            name=found.camera.name,
            occupancy=shown_count(raw),
            raw=raw,
            entries=count.total.entries,
            exits=count.total.exits,
            baseline=BaselineOut.of(count.baseline),
            last_crossing_at=found.last_crossing_at,
            lines=[LineCount.of(line, count.by_line.get(line.line_id, Tally())) for line in found.lines],
        )


class SiteCount(Numbers):
    site_id: str
    cameras: list[CameraCount]

    @classmethod
    def of(cls, found: SiteOccupancy) -> Self:
        return cls(
            site_id=found.site.site_id,
            occupancy=found.shown,
            raw=found.raw,
            entries=found.total.entries,
            exits=found.total.exits,
            cameras=[CameraCount.of(camera) for camera in found.cameras],
        )


class ExplainedCount(Numbers):
    """The baseline and the crossings since, so that a person can check the sum by hand."""

    camera_id: str
    as_of: datetime
    baseline: BaselineOut
    crossings: list[CrossingOut] = Field(description="A page of those since the baseline, oldest first.")
    arithmetic: str = Field(examples=["baseline 0 + 12 in - 5 out = 7"])
    next_cursor: str | None


@router.get("/live", dependencies=[requires(Role.VIEWER)], responses=READ_PROBLEMS)
def get_site_count(site_id: Annotated[str, Query(max_length=128)], services: Wired) -> SiteCount:
    """How many are inside a site, in all and by camera."""
    return SiteCount.of(services.occupancy.get_site_occupancy(site_id))


@router.get("/cameras/{camera_id}/live", dependencies=[requires(Role.VIEWER)], responses=READ_PROBLEMS)
def get_camera_count(camera_id: CameraId, services: Wired) -> CameraCount:
    """How many are inside by one camera's count."""
    return CameraCount.of(services.occupancy.get_camera_occupancy(camera_id))


@router.get(
    "/cameras/{camera_id}/live/explain", dependencies=[requires(Role.VIEWER)], responses=READ_PROBLEMS
)
def explain_camera_count(camera_id: CameraId, page: RequestedPage, services: Wired) -> ExplainedCount:
    """How a camera's count came about."""
    found = services.occupancy.explain_count(camera_id, limit=page.limit, start_key=page.start_key)
    raw = raw_count(found.count)
    return ExplainedCount(
        camera_id=camera_id,
        as_of=found.as_of,
        baseline=BaselineOut.of(found.count.baseline),
        crossings=describe_crossings(services, camera_id, found.crossings),
        entries=found.count.total.entries,
        exits=found.count.total.exits,
        raw=raw,
        occupancy=shown_count(raw),
        arithmetic=explain_count(found.count),
        next_cursor=encode_cursor(found.next_key),
    )
