"""A real car at a gate through the whole system: let in once however long it stands, again when it returns,
and not when it is blocked."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from floorsight.events.vehicles import GateDecided, PlateRead, VehicleLeft
from floorsight.models.catalogue import load_media_catalogue
from floorsight.models.pulling import pull
from floorsight.platform.clock import utc_now
from floorsight.vision.pictures import encode_jpeg
from infra.local.accounts import Account
from infra.local.api_client import ApiClient
from infra.local.deployment import Deployment
from infra.local.models_cli import CACHE_FOLDER, MEDIA_CATALOGUE, MEDIA_FOLDER
from infra.local.processes import start_publisher
from tests.e2e import square
from tests.fakes.gate_video import PLATE, Stay, gate_pictures, make_gate_video
from tests.waiting import HTTP_SECONDS, eventually

pytestmark = [pytest.mark.cloud, pytest.mark.media]

SITE, CAMERA, GATE = "yard", "yard-entry", "north"
FPS = 3  # of the videos: fewer than are analysed otherwise, for a test that is not long
Events = Callable[[], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def photograph() -> Path:
    return pull(load_media_catalogue(MEDIA_CATALOGUE).entry("plate-photo-a"), MEDIA_FOLDER, CACHE_FOLDER)


@dataclass
class Yard:
    """A site with one gate, for coming in."""

    cloud: Deployment
    api: ApiClient
    read: Events
    left: Events
    decided: Events

    def publish(self, video: Path, began_at: datetime) -> None:
        publisher = start_publisher(
            self.cloud.environment(self.cloud.publisher_settings()),
            video,
            site_id=SITE,
            camera_id=CAMERA,
            extra=("--fast", "--started-at", began_at.isoformat()),
        )
        assert publisher.process.wait(square.PATIENCE_SECONDS) == 0, publisher.last_lines()

    def log(self) -> list[dict[str, Any]]:
        """Decisions at the gate, in the order in which the vehicles came."""
        found = self.api.get("/api/v1/vehicle/logs", site_id=SITE, gate_id=GATE)["items"]
        return sorted(found, key=lambda each: each["first_seen_at"])


@pytest.fixture(scope="module")
def yard(cloud: Deployment, accounts: dict[str, Account]) -> Iterator[Yard]:
    with ExitStack() as opened:
        api = opened.enter_context(ApiClient(cloud.api_url))
        api.sign_in("operator", accounts["operator"].password)
        listeners = [
            opened.enter_context(square.recorded(cloud, f"gate-{kind.__name__}", kind))
            for kind in (PlateRead, VehicleLeft, GateDecided)
        ]
        api.post("/api/sites", {"site_id": SITE, "name": "Yard", "time_zone": "UTC"})
        yield Yard(cloud, api, *listeners)


def add_camera(api: ApiClient, camera_id: str, gate_id: str) -> None:
    camera = {"camera_id": camera_id, "site_id": SITE, "name": camera_id, "role": "entry"}
    api.post("/api/occupancy/cameras", camera | {"gate_id": gate_id, "lane": "1"})


def of_camera(events: Events, camera_id: str) -> dict[str, dict[str, Any]]:
    """By id: the bus delivers at least once."""
    return {event["event_id"]: event for event in events() if event["camera_id"] == camera_id}


def test_a_car_is_let_in_once_a_visit_and_refused_once_it_is_blocked(
    yard: Yard, photograph: Path, tmp_path: Path
) -> None:
    add_camera(yard.api, CAMERA, GATE)
    came = utc_now().replace(microsecond=0) - timedelta(hours=3)
    allowed = {"site_id": SITE, "list": "allowed", "plate": PLATE, "valid_from": came.isoformat()}
    yard.api.post("/api/v1/vehicle/vehicles", allowed)
    long = make_gate_video(tmp_path / "long.mp4", photograph, [Stay(0.4, stands=60.0)], fps=FPS)
    short = make_gate_video(tmp_path / "short.mp4", photograph, [Stay(0.4)], fps=FPS)
    yard.publish(long, came)
    yard.publish(short, came + timedelta(hours=1))
    square.work_until_idle(yard.cloud)
    eventually(lambda: len(yard.log()) == 2, "a decision for each time that it came")

    stolen_at = came + timedelta(hours=2)
    blocked = {"site_id": SITE, "list": "blocked", "plate": PLATE, "reason": "stolen"}
    yard.api.post("/api/v1/vehicle/vehicles", blocked | {"valid_from": stolen_at.isoformat()})
    yard.publish(short, stolen_at)
    square.work_until_idle(yard.cloud)
    eventually(lambda: len(yard.log()) == 3, "a decision about the blocked car")

    log = yard.log()
    assert [each["verdict"] for each in log] == ["allow", "allow", "deny"]
    assert {(each["plate"], each["direction"], each["vehicle_type"]) for each in log} == {
        (PLATE, "in", "car")
    }
    assert all(each["late"] for each in log)  # hours ago: nothing is opened for it now
    assert "stolen" in log[2]["explanation"]
    for each in log:
        for picture in (each["crop_url"], each["snapshot_url"]):
            assert httpx.get(picture, timeout=HTTP_SECONDS).content.startswith(b"\xff\xd8")
    eventually(
        lambda: is_seen_until(yard.log()[0], came + timedelta(seconds=60)), "that it stood for a minute"
    )
    visits = yard.api.get("/api/v1/vehicle/visits", site_id=SITE, plate=PLATE)["items"]
    assert len(visits) == 3

    (alert,) = eventually(lambda: vehicle_alerts(yard.api), "an alert about the blocked car")
    assert (alert["severity"], PLATE in str(alert)) == ("critical", True)
    assert len(vehicle_alerts(yard.api)) == 1

    reads, left = of_camera(yard.read, CAMERA), of_camera(yard.left, CAMERA)
    tracks = [(each["stream_session"], each["track_id"]) for each in reads.values()]
    assert len(set(tracks)) == len(tracks)  # once a track
    assert {each["text"] for each in reads.values()} == {PLATE}
    assert {(each["stream_session"], each["track_id"]) for each in left.values()} <= set(tracks)


def is_seen_until(decision: dict[str, Any], moment: datetime) -> bool:
    return datetime.fromisoformat(decision["last_seen_at"]) >= moment


def vehicle_alerts(api: ApiClient) -> list[dict[str, Any]]:
    return [
        each for each in api.get("/api/occupancy/alerts", site_id=SITE)["items"] if "vehicle" in each["kind"]
    ]


def test_frames_by_api_say_the_plate_and_the_decision(yard: Yard, photograph: Path) -> None:
    """A visitor's car, another gate; the answer that has the second sure reading has the decision."""
    camera_id = "yard-desk"
    add_camera(yard.api, camera_id, "south")
    pictures = list(gate_pictures(photograph, [Stay(0.0, comes=1.0)], 3.0, fps=FPS))
    began_at = utc_now().replace(microsecond=0) - timedelta(seconds=10)
    answers = [
        yard.api.post(
            "/api/process",
            {
                "camera_id": camera_id,
                "frame": base64.b64encode(encode_jpeg(picture)).decode(),
                "captured_at": (began_at + number * timedelta(seconds=1 / FPS)).isoformat(),
            },
        )
        for number, picture in enumerate(pictures)
    ]
    vehicles = [vehicle for answer in answers for vehicle in answer["vehicles_detected"]]
    read = [each for each in vehicles if each["plate"] == PLATE]
    assert read
    decided = [each for each in read if each["decision"]]
    assert decided
    assert len(decided) < len(read)  # not before there were two readings
    assert {each["decision"]["verdict"] for each in decided} == {"deny"}
    assert all(each["plate_confidence"] >= 0.85 for each in decided)
    eventually(lambda: of_camera(yard.decided, camera_id), "the decision on the bus")
