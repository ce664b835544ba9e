"""What an employee's records follow from, other than punches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from floorsight.attendance.model import Facts, Shift
from floorsight.attendance.planning.store import PlanningStore
from floorsight.employees.service import EmployeeService


@dataclass(frozen=True)
class PlanningService:
    """Reads plans; `shifts`, `rosters` and `holidays` beside this module change them."""

    store: PlanningStore
    employees: EmployeeService

    def facts_for(self, employee_id: str, first: date, last: date) -> Facts:
        """All that the records of shifts that start on `first` to `last` follow from, except punches.

        Shifts come with all their versions. Reads the employee, their site, five lists, and each shift that
        they have on these dates.

        Raises:
            NotFound: `unknown_employee`.
        """
        employee = self.employees.get_employee(employee_id)
        site = self.employees.sites.get_site(employee.site_id, with_deleted=True)
        assignments = tuple(
            each
            for each in self.store.list_assignments(employee_id).items
            if each.first_date <= last and (each.last_date is None or each.last_date >= first)
        )
        day_plans = {plan.on: plan for plan in self.store.list_day_plans(employee_id, first, last).items}
        named = {name for each in assignments for day in each.cycle for name in day}
        named |= {name for plan in day_plans.values() for name in plan.shift_ids}
        return Facts(
            employee_id=employee_id,
            site_id=site.site_id,
            time_zone=site.time_zone,
            shifts=self._versions(named),
            assignments=assignments,
            day_plans=day_plans,
            holidays={day.on: day for day in self.store.list_holidays(site.site_id, first, last).items},
            leaves=tuple(
                leave
                for leave in self.store.list_leaves(employee_id, first).items
                if leave.first_date <= last
            ),
            employed_from=employee.employed_from,
            employed_until=employee.employed_until,
        )

    def _versions(self, shift_ids: set[str]) -> tuple[Shift, ...]:
        found = [self.store.find_shift(shift_id) for shift_id in sorted(shift_ids)]
        return tuple(version for history in found if history for version in history.versions)
