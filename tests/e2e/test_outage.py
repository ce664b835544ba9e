"""The cloud goes away for a minute, a publisher dies, clocks are wrong: nothing is lost, all is said."""

from __future__ import annotations

import os
import re
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from floorsight.events.vision import LineCrossed
from floorsight.platform.aws import client
from floorsight.platform.clock import utc_now
from floorsight.platform.settings import child_environment
from floorsight.video.chunking import ChunkingSettings, StreamRun, chunks_of
from floorsight.video.source import VideoFile
from floorsight.vision.chunk import Chunk, encode_chunk, new_stream_session
from infra.local.api_client import ApiClient
from infra.local.deployment import Deployment
from infra.local.emulator import STATE, Emulator, free_port, start_emulator
from infra.local.processes import Child, start_publisher
from tests.cloud import chunks_in, make_client
from tests.e2e import fleet, square
from tests.e2e.conftest import SITE
from tests.waiting import eventually

pytestmark = [pytest.mark.cloud, pytest.mark.media]

CHUNKS_BEFORE, OUTAGE_SECONDS, VIDEO_SECONDS = 3, 60.0, 79.5
IDLE_SECONDS = 10.0  # chunks come every second; while the cloud is away the worker is not idle, it waits
CHUNKS_AHEAD = 25
CAMERAS = ("connected", "cut-off")
STREAM, BUCKET = "chunks", "media"


def publish_live(cloud: Deployment, video: Path, camera_id: str, spool: Path, began_at: datetime) -> Child:
    """Play a video at its own speed, by way of a spool, as a live source is published."""
    return start_publisher(
        cloud.environment(cloud.publisher_settings()),
        video,
        site_id=SITE,
        camera_id=camera_id,
        extra=("--spool", str(spool), "--started-at", began_at.isoformat()),
    )


def work(cloud: Deployment) -> Child:
    """A worker that takes what there is and ends, however busy the machine."""
    worker = square.begin_work(cloud, "--until-idle", str(square.IDLE_SECONDS))
    try:
        assert worker.process.wait(square.PATIENCE_SECONDS) == 0, worker.last_lines(20)
    finally:
        worker.stop()
    return worker


def ledger_since(api: ApiClient, camera_id: str, began_at: datetime) -> list[tuple[Any, ...]]:
    """A camera's crossings, by the time since its video began; in this order, which is not that of text."""
    return sorted(
        (datetime.fromisoformat(occurred_at) - began_at, *rest)
        for occurred_at, *rest in square.ledger(api, camera_id)
    )


@contextmanager
def frozen(emulator: Emulator) -> Iterator[None]:
    """The cloud takes connections and answers nothing: what a dead link looks like from its ends."""
    os.killpg(emulator.process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.killpg(emulator.process.pid, signal.SIGCONT)


def test_a_minute_without_the_cloud_changes_no_count(
    cloud: Deployment, emulator: Emulator, api: ApiClient, square_video: Path, tmp_path: Path
) -> None:
    for camera_id in CAMERAS:
        square.add_camera(api, SITE, camera_id)
    with square.recorded(cloud, "crossings-around-an-outage", LineCrossed) as crossings:
        square.publish(cloud, square_video, SITE, "connected")
        work(cloud)
        began_at = utc_now()
        worker, waiting, coming = live_with_an_outage(cloud, emulator, square_video, tmp_path, began_at)
        published = {camera_id: count_distinct(crossings(), camera_id) for camera_id in CAMERAS}
    assert "ChunksMissed" not in worker.log.read_text()
    assert waiting > coming / 2, "chunks of about a second were kept"
    assert not list((tmp_path / "cut-off").glob("*.chunk")), "all were sent in the end"
    # A function that a busy machine kept waiting is called again after two minutes.
    eventually(
        lambda: {name: len(square.ledger(api, name)) for name in CAMERAS} == published,
        "all published crossings in the ledger",
    )
    expected = ledger_since(api, "connected", square.BEGAN_AT)
    assert expected, "the video has crossings"
    assert ledger_since(api, "cut-off", began_at) == expected


def live_with_an_outage(
    cloud: Deployment, emulator: Emulator, video: Path, spool: Path, began_at: datetime
) -> tuple[Child, int, float]:
    """The worker, ended after the whole video; chunks that waited as the outage ended, and that had come."""
    never = threading.Event()
    # First: a worker that is ready long before the first chunk would be idle.
    publisher = publish_live(cloud, video, "cut-off", spool, began_at)
    worker = square.begin_work(cloud, "--until-idle", str(IDLE_SECONDS))
    try:
        eventually(lambda: fleet.sequence_of(cloud, "cut-off") >= CHUNKS_BEFORE, "the first chunks counted")
        # On a slow machine most of the video has been played before the worker is under way.
        coming = min(OUTAGE_SECONDS, VIDEO_SECONDS - (utc_now() - began_at).total_seconds())
        with frozen(emulator):
            never.wait(OUTAGE_SECONDS)  # what is tested is that it lasts so long
            waiting = len(list((spool / "cut-off").glob("*.chunk")))
            assert publisher.running, publisher.last_lines()
            assert worker.running, worker.last_lines()
        assert publisher.process.wait(square.PATIENCE_SECONDS) == 0, publisher.last_lines()
        assert worker.process.wait(square.PATIENCE_SECONDS) == 0, worker.last_lines()
    finally:
        worker.stop()
    return worker, waiting, coming


def count_distinct(events: list[square.Detail], camera_id: str) -> int:
    """A camera's events; one that was published again counts once."""
    return len({event["event_id"] for event in events if event["camera_id"] == camera_id})


@pytest.fixture
def lasting_cloud() -> Iterator[int]:
    """The port of an emulator that keeps its state while it is stopped; stop and start it by `restarted`."""
    port = free_port()
    yield port
    shutil.rmtree(STATE / f"state-{port}", ignore_errors=True)


def test_a_publisher_killed_while_the_cloud_is_gone(
    lasting_cloud: int, square_video: Path, tmp_path: Path
) -> None:
    """Connections refused, kill -9, a cloud that starts anew: every chunk arrives, in order."""
    began_at = utc_now()
    emulator = start_emulator(lasting_cloud, persist=True)
    environment = child_environment(emulator.endpoint.environment() | publisher_settings())
    try:
        make_client("kinesis", emulator.endpoint).create_stream(StreamName=STREAM, ShardCount=1)
        make_client("s3", emulator.endpoint).create_bucket(Bucket=BUCKET)
        first = publish_to(environment, square_video, tmp_path)
        eventually(lambda: len(chunks_in(STREAM, emulator.endpoint)) >= 3, "the first chunks")
    finally:
        emulator.stop()
    eventually(lambda: files_in(tmp_path) >= 4, "chunks in the spool")
    os.killpg(first.process.pid, signal.SIGKILL)
    first.process.wait()
    kept = files_in(tmp_path)
    second = publish_to(environment, square_video, tmp_path)
    eventually(lambda: files_in(tmp_path) >= kept + 3, "chunks of the second run")
    emulator = start_emulator(lasting_cloud, persist=True)
    try:
        eventually(lambda: files_in(tmp_path) <= 1, "a spool that is empty, but for the newest")
        square.end(second)
        assert files_in(tmp_path) == 0, "what was queued was sent before it ended"
        assert "the link is up again" in second.log.read_text()
        sessions = by_session(chunks_in(STREAM, emulator.endpoint))
    finally:
        emulator.stop()
    assert len(sessions) == 2
    for chunks in sessions:
        assert_begins_as(chunks, square_video)
        assert chunks[0].header.captured_at > began_at


def publisher_settings() -> dict[str, str]:
    return {"FLOORSIGHT_CHUNK_STREAM": STREAM, "FLOORSIGHT_MEDIA_BUCKET": BUCKET}


def publish_to(environment: dict[str, str], video: Path, spool: Path) -> Child:
    return start_publisher(
        environment, video, site_id=SITE, camera_id="dying", extra=("--spool", str(spool), "--times", "9")
    )


def files_in(spool: Path) -> int:
    return len(list((spool / "dying").glob("*.chunk")))


def by_session(chunks: list[Chunk]) -> list[list[Chunk]]:
    """Chunks by session in the order of arrival; a put that was answered too late may have come twice."""
    sessions: dict[str, dict[int, Chunk]] = {}
    for chunk in chunks:
        sessions.setdefault(chunk.header.stream_session, {}).setdefault(chunk.header.sequence, chunk)
    assert list(sessions) == sorted(sessions), "an older session never comes after a newer one"
    return [list(each.values()) for each in sessions.values()]


def assert_begins_as(chunks: list[Chunk], video: Path) -> None:
    """These are the video's first chunks, none missing, in order."""
    header = chunks[0].header
    run = StreamRun(header.site_id, header.camera_id, header.stream_session, header.captured_at)
    with VideoFile(video) as opened:
        for chunk, expected in zip(chunks, chunks_of(opened, run, ChunkingSettings()), strict=False):
            assert chunk == expected


def test_a_clock_an_hour_ahead_is_counted_and_told(
    cloud: Deployment, api: ApiClient, square_video: Path
) -> None:
    square.add_camera(api, SITE, "ahead")
    now = datetime.now(UTC)
    run = StreamRun(SITE, "ahead", new_stream_session(now, 1), now + timedelta(hours=1))
    with VideoFile(square_video) as video:
        for chunk in islice(chunks_of(video, run, ChunkingSettings()), CHUNKS_AHEAD):
            record = encode_chunk(chunk.header, chunk.payload)
            client("kinesis").put_record(
                StreamName=cloud.chunk_stream_name, Data=record, PartitionKey="ahead"
            )
    worker = work(cloud)
    square.settle(cloud)
    crossings = square.ledger(api, "ahead")
    live = api.get("/api/occupancy/cameras/ahead/live")
    assert live["entries"] + live["exits"] == len(crossings) > 0, "they are in the live count at once"
    assert all(datetime.fromisoformat(at) >= run.started_at for at, *_ in crossings), "under its own times"
    log = worker.log.read_text()
    skews = [float(found) for found in re.findall(r'"ClockSkewSeconds": ([\d.]+)', log)]
    assert skews
    assert skews == pytest.approx([3600.0] * len(skews), abs=300)  # each by when its chunks came
    # A picture that could not be shown live is said with its trace, and nothing is wrong with it here.
    assert not [e for e in log.splitlines() if "Traceback" in e and "the live view failed" not in e]
