"""Entering punches by hand and correcting them. A punch is never changed: a correction supersedes it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex
from zoneinfo import ZoneInfo

from floorsight.attendance.corrections.rules import check_not_ahead, resolve_time
from floorsight.attendance.model import Punch, PunchSource, Record
from floorsight.attendance.pending import REQUEST_TIME, Pending
from floorsight.attendance.periods.model import Adjustment
from floorsight.attendance.periods.settling import SettlingService
from floorsight.attendance.placing import current_punches
from floorsight.attendance.planning.rules import check_reason
from floorsight.attendance.service import AttendanceService
from floorsight.employees.service import EmployeeService
from floorsight.events.attendance import PunchDirection
from floorsight.platform.clock import to_sort_key
from floorsight.platform.errors import Conflict, NotFound
from floorsight.platform.ids import derived_id

# The local dates whose records a moment can concern: a window reaches so far from the date it belongs to.
_AROUND = timedelta(days=3)


@dataclass(frozen=True)
class Entered:
    """A punch as it is kept, the records that it is in, and what was booked for locked days."""

    punch: Punch
    records: tuple[Record, ...]
    adjustments: tuple[Adjustment, ...]


@dataclass(frozen=True)
class CorrectionService:
    """Use cases of punches that people enter. What concerns locked days is booked as adjustments.

    `at` may be without an offset: then it is the time of the employee's site. Errors: NotFound
    (`unknown_employee`, `unknown_punch`), Malformed (`punch_in_future`, `out_of_range`, `bad_text`),
    Conflict (`punch_exists`, `punch_superseded`), Unavailable: do the same again.
    """

    attendance: AttendanceService
    settling: SettlingService
    employees: EmployeeService

    def punch(
        self,
        employee_id: str,
        direction: PunchDirection,
        *,
        at: datetime | None,
        source: PunchSource,
        by: str,
        idempotency_key: str | None = None,
    ) -> Entered:
        """Somebody comes or goes, now if no time is given.

        The same key, and without one the same direction and second, is the same punch.
        """
        site_id, zone = self._site_of(employee_id)
        now = self.attendance.clock()
        moment = resolve_time(at or now, zone)
        check_not_ahead(moment, now)
        known = (
            derived_id("punch-key", employee_id, idempotency_key)
            if idempotency_key
            else derived_id("punch", employee_id, direction.value, to_sort_key(moment))
        )
        punch = Punch(
            punch_id=known,
            employee_id=employee_id,
            site_id=site_id,
            at=moment,
            direction=direction,
            source=source,
            recorded_at=now,
            recorded_by=by,
        )
        try:
            return self._enter(punch, is_repeatable=idempotency_key is not None)
        except Conflict:
            kept = self.attendance.store.find_punch(employee_id, known)
            if at is not None or kept is None or kept.at == moment:
                raise
            # Asked again, later or at the same time: it is the punch of the first time.
            return self._enter(dataclasses.replace(punch, at=kept.at), is_repeatable=True)

    def add(
        self, employee_id: str, direction: PunchDirection, *, at: datetime, by: str, reason: str
    ) -> Entered:
        """Somebody came or went, and nothing recorded it. The same again is the same punch."""
        check_reason(reason)
        site_id, zone = self._site_of(employee_id)
        now = self.attendance.clock()
        moment = resolve_time(at, zone)
        check_not_ahead(moment, now)
        parts = (employee_id, direction.value, to_sort_key(moment), reason)
        return self._enter(
            Punch(
                punch_id=derived_id("added-punch", *parts),
                employee_id=employee_id,
                site_id=site_id,
                at=moment,
                direction=direction,
                source=PunchSource.MANUAL,
                recorded_at=now,
                recorded_by=by,
                reason=reason,
            )
        )

    def replace(
        self,
        employee_id: str,
        punch_id: str,
        *,
        at: datetime | None,
        direction: PunchDirection | None,
        by: str,
        reason: str,
    ) -> Entered:
        """It was at another time, or another direction; what is None stays."""
        before = self._find(employee_id, punch_id)
        _, zone = self._site_of(employee_id)
        moment = resolve_time(at, zone) if at else before.at
        check_not_ahead(moment, self.attendance.clock())
        return self._supersede(before, moment, direction or before.direction, by=by, reason=reason)

    def withdraw(self, employee_id: str, punch_id: str, *, by: str, reason: str) -> Entered:
        """It was no punch of this employee's."""
        before = self._find(employee_id, punch_id)
        return self._supersede(before, before.at, before.direction, by=by, reason=reason, withdrawn=True)

    def _supersede(
        self,
        before: Punch,
        at: datetime,
        direction: PunchDirection,
        *,
        by: str,
        reason: str,
        withdrawn: bool = False,
    ) -> Entered:
        check_reason(reason)
        parts = (before.punch_id, to_sort_key(at), direction.value, str(withdrawn))
        correction = Punch(
            # The same correction again is the same one; another one of the same punch is refused.
            punch_id=derived_id("correction", before.employee_id, *parts),
            employee_id=before.employee_id,
            site_id=before.site_id,
            at=at,
            direction=direction,
            source=PunchSource.MANUAL,
            recorded_at=self.attendance.clock(),
            recorded_by=by,
            supersedes=before.punch_id,
            withdrawn=withdrawn,
            reason=reason,
        )
        return self._enter(correction, before)

    def _enter(self, punch: Punch, before: Punch | None = None, *, is_repeatable: bool = False) -> Entered:
        marks = self._concerned(punch, before)
        # With the marks in one transaction with it, a tick does what follows if this dies here.
        kept, outcome = self.attendance.record_punch(punch, marks)
        if not is_repeatable:
            self._check_current(kept)
        booked = [
            adjustment
            for mark in marks
            for adjustment in self.settling.settle(kept.employee_id, mark.first_date, mark.last_date)
        ]
        for mark in marks:
            self.attendance.store.pending.clear(mark)
        concerned = [r for r in outcome.records if r.instance.opens_at <= kept.at <= r.instance.closes_at]
        return Entered(kept, _latest(concerned), tuple(booked))

    def _concerned(self, punch: Punch, before: Punch | None) -> list[Pending]:
        """The dates around a punch, and around what it supersedes."""
        zone = self._site_of(punch.employee_id)[1]
        moments = [each.at for each in (before, punch) if each is not None]
        days = sorted({moment.astimezone(zone).date() for moment in moments})
        ready_at = self.attendance.clock() + REQUEST_TIME
        return [
            Pending(punch.site_id, punch.employee_id, day - _AROUND, day + _AROUND, token_hex(8), ready_at)
            for day in days
        ]

    def _check_current(self, kept: Punch) -> None:
        """What was entered before, and corrected since, is not entered again by entering the same."""
        around = self.attendance.store.list_punches(kept.employee_id, kept.at, kept.at)
        if not kept.withdrawn and kept not in current_punches(around):
            raise Conflict(
                f"this very punch ({kept.punch_id}) was entered before and corrected since: correct the "
                "correction, or enter it with an idempotency key of its own",
                code="punch_superseded",
            )

    def _find(self, employee_id: str, punch_id: str) -> Punch:
        self.employees.get_employee(employee_id)
        found = self.attendance.store.find_punch(employee_id, punch_id)
        if found is None:
            raise NotFound(f"employee {employee_id} has no punch {punch_id}", code="unknown_punch")
        return found

    def _site_of(self, employee_id: str) -> tuple[str, ZoneInfo]:
        employee = self.employees.get_employee(employee_id)
        site = self.employees.sites.get_site(employee.site_id, with_deleted=True)
        return site.site_id, ZoneInfo(site.time_zone)


def _latest(records: Sequence[Record]) -> tuple[Record, ...]:
    return tuple(sorted(records, key=lambda each: each.instance.starts_at))
