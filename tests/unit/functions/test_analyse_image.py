"""`POST /api/process` and its uploads: who may, what is taken, what is answered, and what is not."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

import httpx
import pytest
from anyio.from_thread import BlockingPortal
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient

from floorsight.images.plates import PicturePlates
from floorsight.platform.errors import Unavailable
from floorsight.vehicles.gate.store import GateStore
from floorsight.vehicles.lists.store import VehicleStore
from floorsight.vehicles.policy.store import GatePolicyStore
from floorsight.vehicles.trying import TryingService
from floorsight.vision.detector import Detector
from functions.analyse_image.app import create_app
from functions.analyse_image.given_images import MAX_BASE64_LENGTH, MAX_IMAGE_BYTES
from functions.analyse_image.services import Services
from functions.analyse_image.uploads import Uploads
from functions.gateway.access import MACHINES, Role
from tests.fakes.clock import NOON
from tests.fakes.painted import enrolment_on
from tests.fakes.scene import CAMERA, Scene
from tests.fakes.stills import Gate, still
from tests.fakes.streams import FPS, position
from tests.fakes.yard import CarDetector, GreyPlateReader
from tests.unit.functions.conftest import client_of, problem_of

FRAME = base64.b64encode(still(6)).decode()


def trials_on(scene: Scene) -> TryingService:
    """Plates tried by a scene's lists."""
    vehicles, policies = VehicleStore(scene.registry), GatePolicyStore(scene.registry)
    return TryingService(scene.sites, vehicles, policies, GateStore(scene.presence), scene.clock)


class FrameApi:
    """The application at a gate, and whoever calls it."""

    def __init__(self, gate: Gate, s3: Any, portal: BlockingPortal) -> None:
        self.gate, self._portal = gate, portal
        uploads = Uploads("pictures", gate.objects, lambda: s3)
        self.make_images: Callable[[], Any] = gate.service
        self.enrolment = enrolment_on(gate.scene, gate.objects)
        self.plates = GreyPlateReader(everywhere=True)
        self.pictures = PicturePlates(cast("Detector", CarDetector()), lambda: self.plates)
        self.trials = trials_on(gate.scene)
        self.app = create_app(
            lambda: Services(self.make_images(), uploads, self.enrolment, self.pictures, self.trials)
        )

    def client(self, group: str | None = "operator") -> TestClient:
        """Signed in as one of a group; None is a stranger."""
        claims = {"cognito:username": "olga", "cognito:groups": f"[{group}]"} if group else None
        return client_of(self.app, claims, self._portal)

    def process(self, **body: Any) -> httpx.Response:
        return self.client().post("/api/process", json={"camera_id": CAMERA, **body})


@pytest.fixture
def frames(s3: Any, portal: BlockingPortal) -> FrameApi:
    return FrameApi(Gate(), s3, portal)


def test_the_routes_are_these_and_each_needs_a_role(frames: FrameApi) -> None:
    routes = {
        (method, route.path)
        for route in iter_route_contexts(frames.app.routes)
        for method in route.methods or {"*"}
    }
    frame_routes = {("POST", "/api/process"), ("POST", "/api/process/uploads")}
    others = {("POST", "/api/employees/{employee_id}/faces"), ("POST", "/api/v1/vehicle/validate-plate")}
    assert routes == others | frame_routes
    for _, path in frame_routes:
        assert problem_of(frames.client(None).post(path, json={}))[:2] == (401, "not_signed_in")
        for group in ("nobody", Role.VIEWER):
            assert problem_of(frames.client(group).post(path, json={}))[:2] == (403, "role_missing")
        for group in (Role.OPERATOR, Role.ADMIN, MACHINES):
            assert frames.client(group).post(path, json={}).status_code == 422


def test_frames_are_answered_and_counted(frames: FrameApi) -> None:
    crossed = []
    for number in range(30):
        frames.gate.scene.clock.now = NOON + timedelta(seconds=number / FPS)
        answer = frames.process(
            frame=base64.b64encode(still(position(number))).decode(),
            captured_at=frames.gate.scene.clock.now.isoformat(),
            frame_id=f"f:{number}",
        )
        assert answer.status_code == 200
        crossed.append((answer.json()["entries_this_frame"], answer.json()["exits_this_frame"]))
    assert sum(map(sum, crossed)) == 2
    assert answer.json() | {"processing_time_ms": 0} == {
        "success": True,
        "frame_id": "f:29",
        "timestamp": "2026-03-02T12:00:05.800000Z",
        "occupancy": 0,
        "entries": 1,
        "exits": 1,
        "entries_this_frame": 0,
        "exits_this_frame": 0,
        "faces_recognized": [],
        "vehicles_detected": [],
        "people_count": 1,
        "vehicle_count": 0,
        "processing_time_ms": 0,
    }


def test_a_machine_may_send_frames(frames: FrameApi) -> None:
    body = {"camera_id": CAMERA, "frame": FRAME}
    assert frames.client(MACHINES).post("/api/process", json=body).status_code == 200


@pytest.mark.parametrize(
    ("body", "code", "fields"),
    [
        ({}, "invalid_request", ["body"]),
        ({"frame": FRAME, "upload_key": f"uploads/{'0' * 32}.jpg"}, "invalid_request", ["body"]),
        ({"frame": "data:image/jpeg;base64," + FRAME}, "not_base64", ["frame"]),
        ({"frame": ""}, "not_jpeg", ["frame"]),
        ({"frame": base64.b64encode(b"GIF89a").decode()}, "not_jpeg", ["frame"]),
        ({"frame": base64.b64encode(still(6)[:-40]).decode()}, "truncated_image", ["frame"]),
        ({"frame": "A" * (MAX_BASE64_LENGTH + 4)}, "invalid_request", ["frame"]),
        ({"frame": FRAME, "frame_id": "a b"}, "invalid_request", ["frame_id"]),
        ({"frame": FRAME, "captured_at": 5}, "invalid_request", ["captured_at"]),
        ({"frame": FRAME, "captured_at": "2026-03-02T12:00:00"}, "invalid_request", ["captured_at"]),
        ({"frame": FRAME, "captured_at": "2026-03-02T14:00:00Z"}, "in_the_future", ["captured_at"]),
        ({"frame": FRAME, "captured_at": "1066-10-14T09:00:00Z"}, "out_of_range", ["captured_at"]),
        ({"upload_key": "snapshots/secret.jpg"}, "invalid_request", ["upload_key"]),
        ({"frame": FRAME, "kamera": 1}, "invalid_request", ["kamera"]),
    ],
)
def test_bad_requests_are_told_what_is_wrong(
    frames: FrameApi, body: dict[str, Any], code: str, fields: list[str]
) -> None:
    assert problem_of(frames.process(**body)) == (422, code, fields)


def test_unknown_cameras_and_uploads_are_told(frames: FrameApi) -> None:
    assert problem_of(frames.process(camera_id="nobody", frame=FRAME))[:2] == (404, "unknown_camera")
    upload_key = f"uploads/{'0' * 32}.jpg"
    assert problem_of(frames.process(upload_key=upload_key))[:2] == (404, "unknown_upload")


def test_a_frame_out_of_order_is_a_conflict(frames: FrameApi) -> None:
    assert frames.process(frame=FRAME, captured_at=NOON.isoformat()).status_code == 200
    again = frames.process(frame=FRAME, captured_at=(NOON - timedelta(seconds=1)).isoformat())
    assert problem_of(again)[:2] == (409, "frame_out_of_order")


def test_what_does_not_answer_may_be_asked_again(frames: FrameApi) -> None:
    def unavailable() -> Any:
        raise Unavailable("DynamoDB did not answer")

    frames.make_images = unavailable
    answer = frames.process(frame=FRAME)
    assert problem_of(answer)[:2] == (503, "unavailable")
    assert answer.headers["retry-after"]


def test_a_large_image_comes_by_upload(frames: FrameApi) -> None:
    invitation = frames.client().post("/api/process/uploads", json={"size_bytes": len(still(6))})
    assert invitation.status_code == 201
    body = invitation.json()
    assert body["headers"] == {"Content-Type": "image/jpeg", "Content-Length": str(len(still(6)))}
    assert "content-length" in body["url"].lower()  # signed
    frames.gate.objects.put(body["upload_key"], still(6), content_type="image/jpeg")
    assert frames.process(upload_key=body["upload_key"]).json()["people_count"] == 1


@pytest.mark.parametrize("size", [0, 24 * 1024 * 1024 + 1])
def test_uploads_have_a_size(frames: FrameApi, size: int) -> None:
    answer = frames.client().post("/api/process/uploads", json={"size_bytes": size})
    assert problem_of(answer) == (422, "invalid_request", ["size_bytes"])


def test_the_largest_image_fits_into_a_functions_request() -> None:
    assert len(base64.b64encode(bytes(MAX_IMAGE_BYTES))) == MAX_BASE64_LENGTH
    assert MAX_BASE64_LENGTH < 6 * 1024 * 1024 - 100_000  # what API Gateway adds besides
