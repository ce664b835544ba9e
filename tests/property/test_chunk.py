"""A record is read back as it was written, and whatever happened to it on the way, only Malformed comes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floorsight.platform.errors import Malformed
from floorsight.vision.chunk import (
    MAGIC,
    MAX_SEQUENCE,
    MAX_SIDE_PIXELS,
    PREAMBLE,
    Chunk,
    ChunkHeader,
    Claim,
    Codec,
    decode_chunk,
    encode_chunk,
    new_stream_session,
    payload_fields,
)

identifiers = st.from_regex(r"\A[a-z0-9][a-z0-9-]{0,62}\Z")
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1971, 1, 1), datetime(2999, 1, 1), timezones=zones)  # noqa: DTZ001
offsets = st.lists(st.integers(1, 10_000_000), max_size=40).map(lambda steps: tuple(accumulate([0, *steps])))


@st.composite
def chunks(draw: st.DrawFn) -> Chunk:
    payload = draw(st.binary(min_size=1, max_size=200))
    claim = draw(st.none() | st.builds(Claim, key=st.text(st.characters(codec="utf-8"), max_size=40)))
    header = ChunkHeader(
        site_id=draw(identifiers),
        camera_id=draw(identifiers),
        stream_session=new_stream_session(draw(moments), draw(st.integers(0, 0xFFFF))),
        sequence=draw(st.integers(0, MAX_SEQUENCE)),
        captured_at=draw(moments),
        frame_offsets_us=draw(offsets),
        codec=draw(st.sampled_from(Codec)),
        width=draw(st.integers(1, MAX_SIDE_PIXELS)),
        height=draw(st.integers(1, MAX_SIDE_PIXELS)),
        claim=claim,
        **payload_fields(payload),
    )
    return Chunk(header, payload)


@settings(max_examples=300)
@given(chunks())
def test_what_is_written_is_read(chunk: Chunk) -> None:
    read = decode_chunk(encode_chunk(chunk.header, chunk.payload))
    assert read.header == chunk.header
    assert read.payload == (b"" if chunk.header.claim else chunk.payload)
    if chunk.header.claim is None:
        read.verify()


@settings(max_examples=500)
@given(chunks(), st.data())
def test_a_record_that_was_cut_is_malformed(chunk: Chunk, data: st.DataObject) -> None:
    record = encode_chunk(chunk.header.model_copy(update={"claim": None}), chunk.payload)
    kept = data.draw(st.integers(0, len(record) - 1))
    with pytest.raises(Malformed):
        decode_chunk(record[:kept]).verify()


@settings(max_examples=1000)
@given(chunks(), st.data())
def test_a_record_with_wrong_bytes_is_malformed_or_still_a_chunk(chunk: Chunk, data: st.DataObject) -> None:
    record = bytearray(encode_chunk(chunk.header, chunk.payload))
    for place in data.draw(st.lists(st.integers(0, len(record) - 1), min_size=1, max_size=8)):
        record[place] ^= data.draw(st.integers(1, 255))
    try:
        read = decode_chunk(bytes(record))
        read.verify()
    except Malformed:
        return
    # What is still a chunk can be written again and used.
    encode_chunk(read.header, read.payload)
    assert all(moment.tzinfo is UTC for moment in read.header.frame_times())


@settings(max_examples=500)
@given(st.binary(max_size=300))
def test_garbage_is_malformed(garbage: bytes) -> None:
    with pytest.raises(Malformed):
        decode_chunk(garbage)
    with pytest.raises(Malformed):
        decode_chunk(PREAMBLE.pack(MAGIC, len(garbage)) + garbage)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=500)
@given(chunks(), st.sampled_from(sorted(ChunkHeader.model_fields)), json_values)
def test_a_header_with_any_value_anywhere(chunk: Chunk, field: str, value: object) -> None:
    fields = json.loads(chunk.header.model_dump_json(exclude_none=True)) | {field: value}
    text = json.dumps(fields).encode()
    try:
        read = decode_chunk(PREAMBLE.pack(MAGIC, len(text)) + text)
    except Malformed:
        return
    read.header.frame_times()


@settings(max_examples=200)
@given(moments, moments, st.integers(0, 0xFFFF), st.integers(0, 0xFFFF))
def test_sessions_sort_by_their_start(first: datetime, second: datetime, one: int, two: int) -> None:
    sessions = new_stream_session(first, one), new_stream_session(second, two)
    if first != second:
        assert (sessions[0] < sessions[1]) == (first < second)
