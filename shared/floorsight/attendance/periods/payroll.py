"""What payroll gets of some dates: frozen records where they are locked, today's where not, adjustments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from floorsight.attendance.model import Instance, Record, Status
from floorsight.attendance.periods.model import Adjustment, PayLine, Period, PeriodState, Seconds
from floorsight.attendance.periods.store import PeriodStore
from floorsight.employees.model import Employee
from floorsight.employees.service import EmployeeService
from floorsight.platform.errors import Unavailable
from floorsight.platform.items import Item
from floorsight.platform.snapshot import read_unchanged
from floorsight.platform.table import Page

# A site's sheets take seconds; a period that is being locked moves on every few of them.
_ATTEMPTS = 2


class Records(Protocol):
    """Where records are kept."""

    def list_records(self, employee_id: str, first: date, last: date) -> list[Record]:
        """An employee's records of shifts that start on these local dates."""


@dataclass(frozen=True)
class PaySheet:
    """What one employee gets of some dates.

    `lines` are the records of these dates; `adjustments` those that are booked to them, of earlier dates.
    """

    employee: Employee
    lines: tuple[PayLine, ...]
    adjustments: tuple[Adjustment, ...]

    @property
    def seconds(self) -> Seconds:
        """Sums, adjustments included."""
        lines = sum((line.seconds for line in self.lines), Seconds())
        return sum((each.difference for each in self.adjustments), lines)

    @property
    def days(self) -> Mapping[Status, int]:
        """How many records have each status, adjustments included."""
        counts = Counter(status for line in self.lines for status in line.statuses)
        for adjustment in self.adjustments:
            counts.update(adjustment.statuses)
            counts.subtract(adjustment.statuses_before)
        return {status: counts[status] for status in Status}


@dataclass(frozen=True)
class PayrollService:
    """Pay sheets.

    Errors: NotFound (`unknown_site`, `unknown_employee`), Unavailable (`period_being_locked` among others).
    """

    store: PeriodStore
    records: Records
    employees: EmployeeService

    def sheets_of(
        self,
        site_id: str,
        first_date: date,
        last_date: date,
        *,
        limit: int | None = None,
        start_key: Item | None = None,
    ) -> Page[PaySheet]:
        """A site's employees by id, with what each gets; those of whom there is nothing have empty sheets."""
        page = self.employees.list_employees(site_id, limit=limit, start_key=start_key)
        sheets = self._write_sheets(site_id, page.items, first_date, last_date)
        return Page(sheets, page.next_key)

    def sheet_of(self, employee_id: str, first_date: date, last_date: date) -> PaySheet:
        employee = self.employees.get_employee(employee_id)
        [sheet] = self._write_sheets(employee.site_id, [employee], first_date, last_date)
        return sheet

    def booked_for(self, site_id: str, instance: Instance) -> tuple[PayLine | None, list[Adjustment]]:
        """How a record was frozen, if it was, and what was booked since."""
        on, employee_id = instance.local_date, instance.employee_id
        for period in self.store.list_periods(site_id).items:
            if period.first_date <= on <= period.last_date:
                lines = self.store.find_frozen(period, employee_id) or ()
                booked = self.store.list_adjustments_of(employee_id, on, on)
                return (
                    next((line for line in lines if line.instance_id == instance.instance_id), None),
                    [each for each in booked if each.instance_id == instance.instance_id],
                )
        return None, []

    def _write_sheets(
        self, site_id: str, employees: Sequence[Employee], first_date: date, last_date: date
    ) -> list[PaySheet]:
        """Sheets that all know the same periods: one that is begun meanwhile is on none, or on all."""

        def write(periods: list[Period]) -> list[PaySheet]:
            write_sheet = _SheetWriter(self, periods, first_date, last_date)
            return [write_sheet(employee) for employee in employees]

        _, sheets = read_unchanged(
            lambda: self._list_touched(site_id, first_date, last_date),
            write,
            tries=range(_ATTEMPTS),
            unavailable=Unavailable(
                "records of these dates are being locked just now; ask again when they are",
                code="period_being_locked",
            ),
        )
        return sheets

    def _list_touched(self, site_id: str, first_date: date, last_date: date) -> list[Period]:
        periods = self.store.list_periods(site_id).items
        return [each for each in periods if each.first_date <= last_date and each.last_date >= first_date]


@dataclass(frozen=True)
class _SheetWriter:
    """Writes the sheets of a site's employees: what concerns all of them is read once."""

    service: PayrollService
    periods: list[Period]
    first_date: date
    last_date: date

    def __call__(self, employee: Employee) -> PaySheet:
        lines = sorted(self._lines(employee.employee_id), key=lambda each: (each.local_date, each.shift_id))
        booked = self.service.store.list_booked(employee.employee_id, self.first_date, self.last_date)
        return PaySheet(employee, tuple(lines), tuple(booked))

    def _lines(self, employee_id: str) -> Iterator[PayLine]:
        # Before it is known what is frozen: who is not by then has been read without what is booked later.
        records = self._list_records(employee_id)
        frozen_periods = []
        for period in self.periods:
            frozen = self.service.store.find_frozen(period, employee_id)
            if frozen is not None or period.is_past(employee_id):
                frozen_periods.append(period)
                yield from (each for each in frozen or () if self._is_asked(each.local_date))
        for record in records:
            if not _covers(frozen_periods, record.instance.local_date):
                yield PayLine.of(record)

    def _list_records(self, employee_id: str) -> list[Record]:
        locked = [each for each in self.periods if each.state is PeriodState.LOCKED]
        if all(_covers(locked, day) for day in (self.first_date, self.last_date)):
            return []  # periods have no gaps
        return self.service.records.list_records(employee_id, self.first_date, self.last_date)

    def _is_asked(self, day: date) -> bool:
        return self.first_date <= day <= self.last_date


def _covers(periods: list[Period], day: date) -> bool:
    return any(period.first_date <= day <= period.last_date for period in periods)
