"""What a site's records would be if a shift had other values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from floorsight.attendance.model import Shift
from floorsight.attendance.planning.rules import check_shift
from floorsight.attendance.planning.shifts import ShiftService
from floorsight.attendance.rules import compute
from floorsight.attendance.service import AttendanceService
from floorsight.attendance.trying.rules import Difference, compare, with_other_shift
from floorsight.employees.service import EmployeeService
from floorsight.platform.errors import Malformed
from floorsight.platform.items import Item
from floorsight.platform.table import Page


@dataclass(frozen=True)
class TryingService:
    """Tries a change before it is made; nothing is kept."""

    attendance: AttendanceService
    employees: EmployeeService
    shifts: ShiftService

    def try_shift(
        self,
        shift: Shift,
        first_date: date,
        last_date: date,
        *,
        limit: int | None = None,
        start_key: Item | None = None,
    ) -> tuple[Page[str], list[Difference]]:
        """The records of some employees of the shift's site, by id, that would be others.

        Returns whose records were looked at, and the differences.

        Raises:
            NotFound: `unknown_shift`.
            Malformed: the shift's values, or `out_of_range`.
        """
        check_shift(shift)
        known = self.shifts.get_shift(shift.shift_id)
        if known.site_id != shift.site_id:
            raise Malformed(
                f"shift {shift.shift_id} is of site {known.site_id}", code="unknown_site", field="site_id"
            )
        page = self.employees.list_employees(shift.site_id, limit=limit, start_key=start_key)
        names = page.map(lambda employee: employee.employee_id)
        differences: list[Difference] = []
        for employee_id in names.items:
            differences += self._try_for(employee_id, shift, first_date, last_date)
        return names, differences

    def _try_for(self, employee_id: str, shift: Shift, first: date, last: date) -> list[Difference]:
        facts = self.attendance.load_facts(employee_id, first, last)
        if not any(each.shift_id == shift.shift_id for each in facts.shifts):
            return []
        now = self.attendance.clock()
        return compare(
            compute(facts, first, last, now),
            compute(with_other_shift(facts, shift, first, last), first, last, now),
        )
