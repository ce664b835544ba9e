"""The use cases of attendance, put together on two tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Self

from floorsight.attendance.closing import ClosingService
from floorsight.attendance.corrections.service import CorrectionService
from floorsight.attendance.following import PlanFollower
from floorsight.attendance.listing import AttendanceLists
from floorsight.attendance.model import Outcome
from floorsight.attendance.openings import OpeningStore
from floorsight.attendance.periods.locking import LockingService
from floorsight.attendance.periods.payroll import PayrollService
from floorsight.attendance.periods.settling import SettlingService
from floorsight.attendance.periods.store import PeriodStore
from floorsight.attendance.planning.holidays import HolidayService
from floorsight.attendance.planning.rosters import RosterService
from floorsight.attendance.planning.service import PlanningService
from floorsight.attendance.planning.shifts import ShiftService
from floorsight.attendance.planning.store import PlanningStore
from floorsight.attendance.rules import compute
from floorsight.attendance.service import AttendanceService
from floorsight.attendance.store import AttendanceStore
from floorsight.attendance.trying.service import TryingService
from floorsight.employees.service import EmployeeService
from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.retry import Backoff
from floorsight.platform.table import Table


@dataclass(frozen=True)
class AttendanceRooms:
    """What those who plan, correct and pay work with."""

    service: AttendanceService
    closing: ClosingService
    lists: AttendanceLists
    shifts: ShiftService
    rosters: RosterService
    follow: PlanFollower
    holidays: HolidayService
    corrections: CorrectionService
    settling: SettlingService
    periods: LockingService
    payroll: PayrollService
    trying: TryingService

    @classmethod
    def on(
        cls,
        registry: Table,
        presence: Table,
        employees: EmployeeService,
        *,
        clock: Clock = utc_now,
        backoff: Backoff | None = None,
    ) -> Self:
        """On the registry table, where plans and periods lie, and the presence table."""
        patience = backoff or Backoff()
        plans, periods = PlanningStore(registry, patience), PeriodStore(registry, patience)
        service = AttendanceService(
            AttendanceStore(presence), PlanningService(plans, employees), clock, patience
        )

        def compute_now(employee_id: str, first: date, last: date) -> Outcome:
            return compute(service.load_facts(employee_id, first, last), first, last, clock())

        settling = SettlingService(periods, employees, compute_now, clock)
        closing = ClosingService(service, employees, OpeningStore(presence), settling.settle, clock, patience)
        follow = PlanFollower(service, settling)
        shifts = ShiftService(plans, employees.sites, closing.reopen)
        return cls(
            service=service,
            closing=closing,
            lists=AttendanceLists(service, employees, plans, periods),
            shifts=shifts,
            rosters=RosterService(plans, employees, follow),
            follow=follow,
            holidays=HolidayService(plans, employees.sites, closing.reopen),
            corrections=CorrectionService(service, settling, employees),
            settling=settling,
            periods=LockingService(periods, shifts, settling),
            payroll=PayrollService(periods, service.store, employees),
            trying=TryingService(service, employees, shifts),
        )
