"""Records and punches as lists, and who is in right now."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from floorsight.attendance.model import Facts, Leave, Outcome, Punch, Record, Status
from floorsight.attendance.periods.store import PeriodStore
from floorsight.attendance.placing import current_punches
from floorsight.attendance.planning.model import FIRST_DATE, LAST_DATE
from floorsight.attendance.planning.store import PlanningStore
from floorsight.attendance.rules import compute
from floorsight.attendance.service import AttendanceService
from floorsight.attendance.store import AttendanceStore
from floorsight.employees.model import Employee
from floorsight.employees.service import EmployeeService
from floorsight.events.attendance import PunchDirection
from floorsight.platform.errors import Malformed, NotFound
from floorsight.platform.items import Item
from floorsight.platform.table import Page

_DAY = timedelta(days=1)
# Longer than it takes to be asked for: a page with a rare status may have to look at many records.
MAX_LOOKED_AT = 5000


class Presence(StrEnum):
    """Where somebody is, who is to work today."""

    IN = "in"
    LEFT = "left"
    LATE = "late"  # has not come, and the grace is over
    EXPECTED = "expected"
    MISSING_PUNCH = "missing_punch"
    ABSENT = "absent"
    ON_LEAVE = "on_leave"
    HOLIDAY = "holiday"


@dataclass(frozen=True)
class Attending:
    """Somebody who is to work today, or still at a shift of yesterday."""

    employee: Employee
    record: Record
    presence: Presence


@dataclass(frozen=True)
class PlacedPunch:
    """A punch, and the record that it counts for; `is_current` until a correction supersedes it."""

    punch: Punch
    instance_id: str | None
    is_current: bool


@dataclass(frozen=True)
class AttendanceLists:
    """Reads. Errors: NotFound (`unknown_site`, `unknown_employee`, `unknown_record`), Malformed."""

    attendance: AttendanceService
    employees: EmployeeService
    planning: PlanningStore
    periods: PeriodStore

    @property
    def store(self) -> AttendanceStore:
        return self.attendance.store

    def list_of_employee(
        self, employee_id: str, first: date, last: date, statuses: Collection[Status] = ()
    ) -> list[Record]:
        """By date and shift; with statuses, those that have one of them."""
        self.employees.get_employee(employee_id)
        return [each for each in self.store.list_records(employee_id, first, last) if _has(each, statuses)]

    def list_of_site(
        self,
        site_id: str,
        first: date,
        last: date,
        statuses: Collection[Status] = (),
        *,
        limit: int,
        start_key: Item | None = None,
    ) -> Page[Record]:
        """By date, employee and shift. A page may be short, even empty, and yet not be the last."""
        self.employees.sites.get_site(site_id)
        on, key = _read_place(start_key, first, last)
        found: list[Record] = []
        looked_at = 0
        while on <= last:
            # One at a time would be many requests, and more than are wanted can't be given back.
            page = self.store.list_site_records(site_id, on, limit=limit - len(found), start_key=key)
            found += [each for each in page.items if _has(each, statuses)]
            looked_at += len(page.items)
            on, key = (on, page.next_key) if page.next_key else (on + _DAY, None)
            if on <= last and (len(found) == limit or looked_at >= MAX_LOOKED_AT):
                return Page(found, {"on": on.isoformat(), "key": key})
        return Page(found)

    def get_record(self, instance_id: str) -> tuple[Facts, Record]:
        """A record as it follows from the facts now, and the facts. Raises NotFound (`unknown_record`)."""
        employee_id, _, rest = instance_id.partition(".")
        try:
            on = date.fromisoformat(rest.partition(".")[0])
            if not FIRST_DATE < on < LAST_DATE:
                raise ValueError(f"{on} is out of range")
            facts = self.attendance.load_facts(employee_id, on, on)
        except (ValueError, NotFound) as error:
            raise _unknown(instance_id) from error
        for record in compute(facts, on, on, self.attendance.clock()).records:
            if record.instance.instance_id == instance_id:
                return facts, record
        raise _unknown(instance_id)

    def outcome(self, employee_id: str, first: date, last: date) -> Outcome:
        """What the facts say now of an employee's dates; nothing is kept."""
        facts = self.attendance.load_facts(employee_id, first, last)
        return compute(facts, first, last, self.attendance.clock())

    def list_punches(
        self, employee_id: str, first: date, last: date, *, only_unplaced: bool = False
    ) -> list[PlacedPunch]:
        """All punches of an employee's local dates in order, superseded ones too."""
        facts = self.attendance.load_facts(employee_id, first - _DAY, last + _DAY)
        zone = ZoneInfo(facts.time_zone)
        records = compute(facts, first - 2 * _DAY, last + _DAY, self.attendance.clock()).records
        place = {name: record.instance.instance_id for record in records for name in record.punch_ids}
        current = {punch.punch_id for punch in current_punches(facts.punches)}
        listed = [
            PlacedPunch(punch, place.get(punch.punch_id), punch.punch_id in current)
            for punch in facts.punches
            if first <= punch.at.astimezone(zone).date() <= last
        ]
        if only_unplaced:
            return [each for each in listed if each.is_current and each.instance_id is None]
        return listed

    def list_present(self, site_id: str) -> tuple[datetime, list[Attending]]:
        """Who is in, late or missing now: records of today, and those of yesterday that are still open."""
        site = self.employees.sites.get_site(site_id)
        now = self.attendance.clock()
        today = now.astimezone(ZoneInfo(site.time_zone)).date()
        yesterdays = self.store.list_site_records(site_id, today - _DAY).items
        records = [each for each in yesterdays if now <= each.instance.closes_at]
        records += self.store.list_site_records(site_id, today).items
        employees = {each.employee_id: each for each in self.employees.list_employees(site_id).items}
        is_holiday = bool(self.planning.list_holidays(site_id, today, today).items)
        leaves = self.planning.list_site_leaves(site_id, today - _DAY)
        found = [
            Attending(employee, record, self._presence(record, now, leaves, is_holiday))
            for record in records
            if (employee := employees.get(record.instance.employee_id)) is not None
        ]
        return now, found

    def _presence(
        self, record: Record, now: datetime, leaves: Collection[Leave], is_holiday: bool
    ) -> Presence:
        for status, presence in _CLOSED.items():
            if status in record.statuses and (status is Status.MISSING_PUNCH or not record.punch_ids):
                return presence
        if not record.punch_ids:
            return _presence_without_punch(record, now, leaves, is_holiday)
        return Presence.IN if self._is_in(record) else Presence.LEFT

    def _is_in(self, record: Record) -> bool:
        """Whether the last punch of a record is a coming."""
        left = record.check_out
        if record.check_in is None or left is None:
            return record.check_in is not None  # nothing of the other direction: no need to read the punch
        last = record.punch_ids[-1]
        if record.stretches and record.stretches[-1].out_punch == last:
            return False
        punch = self.store.find_punch(record.instance.employee_id, last)
        if punch is None or punch.direction is not PunchDirection.UNKNOWN:
            return punch is not None and punch.direction is PunchDirection.IN
        # Seen by a camera that can't tell: still the going of a moment ago, or somebody who has come.
        again = timedelta(seconds=record.instance.shift.debounce_seconds)
        return punch.at - left > again


_CLOSED: Mapping[Status, Presence] = {
    Status.MISSING_PUNCH: Presence.MISSING_PUNCH,
    Status.HOLIDAY: Presence.HOLIDAY,
    Status.ON_LEAVE: Presence.ON_LEAVE,
    Status.ABSENT: Presence.ABSENT,
}


def _presence_without_punch(
    record: Record, now: datetime, leaves: Collection[Leave], is_holiday: bool
) -> Presence:
    """`leaves` are those of the whole site that are not over."""
    if is_holiday:
        return Presence.HOLIDAY
    instance = record.instance
    own = (leave for leave in leaves if leave.employee_id == instance.employee_id)
    if any(leave.first_date <= instance.local_date <= leave.last_date for leave in own):
        return Presence.ON_LEAVE
    grace = timedelta(minutes=instance.shift.grace_late_minutes)
    return Presence.LATE if now > instance.starts_at + grace else Presence.EXPECTED


def _has(record: Record, statuses: Collection[Status]) -> bool:
    return not statuses or any(status in record.statuses for status in statuses)


def _read_place(start_key: Item | None, first: date, last: date) -> tuple[date, Item | None]:
    if start_key is None:
        return first, None
    try:
        on = date.fromisoformat(start_key["on"])
        key = start_key["key"]
    except (KeyError, TypeError, ValueError) as error:
        raise _bad_cursor() from error
    if not first <= on <= last or not (key is None or isinstance(key, dict)):
        raise _bad_cursor()
    return on, key


def _bad_cursor() -> Malformed:
    return Malformed(
        "the cursor belongs to another list; begin without one", code="bad_cursor", field="cursor"
    )


def _unknown(instance_id: str) -> NotFound:
    return NotFound(
        f"there is no record {instance_id}; its id is employee, date and shift, as in ann.2026-03-02.early",
        code="unknown_record",
    )
