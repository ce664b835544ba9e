"""Records follow the plans that they were made by."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from secrets import token_hex

from floorsight.attendance.pending import REQUEST_TIME, Pending
from floorsight.attendance.periods.settling import SettlingService
from floorsight.attendance.planning.model import FIRST_DATE, LAST_DATE
from floorsight.attendance.planning.rules import first_day_of_other_employment
from floorsight.attendance.service import DAYS_AHEAD, REACH, AttendanceService
from floorsight.employees.model import Employee
from floorsight.platform.errors import Unavailable

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PlanFollower:
    """Makes an employee's records anew around a change of their plans; locked days are settled.

    The dates are marked before the change is written. If whoever changes dies, or the table is too busy for
    the records, the next tick does it.
    """

    attendance: AttendanceService
    settling: SettlingService

    @contextmanager
    def employment(self, before: Employee, after: Employee) -> Iterator[None]:
        """Around a change of somebody's first or last day. Raises as a call does."""
        changes_on = first_day_of_other_employment(before, after)
        planned = self._first_planned(after.employee_id) if changes_on is not None else None
        if changes_on is None or planned is None:
            yield
            return
        with self(after.employee_id, max(changes_on, planned), None):
            yield

    @contextmanager
    def __call__(self, employee_id: str, first_date: date, last_date: date | None) -> Iterator[None]:
        """Around a change of what holds from a date to another one; None: to the last that has records.

        Days beside them follow too: punches may be nearer to their shifts now, or no more.
        Raises NotFound (`unknown_employee`), or Unavailable when the dates can't be marked: nothing changes.
        """
        ahead = self.attendance.clock().date() + DAYS_AHEAD
        if first_date > ahead:
            yield
            return
        first, last = first_date - REACH, min((last_date or ahead) + REACH, ahead)
        mark = self._mark(employee_id, first, last)
        yield
        try:
            self.attendance.recompute(employee_id, first, last)
            self.settling.settle(employee_id, first, last)
            self.attendance.store.pending.clear(mark)
        except Unavailable:
            _log.warning("records follow later", extra={"employee": employee_id}, exc_info=True)

    def _mark(self, employee_id: str, first_date: date, last_date: date) -> Pending:
        site_id = self.settling.employees.get_employee(employee_id).site_id
        ready_at = self.attendance.clock() + REQUEST_TIME
        mark = Pending(site_id, employee_id, first_date, last_date, token_hex(8), ready_at)
        self.attendance.store.pending.add(mark)
        return mark

    def _first_planned(self, employee_id: str) -> date | None:
        """The first date for which anything was ever planned: before it there are no records."""
        facts = self.attendance.plans.facts_for(employee_id, FIRST_DATE, LAST_DATE)
        return min([*(each.first_date for each in facts.assignments), *facts.day_plans], default=None)
