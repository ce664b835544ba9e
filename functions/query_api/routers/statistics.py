"""A site at a glance."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from floorsight.occupancy.series import statistics as series
from functions.gateway.access import Role, requires
from functions.query_api.routers.cameras import READ_PROBLEMS
from functions.query_api.services import Wired

router = APIRouter(prefix="/occupancy", tags=["statistics"])


class Period(BaseModel):
    start: datetime
    entries: int
    exits: int
    average: float = Field(description="Of the number inside, weighted by time, up to now.")
    maximum: int
    peak_at: datetime = Field(description="The first moment of the maximum.")

    @classmethod
    def of(cls, period: series.Period, zone: ZoneInfo) -> Self:
        return cls(
            start=period.start.astimezone(zone),
            entries=period.entries,
            exits=period.exits,
            average=round(period.average, 3),
            maximum=period.maximum,
            peak_at=period.peak_at.astimezone(zone),
        )


class Door(BaseModel):
    camera_id: str
    name: str
    entries: int
    exits: int

    @classmethod
    def of(cls, door: series.Door) -> Self:
        return cls(
            camera_id=door.camera.camera_id, name=door.camera.name, entries=door.entries, exits=door.exits
        )


class UsualHour(BaseModel):
    hour: int = Field(description="Of the day by the site's clock, 0 to 23.")
    entries_a_day: float
    exits_a_day: float
    average: float = Field(description="Of the number inside, weighted by time.")

    @classmethod
    def of(cls, usual: series.UsualHour) -> Self:
        return cls(
            hour=usual.hour,
            entries_a_day=round(usual.entries_a_day, 3),
            exits_a_day=round(usual.exits_a_day, 3),
            average=round(usual.average, 3),
        )


class SiteStatistics(BaseModel):
    site_id: str
    as_of: datetime
    time_zone: str
    today: Period
    this_week: Period = Field(description="From Monday on.")
    busiest_door: Door | None = Field(description="By crossings this week; null if there were none.")
    usual_days: int = Field(
        description=f"The days of the last {series.USUAL_DAYS}, before today, on which anybody crossed."
    )
    usual_hours: list[UsualHour] = Field(description="The hours of the day, averaged over the usual days.")


@router.get("/statistics", dependencies=[requires(Role.VIEWER)], responses=READ_PROBLEMS)
def get_statistics(site_id: Annotated[str, Query(max_length=128)], services: Wired) -> SiteStatistics:
    """Today, this week, peaks, the busiest door and the usual day of a site, as of the last roll-up."""
    found = services.statistics.describe_site(site_id)
    return SiteStatistics(
        site_id=found.site_id,
        as_of=found.as_of.astimezone(found.zone),
        time_zone=found.zone.key,
        today=Period.of(found.today, found.zone),
        this_week=Period.of(found.this_week, found.zone),
        busiest_door=Door.of(found.busiest_door) if found.busiest_door else None,
        usual_days=found.usual_days,
        usual_hours=[UsualHour.of(usual) for usual in found.usual_hours],
    )
