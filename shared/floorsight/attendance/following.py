"""Records follow the plans that they were made by."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date

from floorsight.attendance.closing import ClosingService
from floorsight.attendance.periods.settling import SettlingService
from floorsight.attendance.planning.model import FIRST_DATE, LAST_DATE
from floorsight.attendance.planning.rules import first_day_of_other_employment
from floorsight.attendance.service import DAYS_AHEAD, AttendanceService
from floorsight.employees.model import Employee
from floorsight.platform.errors import Unavailable

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PlanFollower:
    """Makes an employee's records anew after a change of their plans; locked days are settled."""

    attendance: AttendanceService
    settling: SettlingService
    closing: ClosingService

    def after_employment(self, before: Employee, after: Employee) -> None:
        """After a change of somebody's first or last day. Raises as a call does."""
        changes_on = first_day_of_other_employment(before, after)
        if changes_on is None:
            return
        # All that was ever planned: before the first of it there are no records.
        facts = self.attendance.plans.facts_for(after.employee_id, FIRST_DATE, LAST_DATE)
        planned = [*(each.first_date for each in facts.assignments), *facts.day_plans]
        if planned:
            self(after.employee_id, max(changes_on, min(planned)), None)

    def __call__(self, employee_id: str, first_date: date, last_date: date | None) -> None:
        """From a date to another one; None: to the last that has records.

        If the table is too busy for that, the next tick makes those of the whole site anew: the plan is
        changed already. Raises NotFound (`unknown_employee`), or Unavailable when even that can't be kept.
        """
        ahead = self.attendance.clock().date() + DAYS_AHEAD
        last = min(last_date or ahead, ahead)
        if first_date > last:
            return
        try:
            self.attendance.recompute(employee_id, first_date, last)
            self.settling.settle(employee_id, first_date, last)
        except Unavailable:
            _log.warning("records follow later", extra={"employee": employee_id}, exc_info=True)
            site_id = self.settling.employees.get_employee(employee_id).site_id
            self.closing.reopen(site_id, first_date)
