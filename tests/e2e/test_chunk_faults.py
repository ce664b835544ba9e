"""A real worker on a stream with every kind of bad chunk in it: the good ones' ledger is exact."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from floorsight.events.vision import ChunkRejected
from floorsight.platform.aws import client
from floorsight.video.chunking import ChunkingSettings, StreamRun, chunks_of
from floorsight.video.source import VideoFile
from floorsight.vision.chunk import (
    MAX_RECORD_BYTES,
    Chunk,
    Claim,
    encode_chunk,
    new_stream_session,
    payload_fields,
)
from infra.local.api_client import ApiClient
from infra.local.deployment import Deployment
from tests.e2e import square
from tests.e2e.conftest import SITE
from tests.fakes.hostile import claiming_stream
from tests.waiting import eventually

pytestmark = [pytest.mark.cloud, pytest.mark.media]

CHUNKS = 24
# Sequences whose chunks are lost on the way to the camera with the faults.
LOST = {2: "flipped", 5: "late", 8: "bomb", 11: "claim", 14: "foreign", 17: "cut"}


@pytest.fixture(scope="module")
def chunks(square_video: Path) -> list[Chunk]:
    run = StreamRun(SITE, "any", new_stream_session(square.BEGAN_AT, 1), square.BEGAN_AT)
    with VideoFile(square_video) as opened:
        return list(islice(chunks_of(opened, run, ChunkingSettings()), CHUNKS))


def of_camera(chunk: Chunk, camera_id: str, **changes: Any) -> bytes:
    """The record of a chunk that this camera sends."""
    header = chunk.header.model_copy(update={"camera_id": camera_id, **changes})
    return encode_chunk(header, chunk.payload)


def claimed(chunk: Chunk, camera_id: str, key: str, **changes: Any) -> bytes:
    return of_camera(chunk, camera_id, claim=Claim(key=key), **changes)


def faulty_records(chunks: list[Chunk], camera_id: str, claims: dict[str, bytes]) -> list[bytes]:
    """The chunks with each kind of fault; some records more than once, some out of order, noise between."""
    good = [of_camera(chunk, camera_id) for chunk in chunks]
    records: list[bytes] = []
    for number, record in enumerate(good):
        match LOST.get(number):
            case "flipped":
                records.append(record[:-9] + bytes([record[-9] ^ 1]) + record[-8:])
            case "late":
                records += [good[number + 1], record]
            case "bomb":
                payload = claiming_stream(16384, 16384)
                bomb = Chunk(chunks[number].header.model_copy(update=payload_fields(payload)), payload)
                records.append(of_camera(bomb, camera_id))
            case "claim":
                records.append(claimed(chunks[number], camera_id, f"claims/{SITE}/{camera_id}/gone.bin"))
            case "foreign":
                records.append(claimed(chunks[number], camera_id, f"claims/{SITE}/other/x.bin"))
            case "cut":
                records.append(record[: len(record) // 2])
            case _:
                records += [record, record] if number % 3 == 0 else [record]
    # Too large for a record, and good: the payload lies in the bucket.
    key = f"claims/{SITE}/{camera_id}/large.bin"
    filler = b"\x00\x00\x00\x01\x0c" + b"\xff" * MAX_RECORD_BYTES + b"\x80"
    payload = chunks[20].payload + filler
    large = Chunk(chunks[20].header.model_copy(update=payload_fields(payload)), payload)
    claims[key] = payload
    records[records.index(good[20])] = claimed(large, camera_id, key)
    return [*records[:9], b"FSC1" + b"\xff" * 300, b"[" * 5000, *records[9:], *records[-6:]]


def test_a_stream_with_every_fault_in_it(cloud: Deployment, api: ApiClient, chunks: list[Chunk]) -> None:
    for camera_id in ("faulty", "spared"):
        square.add_camera(api, SITE, camera_id)
    claims: dict[str, bytes] = {}
    records = faulty_records(chunks, "faulty", claims)
    for key, body in claims.items():
        client("s3").put_object(Bucket=cloud.media_bucket_name, Key=key, Body=body)
    with square.recorded(cloud, "faults", ChunkRejected) as rejections:
        for record in records:
            _put(cloud, "faulty", record)
        for number, chunk in enumerate(chunks):
            if number not in LOST:
                _put(cloud, "spared", of_camera(chunk, "spared"))
        square.work_until_idle(cloud)
        wanted = len(LOST) + 2
        events = eventually(lambda: rejections() if len(rejections()) >= wanted else None, "rejections")
    assert Counter(event["reason"] for event in events) == {
        "undecodable": 4,  # a flipped bit, the bomb, another camera's claim, a chunk cut in half
        "out_of_order": 1,
        "claim_missing": 1,
        "not_a_chunk": 2,
    }
    for event in events:
        assert event["explanation"]
        kept = client("s3").get_object(Bucket=cloud.media_bucket_name, Key=event["quarantine_key"])
        assert kept["Body"].read()
    square.settle(cloud)
    assert square.ledger(api, "faulty") == square.ledger(api, "spared") != []


def _put(cloud: Deployment, camera_id: str, record: bytes) -> None:
    client("kinesis").put_record(StreamName=cloud.chunk_stream_name, Data=record, PartitionKey=camera_id)
