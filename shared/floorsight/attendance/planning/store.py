"""What plans are kept in the registry table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from floorsight.attendance.model import Assignment, DayPlan, Holiday, Leave
from floorsight.attendance.periods.frontier import Frontier, find_frontier, guard
from floorsight.attendance.planning.layout import (
    assignment_body,
    day_plan_body,
    holiday_body,
    leave_body,
    read_assignment,
    read_day_plan,
    read_history,
    read_holiday,
    read_leave,
    shift_body,
)
from floorsight.attendance.planning.model import ShiftHistory
from floorsight.platform.contention import transact_again
from floorsight.platform.items import Item, ItemType, TableName
from floorsight.platform.retry import Backoff
from floorsight.platform.table import (
    ABSENT,
    Delete,
    Expectation,
    Page,
    Put,
    Table,
    Update,
    Write,
)

_READERS = ("query_api", "raise_alert", "record_attendance", "run_job")

SHIFT = ItemType(
    name="shift",
    table=TableName.REGISTRY,
    pk="SHIFT#{shift_id}",
    sk="SHIFT",
    gsi1pk="SITE#{site_id}",
    gsi1sk="SHIFT#{shift_id}",
    purpose="A shift with all its versions by the date from which they are valid; `revision` rises with "
    "every change. The index lists a site's shifts. A retired one keeps its item: records name it.",
    writers=("query_api",),
    readers=_READERS,
)
ROSTER = ItemType(
    name="roster",
    table=TableName.REGISTRY,
    pk="ROSTER#{employee_id}",
    sk="ROSTER",
    purpose="`revision` rises with every assignment and leave of an employee that is made, changed or "
    "removed, in one transaction with it: what was checked against the others still holds.",
    writers=("query_api",),
    readers=("query_api",),
)
ASSIGNMENT = ItemType(
    name="assignment",
    table=TableName.REGISTRY,
    pk="ROSTER#{employee_id}",
    sk="ASSIGNMENT#{assignment_id}",
    purpose="Which shifts an employee has from a date on, as a rotation of one day or more.",
    writers=("query_api",),
    readers=_READERS,
)
DAY_PLAN = ItemType(
    name="day_plan",
    table=TableName.REGISTRY,
    pk="ROSTER#{employee_id}",
    sk="DAY#{on}",
    purpose="An employee's shifts on one date instead of what is assigned: a swap, a day off.",
    writers=("query_api",),
    readers=_READERS,
)
LEAVE = ItemType(
    name="leave",
    table=TableName.REGISTRY,
    pk="ROSTER#{employee_id}",
    sk="LEAVE#{last_date}#{leave_id}",
    gsi1pk="LEAVES#{site_id}",
    gsi1sk="LEAVE#{last_date}#{leave_id}",
    purpose="An employee's leave. By its last date, so that those that touch some dates are one range. The "
    "index lists a site's.",
    writers=("query_api",),
    readers=_READERS,
)
HOLIDAY = ItemType(
    name="holiday",
    table=TableName.REGISTRY,
    pk="HOLIDAYS#{site_id}",
    sk="DAY#{on}",
    purpose="A site's holiday.",
    writers=("query_api",),
    readers=_READERS,
)
ITEM_TYPES: tuple[ItemType, ...] = (SHIFT, ROSTER, ASSIGNMENT, DAY_PLAN, LEAVE, HOLIDAY)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class PlanningStore:
    """Shifts, rosters and holidays in the registry table. Lists of one partition are read consistently."""

    table: Table
    backoff: Backoff = field(default_factory=Backoff)

    def find_frontier(self, site_id: str) -> Frontier:
        return find_frontier(self.table, site_id)

    def find_shift(self, shift_id: str) -> ShiftHistory | None:
        item = self.table.get(SHIFT.key(shift_id=shift_id))
        return read_history(item) if item else None

    def list_shifts(
        self, site_id: str, *, limit: int | None = None, start_key: Item | None = None
    ) -> Page[ShiftHistory]:
        """A site's shifts by id, retired ones too; one made a moment ago may be missing."""
        partition = str(SHIFT.gsi1pk).format(site_id=site_id)
        page = self.table.query(partition, begins="SHIFT#", limit=limit, start_key=start_key, index=True)
        return page.map(read_history)

    def roster_revision(self, employee_id: str) -> int:
        """How often assignments and leaves have changed."""
        item = self.table.get(ROSTER.key(employee_id=employee_id))
        return int(item["revision"]) if item else 0

    def find_assignment(self, employee_id: str, assignment_id: str) -> Assignment | None:
        item = self.table.get(ASSIGNMENT.key(employee_id=employee_id, assignment_id=assignment_id))
        return read_assignment(item) if item else None

    def list_assignments(
        self, employee_id: str, *, limit: int | None = None, start_key: Item | None = None
    ) -> Page[Assignment]:
        partition = ASSIGNMENT.partition(employee_id=employee_id)
        page = self.table.query(partition, begins="ASSIGNMENT#", limit=limit, start_key=start_key)
        return page.map(read_assignment)

    def find_day_plan(self, employee_id: str, on: date) -> DayPlan | None:
        item = self.table.get(DAY_PLAN.key(employee_id=employee_id, on=on.isoformat()))
        return read_day_plan(item) if item else None

    def list_day_plans(
        self,
        employee_id: str,
        first_date: date,
        last_date: date,
        *,
        limit: int | None = None,
        start_key: Item | None = None,
    ) -> Page[DayPlan]:
        """By date, both dates included."""
        return self._days(
            DAY_PLAN.partition(employee_id=employee_id), first_date, last_date, limit, start_key
        ).map(read_day_plan)

    def list_holidays(
        self,
        site_id: str,
        first_date: date,
        last_date: date,
        *,
        limit: int | None = None,
        start_key: Item | None = None,
    ) -> Page[Holiday]:
        """By date, both dates included."""
        return self._days(HOLIDAY.partition(site_id=site_id), first_date, last_date, limit, start_key).map(
            read_holiday
        )

    def _days(
        self, pk: str, first_date: date, last_date: date, limit: int | None, start_key: Item | None
    ) -> Page[Item]:
        after, until = f"DAY#{first_date - _DAY}", f"DAY#{last_date}"
        return self.table.query(pk, after=after, until=until, limit=limit, start_key=start_key)

    def list_leaves(
        self, employee_id: str, first_date: date, *, limit: int | None = None, start_key: Item | None = None
    ) -> Page[Leave]:
        """Those that last to `first_date` or longer, by their last date."""
        partition = LEAVE.partition(employee_id=employee_id)
        page = self.table.query(
            partition, after=f"LEAVE#{first_date}", until="LEAVE#~", limit=limit, start_key=start_key
        )
        return page.map(read_leave)

    def list_site_leaves(self, site_id: str, on: date) -> list[Leave]:
        """A site's leaves that last to a date or longer; one entered a moment ago may be missing."""
        partition = str(LEAVE.gsi1pk).format(site_id=site_id)
        return self.table.query(partition, after=f"LEAVE#{on}", index=True).map(read_leave).items

    def shift_put(self, history: ShiftHistory, *, instead_of: ShiftHistory | None) -> Put:
        """Write a shift in place of what was read."""
        expect = (
            Expectation(equals={"type": SHIFT.name, "revision": instead_of.revision})
            if instead_of
            else ABSENT
        )
        names = {"shift_id": history.shift_id, "site_id": history.site_id}
        return Put(SHIFT.item(shift_body(history), **names), expect)

    def roster_update(self, employee_id: str, *, revision: int) -> Update:
        """Count a change of an employee's roster, if it is still at the `revision` that was read."""
        body = {
            "type": ROSTER.name,
            "v": ROSTER.version,
            "employee_id": employee_id,
            "revision": revision + 1,
        }
        expect = Expectation(equals={"revision": revision or None})
        return Update(ROSTER.key(employee_id=employee_id), set=body, expect=expect)

    def assignment_put(self, assignment: Assignment) -> Put:
        names = {"employee_id": assignment.employee_id, "assignment_id": assignment.assignment_id}
        return Put(ASSIGNMENT.item(assignment_body(assignment), **names))

    def assignment_delete(self, assignment: Assignment) -> Delete:
        names = {"employee_id": assignment.employee_id, "assignment_id": assignment.assignment_id}
        return Delete(ASSIGNMENT.key(**names))

    def day_plan_put(self, plan: DayPlan) -> Put:
        names = {"employee_id": plan.employee_id, "on": plan.on.isoformat()}
        return Put(DAY_PLAN.item(day_plan_body(plan), **names))

    def day_plan_delete(self, employee_id: str, on: date) -> Delete:
        return Delete(DAY_PLAN.key(employee_id=employee_id, on=on.isoformat()))

    def leave_put(self, leave: Leave, site_id: str) -> Put:
        return Put(LEAVE.item(leave_body(leave), **_leave_names(leave), site_id=site_id))

    def leave_delete(self, leave: Leave) -> Delete:
        return Delete(LEAVE.key(**_leave_names(leave)))

    def holiday_put(self, holiday: Holiday) -> Put:
        names = {"site_id": holiday.site_id, "on": holiday.on.isoformat()}
        return Put(HOLIDAY.item(holiday_body(holiday), **names))

    def holiday_delete(self, site_id: str, on: date) -> Delete:
        return Delete(HOLIDAY.key(site_id=site_id, on=on.isoformat()))

    def write(self, writes: Sequence[Write], frontier: Frontier | None = None) -> None:
        """All or none, and only while the frontier is where it was read.

        Raises TransactionRefused (somebody else was faster) or Unavailable.
        """
        guarded = [*writes, guard(frontier)] if frontier else list(writes)
        busy = "others are changing the same plans; try again"
        transact_again(self.table, guarded, self.backoff, busy=busy)


def _leave_names(leave: Leave) -> Mapping[str, str]:
    return {
        "employee_id": leave.employee_id,
        "last_date": leave.last_date.isoformat(),
        "leave_id": leave.leave_id,
    }
