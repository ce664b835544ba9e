"""What would be paid if a shift had other values, before anything is changed."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter
from pydantic import BaseModel, Field

from floorsight.attendance.model import Shift
from floorsight.attendance.trying.rules import Difference, total
from functions.gateway.access import Role, requires
from functions.gateway.problems import document
from functions.query_api.paging import decode_cursor, encode_cursor
from functions.query_api.routers.attendance_fields import HoursOut, PayLineOut, SecondsOut
from functions.query_api.routers.dates import Dates, LocalDate, check_length
from functions.query_api.routers.shifts import ShiftFields
from functions.query_api.services import Wired

router = APIRouter(prefix="/v1/attendance", tags=["attendance"])
READ_PROBLEMS = document(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
# Each has their records made twice, within the half minute that a request may take.
MAX_EMPLOYEES = 100


class Trial(ShiftFields):
    """The shift as it might be, on these dates."""

    shift_id: str = Field(max_length=128)
    first_date: LocalDate
    last_date: LocalDate
    limit: int = Field(default=MAX_EMPLOYEES, ge=1, le=MAX_EMPLOYEES, description="Employees at once.")
    cursor: str | None = Field(default=None, max_length=2000)


class DifferenceOut(BaseModel):
    """A record that would be another; null where there is none."""

    instance_id: str
    before: PayLineOut | None
    after: PayLineOut | None
    difference: SecondsOut

    @classmethod
    def of(cls, difference: Difference) -> DifferenceOut:
        return cls(
            instance_id=difference.line.instance_id,
            before=PayLineOut.of(difference.before) if difference.before else None,
            after=PayLineOut.of(difference.after) if difference.after else None,
            difference=SecondsOut.of(difference.seconds),
        )


class TrialOut(BaseModel):
    """Nothing was changed."""

    employees: int = Field(description="So many were looked at.")
    changed_employees: int
    differences: list[DifferenceOut]
    total: SecondsOut = Field(description="By how much the sums of these employees would differ.")
    total_hours: HoursOut
    next_cursor: str | None = Field(description="Give it as `cursor` for the next employees.")


@router.post("/recompute", dependencies=[requires(Role.OPERATOR)], responses=READ_PROBLEMS)
def try_shift(trial: Trial, services: Wired) -> TrialOut:
    """Recompute records as if a shift had other values, and show what would differ. Nothing is kept.

    To apply it, change the shift from a date on: `PUT /api/v1/shifts/{shift_id}`.
    """
    dates = check_length(Dates(trial.first_date, trial.last_date))
    known = services.attendance.shifts.get_shift(trial.shift_id)
    values = trial.values()
    for name in ("first_date", "last_date", "limit", "cursor"):
        del values[name]
    shift = Shift(**values, site_id=known.site_id, valid_from=dates.first)
    page, differences = services.attendance.trying.try_shift(
        shift,
        dates.first,
        dates.last,
        limit=trial.limit,
        start_key=decode_cursor(trial.cursor) if trial.cursor else None,
    )
    sums = total(differences)
    return TrialOut(
        employees=len(page.items),
        changed_employees=len({each.line.employee_id for each in differences}),
        differences=[DifferenceOut.of(each) for each in differences],
        total=SecondsOut.of(sums),
        total_hours=HoursOut.of(sums),
        next_cursor=encode_cursor(page.next_key),
    )
