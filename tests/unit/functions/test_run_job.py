"""Jobs as the scheduler and the API start them, on rooms in memory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from floorsight.alerts.model import AlertPolicy
from floorsight.attendance.rooms import AttendanceRooms
from floorsight.employees.service import EmployeeService
from floorsight.employees.store import EmployeeStore
from floorsight.identity.enrolling.indexing import NoIndex
from floorsight.jobs.model import JobName, RunStatus
from floorsight.jobs.requests import JobRequest
from floorsight.jobs.service import JobFailed
from floorsight.occupancy.model import Crossing
from floorsight.occupancy.series.store import TableSeries
from floorsight.platform.errors import Malformed
from functions.record_stream.handler import mark_heartbeat
from functions.run_job import handler as module
from functions.run_job.services import Services, wire_services
from tests.fakes.bus import MemoryBus
from tests.fakes.clock import NOON
from tests.fakes.scene import CAMERA, SITE, Scene, line_crossed
from tests.fakes.workday import shift_of
from tests.unit.streams.test_service import health


@dataclass(frozen=True)
class Invocation:
    aws_request_id: str = "invocation-1"


@pytest.fixture
def scene() -> Scene:
    return Scene().with_camera()


@pytest.fixture
def services(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Services:
    made = wire_services(
        registry=scene.registry,
        presence=scene.presence,
        objects=scene.objects,
        outside=NoIndex(),
        series=TableSeries(scene.presence),
        topic=scene.topic,
        bus=MemoryBus(),
        policy=AlertPolicy(),
        clock=scene.clock,
    )
    monkeypatch.setattr(module, "make_services", lambda: made)
    return made


def start(**event: Any) -> dict[str, Any]:
    return module.handler(event, Invocation())


def test_a_tick_rolls_up_every_site(scene: Scene, services: Services) -> None:
    scene.with_camera("gate-1", site_id="plant-2")
    for camera_id in (CAMERA, "gate-1"):
        event = line_crossed(1, camera_id=camera_id)
        scene.occupancy.record_crossings(camera_id, [Crossing.of(event)])
    scene.clock.advance(60)
    answer = start(job="roll_up")
    assert (answer["run_id"], answer["status"]) == ("invocation-1", "succeeded")
    assert (answer["result"]["sites"], answer["result"]["marks"]) == (2, 2)
    assert answer["result"]["hour_rows"] > 0
    assert scene.occupancy.store.load_marks(SITE) == []


def test_a_night_is_reconciled_once(scene: Scene, services: Services) -> None:
    scene.occupancy.record_crossings(CAMERA, [Crossing.of(line_crossed(1))])
    scene.clock.now = NOON + timedelta(days=1)
    assert start(job="reconcile")["result"] == {"sites": 1, "reconciled": 1, "counters": 1, "drift": 1}
    assert start(job="reconcile")["result"] == {"sites": 1, "reconciled": 0, "counters": 0, "drift": 0}


def test_a_silent_camera_is_told_of(scene: Scene, services: Services) -> None:
    scene.streams.record_health(health(NOON), mark_heartbeat)
    assert start(job="check_alerts")["result"].get("raised", 0) == 0
    scene.clock.advance(3600)
    assert start(job="check_alerts")["result"]["raised"] == 1
    assert start(job="check_alerts")["result"].get("raised", 0) == 0
    (notice,) = scene.topic.notices
    assert CAMERA in notice.texts["default"]


@pytest.mark.parametrize("name", JobName)
def test_every_job_runs_on_a_site_where_nothing_happened(services: Services, name: JobName) -> None:
    assert start(job=name.value)["result"]["sites"] == 1
    (run,) = services.jobs.list_runs(name).items
    assert run.status is RunStatus.SUCCEEDED


def test_who_asks_by_hand_names_the_run(services: Services) -> None:
    request = JobRequest(job=JobName.RECONCILE, site_id=SITE, started_by="olga", run_id="r1")
    assert JobRequest.parse({**request.model_dump()}) == request
    assert module.handler(request.model_dump(exclude_none=True), Invocation())["run_id"] == "r1"
    (run,) = services.jobs.list_runs(JobName.RECONCILE).items
    assert (run.run_id, run.site_id, run.started_by, run.status) == ("r1", SITE, "olga", RunStatus.SUCCEEDED)


def test_a_run_that_fails_raises_so_that_an_alarm_sees_it(services: Services) -> None:
    with pytest.raises(JobFailed, match="unknown_site"):
        start(job="reconcile", site_id="nowhere")


@pytest.mark.parametrize("event", [{}, {"job": "dance"}, {"job": "roll_up", "sites": ["a"]}])
def test_what_names_no_job_is_refused(services: Services, event: dict[str, Any]) -> None:
    with pytest.raises(Malformed) as caught:
        start(**event)
    assert caught.value.code == "bad_job_request"


def test_what_a_deleted_site_leaves_is_finished(scene: Scene, services: Services) -> None:
    """Its last counts are rolled up, and its open alerts end and are told; a day later it is left alone."""
    scene.streams.record_health(health(NOON), mark_heartbeat)
    scene.clock.advance(3600)
    assert start(job="check_alerts")["result"]["raised"] == 1
    scene.occupancy.record_crossings(CAMERA, [Crossing.of(line_crossed(1))])
    scene.sites.delete_camera(CAMERA)
    scene.sites.delete_site(SITE)
    scene.clock.advance(60)
    assert start(job="roll_up")["result"]["marks"] == 1
    assert scene.occupancy.store.load_marks(SITE) == []
    answer = start(job="check_alerts")["result"]
    assert (answer["resolved"], answer["sent"]) == (1, 1)
    assert len(scene.topic.notices) == 2
    again = start(job="check_alerts")["result"]
    assert (again.get("resolved", 0), again.get("sent", 0)) == (0, 0)
    assert start(job="reconcile")["result"]["sites"] == 0
    assert start(job="detect_anomalies")["result"]["sites"] == 0
    scene.clock.advance(86_400)
    assert start(job="roll_up")["result"]["sites"] == 0


def test_faces_of_a_deleted_site_go_though_a_night_was_missed(scene: Scene, services: Services) -> None:
    """The job comes once a day: of sites deleted within a day each would have one try, or by a hair none."""
    scene.sites.delete_camera(CAMERA)
    scene.sites.delete_site(SITE)
    scene.clock.advance(3 * 86_400)
    assert start(job="purge_pictures")["result"]["sites"] == 1
    scene.clock.advance(100 * 86_400)
    assert start(job="purge_pictures")["result"]["sites"] == 0


@pytest.mark.parametrize("name", [JobName.ROLL_UP, JobName.CHECK_ALERTS])
def test_a_site_deleted_long_ago_is_finished_when_somebody_asks(
    scene: Scene, services: Services, name: JobName
) -> None:
    scene.sites.delete_camera(CAMERA)
    scene.sites.delete_site(SITE)
    scene.clock.advance(30 * 86_400)
    assert start(job=name.value, site_id=SITE)["status"] == "succeeded"


def test_who_never_came_is_absent_once(scene: Scene, services: Services) -> None:
    rooms = AttendanceRooms.on(scene.registry, scene.presence, hired(scene), clock=scene.clock)
    rooms.shifts.create_shift(shift_of())
    today = scene.clock().date()
    rooms.rosters.assign("ann", first_date=today, last_date=today, cycle=(("day",),))
    first = {"sites": 1, "opened": 1, "closed": 0, "absent": 0, "missing_punches": 0}
    assert start(job="close_attendance")["result"] == first
    scene.clock.advance(12 * 3600)
    closed = {
        "sites": 1,
        "opened": 1,
        "closed": 1,
        "absent": 1,
        "missing_punches": 0,
    }  # and Tuesday is opened
    assert start(job="close_attendance")["result"] == closed
    assert start(job="close_attendance")["result"] == dict.fromkeys(closed, 0) | {"sites": 1}


def hired(scene: Scene) -> EmployeeService:
    employees = EmployeeService(EmployeeStore(scene.registry), scene.sites, scene.clock)
    employees.create_employee(employee_id="ann", site_id=SITE, name="Ann", by="hr")
    return employees
