"""What is learnt of locked days is booked to the next open period, once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from floorsight.attendance.model import Outcome
from floorsight.attendance.periods.frontier import Frontier
from floorsight.attendance.periods.model import Adjustment, PayLine
from floorsight.attendance.periods.rules import find_adjustments, split_dates
from floorsight.attendance.periods.store import PeriodStore
from floorsight.employees.service import EmployeeService
from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.errors import Unavailable

# The records of an employee's dates from the first to the last, as the facts say now.
Compute = Callable[[str, date, date], Outcome]
MAX_BOOKED_AT_ONCE = 90
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class SettlingService:
    """Compares what was frozen with what the facts say now, and books the differences.

    Nothing has to tell it what happened: it may run at any time, any number of times, and books what is
    missing. An adjustment's number is given once, so that two who see the same difference book it once.
    """

    store: PeriodStore
    employees: EmployeeService
    compute: Compute
    clock: Clock = utc_now

    def settle(self, employee_id: str, first_date: date, last_date: date) -> list[Adjustment]:
        """Book what is off in the locked ones of these dates; open dates are left alone.

        Returns what was booked. Raises NotFound (`unknown_employee`) or Unavailable.
        """
        site_id = self.employees.get_employee(employee_id).site_id
        booked: list[Adjustment] = []
        for _ in self.store.backoff.tries():
            # Before the facts are read: what is frozen later than this saw all that was written before.
            frontier = self.store.find_frontier(site_id)
            locked, _open = split_dates(frontier, first_date, last_date)
            if locked is None:
                return booked
            missing = self._find_missing(frontier, employee_id, *locked)
            done = self._book(missing, frontier)
            booked += missing[:done]
            if done == len(missing):
                return booked
        raise Unavailable("others are booking for the same site; try again", code="contention")

    def _find_missing(
        self, frontier: Frontier, employee_id: str, first_date: date, last_date: date
    ) -> list[Adjustment]:
        periods = [
            each
            for each in self.store.list_periods(frontier.site_id).items
            if each.first_date <= last_date and each.last_date >= first_date
        ]
        lines: list[PayLine] = []
        for period in periods:
            found = self.store.find_frozen(period, employee_id)
            if found is None and not period.is_past(employee_id):
                # Only the last period can be just being locked; who freezes these records looks again then.
                last_date = period.first_date - _DAY
                break
            lines += found or []
        booked_on = frontier.open_from
        if booked_on is None or first_date > last_date:
            return []
        return find_adjustments(
            site_id=frontier.site_id,
            frozen=[line for line in lines if first_date <= line.local_date <= last_date],
            booked=self.store.list_adjustments_of(employee_id, first_date, last_date),
            now_lines=map(PayLine.of, self.compute(employee_id, first_date, last_date).records),
            booked_on=booked_on,
            at=self.clock(),
        )

    def _book(self, adjustments: list[Adjustment], frontier: Frontier) -> int:
        """In parts that fit into a transaction. Returns how many were booked before one was refused."""
        for number in range(0, len(adjustments), MAX_BOOKED_AT_ONCE):
            if not self.store.book(adjustments[number : number + MAX_BOOKED_AT_ONCE], frontier):
                return number
        return len(adjustments)
