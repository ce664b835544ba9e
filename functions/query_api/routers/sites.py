"""Sites."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from http import HTTPStatus
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from floorsight.platform.errors import Conflict
from floorsight.platform.ids import IDENTIFIER_PATTERN
from floorsight.sites.model import DEFAULT_QUIET_HOUR, Site
from functions.gateway.access import Role, requires
from functions.gateway.problems import document
from functions.query_api.paging import Listing, RequestedPage, encode_cursor
from functions.query_api.routers.limits import LimitFields, ReadRevision
from functions.query_api.services import Wired

router = APIRouter(prefix="/sites", tags=["sites"])
SiteId = Annotated[str, Path(max_length=128)]
LIST_PROBLEMS = document(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
READ_PROBLEMS = LIST_PROBLEMS | document(HTTPStatus.NOT_FOUND)
CHANGE_PROBLEMS = READ_PROBLEMS | document(HTTPStatus.CONFLICT)


class SiteFields(LimitFields):
    name: str
    time_zone: str = Field(description="IANA time zone.", examples=["Europe/Berlin"])
    quiet_hour: str = Field(
        default=f"{DEFAULT_QUIET_HOUR:%H:%M}",
        pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$",
        description="Local time at which nobody is inside, unless the site is always open.",
    )
    always_open: bool = Field(
        default=False,
        description="Somebody may be inside at any time: counts never start again by themselves.",
    )

    def values(self) -> dict[str, Any]:
        return super().values() | {"quiet_hour": time.fromisoformat(self.quiet_hour)}


class NewSite(SiteFields):
    site_id: str = Field(description=f"Matches `{IDENTIFIER_PATTERN}`.", examples=["plant-1"])


class SiteChange(SiteFields):
    revision: ReadRevision


class SiteOut(BaseModel):
    site_id: str
    name: str
    time_zone: str
    quiet_hour: str = Field(examples=["03:00"])
    always_open: bool
    max_occupancy: int | None
    warning_percent: int
    exceeded_percent: int
    revision: int = Field(description="Rises with every change.")

    @classmethod
    def of(cls, site: Site) -> Self:
        return cls(**vars(site) | vars(site.limits) | {"quiet_hour": f"{site.quiet_hour:%H:%M}"})


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    dependencies=[requires(Role.OPERATOR)],
    responses=LIST_PROBLEMS | document(HTTPStatus.CONFLICT),
)
def create_site(new: NewSite, services: Wired) -> SiteOut:
    """Make a site."""
    return SiteOut.of(services.sites.create_site(**new.values()))


@router.get("", dependencies=[requires(Role.VIEWER)], responses=LIST_PROBLEMS)
def list_sites(page: RequestedPage, services: Wired) -> Listing[SiteOut]:
    """All sites by id."""
    found = services.sites.list_sites(limit=page.limit, start_key=page.start_key)
    return Listing(items=found.map(SiteOut.of).items, next_cursor=encode_cursor(found.next_key))


@router.get("/{site_id}", dependencies=[requires(Role.VIEWER)], responses=READ_PROBLEMS)
def get_site(site_id: SiteId, services: Wired) -> SiteOut:
    """A site."""
    return SiteOut.of(services.sites.get_site(site_id))


@router.put("/{site_id}", dependencies=[requires(Role.OPERATOR)], responses=CHANGE_PROBLEMS)
def update_site(site_id: SiteId, change: SiteChange, services: Wired) -> SiteOut:
    """Change a site. Its time zone stays once it has cameras or shifts."""
    before = services.sites.get_site(site_id)
    changed = replace(before, **change.values())
    moved = changed.time_zone != before.time_zone
    if moved and services.attendance.shifts.list_shifts(site_id, limit=1).items:
        raise Conflict(
            "its shifts are in the old time zone, and what was paid by them: make a new site instead",
            code="time_zone_in_use",
        )
    return SiteOut.of(services.sites.update_site(changed))


@router.delete(
    "/{site_id}",
    status_code=HTTPStatus.NO_CONTENT,
    dependencies=[requires(Role.OPERATOR)],
    responses=CHANGE_PROBLEMS,
)
def delete_site(site_id: SiteId, services: Wired) -> None:
    """Delete a site that has no cameras and no employees but those who left.

    Its id is not given again, as its history bears it; payroll stays to be had.
    """
    site = services.sites.get_site(site_id, with_deleted=True)
    today = services.sites.clock().astimezone(ZoneInfo(site.time_zone)).date()
    ends = (each.employed_until for each in services.employees.list_employees(site_id).items)
    staying = sum(end is None or end >= today for end in ends)
    if staying:
        raise Conflict(
            f"{staying} people are employed at site {site_id}: end their employment first, "
            "so that their last days are closed and paid",
            code="site_has_employees",
        )
    services.sites.delete_site(site_id)
