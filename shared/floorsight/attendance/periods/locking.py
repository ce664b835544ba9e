"""Locking a pay period: its records are frozen as they are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from floorsight.attendance.calendar import REACH_DAYS, list_instances
from floorsight.attendance.model import DayPlan, Facts, Instance
from floorsight.attendance.periods.model import PayLine, Period, PeriodState
from floorsight.attendance.periods.rules import check_period
from floorsight.attendance.periods.settling import SettlingService
from floorsight.attendance.periods.store import PeriodStore, count_missing
from floorsight.attendance.planning.rules import check_dates
from floorsight.attendance.planning.shifts import ShiftService
from floorsight.employees.model import Employee
from floorsight.platform.errors import Conflict
from floorsight.platform.items import Item
from floorsight.platform.table import Page, TransactionRefused

# What is frozen in one call: within the half minute that a request may take.
EMPLOYEES_A_CALL = 60
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class LockingService:
    """Use cases of periods. A site's periods follow one another without gaps.

    From the first call on nobody changes the plans of the period's days. Each call freezes some employees;
    who calls again goes on, until the period says that it is locked.
    """

    store: PeriodStore
    shifts: ShiftService
    settling: SettlingService
    employees_a_call: int = EMPLOYEES_A_CALL

    def lock(self, site_id: str, first_date: date, last_date: date, *, by: str) -> Period:
        """Begin to lock a period, or go on; a locked one stays as it is.

        Raises:
            NotFound: `unknown_site`.
            Malformed: `dates_out_of_order`, `period_too_long`, `out_of_range`.
            Conflict: `period_overlaps`, `period_gap`, `period_not_over`, `period_being_locked`.
        """
        check_dates(first_date, last_date)
        zone = ZoneInfo(self.shifts.sites.get_site(site_id, with_deleted=True).time_zone)
        period = self.store.find_period(site_id, first_date)
        if period is None or period.last_date != last_date:
            period = self._begin(site_id, first_date, last_date, zone, by)
        if period.state is PeriodState.LOCKED:
            return period
        return self._go_on(period, zone)

    def list_periods(
        self, site_id: str, *, limit: int | None = None, start_key: Item | None = None
    ) -> Page[Period]:
        """A site's periods, newest first. Raises NotFound (`unknown_site`)."""
        self.shifts.sites.get_site(site_id, with_deleted=True)
        return self.store.list_periods(site_id, limit=limit, start_key=start_key, newest_first=True)

    def _begin(self, site_id: str, first_date: date, last_date: date, zone: ZoneInfo, by: str) -> Period:
        frontier = self.store.find_frontier(site_id)
        if frontier.closing is not None:
            raise Conflict(
                f"the period up to {frontier.closing} is being locked; go on with that one first",
                code="period_being_locked",
            )
        check_period(frontier, first_date, last_date)
        self._check_over(site_id, last_date, zone)
        new = Period(site_id, first_date, last_date, self.settling.clock(), by)
        try:
            self.store.begin(new, frontier)
        except TransactionRefused as refused:
            found = self.store.find_period(site_id, first_date)
            if found is None or found.last_date != last_date:
                raise Conflict(
                    "somebody else is locking a period of this site; look at its periods",
                    code="period_being_locked",
                ) from refused
            return found
        return new

    def _check_over(self, site_id: str, last_date: date, zone: ZoneInfo) -> None:
        """Raises Conflict (`period_not_over`) while a shift of the last dates still takes punches."""
        now = self.settling.clock()
        if last_date >= now.astimezone(zone).date():
            raise Conflict(f"{last_date} is not over at site {site_id}", code="period_not_over")
        histories = self.shifts.list_shifts(site_id).items
        shift_ids = tuple(each.shift_id for each in histories)
        # Somebody who has every shift of the site on these days: when is the last of them closed?
        days = [last_date - number * _DAY for number in range(REACH_DAYS)]
        plans = {day: DayPlan("", day, shift_ids, "", "") for day in days}
        shifts = tuple(version for each in histories for version in each.versions)
        for instance in list_instances(Facts("", site_id, zone.key, shifts, (), plans), days[-1], last_date):
            if instance.closes_at >= now:
                raise _not_over(instance, zone)

    def _go_on(self, period: Period, zone: ZoneInfo) -> Period:
        """Freeze the next employees by id, and say how far it is now."""
        waiting = [each for each in self._employees(period) if not period.is_past(each.employee_id)]
        after = period
        for employee in waiting[: self.employees_a_call]:
            after = self._freeze(after, employee.employee_id, zone)
        if len(waiting) > self.employees_a_call:
            self.store.save_progress(after, instead_of=period)
            return after
        locked = replace(after, state=PeriodState.LOCKED, locked_at=self.settling.clock())
        self.store.finish(locked, instead_of=period)
        return locked

    def _employees(self, period: Period) -> list[Employee]:
        found = self.settling.employees.list_employees(period.site_id).items
        return sorted(found, key=lambda each: each.employee_id)

    def _freeze(self, period: Period, employee_id: str, zone: ZoneInfo) -> Period:
        """Freeze an employee's records, and then look whether something has happened meanwhile.

        Who learns something before this has frozen them leaves it to this; whoever does after settles it.
        Raises Conflict (`period_not_over`): a shift was changed just before, and takes punches for longer.
        """
        dates = period.first_date, period.last_date
        if self.store.find_frozen(period, employee_id) is None:
            records = self.settling.compute(employee_id, *dates).records
            for still_open in (record.instance for record in records if not record.closed):
                raise _not_over(still_open, zone)
            self.store.freeze(period, employee_id, map(PayLine.of, records))
        self.settling.settle(employee_id, *dates)
        lines = self.store.find_frozen(period, employee_id) or []
        return replace(
            period,
            done_through=employee_id,
            employees=period.employees + 1,
            records=period.records + len(lines),
            missing_punches=period.missing_punches + count_missing(lines),
        )


def _not_over(instance: Instance, zone: ZoneInfo) -> Conflict:
    return Conflict(
        f"shift {instance.shift.shift_id} of {instance.local_date} takes punches until "
        f"{instance.closes_at.astimezone(zone):%Y-%m-%d %H:%M}; lock the period after that",
        code="period_not_over",
    )
