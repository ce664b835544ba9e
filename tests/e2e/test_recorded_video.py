"""A recorded video through the entry point of its jobs: the same ledger however often the job is killed."""

from __future__ import annotations

import os
import random
import signal
import threading
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any, cast

import av
import pytest
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from containers.recorded_video.exits import EXIT_BAD_INPUT, EXIT_INTERRUPTED, EXIT_OK
from floorsight.events.recordings import RecordingAnalysed
from floorsight.platform.aws import client
from floorsight.platform.dynamo import DynamoTable
from floorsight.platform.errors import NotFound
from floorsight.recordings.store import RecordingStore
from infra.local.api_client import ApiClient
from infra.local.deployment import Deployment
from infra.local.processes import Child, start_child
from tests.cloud import make_client
from tests.e2e import square
from tests.e2e.conftest import SITE
from tests.waiting import eventually

pytestmark = [pytest.mark.cloud, pytest.mark.media]

FRAMES, FPS = 200, 10
KILLS = 4
Job = dict[str, Any]


@pytest.fixture(scope="module")
def short_video(square_video: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first 20 seconds of the square as a camera's recorder keeps them: H.264, a key frame a second."""
    path = tmp_path_factory.mktemp("recorded") / "square.mp4"
    with av.open(str(square_video)) as source, av.open(str(path), "w") as target:
        options = {"x264-params": "open-gop=0:scenecut=0", "preset": "veryfast"}
        stream = cast("VideoStream", target.add_stream("libx264", rate=FPS, options=options))
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = 768, 576, "yuv420p", FPS
        for number, frame in enumerate(islice(source.decode(video=0), FRAMES)):
            image = cast("VideoFrame", frame).reformat(format="yuv420p")
            image.pts, image.time_base = number, Fraction(1, FPS)
            target.mux(stream.encode(image))
        target.mux(stream.encode(None))
    return path


@pytest.fixture(scope="module")
def video_url(cloud: Deployment, short_video: Path) -> str:
    key = "recordings/square.mp4"
    make_client("s3", cloud.endpoint).upload_file(str(short_video), cloud.media_bucket_name, key)
    return f"s3://{cloud.media_bucket_name}/{key}"


def begin_job(cloud: Deployment, camera_id: str, url: str) -> Child:
    arguments = ["--video", url, "--camera", camera_id, "--job-id", f"job-{camera_id}"]
    arguments += ["--started-at", square.BEGAN_AT.isoformat()]
    environment = cloud.environment(cloud.recorded_video_settings(max_attempts=99))
    return start_child(f"recorded-{camera_id}", "containers.recorded_video", arguments, environment)


def job_of(api: ApiClient, camera_id: str) -> Job | None:
    try:
        found: Job = api.get(f"/api/recordings/job-{camera_id}")
    except NotFound:
        return None
    return found


def wait_for_attempt(cloud: Deployment, camera_id: str, attempt: int) -> None:
    """As the store has it: the API may need longer to say so than the job needs for the video."""
    recordings = RecordingStore(DynamoTable(cloud.presence_table_name, client("dynamodb")))

    def attempts() -> int:
        found = recordings.find(f"job-{camera_id}")
        return found.attempts if found else 0

    eventually(lambda: attempts() == attempt, f"attempt {attempt}")


def run_job(cloud: Deployment, camera_id: str, url: str) -> int:
    child = begin_job(cloud, camera_id, url)
    return child.process.wait(square.PATIENCE_SECONDS)


@pytest.fixture(scope="module")
def undisturbed(cloud: Deployment, api: ApiClient, video_url: str) -> str:
    camera_id = "recorded-whole"
    square.add_camera(api, SITE, camera_id)
    with square.recorded(cloud, "recordings", RecordingAnalysed) as events:
        assert run_job(cloud, camera_id, video_url) == EXIT_OK
        (event,) = eventually(events, "the end of the recording")
    job = job_of(api, camera_id)
    assert job is not None
    assert (job["status"], job["attempts"], job["damages"]) == ("succeeded", 1, [])
    assert job["progress"]["frames"] == event["frames_analysed"] == FRAMES
    assert job["progress"]["seconds"] == pytest.approx(FRAMES / FPS, abs=0.2)
    square.settle(cloud)
    assert len(square.ledger(api, camera_id)) == job["progress"]["crossings"] == event["crossings"] > 0
    return camera_id


def test_kills_change_nothing(cloud: Deployment, api: ApiClient, video_url: str, undisturbed: str) -> None:
    camera_id = "recorded-killed"
    square.add_camera(api, SITE, camera_id)
    chance, never = random.Random(20), threading.Event()
    for attempt in range(1, KILLS + 1):
        child = begin_job(cloud, camera_id, video_url)
        wait_for_attempt(cloud, camera_id, attempt)
        never.wait(chance.uniform(0.05, 0.6))  # the moment of the kill is what is random here
        os.killpg(child.process.pid, signal.SIGKILL)
        assert child.process.wait() == -signal.SIGKILL
    assert run_job(cloud, camera_id, video_url) == EXIT_OK
    square.settle(cloud)
    assert square.ledger(api, camera_id) == square.ledger(api, undisturbed)
    job, whole = job_of(api, camera_id), job_of(api, undisturbed)
    assert job is not None
    assert whole is not None
    assert (job["status"], job["attempts"]) == ("succeeded", KILLS + 1)
    counted = ("chunks", "seconds", "frames", "crossings", "rejected")
    assert [job["progress"][name] for name in counted] == [whole["progress"][name] for name in counted]


def test_told_to_stop_it_goes_on_later(
    cloud: Deployment, api: ApiClient, video_url: str, undisturbed: str
) -> None:
    """What a spot machine's reclaim does, and what `floorsight analyse` does on Ctrl-C."""
    camera_id = "recorded-stopped"
    square.add_camera(api, SITE, camera_id)
    child = begin_job(cloud, camera_id, video_url)
    wait_for_attempt(cloud, camera_id, 1)
    assert square.end(child) == EXIT_INTERRUPTED, child.last_lines()
    stopped = job_of(api, camera_id)
    assert stopped is not None
    assert (stopped["status"], stopped["problem"]["code"]) == ("interrupted", "interrupted")
    assert run_job(cloud, camera_id, video_url) == EXIT_OK
    square.settle(cloud)
    assert square.ledger(api, camera_id) == square.ledger(api, undisturbed)


def test_bad_input_is_told_apart(cloud: Deployment, api: ApiClient, video_url: str) -> None:
    square.add_camera(api, SITE, "recorded-nothing")
    assert (
        run_job(cloud, "recorded-nothing", f"s3://{cloud.media_bucket_name}/recordings/no.mp4")
        == EXIT_BAD_INPUT
    )
    assert run_job(cloud, "recorded-nobody", video_url) == EXIT_BAD_INPUT
    problems = {}
    for camera_id in ("recorded-nothing", "recorded-nobody"):
        job = job_of(api, camera_id)
        assert job is not None
        problems[camera_id] = (job["status"], job["problem"]["code"])
    assert problems == {
        "recorded-nothing": ("failed", "no_such_object"),
        "recorded-nobody": ("failed", "unknown_camera"),
    }
