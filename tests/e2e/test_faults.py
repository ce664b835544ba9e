"""Bad input is kept and reported, and blocks nothing else."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from pathlib import Path

import pytest

from floorsight.events.vision import ChunkRejected
from floorsight.platform.aws import client
from floorsight.video.chunking import ChunkingSettings, StreamRun, chunks_of
from floorsight.video.source import VideoFile
from floorsight.vision.chunk import encode_chunk, new_stream_session
from infra.local.api_client import ApiClient
from infra.local.deployment import Deployment
from tests.e2e import square
from tests.e2e.conftest import SITE
from tests.waiting import eventually

pytestmark = [pytest.mark.cloud, pytest.mark.media]


def test_bad_chunks_are_put_aside(cloud: Deployment, api: ApiClient, square_video: Path) -> None:
    square.add_camera(api, SITE, "healthy")
    square.add_camera(api, SITE, "damaged")
    good = _records(square_video, "healthy")
    damaged = _records(square_video, "damaged")
    damaged[1] = damaged[1][:-1000] + bytes(1000)
    with square.recorded(cloud, "rejections", ChunkRejected) as rejections:
        for healthy, broken in zip(good, damaged, strict=True):
            _put(cloud, "damaged", broken)
            _put(cloud, "healthy", healthy)
        _put(cloud, "stranger", _records(square_video, "stranger")[0])
        _put(cloud, "noise", b"this is no chunk")
        worker = square.work_until_idle(cloud)
        events = eventually(lambda: rejections() if len(rejections()) >= 3 else None, "rejections")
    assert Counter((event["camera_id"], event["reason"]) for event in events) == {
        ("damaged", "undecodable"): 1,
        ("stranger", "unknown_camera"): 1,
        ("noise", "not_a_chunk"): 1,
    }
    for event in events:
        assert event["explanation"]
        kept = client("s3").get_object(Bucket=cloud.media_bucket_name, Key=event["quarantine_key"])
        assert kept["Body"].read()
    assert worker.log.read_text().count('"ChunksRejected": 1') == 3
    square.settle(cloud)
    whole = square.ledger(api, "healthy")
    assert whole, "the healthy camera was counted"
    began = {entry[0] for entry in square.ledger(api, "damaged")}
    assert began, "the damaged camera went on after its bad chunk"


def _records(video: Path, camera_id: str, count: int = 20) -> list[bytes]:
    session = new_stream_session(square.BEGAN_AT, 1)
    run = StreamRun(SITE, camera_id, session, square.BEGAN_AT)
    with VideoFile(video) as opened:
        chunks = islice(chunks_of(opened, run, ChunkingSettings()), count)
        return [encode_chunk(chunk.header, chunk.payload) for chunk in chunks]


def _put(cloud: Deployment, camera_id: str, record: bytes) -> None:
    client("kinesis").put_record(StreamName=cloud.chunk_stream_name, Data=record, PartitionKey=camera_id)
