"""From pixels to the ledger: right, and the same however often the worker is killed."""

from __future__ import annotations

import os
import random
import signal
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

from floorsight.events.vision import LineCrossed
from floorsight.platform.aws import client
from floorsight.platform.bus import EventBridgeBus, Message, canonical_json
from infra.local.api_client import ApiClient
from infra.local.deployment import Deployment
from tests.e2e import square
from tests.e2e.conftest import SITE
from tests.waiting import HTTP_SECONDS, eventually

pytestmark = [pytest.mark.cloud, pytest.mark.media]

# Counted by eye (benchmarks/counting/vtest-middle.csv): 14 to the right, 18 to the left.
TO_THE_RIGHT, TO_THE_LEFT = 14, 18
KILLS = 20
FRAMES = 795  # of the sample, all of which a camera at 10 frames a second analyses


@pytest.fixture(scope="module")
def undisturbed(cloud: Deployment, api: ApiClient, square_video: Path) -> str:
    """A camera whose video was taken in one go; every event was delivered three times, in disorder."""
    camera_id = "undisturbed"
    square.add_camera(api, SITE, camera_id)
    square.publish(cloud, square_video, SITE, camera_id)
    with square.recorded(cloud, "crossings", LineCrossed) as events:
        square.work_until_idle(cloud)
        square.settle(cloud)
        before = api.get(f"/api/occupancy/cameras/{camera_id}/live")
        again = [event for event in events() if event["camera_id"] == camera_id] * 2
    random.Random(7).shuffle(again)
    bus = EventBridgeBus(cloud.event_bus_name, client("events"))
    bus.publish([Message(LineCrossed.detail_type(), canonical_json(event)) for event in again])
    square.settle(cloud)
    assert len(again) == 2 * (before["entries"] + before["exits"])
    assert api.get(f"/api/occupancy/cameras/{camera_id}/live") == before
    return camera_id


def test_counts_agree_with_the_eye(api: ApiClient, undisturbed: str) -> None:
    live = api.get(f"/api/occupancy/cameras/{undisturbed}/live")
    assert live["entries"] == pytest.approx(TO_THE_RIGHT, abs=2)
    assert live["exits"] == pytest.approx(TO_THE_LEFT, abs=2)
    assert live["raw"] == live["entries"] - live["exits"]
    assert live["occupancy"] == max(0, live["raw"])


def test_explanation_adds_up(api: ApiClient, undisturbed: str) -> None:
    live = api.get(f"/api/occupancy/cameras/{undisturbed}/live")
    explained = api.get(f"/api/occupancy/cameras/{undisturbed}/live/explain", limit=500)
    directions = [crossing["direction"] for crossing in explained["crossings"]]
    assert directions.count("in") == live["entries"]
    assert directions.count("out") == live["exits"]
    assert explained["raw"] == live["raw"]


def test_every_crossing_has_its_picture(api: ApiClient, undisturbed: str) -> None:
    items = api.get(f"/api/occupancy/cameras/{undisturbed}/crossings", limit=500)["items"]
    assert items
    for item in items:
        picture = httpx.get(item["snapshot_url"], timeout=HTTP_SECONDS)
        assert picture.status_code == 200
        assert picture.content.startswith(b"\xff\xd8")


def test_what_the_video_took_is_measured(api: ApiClient, undisturbed: str) -> None:
    """The worker tells when it stops; it ran through an hour's end at most once."""

    def hours() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = api.get("/api/diagnostic/metrics", camera_id=undisturbed)["items"]
        return found if sum(hour["frames"] for hour in found) >= FRAMES else []

    taken = eventually(hours, "measurements of all frames")
    crossings = api.get(f"/api/occupancy/cameras/{undisturbed}/crossings", limit=500)["items"]
    assert sum(hour["frames"] for hour in taken) == FRAMES
    for stage in ("decode", "infer", "track", "commit"):
        assert sum(hour["stage_ms"][stage] for hour in taken) > 0
    assert sum(hour["aws_calls"]["s3:PutObject"] for hour in taken) >= len(crossings)
    asked = sum(hour["plan_hits"] + hour["plan_misses"] for hour in taken)
    assert asked >= sum(hour["chunks"] for hour in taken), "once a chunk, and again when a write is repeated"


def test_kills_change_nothing(
    cloud: Deployment, api: ApiClient, square_video: Path, undisturbed: str
) -> None:
    camera_id = "killed"
    square.add_camera(api, SITE, camera_id)
    square.publish(cloud, square_video, SITE, camera_id)
    chance = random.Random(20)
    never = threading.Event()
    for _ in range(KILLS):
        worker = square.begin_work(cloud)
        never.wait(chance.uniform(0.05, 0.8))  # the moment of the kill is what is random here
        os.killpg(worker.process.pid, signal.SIGKILL)
        worker.process.wait()
    square.work_until_idle(cloud)
    square.settle(cloud)
    assert square.ledger(api, camera_id) == square.ledger(api, undisturbed)
    killed, whole = (api.get(f"/api/occupancy/cameras/{name}/live") for name in (camera_id, undisturbed))
    assert (killed["entries"], killed["exits"]) == (whole["entries"], whole["exits"])
