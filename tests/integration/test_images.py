"""Frames through the deployed API: the emulator's own process analyses them, a real token lets them in."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cv2
import httpx
import pytest

from floorsight.events.vision import LineCrossed
from floorsight.images.jpeg import read_jpeg
from floorsight.platform.aws import client
from floorsight.platform.dynamo import DynamoTable
from floorsight.platform.errors import Forbidden
from floorsight.sites.counting_plans import RegistryPlans
from floorsight.sites.service import SiteService
from floorsight.sites.store import SiteStore
from floorsight.vision.chunk import Chunk, ChunkHeader, Codec, payload_fields
from floorsight.vision.detector import Detector
from functions.gateway.access import MACHINES
from infra.local.accounts import Account, create_accounts
from infra.local.api_client import ApiClient
from infra.local.deployment import Deployment
from tests.e2e.square import add_camera, ledger
from tests.fakes.streams import World
from tests.waiting import HTTP_SECONDS

pytestmark = [pytest.mark.cloud, pytest.mark.media]

SITE, CAMERA = "square", "stills-1"
BEGAN_AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
FPS = 5
FIRST_FRAME, FRAMES = 110, 70  # of every other one; many cross in this part
FRAMES_A_CHUNK = 5


@dataclass(frozen=True)
class Still:
    """A frame of the sample as a client would send it."""

    data: bytes
    captured_at: datetime


@pytest.fixture(scope="module")
def stills(sample_video: Path) -> list[Still]:
    """Every other frame of the sample's, 14 s of it."""
    capture = cv2.VideoCapture(str(sample_video))
    found: list[Still] = []
    for number in range(2 * (FIRST_FRAME + FRAMES)):
        _, pixels = capture.read()
        if number >= 2 * FIRST_FRAME and number % 2 == 0:
            _, coded = cv2.imencode(".jpg", pixels)
            found.append(Still(coded.tobytes(), BEGAN_AT + timedelta(seconds=len(found) / FPS)))
    capture.release()
    return found


@pytest.fixture(scope="module")
def operator(cloud: Deployment, accounts: dict[str, Account]) -> Iterator[ApiClient]:
    with ApiClient(cloud.api_url) as api:
        api.sign_in("operator", accounts["operator"].password)
        api.post("/api/sites", {"site_id": SITE, "name": "Square", "time_zone": "Europe/Vienna"})
        add_camera(api, SITE, CAMERA)
        yield api


@pytest.fixture(scope="module")
def machine(cloud: Deployment, operator: ApiClient) -> Iterator[ApiClient]:
    """Signed in as the camera: it may send frames."""
    (account,) = create_accounts(cloud, (MACHINES,))
    with ApiClient(cloud.api_url) as api:
        api.sign_in(account.username, account.password)
        yield api


def body_of(still: Still, **more: Any) -> dict[str, Any]:
    return {
        "camera_id": CAMERA,
        "frame": base64.b64encode(still.data).decode(),
        "captured_at": still.captured_at.isoformat(),
        **more,
    }


def in_one_process(cloud: Deployment, detector: Detector, stills: list[Still]) -> list[tuple[Any, ...]]:
    """The crossings of the same frames, as a worker finds them in chunks of a second."""
    sites = SiteService(SiteStore(DynamoTable(cloud.registry_table_name, client("dynamodb"))))
    world = World()
    for start in range(0, len(stills), FRAMES_A_CHUNK):
        group = stills[start : start + FRAMES_A_CHUNK]
        pictures = [read_jpeg(still.data) for still in group]
        payload = b"".join(picture.data for picture in pictures)
        header = ChunkHeader(
            site_id=SITE,
            camera_id=CAMERA,
            stream_session="20260302T080000.000000Z-0001",
            sequence=start // FRAMES_A_CHUNK,
            captured_at=group[0].captured_at,
            frame_offsets_us=tuple(number * 1_000_000 // FPS for number in range(len(group))),
            codec=Codec.MJPEG,
            width=pictures[0].width,
            height=pictures[0].height,
            **payload_fields(payload),
        )
        world.add(Chunk(header, payload))
    world.run(detector=detector, plan_of=RegistryPlans(sites).plan_of)
    events = [LineCrossed.parse(m.detail) for m in world.bus.messages if m.detail_type == "LineCrossed.v1"]
    return sorted({(event.occurred_at, event.direction.value, event.track_id) for event in events})


def test_frames_by_api_are_counted_exactly_as_by_stream(
    cloud: Deployment,
    operator: ApiClient,
    machine: ApiClient,
    detector: Detector,
    stills: list[Still],
) -> None:
    expected = in_one_process(cloud, detector, stills)
    assert len(expected) >= 5
    entries = exits = 0
    for number, still in enumerate(stills):
        answer = machine.post("/api/process", body_of(still, frame_id=f"frame-{number}"))
        entries += answer["entries_this_frame"]
        exits += answer["exits_this_frame"]
        assert (answer["entries"], answer["exits"]) == (entries, exits)
        assert answer["people_count"] >= 1
    found = [(datetime.fromisoformat(at), way, track) for at, way, track, _ in ledger(operator, CAMERA)]
    assert sorted(found) == expected
    ways = [way for _, way, _ in expected]
    assert (entries, exits) == (ways.count("in"), ways.count("out"))
    again = machine.post("/api/process", body_of(stills[-1], frame_id=f"frame-{FRAMES - 1}"))
    assert again == answer


def test_a_large_image_goes_by_way_of_the_bucket(machine: ApiClient, stills: list[Still]) -> None:
    data = stills[0].data
    invitation = machine.post("/api/process/uploads", {"size_bytes": len(data)})
    put = httpx.put(invitation["url"], content=data, headers=invitation["headers"], timeout=HTTP_SECONDS)
    assert put.status_code == 200, put.text
    later = (stills[-1].captured_at + timedelta(minutes=5)).isoformat()
    body = {"camera_id": CAMERA, "upload_key": invitation["upload_key"], "captured_at": later}
    answer = machine.post("/api/process", body)
    assert answer["people_count"] >= 1
    assert datetime.fromisoformat(answer["timestamp"]) == datetime.fromisoformat(later)


def test_cameras_may_send_frames_and_viewers_may_not(
    cloud: Deployment, machine: ApiClient, accounts: dict[str, Account]
) -> None:
    with pytest.raises(Forbidden):
        machine.get("/api/sites")
    nobody = httpx.post(f"{cloud.api_url}/api/process", json={}, timeout=HTTP_SECONDS)
    assert nobody.status_code == 401
    with ApiClient(cloud.api_url) as viewer:
        viewer.sign_in("viewer", accounts["viewer"].password)
        with pytest.raises(Forbidden, match="role"):
            viewer.post("/api/process", {})
