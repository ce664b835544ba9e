"""How many are inside now, and how that number came about."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from floorsight.events.occupancy import CounterKind
from floorsight.occupancy.model import (
    CameraOccupancy,
    Count,
    Explanation,
    SiteOccupancy,
    Tally,
    ZoneOccupancy,
)
from floorsight.occupancy.rules import explain_count, raw_count, shown_count
from floorsight.sites.model import Line
from functions.gateway.access import Role, requires
from functions.query_api.paging import RequestedPage, encode_cursor
from functions.query_api.routers.baselines import BaselineOut
from functions.query_api.routers.cameras import READ_PROBLEMS
from functions.query_api.routers.counters import CameraCounterId, ZoneCounterId
from functions.query_api.routers.crossings import CrossingOut, describe_crossings
from functions.query_api.routers.lines import Position
from functions.query_api.services import Services, Wired

router = APIRouter(prefix="/occupancy", tags=["counts"])


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
    counting: bool = Field(description="Whether it adds to its site's count.")
    baseline: BaselineOut
    last_crossing_at: datetime | None = Field(description="The latest by capture time, not by arrival.")
    lines: list[LineCount]

    @classmethod
    def of(cls, found: CameraOccupancy) -> Self:
        count = found.count
        return cls(
            **_numbers(count),
            camera_id=found.camera.camera_id,
            site_id=found.camera.site_id,
            name=found.camera.name,
            counting=found.camera.counting,
            baseline=BaselineOut.of(count.baseline),
            last_crossing_at=found.last_crossing_at,
            lines=[LineCount.of(line, count.by_line.get(line.line_id, Tally())) for line in found.lines],
        )


class ZoneCount(Numbers):
    """People in a part of a camera's picture; it adds to no other count."""

    zone_id: str
    camera_id: str
    site_id: str
    name: str
    restricted: bool = Field(description="Nobody should be in it.")
    baseline: BaselineOut

    @classmethod
    def of(cls, found: ZoneOccupancy) -> Self:
        return cls(
            **_numbers(found.count),
            zone_id=found.zone.zone_id,
            camera_id=found.zone.camera_id,
            site_id=found.site_id,
            name=found.zone.name,
            restricted=found.zone.restricted,
            baseline=BaselineOut.of(found.count.baseline),
        )


class SiteCount(Numbers):
    """The sum of the cameras that are `counting`."""

    site_id: str
    cameras: list[CameraCount]
    zones: list[ZoneCount]

    @classmethod
    def of(cls, found: SiteOccupancy) -> Self:
        return cls(
            site_id=found.site.site_id,
            occupancy=found.shown,
            raw=found.raw,
            entries=found.total.entries,
            exits=found.total.exits,
            cameras=[CameraCount.of(camera) for camera in found.cameras],
            zones=[ZoneCount.of(zone) for zone in found.zones],
        )


class ExplainedCount(Numbers):
    """The baseline and the crossings since, so that a person can check the sum by hand."""

    camera_id: str
    zone_id: str | None = Field(description="Null if it is the camera's own count.")
    as_of: datetime
    baseline: BaselineOut
    crossings: list[CrossingOut] = Field(description="A page of those since the baseline, oldest first.")
    corrections: list[BaselineOut] = Field(description="The latest baselines that were given, newest first.")
    arithmetic: str = Field(examples=["baseline 0 + 12 in - 5 out = 7"])
    next_cursor: str | None


def _numbers(count: Count) -> dict[str, int]:
    """The fields of `Numbers`."""
    raw, total = raw_count(count), count.total
    return {
        "occupancy": shown_count(raw),
        "raw": raw,
        "entries": total.entries,
        "exits": total.exits,
    }


@router.get("/live", dependencies=[requires(Role.VIEWER)], responses=READ_PROBLEMS)
def get_site_count(site_id: Annotated[str, Query(max_length=128)], services: Wired) -> SiteCount:
    """How many are inside a site, in all and by camera."""
    return SiteCount.of(services.occupancy.get_site_occupancy(site_id))


@router.get("/cameras/{camera_id}/live", dependencies=[requires(Role.VIEWER)], responses=READ_PROBLEMS)
def get_camera_count(camera_id: CameraCounterId, services: Wired) -> CameraCount:
    """How many are inside by one camera's count."""
    return CameraCount.of(services.occupancy.get_camera_occupancy(camera_id))


@router.get("/zones/{zone_id}/live", dependencies=[requires(Role.VIEWER)], responses=READ_PROBLEMS)
def get_zone_count(zone_id: ZoneCounterId, services: Wired) -> ZoneCount:
    """How many are inside a zone."""
    return ZoneCount.of(services.occupancy.get_zone_occupancy(zone_id))


@router.get(
    "/cameras/{camera_id}/live/explain", dependencies=[requires(Role.VIEWER)], responses=READ_PROBLEMS
)
def explain_camera_count(camera_id: CameraCounterId, page: RequestedPage, services: Wired) -> ExplainedCount:
    """How a camera's count came about; a deleted camera's too."""
    found = services.occupancy.explain_count(camera_id, limit=page.limit, start_key=page.start_key)
    return _describe_explanation(services, found)


@router.get("/zones/{zone_id}/live/explain", dependencies=[requires(Role.VIEWER)], responses=READ_PROBLEMS)
def explain_zone_count(zone_id: ZoneCounterId, page: RequestedPage, services: Wired) -> ExplainedCount:
    """How a zone's count came about; a deleted zone's too."""
    found = services.occupancy.explain_count(zone_id, limit=page.limit, start_key=page.start_key)
    return _describe_explanation(services, found)


def _describe_explanation(services: Services, found: Explanation) -> ExplainedCount:
    counter = found.counter
    return ExplainedCount(
        **_numbers(found.count),
        camera_id=counter.camera_id,
        zone_id=counter.counter_id if counter.kind is CounterKind.ZONE else None,
        as_of=found.as_of,
        baseline=BaselineOut.of(found.count.baseline),
        crossings=describe_crossings(services, counter.camera_id, found.crossings),
        corrections=[BaselineOut.of(baseline) for baseline in found.corrections],
        arithmetic=explain_count(found.count),
        next_cursor=encode_cursor(found.next_key),
    )
