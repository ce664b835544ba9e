"""People recognised on the bus → punches → records, through the real functions; and who never came."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

import httpx
import pytest

from floorsight.attendance.model import Record, Shift, Status
from floorsight.attendance.rooms import AttendanceRooms
from floorsight.employees.service import EmployeeService
from floorsight.employees.store import EmployeeStore
from floorsight.events.attendance import PunchDirection, PunchRecorded
from floorsight.events.envelope import Event
from floorsight.platform.aws import client
from floorsight.platform.bus import EventBridgeBus
from floorsight.platform.clock import utc_now
from floorsight.platform.dynamo import DynamoTable
from floorsight.sites.model import CameraRole, Identify
from floorsight.sites.service import SiteService
from floorsight.sites.store import SiteStore
from infra.local.deployment import Deployment
from tests.e2e.square import recorded
from tests.fakes.workday import IN, OUT
from tests.fakes.workforce import crossed, recognised
from tests.integration.test_deployment import api, operator
from tests.integration.test_jobs import Jobs
from tests.waiting import eventually

__all__ = ["api", "operator"]

pytestmark = pytest.mark.cloud


@dataclass
class Plant:
    """A plant of this test's own. Its shift of yesterday is over."""

    cloud: Deployment
    name: str = field(default_factory=lambda: f"works-{uuid.uuid4().hex[:8]}")
    day: date = field(default_factory=lambda: utc_now().date() - timedelta(days=1))

    def __post_init__(self) -> None:
        dynamodb = client("dynamodb")
        registry = DynamoTable(self.cloud.registry_table_name, dynamodb)
        presence = DynamoTable(self.cloud.presence_table_name, dynamodb)
        sites = SiteService(SiteStore(registry))
        employees = EmployeeService(EmployeeStore(registry), sites)
        self.rooms = AttendanceRooms.on(registry, presence, employees)
        sites.create_site(site_id=self.name, name="Works", time_zone="UTC")
        sites.create_camera(
            camera_id=self.name,
            site_id=self.name,
            name="Gate",
            role=CameraRole.BIDIRECTIONAL,
            by="olga",
            identify=Identify.ATTENDANCE,
        )
        shift = Shift(
            f"{self.name}-day", self.name, "Day", self.day, time(8), time(10), closes_after_minutes=30
        )
        self.rooms.shifts.create_shift(shift)
        for employee_id in (self.ann, self.bob):
            employees.create_employee(employee_id=employee_id, site_id=self.name, name="A B", by="hr")
            self.rooms.rosters.assign(
                employee_id, first_date=self.day, last_date=None, cycle=((shift.shift_id,),)
            )

    @property
    def ann(self) -> str:
        return f"{self.name}-ann"

    @property
    def bob(self) -> str:
        return f"{self.name}-bob"

    def at(self, hour: int, minute: int, second: int = 0) -> datetime:
        return datetime.combine(self.day, time(hour, minute, second), UTC)

    def goes(self, moment: datetime, way: PunchDirection, track: int) -> list[Event]:
        """Ann is seen by the camera, and crosses its line three seconds later."""
        place = {"site_id": self.name}
        return [
            recognised(moment, self.ann, self.name, track, **place),
            crossed(moment + timedelta(seconds=3), way, self.name, track, **place),
        ]

    def record(self, employee_id: str) -> Record:
        (record,) = self.rooms.service.store.list_records(employee_id, self.day, self.day)
        return record


def test_people_recognised_become_a_check_in_and_a_check_out(
    cloud: Deployment, api: httpx.Client, operator: dict[str, str]
) -> None:
    plant, dice = Plant(cloud), random.Random(7)
    seen = plant.goes(plant.at(7, 58), IN, 1) + plant.goes(plant.at(10, 2), OUT, 2)
    seen += plant.goes(plant.at(7, 58, 40), IN, 3)  # seen again, by another track: the same coming
    delivered = seen * 2
    dice.shuffle(delivered)
    bus = EventBridgeBus(cloud.event_bus_name, client("events"))
    with recorded(cloud, f"punches-{plant.name}", PunchRecorded) as told:
        bus.publish([event.to_message() for event in delivered])

        def ways() -> list[tuple[str, PunchDirection]]:
            punches = plant.rooms.service.store.list_punches(plant.ann, plant.at(0, 0), plant.at(23, 59))
            return [(punch.punch_id, punch.direction) for punch in punches]

        eventually(lambda: [way for _, way in ways()] == [IN, IN, OUT], "all punches with their directions")
        # A punch is told once the record has it.
        expected = set(ways())
        eventually(lambda: expected <= {(e["punch_id"], e["direction"]) for e in told()}, "what is told")
    record = plant.record(plant.ann)
    assert (record.check_in, record.check_out) == (plant.at(7, 58), plant.at(10, 2))
    assert (record.statuses, record.regular_seconds) == ((Status.PRESENT,), 2 * 3600)
    assert (record.overtime_seconds, len(record.punch_ids), record.closed) == (120, 3, True)

    jobs = Jobs(api, cloud, operator)
    assert jobs.run("close_attendance", plant.name)["status"] == "succeeded"
    assert plant.record(plant.bob).statuses == (Status.ABSENT,)
    assert plant.record(plant.ann) == record
