"""What payroll gets: a month per employee, files, and periods that are locked."""

from __future__ import annotations

import json
from calendar import monthrange
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from http import HTTPStatus
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from floorsight.attendance.model import Status
from floorsight.attendance.periods.model import Period, PeriodState
from floorsight.attendance.periods.payroll import PaySheet
from floorsight.platform.errors import Malformed
from functions.gateway.access import Caller, Role, requires
from functions.gateway.problems import document
from functions.query_api.csv_files import answer_csv
from functions.query_api.paging import Listing, RequestedPage, encode_cursor
from functions.query_api.pay_tables import HEADER, list_rows, make_workbook
from functions.query_api.routers.attendance_fields import AdjustmentOut, HoursOut, SecondsOut
from functions.query_api.routers.dates import Dates, LocalDate, Month, RequestedDates
from functions.query_api.services import Services, Wired
from functions.query_api.xlsx_files import XLSX_TYPE, answer_xlsx, write_xlsx

router = APIRouter(prefix="/v1/attendance", tags=["payroll"])
READ_PROBLEMS = document(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
SHEET_PROBLEMS = READ_PROBLEMS | document(HTTPStatus.SERVICE_UNAVAILABLE)
SiteQuery = Annotated[str, Query(max_length=128)]
# A Lambda function's answer has at most 6 MiB, with what surrounds the body.
MAX_ANSWER_BYTES = 5_700_000
_FILES: dict[int | str, dict[str, Any]] = {
    HTTPStatus.OK.value: {
        "content": {"text/csv": {"schema": {"type": "string"}}},
        "description": "The table.",
    }
}
_WORKBOOKS: dict[int | str, dict[str, Any]] = {
    HTTPStatus.OK.value: {
        "content": {XLSX_TYPE: {"schema": {"type": "string", "format": "binary"}}},
        "description": "The workbook: records, adjustments, totals.",
    }
}


class SummaryOut(BaseModel):
    """What one employee's month came to, adjustments included."""

    employee_id: str
    name: str
    payroll_number: str | None
    month: str
    records: int
    days: Mapping[Status, int] = Field(description="How many records have each status.")
    seconds: SecondsOut
    hours: HoursOut
    adjustments: list[AdjustmentOut] = Field(description="Of earlier months, booked to this one.")
    locked_until: date | None = Field(description="Records up to this date are as they were frozen.")


class NewLock(BaseModel):
    """Which period is to be locked: it begins right after the one before."""

    model_config = ConfigDict(extra="forbid")

    site_id: str = Field(max_length=128)
    first_date: LocalDate
    last_date: LocalDate = Field(description="Included; the windows of its last shifts must have closed.")


class PeriodOut(BaseModel):
    site_id: str
    first_date: date
    last_date: date
    state: PeriodState = Field(description="While it is `locking`, lock it again to go on.")
    begun_at: datetime
    locked_at: datetime | None
    by: str
    employees: int = Field(description="So many employees' records are frozen.")
    records: int
    missing_punches: int = Field(description="So many of these records miss a punch that nobody added.")

    @classmethod
    def of(cls, period: Period) -> Self:
        return cls.model_validate(period, from_attributes=True)


@router.get("/summary", dependencies=[requires(Role.OPERATOR)], responses=SHEET_PROBLEMS)
def list_summaries(
    site_id: SiteQuery,
    month: Month,
    page: RequestedPage,
    services: Wired,
    employee_id: Annotated[str | None, Query(max_length=128, description="Of this employee alone.")] = None,
) -> Listing[SummaryOut]:
    """A month of a site's employees, by id: days by status, hours, adjustments."""
    begin = date.fromisoformat(f"{month}-01")
    dates = Dates(begin, begin.replace(day=monthrange(begin.year, begin.month)[1]))
    locked_until = services.attendance.periods.store.find_frontier(site_id).last_date

    def show(sheet: PaySheet) -> SummaryOut:
        seconds = sheet.seconds
        return SummaryOut(
            employee_id=sheet.employee.employee_id,
            name=sheet.employee.name,
            payroll_number=sheet.employee.payroll_number,
            month=month,
            records=len(sheet.lines),
            days=sheet.days,
            seconds=SecondsOut.of(seconds),
            hours=HoursOut.of(seconds),
            adjustments=[AdjustmentOut.of(each) for each in sheet.adjustments],
            locked_until=locked_until,
        )

    if employee_id is not None:
        return Listing(items=[show(_sheet_of(services, site_id, employee_id, dates))], next_cursor=None)
    found = services.attendance.payroll.sheets_of(
        site_id, dates.first, dates.last, limit=page.limit, start_key=page.start_key
    )
    return Listing(items=found.map(show).items, next_cursor=encode_cursor(found.next_key))


@router.get(
    "/export.csv",
    dependencies=[requires(Role.OPERATOR)],
    responses=SHEET_PROBLEMS | _FILES,
    response_class=Response,
)
def export_csv(
    site_id: SiteQuery,
    dates: RequestedDates,
    services: Wired,
    employee_id: Annotated[str | None, Query(max_length=128, description="Of this employee alone.")] = None,
) -> Response:
    """A row for each record and each adjustment. The same data are the same bytes."""
    sheets = _list_sheets(services, site_id, employee_id, dates)
    answer = answer_csv(_file_name(site_id, dates), HEADER, list_rows(sheets, _zone(services, site_id)))
    return _checked(answer, len(json.dumps(bytes(answer.body).decode())))


@router.get(
    "/export.xlsx",
    dependencies=[requires(Role.OPERATOR)],
    responses=SHEET_PROBLEMS | _WORKBOOKS,
    response_class=Response,
)
def export_xlsx(
    site_id: SiteQuery,
    dates: RequestedDates,
    services: Wired,
    employee_id: Annotated[str | None, Query(max_length=128, description="Of this employee alone.")] = None,
) -> Response:
    """Records, adjustments and totals, each on a sheet. The same data are the same bytes."""
    sheets = _list_sheets(services, site_id, employee_id, dates)
    made_at = datetime.combine(dates.last, time(), UTC)
    body = write_xlsx(make_workbook(sheets, _zone(services, site_id)), made_at=made_at)
    return _checked(answer_xlsx(_file_name(site_id, dates), body), (len(body) + 2) // 3 * 4)


def _checked(answer: Response, answer_bytes: int) -> Response:
    if answer_bytes > MAX_ANSWER_BYTES:
        raise Malformed(
            f"the file would have {answer_bytes / 1e6:.1f} MB, and an answer at most "
            f"{MAX_ANSWER_BYTES / 1e6:.1f}: ask for fewer dates at once, or for one employee_id at a time",
            code="export_too_large",
            field="last_date",
        )
    return answer


def _list_sheets(services: Services, site_id: str, employee_id: str | None, dates: Dates) -> list[PaySheet]:
    if employee_id is not None:
        return [_sheet_of(services, site_id, employee_id, dates)]
    return services.attendance.payroll.sheets_of(site_id, dates.first, dates.last).items


def _sheet_of(services: Services, site_id: str, employee_id: str, dates: Dates) -> PaySheet:
    sheet = services.attendance.payroll.sheet_of(employee_id, dates.first, dates.last)
    if sheet.employee.site_id != site_id:
        raise Malformed(
            f"employee {employee_id} is at site {sheet.employee.site_id}", code="other_site", field="site_id"
        )
    return sheet


def _zone(services: Services, site_id: str) -> ZoneInfo:
    return ZoneInfo(services.sites.get_site(site_id, with_deleted=True).time_zone)


def _file_name(site_id: str, dates: Dates) -> str:
    return f"attendance_{site_id}_{dates.first}_{dates.last}"


@router.post("/periods/lock", responses=READ_PROBLEMS | document(HTTPStatus.CONFLICT))
def lock_period(new: NewLock, services: Wired, caller: Annotated[Caller, requires(Role.ADMIN)]) -> PeriodOut:
    """Freeze a period's records. Once more, while it is `locking`: go on; then it changes nothing.

    Later corrections change no frozen record; what differs is booked to the next period.
    """
    period = services.attendance.periods.lock(new.site_id, new.first_date, new.last_date, by=caller.username)
    return PeriodOut.of(period)


@router.get("/periods", dependencies=[requires(Role.OPERATOR)], responses=READ_PROBLEMS)
def list_periods(site_id: SiteQuery, page: RequestedPage, services: Wired) -> Listing[PeriodOut]:
    """A site's pay periods, newest first."""
    found = services.attendance.periods.list_periods(site_id, limit=page.limit, start_key=page.start_key)
    return Listing(items=found.map(PeriodOut.of).items, next_cursor=encode_cursor(found.next_key))
