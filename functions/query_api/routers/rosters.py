"""Who has which shifts: assignments, single days, leaves."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from typing import Annotated, Self

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from floorsight.attendance.model import Assignment, DayPlan, Leave
from floorsight.attendance.planning.model import (
    FIRST_DATE,
    MAX_CYCLE_DAYS,
    MAX_REASON_LENGTH,
    MAX_SHIFTS_A_DAY,
)
from functions.gateway.access import Caller, Role, requires
from functions.gateway.problems import document
from functions.query_api.paging import Listing, RequestedPage, encode_cursor
from functions.query_api.routers.dates import LocalDate, RequestedDates
from functions.query_api.routers.limits import ReadRevision
from functions.query_api.services import Wired

router = APIRouter(prefix="/v1/employees/{employee_id}", tags=["rosters"])
EmployeeId = Annotated[str, Path(max_length=128)]
AssignmentId = Annotated[str, Path(max_length=64)]
LeaveId = Annotated[str, Path(max_length=64)]
Operator = Annotated[Caller, requires(Role.OPERATOR)]
ShiftIds = Annotated[list[Annotated[str, Field(max_length=128)]], Field(max_length=MAX_SHIFTS_A_DAY)]
READ_PROBLEMS = document(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
CHANGE_PROBLEMS = READ_PROBLEMS | document(HTTPStatus.CONFLICT)


class NewAssignment(BaseModel):
    model_config = ConfigDict(extra="forbid")

    first_date: LocalDate
    last_date: LocalDate | None = Field(default=None, description="Included; null: until further notice.")
    cycle: list[ShiftIds] = Field(
        max_length=MAX_CYCLE_DAYS,
        description="The shifts of each day of a rotation that begins on `first_date` and starts over at its "
        "end; none on a free day. One day alone: the same every day.",
        examples=[[["early"], ["early"], ["late"], ["late"], [], []]],
    )

    def cycle_of_ids(self) -> tuple[tuple[str, ...], ...]:
        return tuple(tuple(shift_ids) for shift_ids in self.cycle)


class AssignmentChange(NewAssignment):
    revision: ReadRevision


class AssignmentOut(BaseModel):
    assignment_id: str
    employee_id: str
    first_date: date
    last_date: date | None
    cycle: list[list[str]]
    revision: int

    @classmethod
    def of(cls, assignment: Assignment) -> Self:
        return cls.model_validate(assignment, from_attributes=True)


class DayPlanFields(BaseModel):
    model_config = ConfigDict(extra="forbid")

    shift_ids: ShiftIds = Field(description="None: a free day.")
    reason: str = Field(max_length=MAX_REASON_LENGTH, examples=["swapped with Ben"])


class DayPlanOut(BaseModel):
    employee_id: str
    on: date
    shift_ids: list[str]
    reason: str
    by: str

    @classmethod
    def of(cls, plan: DayPlan) -> Self:
        return cls.model_validate(plan, from_attributes=True)


class NewLeave(BaseModel):
    model_config = ConfigDict(extra="forbid")

    first_date: LocalDate
    last_date: LocalDate = Field(description="Included.")
    kind: str = Field(examples=["annual", "sick"])


class LeaveOut(BaseModel):
    leave_id: str
    employee_id: str
    first_date: date
    last_date: date
    kind: str
    by: str

    @classmethod
    def of(cls, leave: Leave) -> Self:
        return cls.model_validate(leave, from_attributes=True)


@router.post(
    "/assignments",
    status_code=HTTPStatus.CREATED,
    dependencies=[requires(Role.OPERATOR)],
    responses=CHANGE_PROBLEMS,
)
def create_assignment(employee_id: EmployeeId, new: NewAssignment, services: Wired) -> AssignmentOut:
    """Give an employee shifts. Assignments of the same days add up."""
    made = services.attendance.rosters.assign(
        employee_id, first_date=new.first_date, last_date=new.last_date, cycle=new.cycle_of_ids()
    )
    return AssignmentOut.of(made)


@router.get("/assignments", dependencies=[requires(Role.OPERATOR)], responses=READ_PROBLEMS)
def list_assignments(employee_id: EmployeeId, page: RequestedPage, services: Wired) -> Listing[AssignmentOut]:
    """An employee's assignments, those that have ended too."""
    found = services.attendance.rosters.list_assignments(
        employee_id, limit=page.limit, start_key=page.start_key
    )
    return Listing(items=found.map(AssignmentOut.of).items, next_cursor=encode_cursor(found.next_key))


@router.put("/assignments/{assignment_id}", dependencies=[requires(Role.OPERATOR)], responses=CHANGE_PROBLEMS)
def change_assignment(
    employee_id: EmployeeId, assignment_id: AssignmentId, change: AssignmentChange, services: Wired
) -> AssignmentOut:
    """Change an assignment; to end it, give it a last date. Days that are locked stay as they were."""
    changed = Assignment(
        assignment_id,
        employee_id,
        change.first_date,
        change.last_date,
        change.cycle_of_ids(),
        change.revision,
    )
    return AssignmentOut.of(services.attendance.rosters.change_assignment(changed))


@router.delete(
    "/assignments/{assignment_id}",
    status_code=HTTPStatus.NO_CONTENT,
    dependencies=[requires(Role.OPERATOR)],
    responses=CHANGE_PROBLEMS,
)
def delete_assignment(employee_id: EmployeeId, assignment_id: AssignmentId, services: Wired) -> None:
    """Remove an assignment as if it had never been."""
    services.attendance.rosters.remove_assignment(employee_id, assignment_id)


@router.get("/day-plans", dependencies=[requires(Role.OPERATOR)], responses=READ_PROBLEMS)
def list_day_plans(
    employee_id: EmployeeId, dates: RequestedDates, page: RequestedPage, services: Wired
) -> Listing[DayPlanOut]:
    """Days on which an employee has other shifts than are assigned, by date."""
    found = services.attendance.rosters.list_day_plans(
        employee_id, dates.first, dates.last, limit=page.limit, start_key=page.start_key
    )
    return Listing(items=found.map(DayPlanOut.of).items, next_cursor=encode_cursor(found.next_key))


@router.put("/day-plans/{on}", responses=CHANGE_PROBLEMS)
def put_day_plan(
    employee_id: EmployeeId, on: LocalDate, fields: DayPlanFields, services: Wired, caller: Operator
) -> DayPlanOut:
    """Set the shifts of one day: a swap, a day off."""
    plan = DayPlan(employee_id, on, tuple(fields.shift_ids), fields.reason, caller.username)
    return DayPlanOut.of(services.attendance.rosters.plan_day(plan))


@router.delete(
    "/day-plans/{on}",
    status_code=HTTPStatus.NO_CONTENT,
    dependencies=[requires(Role.OPERATOR)],
    responses=CHANGE_PROBLEMS,
)
def delete_day_plan(employee_id: EmployeeId, on: LocalDate, services: Wired) -> None:
    """What is assigned holds again."""
    services.attendance.rosters.remove_day_plan(employee_id, on)


@router.post("/leaves", status_code=HTTPStatus.CREATED, responses=CHANGE_PROBLEMS)
def create_leave(employee_id: EmployeeId, new: NewLeave, services: Wired, caller: Operator) -> LeaveOut:
    """Enter a leave. For days that are locked, what it changes is booked as an adjustment."""
    leave = services.attendance.rosters.enter_leave(
        employee_id,
        first_date=new.first_date,
        last_date=new.last_date,
        kind=new.kind,
        by=caller.username,
    )
    return LeaveOut.of(leave)


@router.get("/leaves", dependencies=[requires(Role.OPERATOR)], responses=READ_PROBLEMS)
def list_leaves(
    employee_id: EmployeeId,
    page: RequestedPage,
    services: Wired,
    first_date: Annotated[
        LocalDate, Query(description="Those that last to this date or longer.")
    ] = FIRST_DATE,
) -> Listing[LeaveOut]:
    """An employee's leaves, by their last date."""
    found = services.attendance.rosters.list_leaves(
        employee_id, first_date, limit=page.limit, start_key=page.start_key
    )
    return Listing(items=found.map(LeaveOut.of).items, next_cursor=encode_cursor(found.next_key))


@router.delete(
    "/leaves/{leave_id}",
    status_code=HTTPStatus.NO_CONTENT,
    dependencies=[requires(Role.OPERATOR)],
    responses=CHANGE_PROBLEMS,
)
def delete_leave(employee_id: EmployeeId, leave_id: LeaveId, services: Wired) -> None:
    """Remove a leave."""
    services.attendance.rosters.remove_leave(employee_id, leave_id)
