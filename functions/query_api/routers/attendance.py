"""Records: what shifts came to, why, and who is in now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from floorsight.attendance.explaining.rules import explain
from floorsight.attendance.listing import Presence
from floorsight.attendance.model import Record, Status
from floorsight.platform.errors import Malformed, Unavailable
from floorsight.platform.retry import Backoff
from floorsight.platform.snapshot import read_unchanged
from functions.gateway.access import Role, requires
from functions.gateway.problems import document
from functions.query_api.paging import Listing, RequestedPage, cut_page, encode_cursor
from functions.query_api.routers.attendance_fields import AdjustmentOut, PayLineOut, PunchOut, RecordOut
from functions.query_api.routers.dates import RequestedDates
from functions.query_api.services import Wired

router = APIRouter(prefix="/v1/attendance", tags=["attendance"])
READ_PROBLEMS = document(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)


class StepOut(BaseModel):
    """What a rule came to."""

    rule: int = Field(description="Its number in docs/attendance.md.")
    name: str
    text: str
    numbers: Mapping[str, int] = Field(description="Every number of the text, in seconds or pieces.")


class ExplanationOut(BaseModel):
    """Why a record is what it is."""

    record: RecordOut
    punches: list[PunchOut] = Field(description="Those that count for it, in order.")
    superseded: list[PunchOut] = Field(description="Those in its window that were corrected.")
    steps: list[StepOut]
    frozen: PayLineOut | None = Field(description="What was paid, if the period is locked.")
    adjustments: list[AdjustmentOut] = Field(
        description="Frozen and these together are the record; what cameras tell late follows in minutes."
    )


class AttendingOut(BaseModel):
    employee_id: str
    name: str
    presence: Presence
    instance_id: str
    local_date: date
    shift_id: str
    shift_name: str
    starts_at: datetime
    ends_at: datetime
    check_in: datetime | None
    check_out: datetime | None
    late_seconds: int = Field(description="Of who has come late; 0 within grace.")


class TodayOut(BaseModel):
    """Who is to work today, and who is still at a shift of yesterday."""

    site_id: str
    as_of: datetime
    counts: Mapping[Presence, int] = Field(description="How many are what; all kinds are there.")
    people: list[AttendingOut] = Field(description="By employee and shift.")


@router.get("", dependencies=[requires(Role.OPERATOR)], responses=READ_PROBLEMS)
def list_records(
    dates: RequestedDates,
    page: RequestedPage,
    services: Wired,
    employee_id: Annotated[str | None, Query(max_length=128, description="This or `site_id`.")] = None,
    site_id: Annotated[str | None, Query(max_length=128)] = None,
    status: Annotated[
        list[Status] | None, Query(description="Those that have one of them; all when it is left out.")
    ] = None,
) -> Listing[RecordOut]:
    """Records by date: of an employee, or of a site.

    Those of locked days are what the punches say now; what was paid is in the summary and the export. With
    `status` a page may be short, or empty, and yet have a next one.
    """
    if (employee_id is None) == (site_id is None):
        raise Malformed("give either employee_id or site_id", code="whose_records", field="employee_id")
    lists = services.attendance.lists
    if site_id is not None:
        found = lists.list_of_site(
            site_id, dates.first, dates.last, status or (), limit=page.limit, start_key=page.start_key
        )
    else:
        assert employee_id is not None  # noqa: S101 - one of the two is given
        site_id = services.attendance.lists.employees.get_employee(employee_id).site_id
        records = lists.list_of_employee(employee_id, dates.first, dates.last, status or ())
        found = cut_page(records, page, _place, ("on", "shift"))
    frontier = services.attendance.periods.store.find_frontier(site_id)
    items = [RecordOut.of(record, frontier) for record in found.items]
    return Listing(items=items, next_cursor=encode_cursor(found.next_key))


def _place(record: Record) -> tuple[str, str]:
    return record.instance.local_date.isoformat(), record.instance.shift.shift_id


@router.get("/today", dependencies=[requires(Role.OPERATOR)], responses=READ_PROBLEMS)
def get_today(site_id: Annotated[str, Query(max_length=128)], services: Wired) -> TodayOut:
    """Who is in, who is late, whose punch is missing: all who are to work now."""
    as_of, found = services.attendance.lists.list_present(site_id)
    counts = Counter(each.presence for each in found)
    people = [
        AttendingOut(
            employee_id=each.employee.employee_id,
            name=each.employee.name,
            presence=each.presence,
            instance_id=each.record.instance.instance_id,
            local_date=each.record.instance.local_date,
            shift_id=each.record.instance.shift.shift_id,
            shift_name=each.record.instance.shift.name,
            starts_at=each.record.instance.starts_at,
            ends_at=each.record.instance.ends_at,
            check_in=each.record.check_in,
            check_out=each.record.check_out,
            late_seconds=each.record.late_seconds,
        )
        for each in found
    ]
    in_order = sorted(people, key=lambda each: each.instance_id)
    return TodayOut(
        site_id=site_id, as_of=as_of, counts={kind: counts[kind] for kind in Presence}, people=in_order
    )


@router.get(
    "/{instance_id}/explain",
    dependencies=[requires(Role.OPERATOR)],
    responses=READ_PROBLEMS | document(HTTPStatus.SERVICE_UNAVAILABLE),
)
def explain_record(instance_id: Annotated[str, Path(max_length=200)], services: Wired) -> ExplanationOut:
    """A record's punches, the rules that were applied, and the arithmetic, in words and numbers."""
    (facts, record), (frozen, adjustments) = read_unchanged(
        lambda: services.attendance.lists.get_record(instance_id),
        lambda found: services.attendance.payroll.booked_for(found[0].site_id, found[1].instance),
        tries=Backoff().tries(),
        unavailable=Unavailable("the record changed each time that it was read: ask again"),
    )
    explanation = explain(facts, record)
    link = services.pictures.link
    frontier = services.attendance.periods.store.find_frontier(facts.site_id)
    return ExplanationOut(
        record=RecordOut.of(record, frontier),
        punches=[PunchOut.of(punch, link) for punch in explanation.placed],
        superseded=[PunchOut.of(punch, link) for punch in explanation.superseded],
        steps=[StepOut(**vars(step)) for step in explanation.steps],
        frozen=PayLineOut.of(frozen) if frozen else None,
        adjustments=[AdjustmentOut.of(adjustment) for adjustment in adjustments],
    )
