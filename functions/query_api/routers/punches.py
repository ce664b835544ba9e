"""Coming and going by hand or at a kiosk, and corrections of what was recorded."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Literal, Self

from fastapi import APIRouter, Header, Query
from pydantic import BaseModel, ConfigDict, Field

from floorsight.attendance.corrections.service import Entered
from floorsight.attendance.listing import PlacedPunch
from floorsight.attendance.model import PunchSource
from floorsight.attendance.planning.model import MAX_REASON_LENGTH
from floorsight.events.attendance import PunchDirection
from floorsight.platform.errors import Malformed
from functions.gateway.access import Caller, Role, requires
from functions.gateway.problems import document
from functions.query_api.paging import Listing, RequestedPage, cut_page, encode_cursor
from functions.query_api.routers.attendance_fields import AdjustmentOut, Link, PunchOut, RecordOut
from functions.query_api.routers.dates import RequestedDates, TimeAtSite
from functions.query_api.services import Services, Wired

router = APIRouter(prefix="/v1/attendance", tags=["punches"])
Operator = Annotated[Caller, requires(Role.OPERATOR)]
PunchId = Annotated[str, Field(max_length=64)]
Reason = Annotated[str, Field(max_length=MAX_REASON_LENGTH, examples=["forgot to check out; foreman's list"])]
READ_PROBLEMS = document(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
CHANGE_PROBLEMS = READ_PROBLEMS | document(HTTPStatus.CONFLICT)
KEY_PATTERN = r"^[!-~]{1,128}$"
IdempotencyKey = Annotated[
    str | None,
    Header(pattern=KEY_PATTERN, description="As `idempotency_key` in the body; give it in one of the two."),
]


class NewPunch(BaseModel):
    model_config = ConfigDict(extra="forbid")

    employee_id: str = Field(max_length=128)
    at: TimeAtSite | None = Field(
        default=None,
        description="When; now if it is left out. Without an offset it is the time of the employee's site: "
        "of a time that clocks show twice the first, of one that they skip the end of the gap. At most a "
        "minute from now.",
    )
    source: Literal["manual", "kiosk"] = "manual"
    idempotency_key: str | None = Field(
        default=None, pattern=KEY_PATTERN, description="The same key is the same punch."
    )


class AddedPunch(BaseModel):
    """Somebody came or went, and nothing recorded it."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["add"]
    employee_id: str = Field(max_length=128)
    direction: PunchDirection
    at: TimeAtSite
    reason: Reason


class ReplacedPunch(BaseModel):
    """It was at another time, or in the other direction; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["replace"]
    employee_id: str = Field(max_length=128)
    punch_id: PunchId
    direction: PunchDirection | None = None
    at: TimeAtSite | None = None
    reason: Reason


class WithdrawnPunch(BaseModel):
    """It was no punch of this employee's."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["withdraw"]
    employee_id: str = Field(max_length=128)
    punch_id: PunchId
    reason: Reason


Correction = Annotated[AddedPunch | ReplacedPunch | WithdrawnPunch, Field(discriminator="action")]


class EnteredOut(BaseModel):
    """A punch as it is kept, and what became of it."""

    punch: PunchOut
    records: list[RecordOut] = Field(description="Shifts whose windows it is in; none: it is unplaced.")
    adjustments: list[AdjustmentOut] = Field(description="What was booked, as the days are locked.")


class PlacedPunchOut(PunchOut):
    instance_id: str | None = Field(description="The record that it counts for; null: none.")
    is_current: bool = Field(description="False once it was corrected, and for a withdrawal.")

    @classmethod
    def placed(cls, placed: PlacedPunch, link: Link) -> Self:
        punch = dict(PunchOut.of(placed.punch, link))
        return cls(**punch, instance_id=placed.instance_id, is_current=placed.is_current)


@router.post("/check-in", status_code=HTTPStatus.CREATED, responses=CHANGE_PROBLEMS)
def check_in(
    new: NewPunch, services: Wired, caller: Operator, idempotency_key: IdempotencyKey = None
) -> EnteredOut:
    """Somebody has come. The same request again is the same punch."""
    return _punch(new, PunchDirection.IN, services, caller, idempotency_key)


@router.post("/check-out", status_code=HTTPStatus.CREATED, responses=CHANGE_PROBLEMS)
def check_out(
    new: NewPunch, services: Wired, caller: Operator, idempotency_key: IdempotencyKey = None
) -> EnteredOut:
    """Somebody has gone. The same request again is the same punch."""
    return _punch(new, PunchDirection.OUT, services, caller, idempotency_key)


def _punch(
    new: NewPunch, direction: PunchDirection, services: Services, caller: Caller, header: str | None
) -> EnteredOut:
    if header and new.idempotency_key and header != new.idempotency_key:
        raise Malformed(
            "the header Idempotency-Key and the field differ; give one of them",
            code="idempotency_keys_differ",
            field="idempotency_key",
        )
    entered = services.attendance.corrections.punch(
        new.employee_id,
        direction,
        at=new.at,
        source=PunchSource(new.source),
        by=caller.username,
        idempotency_key=new.idempotency_key or header or None,
    )
    return _show(entered, services)


@router.post("/corrections", status_code=HTTPStatus.CREATED, responses=CHANGE_PROBLEMS)
def correct(correction: Correction, services: Wired, caller: Operator) -> EnteredOut:
    """Add, replace or withdraw a punch. What was recorded stays; a new punch supersedes it."""
    return _show(_correct(correction, services, caller.username), services)


def _correct(correction: Correction, services: Services, by: str) -> Entered:
    corrections = services.attendance.corrections
    match correction:
        case AddedPunch():
            return corrections.add(
                correction.employee_id,
                correction.direction,
                at=correction.at,
                by=by,
                reason=correction.reason,
            )
        case ReplacedPunch():
            return corrections.replace(
                correction.employee_id,
                correction.punch_id,
                at=correction.at,
                direction=correction.direction,
                by=by,
                reason=correction.reason,
            )
        case WithdrawnPunch():
            return corrections.withdraw(
                correction.employee_id, correction.punch_id, by=by, reason=correction.reason
            )


def _show(entered: Entered, services: Services) -> EnteredOut:
    frontier = services.attendance.periods.store.find_frontier(entered.punch.site_id)
    return EnteredOut(
        punch=PunchOut.of(entered.punch, services.pictures.link),
        records=[RecordOut.of(record, frontier) for record in entered.records],
        adjustments=[AdjustmentOut.of(adjustment) for adjustment in entered.adjustments],
    )


@router.get("/punches", dependencies=[requires(Role.OPERATOR)], responses=READ_PROBLEMS)
def list_punches(
    employee_id: Annotated[str, Query(max_length=128)],
    dates: RequestedDates,
    page: RequestedPage,
    services: Wired,
    unplaced: Annotated[
        bool, Query(description="Only those that count and are in no shift's window.")
    ] = False,
) -> Listing[PlacedPunchOut]:
    """An employee's punches in order of time, superseded ones too."""
    found = services.attendance.lists.list_punches(
        employee_id, dates.first, dates.last, only_unplaced=unplaced
    )
    shown = cut_page(found, page, _place, ("at", "id"))
    return Listing(
        items=[PlacedPunchOut.placed(each, services.pictures.link) for each in shown.items],
        next_cursor=encode_cursor(shown.next_key),
    )


def _place(placed: PlacedPunch) -> tuple[str, str]:
    return placed.punch.at.isoformat(), placed.punch.punch_id
