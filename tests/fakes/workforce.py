"""A site with shifts, employees and attendance cameras, on rooms in memory or on the tables given."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

from floorsight.attendance.model import Punch, PunchDirection, Record, Shift
from floorsight.attendance.recording import SightingService
from floorsight.attendance.rooms import AttendanceRooms
from floorsight.attendance.track_store import TrackStore
from floorsight.employees.service import EmployeeService
from floorsight.employees.store import EmployeeStore
from floorsight.events.attendance import PunchRecorded
from floorsight.events.identity import AnswerSource, PersonRecognised
from floorsight.events.vision import Direction, LineCrossed
from floorsight.platform.ids import derived_id
from floorsight.platform.retry import Backoff
from floorsight.platform.table import Table
from floorsight.sites.model import CameraRole, Identify
from floorsight.sites.service import SiteService
from floorsight.sites.store import SiteStore
from tests.fakes.bus import MemoryBus
from tests.fakes.clock import ManualClock
from tests.fakes.scene import no_wait
from tests.fakes.table import MemoryTable
from tests.fakes.workday import BERLIN, EMPLOYEE, MONDAY, SITE, at, shift_of

SESSION = "20260302T050000.000000Z-0001"
ENTRY, EXIT, BOTH_WAYS = CameraRole.ENTRY, CameraRole.EXIT, CameraRole.BIDIRECTIONAL


class Workforce:
    """It is six on a Monday morning at a plant in Berlin. Nobody works there yet."""

    def __init__(
        self, *, registry: Table | None = None, presence: Table | None = None, zone: str = BERLIN
    ) -> None:
        self.memory = MemoryTable()
        self.registry, self.presence = registry or MemoryTable(), presence or self.memory
        self.clock, self.bus = ManualClock(at("06:00")), MemoryBus()
        backoff = Backoff(attempts=40, sleep=no_wait)
        self.sites = SiteService(SiteStore(self.registry), self.clock)
        self.employees = EmployeeService(EmployeeStore(self.registry), self.sites, self.clock)
        self.rooms = AttendanceRooms.on(
            self.registry, self.presence, self.employees, clock=self.clock, backoff=backoff
        )
        self.attendance, self.closing = self.rooms.service, self.rooms.closing
        self.store = self.attendance.store
        self.sightings = SightingService(
            self.attendance,
            TrackStore(self.presence),
            self.sites,
            self.employees,
            self.bus,
            self.clock,
            backoff,
        )
        if registry is None:
            self.sites.create_site(site_id=SITE, name="Plant", time_zone=zone)

    @classmethod
    def beside(cls, other: Workforce, presence: Table) -> Workforce:
        """The same plant at the same time, by way of another table in front of the one with the records."""
        made = cls(registry=other.registry, presence=presence)
        made.clock.now = other.clock()
        return made

    def add_shift(
        self, start: str = "08:00", end: str = "16:00", shift_id: str = "day", **more: Any
    ) -> Shift:
        shift = shift_of(start, end, shift_id, **more)
        self.rooms.shifts.create_shift(shift)
        return shift

    def hire(self, employee_id: str = EMPLOYEE, *shift_ids: str, site_id: str = SITE, **more: Any) -> None:
        """Somebody who has these shifts from last week on."""
        self.employees.create_employee(
            employee_id=employee_id, site_id=site_id, name=employee_id.title(), by="hr", **more
        )
        if shift_ids:
            first = MONDAY - timedelta(days=7)
            self.rooms.rosters.assign(employee_id, first_date=first, last_date=None, cycle=(shift_ids,))

    def add_camera(
        self,
        camera_id: str,
        role: CameraRole = BOTH_WAYS,
        identify: Identify = Identify.ATTENDANCE,
        site_id: str = SITE,
    ) -> None:
        self.sites.create_camera(
            camera_id=camera_id, site_id=site_id, name=camera_id, role=role, by="olga", identify=identify
        )

    def record_of(self, on: date = MONDAY, employee_id: str = EMPLOYEE) -> Record:
        """The only record of a date."""
        (record,) = self.store.list_records(employee_id, on, on)
        return record

    def punches(self, employee_id: str = EMPLOYEE) -> list[Punch]:
        everything = at("00:00") - timedelta(days=30), at("00:00") + timedelta(days=60)
        return self.store.list_punches(employee_id, *everything)

    def told(self) -> list[PunchRecorded]:
        """What was published, in order."""
        return [PunchRecorded.parse(json.loads(message.detail)) for message in self.bus.messages]


def recognised(
    moment: str | datetime,
    employee_id: str = EMPLOYEE,
    camera_id: str = "gate",
    track_id: int = 1,
    *,
    around: float = 2.0,
    **more: Any,
) -> PersonRecognised:
    """Somebody whose faces were seen for some seconds around a moment."""
    when = at(moment) if isinstance(moment, str) else moment
    given = {
        "event_id": derived_id("seen", employee_id, camera_id, track_id),
        "occurred_at": when,
        "site_id": SITE,
        "camera_id": camera_id,
        "stream_session": SESSION,
        "cause": f"face-seen-{track_id}",
        "track_id": track_id,
        "employee_id": employee_id,
        "confidence": 0.62,
        "source": AnswerSource.GALLERY,
        "first_seen_at": when - timedelta(seconds=around),
        "last_seen_at": when + timedelta(seconds=around),
        "snapshot_key": f"snapshots/{camera_id}/{track_id}.jpg",
    }
    return PersonRecognised(**given | more)


def crossed(
    moment: str | datetime,
    way: PunchDirection,
    camera_id: str = "gate",
    track_id: int = 1,
    number: int = 1,
    **more: Any,
) -> LineCrossed:
    """The same track's crossing of a line."""
    given = {
        "event_id": derived_id("crossed", camera_id, track_id, number),
        "occurred_at": at(moment) if isinstance(moment, str) else moment,
        "site_id": SITE,
        "camera_id": camera_id,
        "stream_session": SESSION,
        "cause": "chunk/7",
        "line_id": f"{camera_id}.aaaaaa",
        "line_revision": 1,
        "track_id": track_id,
        "crossing_number": number,
        "direction": Direction(way.value),
        "object_class": "person",
        "confidence": 0.9,
        "anchor": (0.5, 0.5),
    }
    return LineCrossed(**given | more)
