"""Whatever is sent to any route, the answer is one that the OpenAPI document allows, and no server error.

Schemathesis makes the requests from the document: ones that fit it and ones that do not. Most of them
get likely values, so that they reach what lies behind the checks of single fields.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from anyio.from_thread import BlockingPortal
from botocore.exceptions import ClientError
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import FailureGroup, not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from floorsight.alerts.model import AlertKind, Concern, Finding, Severity
from floorsight.alerts.people.model import PeoplePolicy
from floorsight.alerts.subscriptions.model import Protocol
from floorsight.attendance.model import PunchSource
from floorsight.attendance.rooms import AttendanceRooms
from floorsight.employees.service import EmployeeService
from floorsight.employees.store import EmployeeStore
from floorsight.events.attendance import PunchDirection
from floorsight.events.vision import Direction
from floorsight.identity.policy.model import IdentityPolicy
from floorsight.occupancy.model import Crossing
from floorsight.occupancy.series.model import SubjectKind
from floorsight.platform.ids import derived_id
from floorsight.recordings.model import Order
from floorsight.vehicles.gate.deciding import DecidingService
from floorsight.vehicles.gate.store import GateStore
from floorsight.vehicles.lists.service import VehicleListService
from floorsight.vehicles.lists.store import VehicleStore
from floorsight.vehicles.model import GatePolicy, ListName
from floorsight.vehicles.policy.store import GatePolicyStore
from floorsight.views.model import SeenTrack, View
from functions.gateway.access import Role
from functions.gateway.application import describe_api
from functions.query_api.app import create_app
from functions.query_api.console import Console
from functions.query_api.services import Services
from functions.query_api.signing_in import UserPool
from tests.fakes.bus import MemoryBus
from tests.fakes.clock import NOON
from tests.fakes.gatehouse import NORTH, plate_read
from tests.fakes.painted import painted
from tests.fakes.recognition import Recognition
from tests.fakes.scene import CAMERA, SITE, Scene, line_crossed
from tests.fakes.stills import still
from tests.fakes.workplace import shift_of
from tests.unit.diagnostics.test_processing import measured
from tests.unit.functions.conftest import client_of
from tests.unit.streams.test_publishers import reported

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# Of each operation and mode. Deterministic: the same requests in every run.
EXAMPLES = {GenerationMode.POSITIVE: 12, GenerationMode.NEGATIVE: 6}
SQUARE = [{"x": 0.25, "y": 0.25}, {"x": 0.75, "y": 0.25}, {"x": 0.75, "y": 0.75}, {"x": 0.25, "y": 0.75}]
MAIL = "security@example.com"
LINE, ZONE = f"{CAMERA}.line22", f"{CAMERA}.zone22"
# By the name of a field or parameter. The same value may mean success for one route and 409 for another.
LIKELY: dict[str, list[Any]] = {
    "site_id": [SITE, SITE, "plant-2", "plant-3"],
    "camera_id": [CAMERA, "door-2"],
    "line_id": [LINE],
    "zone_id": [ZONE],
    "name": ["North", "roll_up"],  # of a thing, or of a job
    "time_zone": ["Europe/Berlin"],
    "quiet_hour": ["23:59"],
    "analyse_fps": [5],
    "offline_after_seconds": [30],
    "max_occupancy": [1, 50, None],
    "warning_percent": [80],
    "exceeded_percent": [100],
    "revision": [1],
    "start": ["06:00", {"x": 0.5, "y": 1.0}],
    "end": ["14:00", {"x": 0.5, "y": 0.0}],
    "in_label": ["in"],
    "out_label": ["out"],
    "settle_frames": [3],
    "polygon": [SQUARE],
    "cursor": [None],
    "from": ["2026-03-02T08:00:00+01:00", "2026-03-03"],
    "to": ["2026-03-02T13:00:00Z"],
    "format": ["json", "csv"],
    "lines": [[], [{"line_id": LINE, "inverted": True}]],
    "count": [0, 7],
    "reason": ["counted heads"],
    "protocol": ["email"],
    "endpoint": [MAIL],
    "until": ["2026-03-02T14:00:00Z"],
    "note": ["a drill"],
    "frame": [base64.b64encode(still(6)).decode()],
    "images": [[{"image": base64.b64encode(painted(1)).decode()}]],
    "upload_key": [None],
    "frame_id": ["frame-1"],
    "captured_at": ["2026-03-02T12:00:00Z"],
    "size_bytes": [5_000_000],
    "job_id": ["yard-1"],
    "shift_id": ["late", "early"],
    "valid_from": ["2026-03-01", "2026-03-01T00:00:00Z"],
    "days": [[1, 2, 3, 4, 5]],
    "breaks": [[], [{"start": "09:00", "end": "09:30"}]],
    "overtime": [{"step_minutes": 5}],
    "grace_late_minutes": [5],
    "grace_early_minutes": [5],
    "opens_before_minutes": [120],
    "closes_after_minutes": [240],
    "full_day_minutes": [480],
    "half_day_minutes": [240, None],
    "debounce_seconds": [120],
    "first_date": ["2026-02-02", "2026-03-02"],
    "last_date": ["2026-02-28", "2026-03-05"],
    "month": ["2026-03"],
    "cycle": [[["early"], []]],
    "shift_ids": [["early"], []],
    "on": ["2026-03-04"],
    "kind": ["sick"],
    "holidays": [[{"on": "2026-04-03", "name": "Good Friday"}]],
    "at": ["2026-03-02T06:00:00", "2026-03-02T05:00:00Z"],
    "instance_id": ["anna.2026-03-02.early"],
    "employee_id": ["anna", "berta", "carl", "dora"],
    "version": ["2026-02"],
    "given_at": ["2026-03-02T12:00:30Z", None],
    "payroll_number": ["0042"],
    "employed_from": ["2026-01-01"],
    "employed_until": ["2026-12-31", None],
    "threshold": [0.5],
    "margin": [0.125],
    "min_votes": [2],
    "rekognition_usd_per_day": [0, 2.5],
    "review_days": [30],
    "snapshot_days": [90],
    "about": [["security"], ["missing_punches"]],
    "digest_at": ["08:00", None],
    "vehicle_id": [f"{SITE}.MH12AB1234.blocked"],
    "list": ["allowed", "allowed", "blocked"],
    "plate": ["mh 12-ab 1234", "KA05M4321"],
    "valid_until": ["2026-12-31T00:00:00Z", None],
    "valid_at": ["2026-03-02T12:00:00Z"],
    "host": [None],
    "max_visits": [None],
    "profiles": [["IN", "ANY"]],
    "default": ["hold"],
    "min_confidence": [0.75],
    "text": ["MH12AB1234"],
    "gate_id": [NORTH, None],
    "decision": ["deny"],
    "alarm": [True],
    "overridden": [False],
    "admitted": [False],
}


VEHICLES = (
    "list;plate;reason;valid_until\r\nblocked;KA 05 M 4321;theft;\r\nallowed;TN10CAB1234;;2026-12-31\r\n"
)


schemathesis.serializer.alias("text/csv", "application/octet-stream")


class Pool:
    """Cognito as it answers the three users that matter."""

    def initiate_auth(self, *, AuthParameters: dict[str, str], **_: Any) -> dict[str, Any]:  # noqa: N803
        match AuthParameters.get("PASSWORD"):
            case "temporary":
                return {"ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": "s"}
            case "wrong":
                error = {"Code": "NotAuthorizedException", "Message": "Incorrect username or password."}
                raise ClientError({"Error": error}, "InitiateAuth")  # type: ignore[misc]
        return self.respond_to_auth_challenge()

    def respond_to_auth_challenge(self, **_: Any) -> dict[str, Any]:
        return {
            "AuthenticationResult": {
                "AccessToken": "a",
                "IdToken": "i",
                "RefreshToken": "r",
                "ExpiresIn": 3600,
            }
        }


def plant() -> Scene:
    """A site with a camera, its line and zone, and people who came and went."""
    scene = Scene()
    scene.recordings.submit(Order("yard-1", CAMERA, "s3://media/recordings/yard.mp4", NOON))
    scene.sites.create_site(site_id="plant-2", name="Plant 2", time_zone="America/New_York")
    suffixes = iter(["line22", "zone22"])
    new_suffix = scene.sites.suffix
    object.__setattr__(scene.sites, "suffix", lambda: next(suffixes, None) or new_suffix())
    scene.with_camera().with_line()
    scene.with_zone()
    for counter_id, line_id in ((CAMERA, LINE), (ZONE, ZONE)):
        events = [
            line_crossed(number, way, line_id=line_id, snapshot_key="snapshots/1.jpg")
            for number, way in enumerate([Direction.IN, Direction.IN, Direction.OUT])
        ]
        crossings = [replace(Crossing.of(event), counter_id=counter_id) for event in events]
        scene.occupancy.record_crossings(counter_id, crossings)
    concern = Concern(AlertKind.CAPACITY, SITE, SubjectKind.SITE, SITE)
    crowd = Finding(concern, "Plant 1", Severity.WARNING, over=False, text="45 inside")
    scene.alerts.record_findings(SITE, lambda _: [crowd])
    scene.subscriptions.subscribe(
        SITE, protocol=Protocol.EMAIL, endpoint=MAIL, min_severity=Severity.WARNING, by="olga"
    )
    scene.subscriptions.people.update_policy(PeoplePolicy(SITE))
    scene.clock.advance(60)
    scene.publishers.record_report(reported(1))
    track = SeenTrack(7, "person", (0.0, 0.25, 0.5, 1.0), 0.75)
    scene.processing.record(measured())
    recognition = Recognition(scene)
    recognition.hire("anna")
    recognition.recognise(recognition.see(7, person=1))  # whom nobody knows
    recognition.enrol("berta", person=2)
    recognition.hire("carl", consents=False)
    recognition.policies.replace(IdentityPolicy(SITE))
    attend(rooms_of(scene))
    list_vehicles(scene)
    scene.views.save_view(View(CAMERA, NOON, "live/door-1/latest.jpg", 768, 576, (track,)))
    return scene


def list_vehicles(scene: Scene) -> None:
    """A vehicle is blocked, and the gates' policy was changed once."""
    vehicles, policies = VehicleStore(scene.registry), GatePolicyStore(scene.registry)
    lists = VehicleListService(scene.sites, vehicles, policies, scene.clock)
    lists.add(SITE, ListName.BLOCKED, "MH12AB1234", by="olga", reason="theft")
    policies.replace(GatePolicy(SITE, changed_at=NOON, changed_by="adam"))
    gate = DecidingService(
        GateStore(scene.presence), vehicles, policies, scene.sites, MemoryBus(), scene.clock
    )
    gate.take_read(plate_read("MH12AB1234"))


def rooms_of(scene: Scene) -> AttendanceRooms:
    """Attendance, as `make_services` has it."""
    employees = EmployeeService(EmployeeStore(scene.registry), scene.sites, scene.clock)
    return AttendanceRooms.on(scene.registry, scene.presence, employees, clock=scene.clock)


def attend(rooms: AttendanceRooms) -> None:
    """Anna has a shift, and came this morning."""
    rooms.shifts.create_shift(shift_of())
    march = date(2026, 3, 1)
    rooms.rosters.assign("anna", first_date=march, last_date=None, cycle=(("early",),))
    rooms.rosters.enter_leave("anna", first_date=march, last_date=march, kind="annual", by="olga")
    morning = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
    rooms.corrections.punch("anna", PunchDirection.IN, at=morning, source=PunchSource.KIOSK, by="olga")


@cache
def likely_values() -> dict[str, list[Any]]:
    """LIKELY and the ids of what is planted, which follow from what happened."""
    scene = plant()
    alerts = scene.alerts.list_alerts(SITE, limit=1).items
    subscriptions = scene.subscriptions.list_subscriptions(SITE).items
    reviews = Recognition(scene).reviews.list_reviews(SITE, only_open=True, limit=1).items
    faces = Recognition(scene).gallery.find(SITE, "berta")
    assert faces is not None
    rooms, day = rooms_of(scene), date(2026, 3, 2)
    return LIKELY | {
        "assignment_id": [each.assignment_id for each in rooms.rosters.list_assignments("anna").items],
        "leave_id": [each.leave_id for each in rooms.rosters.list_leaves("anna", date(2026, 3, 1)).items],
        "punch_id": [each.punch.punch_id for each in rooms.lists.list_punches("anna", day, day)],
        "decision_id": [derived_id("gate_decision", plate_read().event_id)],
        "face_id": [face.face_id for face in faces.faces],
        "review_id": [review.review_id for review in reviews],
        "alert_id": [alert.alert_id for alert in alerts],
        "subscription_id": [subscription.subscription_id for subscription, _ in subscriptions],
    }


class Fuzzed:
    """The application, on a new scene for every request."""

    def __init__(self, make_services: Callable[[Scene], Services], portal: BlockingPortal) -> None:
        self._make_services, self._portal = make_services, portal
        self._services: Services | None = None
        self.app: FastAPI = create_app(self._current, Console(Path(__file__).parent / "no-page"))
        self.schema = schemathesis.openapi.from_dict(describe_api(self.app))

    def _current(self) -> Services:
        if self._services is None:
            made = self._make_services(plant())
            self._services = replace(made, users=UserPool("client-1", Pool))  # type: ignore[arg-type]
        return self._services

    def answer(self, case: Case, claims: dict[str, str] | None) -> Any:
        """The answer to a request, checked against the document."""
        self._services = None
        answer = client_of(self.app, claims, self._portal).request(**case.as_transport_kwargs())
        case.validate_response(answer, checks=CHECKS)
        return answer


def operations() -> list[str]:
    """`METHOD /path` of all operations of the document."""
    document = describe_api(create_app(_no_services, Console(Path("no-page"))))
    return [f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods]


def _no_services() -> Services:
    raise AssertionError("describing the API calls no route")


@pytest.fixture(scope="module")
def fuzzed(make_services: Callable[[Scene], Services], portal: BlockingPortal) -> Fuzzed:
    return Fuzzed(make_services, portal)


def claims_of(role: Role | None) -> dict[str, str] | None:
    return {"cognito:username": "olga", "cognito:groups": f"[{role.value}]"} if role else None


def with_likely_values(case: Case, choose: Callable[[list[Any]], Any]) -> None:
    """Put likely values wherever there is a field or parameter of that name."""
    likely = likely_values()
    for fields in (case.path_parameters, case.query, case.body):
        if isinstance(fields, dict):
            fields |= {name: choose(likely[name]) for name in fields if name in likely}
    if case.media_type == "text/csv":
        case.body = choose([VEHICLES])
    case.query = {name: value for name, value in (case.query or {}).items() if value is not None}


@st.composite
def requests(
    draw: st.DrawFn,
    operation: APIOperation,
    mode: GenerationMode,
    likely: list[bool],
    roles: list[Role | None],
) -> tuple[Case, Role | None]:
    """A request and whose it is."""
    case = draw(operation.as_strategy(generation_mode=mode))
    if draw(st.sampled_from(likely)):
        with_likely_values(case, lambda values: draw(st.sampled_from(values)))
    return case, draw(st.sampled_from(roles))


def bounded(max_examples: int) -> settings:
    return settings(
        max_examples=max_examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],  # what is found is found again; making it smaller would take minutes
        suppress_health_check=list(HealthCheck),
    )


def send_many(fuzzed: Fuzzed, operation: APIOperation, mode: GenerationMode) -> None:
    """Send made-up requests and check the answers."""
    made = requests(operation, mode, [True, True, False], [*[Role.ADMIN] * 6, Role.VIEWER, None])

    @bounded(EXAMPLES[mode])
    @given(made)
    def send(request: tuple[Case, Role | None]) -> None:
        fuzzed.answer(request[0], claims_of(request[1]))

    send()


@pytest.mark.parametrize("label", operations())
def test_every_answer_is_one_that_the_document_allows(fuzzed: Fuzzed, label: str) -> None:
    method, path = label.split(" ")
    operation = fuzzed.schema[path][method]
    send_many(fuzzed, operation, GenerationMode.POSITIVE)
    if operation.body or any(operation.iter_parameters()):  # else nothing can be wrong with a request
        send_many(fuzzed, operation, GenerationMode.NEGATIVE)


@pytest.mark.parametrize("label", operations())
def test_every_operation_can_succeed_with_likely_values(fuzzed: Fuzzed, label: str) -> None:
    """If not, few of its answers were checked above: give its fields values in LIKELY, or `plant` more."""
    method, path = label.split(" ")
    made = requests(fuzzed.schema[path][method], GenerationMode.POSITIVE, [True], [Role.ADMIN])
    find(
        made,
        lambda request: fuzzed.answer(request[0], claims_of(request[1])).status_code < 300,
        settings=bounded(1000),  # some need several likely values at once
    )


def test_an_answer_that_is_not_in_the_document_is_found(fuzzed: Fuzzed) -> None:
    """The checks themselves: a status, a type and a body that nobody has announced."""
    case = fuzzed.schema["/api/sites/{site_id}"]["GET"].Case(path_parameters={"site_id": SITE})
    good = fuzzed.answer(case, claims_of(Role.VIEWER))
    assert good.status_code == 200
    for changed in (
        {"status_code": 500},
        {"status_code": 202},
        {"headers": {"content-type": "text/html"}},
        {"content": b'{"site_id": 5}'},
    ):
        parts = {"status_code": 200, "headers": good.headers, "content": good.content} | changed
        answer = httpx.Response(request=good.request, **parts)
        answer.elapsed = timedelta(0)
        with pytest.raises(FailureGroup):
            case.validate_response(answer, checks=CHECKS)
