"""Opening records of what is to be worked, and closing those whose windows have closed.

Somebody who never came leaves no punch, so that nothing would make a record of it. Once a day each employee
of a site gets records of what they are to work; each is due when its window closes. A tick then reads only
what is due, whoever came or did not.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from secrets import token_hex
from zoneinfo import ZoneInfo

from floorsight.attendance.model import Record, Status
from floorsight.attendance.openings import Opening, OpeningStore
from floorsight.attendance.pending import Pending
from floorsight.attendance.service import DAYS_AHEAD, REACH, AttendanceService, Dates
from floorsight.employees.service import EmployeeService
from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.errors import Conflict, FloorsightError, Unavailable
from floorsight.platform.retry import Backoff

_log = logging.getLogger(__name__)

# A tick leaves the rest to the next one before its function is stopped.
TIME_BUDGET = timedelta(minutes=10)
# A tick that dies repeats no more than these.
EMPLOYEES_BETWEEN_SAVES = 100
_DAY = timedelta(days=1)

# Books what is off in the locked ones of an employee's dates.
Settle = Callable[[str, date, date], object]


class NotAllClosed(FloorsightError):
    """Records of some employees could not be made; the next tick tries again. The log has each."""

    code = "not_all_closed"


@dataclass(frozen=True)
class ClosingService:
    """The job's use case, and what those call who change plans of many employees."""

    attendance: AttendanceService
    employees: EmployeeService
    openings: OpeningStore
    settle: Settle
    clock: Clock = utc_now
    backoff: Backoff = field(default_factory=Backoff)

    def close_site(self, site_id: str) -> Mapping[str, int]:
        """Open what is to be worked today, and close what has come due. Again changes nothing.

        After a downtime all dates in between are made up for. Returns what was done.

        Raises:
            NotAllClosed: it went wrong for some employees; all others are done.
            Unavailable: the table was busy for too long.
        """
        run = _Run(self.clock() + TIME_BUDGET, self.clock)
        self._finish_pending(site_id, run)
        opened = self._open(site_id, run)
        closed = self._close(site_id, run)
        if run.failed:
            raise NotAllClosed(f"records of {len(run.failed)} employees of site {site_id} could not be made")
        return {
            "opened": opened,
            "closed": len(closed),
            "absent": sum(Status.ABSENT in record.statuses for record in closed),
            "missing_punches": sum(Status.MISSING_PUNCH in record.statuses for record in closed),
        }

    def reopen(self, site_id: str, first: date) -> None:
        """Have the next tick recompute all employees of a site from a local date on.

        For a change of many plans: a shift's version, a holiday. Days before it follow too: punches may be
        nearer to their shifts now, or no more. Dates that were never opened stay so.
        """
        if first > self.clock().date() + DAYS_AHEAD:
            return

        def move_back() -> None:
            opening = self.openings.find(site_id)
            if opening is not None and opening.moved_back(first - REACH) != opening:
                self.openings.save(opening.moved_back(first - REACH))

        self.backoff.until_done(
            move_back,
            passing=(Conflict, Unavailable),  # a tick is at it
            failure=f"the records of site {site_id} could not be marked",
        )

    def _open(self, site_id: str, run: _Run) -> int:
        """Returns how many employees were looked at."""
        zone = ZoneInfo(self.employees.sites.get_site(site_id, with_deleted=True).time_zone)
        today = self.clock().astimezone(zone).date()
        # A site's first records are yesterday's: night shifts may still go on.
        opening = self.openings.find(site_id) or Opening(site_id, today - 2 * _DAY)
        if opening.until >= today:
            return 0
        try:
            # Stored before anything is read: who changes plans from now on finds what to move back.
            return self._open_dates(self.openings.save(opening.begun(today)), run)
        except Conflict:  # only of the opening: records are tried again
            _log.info("somebody else opens records, or has begun anew", extra={"site": site_id})
            return 0

    def _open_dates(self, opening: Opening, run: _Run) -> int:
        dates = opening.until + _DAY, opening.target or opening.until
        count = 0
        for employee_id in self._list_employees(opening, dates):
            if run.is_over():
                self.openings.save(opening)
                return count
            if not self._open_for(employee_id, dates, run):
                # Later ticks try again; the others' dates go on meanwhile.
                self._mark(opening.site_id, employee_id, dates)
            count += 1
            opening = replace(opening, after=employee_id)
            if count % EMPLOYEES_BETWEEN_SAVES == 0:
                opening = self.openings.save(opening)
        self.openings.save(opening.done())
        return count

    def _open_for(self, employee_id: str, dates: Dates, run: _Run) -> bool:
        """Whether it went well. Only dates that are over can be locked."""
        with run.trying(employee_id):
            self.attendance.recompute(employee_id, *dates)
            if dates[0] < dates[1]:
                self.settle(employee_id, *dates)
            return True
        return False

    def _mark(self, site_id: str, employee_id: str, dates: Dates) -> None:
        mark = Pending(site_id, employee_id, *dates, token_hex(8), self.clock())
        self.attendance.store.pending.add(mark)

    def _list_employees(self, opening: Opening, dates: Dates) -> Iterator[str]:
        """Those who are employed on one of the dates at least, by id, from where it was left."""
        employees = self.employees.list_employees(opening.site_id).items
        for employee in sorted(employees, key=lambda each: each.employee_id):
            gone = employee.employed_until is not None and employee.employed_until < dates[0]
            to_come = employee.employed_from is not None and employee.employed_from > dates[1]
            if not (gone or to_come) and employee.employee_id > (opening.after or ""):
                yield employee.employee_id

    def _close(self, site_id: str, run: _Run) -> list[Record]:
        """Returns the records that were due and are closed now."""
        due: dict[str, set[date]] = {}
        for employee_id, on in self.attendance.store.list_due(site_id, self.clock()):
            due.setdefault(employee_id, set()).add(on)
        closed: list[Record] = []
        for employee_id, dates in due.items():
            if run.is_over():
                break
            with run.trying(employee_id):
                records = self.attendance.recompute(employee_id, min(dates), max(dates))
                closed += [each for each in records if each.closed and each.instance.local_date in dates]
        return closed

    def _finish_pending(self, site_id: str, run: _Run) -> None:
        """Do what whoever has written something new did not come to: records, and what is booked."""
        pending = self.attendance.store.pending
        for mark in pending.list_of_site(site_id):
            if run.is_over():
                break
            if mark.ready_at > self.clock():
                continue  # whoever wrote it is still at it
            dates = mark.first_date, mark.last_date
            with run.trying(mark.employee_id):
                self.attendance.recompute(mark.employee_id, *dates)
                self.settle(mark.employee_id, *dates)
                pending.clear(mark)


@dataclass
class _Run:
    """One tick: how long it may take, and for whom it went wrong."""

    over_at: datetime
    clock: Clock
    failed: set[str] = field(default_factory=set)

    def is_over(self) -> bool:
        return self.clock() >= self.over_at

    @contextmanager
    def trying(self, employee_id: str) -> Iterator[None]:
        """One employee's fault stops no other."""
        try:
            yield
        except Exception:  # noqa: BLE001 - whatever it is, the others have their turn
            _log.exception("records could not be made", extra={"employee": employee_id})
            self.failed.add(employee_id)
