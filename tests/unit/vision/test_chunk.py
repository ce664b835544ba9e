"""What a chunk's header may say, and what no record may do to its reader."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import ValidationError

from floorsight.platform.errors import Malformed
from floorsight.vision.chunk import (
    MAGIC,
    MAX_HEADER_BYTES,
    MAX_SEQUENCE,
    PREAMBLE,
    Chunk,
    ChunkHeader,
    decode_chunk,
    encode_chunk,
    later_stream_session,
    new_stream_session,
)
from tests.fakes.clock import NOON
from tests.fakes.streams import header_of

PAYLOAD = b"payload"


def record_with(text: bytes) -> bytes:
    return PREAMBLE.pack(MAGIC, len(text)) + text


def fields(**changes: Any) -> bytes:
    return json.dumps(json.loads(header_of(PAYLOAD).model_dump_json(exclude_none=True)) | changes).encode()


@pytest.mark.parametrize(
    "changes",
    [
        {"site_id": ""},
        {"site_id": "Plant 1"},
        {"camera_id": "../door"},
        {"camera_id": "door-1\n"},
        {"camera_id": "x" * 64},
        {"stream_session": "today"},
        {"stream_session": "20260302T110000.000000Z-0001\n"},
        {"sequence": -1},
        {"sequence": MAX_SEQUENCE + 1},
        {"sequence": "3"},
        {"sequence": True},
        {"sequence": 1.5},
        {"captured_at": "2026-03-02T12:00:00"},
        {"captured_at": 1_772_000_000},
        {"captured_at": "0001-01-01T00:00:00+23:00"},
        {"captured_at": "9999-12-31T23:59:59Z"},
        {"frame_offsets_us": []},
        {"frame_offsets_us": [1]},
        {"frame_offsets_us": [0, 0]},
        {"frame_offsets_us": [0, 5, 4]},
        {"frame_offsets_us": [0, 10**30]},
        {"codec": "vp9"},
        {"width": 0},
        {"height": 10**6},
        {"payload_bytes": 0},
        {"payload_crc32": 2**32},
        {"claim": {}},
        {"claim": "claims/x"},
    ],
)
def test_a_header_that_breaks_a_rule(changes: dict[str, Any]) -> None:
    with pytest.raises(Malformed) as error:
        decode_chunk(record_with(fields(**changes)))
    assert error.value.code == "not_a_chunk"


@pytest.mark.parametrize("name", sorted(set(ChunkHeader.model_fields) - {"claim"}))
def test_a_header_without_a_field(name: str) -> None:
    known = json.loads(fields())
    del known[name]
    with pytest.raises(Malformed, match=name):
        decode_chunk(record_with(json.dumps(known).encode()))


@pytest.mark.parametrize(
    "record",
    [
        b"",
        b"FSC1",
        b"FSC2\x00\x00\x00\x02{}",
        MAGIC + b"\xff\xff\xff\xff",
        record_with(b""),
        record_with(b"{}"),
        record_with(b"null"),
        record_with(b"\xff\xfe{\x00}\x00"),
        record_with(b"[" * MAX_HEADER_BYTES),
        record_with(b'{"sequence":' + b"1" * 5000 + b"}"),
        record_with(b'{"site_id":"\\ud800"}'),
        PREAMBLE.pack(MAGIC, MAX_HEADER_BYTES + 1) + b" " * (MAX_HEADER_BYTES + 1),
        PREAMBLE.pack(MAGIC, 10) + b"{}",
    ],
)
def test_what_is_no_chunk(record: bytes) -> None:
    with pytest.raises(Malformed) as error:
        decode_chunk(record)
    assert error.value.code == "not_a_chunk"


def test_a_claim_and_a_payload_contradict_each_other() -> None:
    with pytest.raises(Malformed):
        decode_chunk(record_with(fields(claim={"key": "claims/x"})) + PAYLOAD)


def test_a_field_of_a_newer_publisher_is_ignored() -> None:
    assert decode_chunk(record_with(fields(colour="blue")) + PAYLOAD).header == header_of(PAYLOAD)


def test_times_are_in_utc_whatever_offset_they_came_with() -> None:
    header = header_of(PAYLOAD, captured_at=datetime(2026, 3, 2, 1, tzinfo=timezone(timedelta(hours=2))))
    assert header.frame_times()[0] == datetime(2026, 3, 1, 23, tzinfo=UTC)
    assert header.captured_at.tzinfo is UTC


def test_frame_times() -> None:
    header = header_of(PAYLOAD, frame_offsets_us=(0, 40_000, 100_000))
    deltas = [(moment - header.captured_at) / timedelta(microseconds=1) for moment in header.frame_times()]
    assert deltas == [0, 40_000, 100_000]


@pytest.mark.parametrize(
    ("payload", "code"), [(PAYLOAD[:-1], "chunk_truncated"), (b"paYload", "chunk_corrupt")]
)
def test_a_payload_is_verified(payload: bytes, code: str) -> None:
    with pytest.raises(Malformed) as error:
        Chunk(header_of(PAYLOAD), payload).verify()
    assert error.value.code == code


def test_a_header_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        header_of(PAYLOAD).sequence = 1  # type: ignore[misc]


def test_a_session_is_named_in_utc() -> None:
    at = datetime(2026, 3, 2, 1, tzinfo=timezone(timedelta(hours=2)))
    assert new_stream_session(at, 0x1ABCD) == "20260301T230000.000000Z-abcd"


def test_the_record_begins_as_documented() -> None:
    record = encode_chunk(header_of(PAYLOAD), PAYLOAD)
    assert record[:4] == b"FSC1"
    assert record[8 : 8 + int.from_bytes(record[4:8], "big")].startswith(b"{")
    assert record.endswith(PAYLOAD)


@pytest.mark.parametrize("seconds", [-3600.0, 0.0, 3600.0])
def test_a_later_session_sorts_after_the_one_before_whatever_the_clock_says(seconds: float) -> None:
    before = new_stream_session(NOON, 0xFFFF)
    later = later_stream_session(before, NOON + timedelta(seconds=seconds), 1)
    assert later > before
    assert later_stream_session(None, NOON, 1) == new_stream_session(NOON, 1)
