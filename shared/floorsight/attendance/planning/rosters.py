"""Who has which shifts when: assignments, single days, leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date

from floorsight.attendance.model import Assignment, DayPlan, Leave
from floorsight.attendance.planning.model import MAX_ASSIGNMENTS
from floorsight.attendance.planning.rules import (
    check_cycle,
    check_date,
    check_dates,
    check_leave,
    check_reason,
    check_shifts_of_day,
    first_change,
)
from floorsight.attendance.planning.store import PlanningStore
from floorsight.employees.service import EmployeeService
from floorsight.platform.errors import Conflict, Malformed, NotFound, Unavailable
from floorsight.platform.ids import derived_id
from floorsight.platform.items import Item
from floorsight.platform.revisions import changed_meanwhile
from floorsight.platform.table import Page, TransactionRefused, Write

Cycle = tuple[tuple[str, ...], ...]
# Around a change: makes an employee's records anew, from a date on (to another one).
Follow = Callable[[str, date, date | None], AbstractContextManager[None]]


@dataclass(frozen=True)
class RosterService:
    """Use cases of an employee's plans. Errors: NotFound, Malformed (with the field), Conflict, Unavailable.

    Records follow every change, by the next tick if that fails. What was planned for
    locked days stays (`period_locked`). A leave may still be entered for them: it is
    learnt late, and what it changes becomes an adjustment.
    """

    store: PlanningStore
    employees: EmployeeService
    follow: Follow

    def assign(
        self, employee_id: str, *, first_date: date, last_date: date | None, cycle: Cycle
    ) -> Assignment:
        """Give an employee shifts from a date on.

        The same assignment again is the same one: its id follows from first date and cycle.

        Raises NotFound (`unknown_employee`), Malformed (`cycle_empty`, `unknown_shift`, …) or Conflict
        (`assignment_exists`, `too_many_assignments`, `period_locked`).
        """
        site_id = self.employees.get_employee(employee_id).site_id
        self._check(site_id, first_date, last_date, cycle)
        spelled = "|".join(",".join(shift_ids) for shift_ids in cycle)
        new = Assignment(
            derived_id("assignment", employee_id, first_date.isoformat(), spelled),
            employee_id,
            first_date,
            last_date,
            cycle,
        )

        def writes() -> list[Write]:
            known = self.store.list_assignments(employee_id).items
            if new in known:
                return []
            if any(each.assignment_id == new.assignment_id for each in known):
                raise Conflict("the employee has this assignment already", code="assignment_exists")
            lasting = [each for each in known if each.last_date is None or each.last_date >= first_date]
            if len(lasting) >= MAX_ASSIGNMENTS:
                raise Conflict(
                    f"the employee has {MAX_ASSIGNMENTS} assignments then, the most there can be",
                    code="too_many_assignments",
                )
            return [self.store.assignment_put(new)]

        with self.follow(employee_id, first_date, last_date):
            self._write(employee_id, site_id, first_date, writes)
        return new

    def list_assignments(
        self, employee_id: str, *, limit: int | None = None, start_key: Item | None = None
    ) -> Page[Assignment]:
        """Raises NotFound (`unknown_employee`)."""
        self.employees.get_employee(employee_id)
        return self.store.list_assignments(employee_id, limit=limit, start_key=start_key)

    def get_assignment(self, employee_id: str, assignment_id: str) -> Assignment:
        """Raises NotFound (`unknown_assignment`)."""
        found = self.store.find_assignment(employee_id, assignment_id)
        if found is None:
            raise NotFound(
                f"employee {employee_id} has no assignment {assignment_id}", code="unknown_assignment"
            )
        return found

    def change_assignment(self, changed: Assignment) -> Assignment:
        """Store it with the next revision; `revision` is the one that was read.

        Raises NotFound (`unknown_assignment`), Malformed, or Conflict (`revision_changed`, `period_locked`).
        """
        before = self.get_assignment(changed.employee_id, changed.assignment_id)
        site_id = self.employees.get_employee(changed.employee_id).site_id
        self._check(site_id, changed.first_date, changed.last_date, changed.cycle)
        after = replace(changed, revision=changed.revision + 1)

        def writes() -> list[Write]:
            stored = self.get_assignment(changed.employee_id, changed.assignment_id)
            if stored.revision != changed.revision:
                raise changed_meanwhile()
            return [self.store.assignment_put(after)]

        changes_on = first_change(before, after)
        with self.follow(changed.employee_id, changes_on, None):
            self._write(changed.employee_id, site_id, changes_on, writes)
        return after

    def remove_assignment(self, employee_id: str, assignment_id: str) -> None:
        """As if it had never been; to end one, change its last date.

        Raises NotFound (`unknown_assignment`) or Conflict (`revision_changed`, `period_locked`).
        """
        gone = self.get_assignment(employee_id, assignment_id)
        site_id = self.employees.get_employee(employee_id).site_id

        def writes() -> list[Write]:
            if self.get_assignment(employee_id, assignment_id) != gone:
                raise changed_meanwhile()  # records of other dates would have to follow
            return [self.store.assignment_delete(gone)]

        with self.follow(employee_id, gone.first_date, gone.last_date):
            self._write(employee_id, site_id, gone.first_date, writes)

    def plan_day(self, plan: DayPlan) -> DayPlan:
        """Set an employee's shifts of one date, whatever is assigned.

        Raises NotFound (`unknown_employee`), Malformed (`unknown_shift`, …) or Conflict (`period_locked`).
        """
        site_id = self.employees.get_employee(plan.employee_id).site_id
        check_date("on", plan.on)
        check_reason(plan.reason)
        check_shifts_of_day("shift_ids", plan.shift_ids)
        self._check_known(site_id, "shift_ids", plan.shift_ids)
        with self.follow(plan.employee_id, plan.on, plan.on):
            self._write_open(site_id, plan.on, [self.store.day_plan_put(plan)])
        return plan

    def list_day_plans(
        self,
        employee_id: str,
        first_date: date,
        last_date: date,
        *,
        limit: int | None = None,
        start_key: Item | None = None,
    ) -> Page[DayPlan]:
        """By date. Raises NotFound (`unknown_employee`) or Malformed."""
        check_dates(first_date, last_date)
        self.employees.get_employee(employee_id)
        return self.store.list_day_plans(employee_id, first_date, last_date, limit=limit, start_key=start_key)

    def remove_day_plan(self, employee_id: str, on: date) -> None:
        """What is assigned holds again; removing what is not there changes nothing.

        Raises NotFound (`unknown_employee`) or Conflict (`period_locked`).
        """
        site_id = self.employees.get_employee(employee_id).site_id
        check_date("on", on)
        with self.follow(employee_id, on, on):
            if self.store.find_day_plan(employee_id, on) is not None:
                self._write_open(site_id, on, [self.store.day_plan_delete(employee_id, on)])

    def enter_leave(
        self, employee_id: str, *, first_date: date, last_date: date, kind: str, by: str
    ) -> Leave:
        """Enter a leave; the same again changes nothing.

        Raises NotFound (`unknown_employee`), Malformed, or Conflict (`leave_overlaps`).
        """
        site_id = self.employees.get_employee(employee_id).site_id
        leave_id = derived_id("leave", employee_id, first_date.isoformat(), last_date.isoformat())
        leave = Leave(leave_id, employee_id, first_date, last_date, kind, by)

        def writes() -> list[Write]:
            known = self.store.list_leaves(employee_id, first_date).items
            if leave in known:
                return []
            check_leave(leave, known)
            return [self.store.leave_put(leave, site_id)]

        with self.follow(employee_id, first_date, last_date):
            self._write(employee_id, None, first_date, writes)
        return leave

    def list_leaves(
        self, employee_id: str, first_date: date, *, limit: int | None = None, start_key: Item | None = None
    ) -> Page[Leave]:
        """Those that last to a date or longer. Raises NotFound (`unknown_employee`)."""
        self.employees.get_employee(employee_id)
        return self.store.list_leaves(employee_id, first_date, limit=limit, start_key=start_key)

    def remove_leave(self, employee_id: str, leave_id: str) -> Leave:
        """Raises NotFound (`unknown_leave`)."""
        gone = self._find_leave(employee_id, leave_id)

        def writes() -> list[Write]:
            return [self.store.leave_delete(self._find_leave(employee_id, leave_id))]

        with self.follow(employee_id, gone.first_date, gone.last_date):
            self._write(employee_id, None, date.min, writes)
        return gone

    def _find_leave(self, employee_id: str, leave_id: str) -> Leave:
        for leave in self.store.list_leaves(employee_id, date.min).items:
            if leave.leave_id == leave_id:
                return leave
        raise NotFound(f"employee {employee_id} has no leave {leave_id}", code="unknown_leave")

    def _check(self, site_id: str, first_date: date, last_date: date | None, cycle: Cycle) -> None:
        check_dates(first_date, last_date)
        check_cycle(cycle)
        self._check_known(site_id, "cycle", {name for shift_ids in cycle for name in shift_ids})

    def _check_known(self, site_id: str, field: str, shift_ids: Iterable[str]) -> None:
        for shift_id in sorted(shift_ids):
            found = self.store.find_shift(shift_id)
            if found is None or found.site_id != site_id:
                raise Malformed(
                    f"site {site_id} has no shift {shift_id}; create it first",
                    code="unknown_shift",
                    field=field,
                )

    def _write_open(self, site_id: str, from_date: date, writes: list[Write]) -> None:
        """Write what changes the plan from a date on, as long as that is not locked."""
        for _ in self.store.backoff.tries():
            frontier = self.store.find_frontier(site_id)
            frontier.check_open(from_date)
            try:
                self.store.write(writes, frontier)
                return
            except TransactionRefused:
                continue  # a period was locked this very moment: look again
        raise _busy()

    def _write(
        self, employee_id: str, site_id: str | None, from_date: date, make: Callable[[], list[Write]]
    ) -> None:
        """Write what `make` makes of the roster as it is (nothing, if it is so already), again whenever
        somebody else was faster.

        With a site, only as long as the dates from `from_date` on are not locked.
        """
        for _ in self.store.backoff.tries():
            frontier = self.store.find_frontier(site_id) if site_id else None
            if frontier:
                frontier.check_open(from_date)
            revision = self.store.roster_revision(employee_id)
            writes = make()
            if not writes:
                return
            try:
                self.store.write(
                    [*writes, self.store.roster_update(employee_id, revision=revision)], frontier
                )
                return
            except TransactionRefused:
                continue
        raise _busy()


def _busy() -> Unavailable:
    return Unavailable("others are changing the same plans; try again", code="contention")
