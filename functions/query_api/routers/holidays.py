"""A site's holidays."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from floorsight.attendance.model import Holiday
from floorsight.attendance.planning.model import MAX_HOLIDAYS_AT_ONCE
from functions.gateway.access import Role, requires
from functions.gateway.problems import document
from functions.query_api.paging import Listing, RequestedPage, encode_cursor
from functions.query_api.routers.dates import LocalDate
from functions.query_api.routers.sites import SiteId
from functions.query_api.services import Wired

router = APIRouter(prefix="/v1/sites/{site_id}/holidays", tags=["holidays"])
READ_PROBLEMS = document(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
CHANGE_PROBLEMS = READ_PROBLEMS | document(HTTPStatus.CONFLICT)


class HolidayFields(BaseModel):
    model_config = ConfigDict(extra="forbid")

    on: LocalDate
    name: str = Field(examples=["Labour Day"])


class Holidays(BaseModel):
    model_config = ConfigDict(extra="forbid")

    holidays: list[HolidayFields] = Field(min_length=1, max_length=MAX_HOLIDAYS_AT_ONCE)


class HolidayOut(BaseModel):
    on: date
    name: str

    @classmethod
    def of(cls, holiday: Holiday) -> HolidayOut:
        return cls(on=holiday.on, name=holiday.name)


@router.get("", dependencies=[requires(Role.OPERATOR)], responses=READ_PROBLEMS)
def list_holidays(
    site_id: SiteId, first_date: LocalDate, last_date: LocalDate, page: RequestedPage, services: Wired
) -> Listing[HolidayOut]:
    """A site's holidays by date, both dates included."""
    found = services.attendance.holidays.list_holidays(
        site_id, first_date, last_date, limit=page.limit, start_key=page.start_key
    )
    return Listing(items=found.map(HolidayOut.of).items, next_cursor=encode_cursor(found.next_key))


@router.put("", dependencies=[requires(Role.OPERATOR)], responses=CHANGE_PROBLEMS)
def put_holidays(site_id: SiteId, body: Holidays, services: Wired) -> Listing[HolidayOut]:
    """Enter holidays, each in place of what its date had; all or none. Others stay."""
    holidays = [Holiday(site_id, each.on, each.name) for each in body.holidays]
    services.attendance.holidays.put_holidays(holidays, site_id=site_id)
    in_order = sorted(holidays, key=lambda each: each.on)
    return Listing(items=[HolidayOut.of(each) for each in in_order], next_cursor=None)


@router.delete(
    "/{on}",
    status_code=HTTPStatus.NO_CONTENT,
    dependencies=[requires(Role.OPERATOR)],
    responses=CHANGE_PROBLEMS,
)
def delete_holiday(site_id: SiteId, on: LocalDate, services: Wired) -> None:
    """The date is no holiday any more."""
    services.attendance.holidays.remove_holiday(site_id, on)
