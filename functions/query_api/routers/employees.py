"""Employees, and what they have consented to.

Names are personal data: reading them takes an operator.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from floorsight.employees.model import Consent, Employee
from floorsight.platform.errors import Conflict
from floorsight.platform.ids import IDENTIFIER_PATTERN
from functions.gateway.access import Caller, Role, requires
from functions.gateway.moments import Moment, check_moment
from functions.gateway.problems import document
from functions.query_api.paging import Listing, RequestedPage, encode_cursor
from functions.query_api.routers.erasures import ErasureOut
from functions.query_api.routers.limits import ReadRevision
from functions.query_api.services import Services, Wired

router = APIRouter(prefix="/employees", tags=["employees"])
EmployeeId = Annotated[str, Path(max_length=128)]
Operator = Annotated[Caller, requires(Role.OPERATOR)]
LIST_PROBLEMS = document(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
READ_PROBLEMS = LIST_PROBLEMS | document(HTTPStatus.NOT_FOUND)
CHANGE_PROBLEMS = READ_PROBLEMS | document(HTTPStatus.CONFLICT)
ERASE_PROBLEMS = CHANGE_PROBLEMS | document(HTTPStatus.SERVICE_UNAVAILABLE)
EARLIEST_DATE, LATEST_DATE = date(1900, 1, 1), date(2999, 12, 31)


class EmployeeFields(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    payroll_number: str | None = Field(default=None, description="Theirs in payroll, for its files.")
    employed_from: date | None = Field(
        default=None, ge=EARLIEST_DATE, le=LATEST_DATE, description="First day, a local date of the site."
    )
    employed_until: date | None = Field(
        default=None,
        ge=EARLIEST_DATE,
        le=LATEST_DATE,
        description="Last day, a local date of the site. The night after it their faces are removed.",
    )


class NewEmployee(EmployeeFields):
    employee_id: str = Field(description=f"Matches `{IDENTIFIER_PATTERN}`.", examples=["anna"])
    site_id: str = Field(examples=["plant-1"])


class EmployeeChange(EmployeeFields):
    revision: ReadRevision


class ConsentOut(BaseModel):
    given_at: datetime
    version: str
    recorded_by: str
    withdrawn_at: datetime | None

    @classmethod
    def of(cls, consent: Consent) -> Self:
        return cls(**vars(consent))


class EmployeeOut(BaseModel):
    employee_id: str
    site_id: str
    name: str
    payroll_number: str | None
    employed_from: date | None
    employed_until: date | None
    consent: ConsentOut | None = Field(description="The latest; also when it was withdrawn.")
    may_be_recognised: bool = Field(description="A consent is in force; faces may be enrolled and compared.")
    erased_at: datetime | None = Field(description="When all biometrics were erased by their wish.")
    created_at: datetime
    created_by: str
    revision: int = Field(description="Rises with every change.")

    @classmethod
    def of(cls, employee: Employee) -> Self:
        consent = ConsentOut.of(employee.consent) if employee.consent else None
        return cls(**vars(employee) | {"consent": consent, "may_be_recognised": employee.may_be_recognised})


class NewConsent(BaseModel):
    model_config = ConfigDict(extra="forbid")

    version: str = Field(description="Which text they agreed to.", examples=["2026-01"])
    given_at: Moment | None = Field(default=None, description="When they did; default: now.")


@router.post("", status_code=HTTPStatus.CREATED, responses=LIST_PROBLEMS | document(HTTPStatus.CONFLICT))
def create_employee(new: NewEmployee, services: Wired, caller: Operator) -> EmployeeOut:
    """Make an employee. Nobody is recognised before a consent is recorded and faces are enrolled."""
    return EmployeeOut.of(services.employees.create_employee(**_values(new), by=caller.username))


@router.get("", dependencies=[requires(Role.OPERATOR)], responses=READ_PROBLEMS)
def list_employees(
    page: RequestedPage, services: Wired, site_id: Annotated[str, Query(max_length=128)]
) -> Listing[EmployeeOut]:
    """A site's employees by id, those who have left too."""
    found = services.employees.list_employees(site_id, limit=page.limit, start_key=page.start_key)
    return Listing(items=found.map(EmployeeOut.of).items, next_cursor=encode_cursor(found.next_key))


@router.get("/{employee_id}", dependencies=[requires(Role.OPERATOR)], responses=READ_PROBLEMS)
def get_employee(employee_id: EmployeeId, services: Wired) -> EmployeeOut:
    """An employee."""
    return EmployeeOut.of(services.employees.get_employee(employee_id))


@router.put("/{employee_id}", dependencies=[requires(Role.OPERATOR)], responses=CHANGE_PROBLEMS)
def update_employee(employee_id: EmployeeId, change: EmployeeChange, services: Wired) -> EmployeeOut:
    """Change name, payroll number or dates; records follow. Consents and faces have routes of their own."""
    before = services.employees.get_employee(employee_id)
    changed = replace(before, **_values(change))
    with services.attendance.follow.employment(before, changed):
        return EmployeeOut.of(services.employees.update_employee(changed))


@router.delete("/{employee_id}", responses=ERASE_PROBLEMS)
def remove_employee(employee_id: EmployeeId, services: Wired, caller: Operator) -> ErasureOut:
    """They leave today: their consent ends and their faces are removed. Name and times stay, for payroll.

    Who has an earlier last day keeps it. Once more changes nothing.
    """
    before = services.employees.get_employee(employee_id)
    site = services.sites.get_site(before.site_id, with_deleted=True)
    today = services.employees.clock().astimezone(ZoneInfo(site.time_zone)).date()
    after = replace(before, employed_until=min(before.employed_until or today, today))
    with services.attendance.follow.employment(before, after):
        return ErasureOut.of(services.erasing.end_employment(employee_id, today, by=caller.username))


@router.put("/{employee_id}/consent", responses=ERASE_PROBLEMS)
def record_consent(
    employee_id: EmployeeId, new: NewConsent, services: Wired, caller: Operator
) -> EmployeeOut:
    """Write down that they agree to be recognised. The same once more changes nothing."""
    check_moment("given_at", new.given_at)
    _check_finished(services, employee_id)
    return EmployeeOut.of(
        services.employees.record_consent(
            employee_id, version=new.version, given_at=new.given_at, by=caller.username
        )
    )


@router.get("/{employee_id}/consents", dependencies=[requires(Role.OPERATOR)], responses=READ_PROBLEMS)
def list_consents(employee_id: EmployeeId, services: Wired) -> list[ConsentOut]:
    """All consents that were ever recorded, oldest first: they are kept as proof."""
    return [ConsentOut.of(consent) for consent in services.employees.list_consents(employee_id)]


@router.delete("/{employee_id}/consent", responses=ERASE_PROBLEMS)
def withdraw_consent(employee_id: EmployeeId, services: Wired, caller: Operator) -> ErasureOut:
    """They don't agree any more: their faces are removed, with all that shows them.

    Once more changes nothing. Answers 503 (`erasure_unfinished`) when there was too much to look through at
    once: ask again.
    """
    return ErasureOut.of(services.erasing.withdraw_consent(employee_id, by=caller.username))


def _check_finished(services: Services, employee_id: str) -> None:
    """Raises Conflict (`erasure_unfinished`): what is enrolled now would be erased by the one under way."""
    if services.erasing.is_unfinished(employee_id):
        raise Conflict(
            "an erasure was begun and has not ended; repeat what began it (erase, or withdraw the consent) "
            "until it succeeds, then record the new consent",
            code="erasure_unfinished",
        )


def _values(fields: EmployeeFields) -> dict[str, Any]:
    return dict(fields)
