"""A site with shifts and employees, on rooms in memory."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

from floorsight.attendance.corrections.service import Entered
from floorsight.attendance.model import Assignment, PunchSource, Shift
from floorsight.attendance.rooms import AttendanceRooms
from floorsight.employees.service import EmployeeService
from floorsight.employees.store import EmployeeStore
from floorsight.events.attendance import PunchDirection
from floorsight.platform.retry import Backoff
from floorsight.platform.table import Table
from floorsight.sites.service import SiteService
from floorsight.sites.store import SiteStore
from tests.fakes.clock import ManualClock
from tests.fakes.scene import no_wait
from tests.fakes.table import MemoryTable

SITE, ANN, BEN = "plant-1", "ann", "ben"
LONG_AGO = date(2026, 1, 1)
IN, OUT, UNKNOWN = PunchDirection.IN, PunchDirection.OUT, PunchDirection.UNKNOWN


class Workplace:
    """Plant 1 in Berlin, with the shift `early`, 06:00 to 14:00, that Ann has every day."""

    def __init__(
        self,
        *,
        registry: Table | None = None,
        presence: Table | None = None,
        around_registry: Callable[[Table], Table] = lambda table: table,
        clock: ManualClock | None = None,
    ) -> None:
        self.clock = clock or ManualClock()
        self.registry = registry if registry is not None else MemoryTable()
        self.presence = presence if presence is not None else MemoryTable()
        self.sites = SiteService(SiteStore(self.registry), self.clock)
        self.employees = EmployeeService(EmployeeStore(self.registry), self.sites, self.clock)
        self.rooms = AttendanceRooms.on(
            around_registry(self.registry),
            self.presence,
            self.employees,
            clock=self.clock,
            backoff=Backoff(sleep=no_wait),
        )

    def opened(self) -> Workplace:
        """With the site, the shift, and Ann who has it."""
        if self.sites.store.find_site(SITE) is None:
            self.sites.create_site(site_id=SITE, name="Plant 1", time_zone="Europe/Berlin")
        self.rooms.shifts.create_shift(shift_of())
        self.hire(ANN, name="Ann Arbour")
        return self

    def hire(self, employee_id: str, *shift_ids: str, name: str = "Ben Beech", **more: Any) -> Assignment:
        """A new employee, who has these shifts every day (`early`, if none is named)."""
        self.employees.create_employee(employee_id=employee_id, site_id=SITE, name=name, by="hr", **more)
        cycle = (shift_ids or ("early",),)
        return self.rooms.rosters.assign(employee_id, first_date=LONG_AGO, last_date=None, cycle=cycle)

    def punch(
        self, moment: str, direction: PunchDirection = IN, employee_id: str = ANN, **more: Any
    ) -> Entered:
        """At a local time of the site, such as 2026-03-02T06:00."""
        at = datetime.fromisoformat(moment)
        given = {"source": PunchSource.KIOSK, "by": "kiosk"}
        return self.rooms.corrections.punch(employee_id, direction, at=at, **given | more)

    def work(self, day: str, start: str = "06:00", end: str = "14:00", employee_id: str = ANN) -> None:
        """Come and go."""
        self.punch(f"{day}T{start}", IN, employee_id)
        self.punch(f"{day}T{end}", OUT, employee_id)

    def is_at(self, moment: str) -> None:
        """It is this time, UTC."""
        self.clock.now = datetime.fromisoformat(moment).replace(tzinfo=UTC)


def shift_of(shift_id: str = "early", start: str = "06:00", end: str = "14:00", **more: Any) -> Shift:
    """A shift of the site that is valid from long ago."""
    times = {"start": time.fromisoformat(start), "end": time.fromisoformat(end)}
    given = {"shift_id": shift_id, "site_id": SITE, "name": shift_id.title(), "valid_from": LONG_AGO}
    return Shift(**given | times | more)
