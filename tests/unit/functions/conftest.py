"""The API on rooms in memory, and callers as API Gateway's authorizer would describe them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from botocore.config import Config
from botocore.stub import Stubber
from fastapi.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from floorsight.alerts.vehicles.erasing import open_plate_erasing
from floorsight.attendance.rooms import AttendanceRooms
from floorsight.identity.enrolling.indexing import NoIndex
from floorsight.identity.face_rooms import open_face_rooms
from floorsight.occupancy.series.statistics import StatisticsService
from floorsight.vehicles.gate.listing import GateLists
from floorsight.vehicles.gate.overriding import OverridingService
from floorsight.vehicles.gate.store import GateStore
from floorsight.vehicles.lists.importing import ImportService
from floorsight.vehicles.lists.service import VehicleListService
from floorsight.vehicles.lists.store import VehicleStore
from floorsight.vehicles.policy.service import GatePolicyService
from floorsight.vehicles.policy.store import GatePolicyStore
from functions.gateway.access import Role
from functions.query_api.app import create_app
from functions.query_api.console import Console
from functions.query_api.pictures import PictureLinks
from functions.query_api.services import Services
from functions.query_api.signing_in import UserPool
from tests.fakes.bus import MemoryBus
from tests.fakes.jobs import RememberedStarts
from tests.fakes.recognition import Recognition
from tests.fakes.scene import Scene

CREDENTIALS: dict[str, Any] = {
    "region_name": "eu-central-1",
    "aws_access_key_id": "x",
    "aws_secret_access_key": "x",
}


class Behind:
    """Puts what API Gateway says of the caller where Mangum puts it."""

    def __init__(self, app: ASGIApp, claims: dict[str, str] | None) -> None:
        self.app = app
        self.event = {"requestContext": {"authorizer": {"jwt": {"claims": claims}}} if claims else {}}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app({**scope, "aws.event": self.event}, receive, send)


def client_of(app: ASGIApp, claims: dict[str, str] | None, portal: BlockingPortal) -> TestClient:
    """A caller of an application whose event loop is the portal's."""
    client = TestClient(Behind(app, claims), raise_server_exceptions=False)
    client.portal = portal
    return client


class Api:
    """The application and clients for it."""

    def __init__(self, scene: Scene, services: Services, console: Console, portal: BlockingPortal) -> None:
        self.scene = scene
        self.app = create_app(lambda: services, console)
        self._portal = portal

    def client(self, claims: dict[str, str] | None) -> TestClient:
        return client_of(self.app, claims, self._portal)

    def signed_in(self, role: Role | None, username: str = "olga") -> TestClient:
        groups = {"cognito:groups": f"[{role.value}]"} if role else {}
        return self.client({"cognito:username": username, **groups})

    @property
    def stranger(self) -> TestClient:
        return self.client(None)

    @property
    def viewer(self) -> TestClient:
        return self.signed_in(Role.VIEWER)

    @property
    def operator(self) -> TestClient:
        return self.signed_in(Role.OPERATOR)

    @property
    def admin(self) -> TestClient:
        return self.signed_in(Role.ADMIN)


def problem_of(answer: Any) -> tuple[int, str, list[str]]:
    """Status, code and faulty fields of a problem document; the document itself is checked."""
    body = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(body) <= {"type", "title", "status", "detail", "code", "errors"}
    assert body["type"] == f"urn:floorsight:problem:{body['code']}"
    assert body["status"] == answer.status_code
    assert body["detail"]
    return answer.status_code, body["code"], [error["field"] for error in body.get("errors", [])]


@pytest.fixture(scope="session")
def portal() -> Iterator[BlockingPortal]:
    """One event loop for all requests: with one for each, most of the time would go into threads."""
    with start_blocking_portal() as portal:
        yield portal


@pytest.fixture(scope="session")
def cognito() -> Any:
    return boto3.client("cognito-idp", **CREDENTIALS, config=Config(retries={"total_max_attempts": 1}))


@pytest.fixture(scope="session")
def s3() -> Any:
    """Signs links; asks nobody."""
    config = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
    return boto3.client("s3", **CREDENTIALS, config=config)


@pytest.fixture
def user_pool_answers(cognito: Any) -> Iterator[Stubber]:
    with Stubber(cognito) as stub:
        yield stub
        stub.assert_no_pending_responses()


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def console_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "console"
    (folder / "parts").mkdir(parents=True)
    (folder / "index.html").write_text(
        "<!doctype html><script>let a = 1 < 2;</script><script src=x></script>"
    )
    (folder / "parts" / "app.js").write_text("export const answer = 42;\n")
    (folder / "notes.md").write_text("not for the browser")
    (tmp_path / "secret.js").write_text("outside")
    return folder


@pytest.fixture(scope="session")
def make_services(cognito: Any, s3: Any) -> Callable[[Scene], Services]:
    """What the routes work with, on a scene."""

    def make(scene: Scene) -> Services:
        recognition = Recognition(scene)
        faces = open_face_rooms(
            registry=scene.registry,
            presence=scene.presence,
            objects=scene.objects,
            sites=scene.sites,
            outside=NoIndex(),
            clock=scene.clock,
        )
        vehicles, gate_policies = VehicleStore(scene.registry), GatePolicyStore(scene.registry)
        gates = GateStore(scene.presence)
        return Services(
            stage="local",
            sites=scene.sites,
            occupancy=scene.occupancy,
            history=scene.history,
            statistics=StatisticsService(scene.history),
            views=scene.views,
            alerts=scene.alerts,
            subscriptions=scene.subscriptions,
            recounts=scene.recounts,
            publishers=scene.publishers,
            recordings=scene.recordings,
            attendance=AttendanceRooms.on(scene.registry, scene.presence, faces.employees, clock=scene.clock),
            employees=faces.employees,
            faces=faces.keeping,
            erasing=faces.erasing,
            identity_policies=recognition.policy_service,
            identity_metrics=recognition.metrics,
            reviews=recognition.reviews,
            naming=recognition.naming,
            vehicle_lists=VehicleListService(scene.sites, vehicles, gate_policies, scene.clock),
            vehicle_imports=ImportService(scene.sites, vehicles, gate_policies, scene.clock),
            plate_erasing=open_plate_erasing(
                scene.alerts, registry=scene.registry, presence=scene.presence, objects=scene.objects
            ),
            gate_policies=GatePolicyService(scene.sites, gate_policies, scene.clock),
            gate_lists=GateLists(gates, scene.sites, scene.clock),
            gate_overrides=OverridingService(gates, MemoryBus(), scene.clock),
            processing=scene.processing,
            diagnostics=scene.diagnostics,
            jobs=scene.jobs,
            job_starter=RememberedStarts(),
            pictures=PictureLinks("pictures", lambda: s3),
            users=UserPool("client-1", lambda: cognito),
        )

    return make


@pytest.fixture
def api(
    scene: Scene,
    make_services: Callable[[Scene], Services],
    console_folder: Path,
    portal: BlockingPortal,
) -> Api:
    return Api(scene, make_services(scene), Console(console_folder), portal)
