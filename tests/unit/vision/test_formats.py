"""The examples of the format pages are read by the code, and written by it."""

from __future__ import annotations

import json
import re
import zlib
from pathlib import Path

import numpy as np
import pytest

from floorsight.events.vision import LineCrossed
from floorsight.platform.bus import canonical_json
from floorsight.platform.errors import Malformed
from floorsight.platform.ids import derived_id
from floorsight.vision.chunk import (
    MAX_HEADER_BYTES,
    MAX_RECORD_BYTES,
    MAX_SEQUENCE,
    ChunkHeader,
    decode_chunk,
    encode_chunk,
)
from floorsight.vision.faces.record import FORMAT as FACE_RECORD_FORMAT
from floorsight.vision.faces.record import PREFIX, dump_record, load_record, record_key
from floorsight.vision.stream_state import FORMAT, MAX_EARLIER, MAX_GAPS, dump_state, load_state
from floorsight.vision.track_log import NO_FACES, NO_PLATES

PAGES = Path(__file__).resolve().parents[3] / "docs" / "formats"


def examples(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (PAGES / page).read_text(), re.DOTALL)


def test_the_chunk() -> None:
    (dump,) = examples("chunk.md", "hex")
    header, claimed = examples("chunk.md", "json")
    record = bytes.fromhex(dump)
    chunk = decode_chunk(record)
    chunk.verify()
    assert encode_chunk(chunk.header, chunk.payload) == record
    assert chunk.header == ChunkHeader.model_validate_json(header)
    assert f"A record of {len(record)} bytes" in (PAGES / "chunk.md").read_text()
    again = ChunkHeader.model_validate_json(claimed)
    assert again.claim is not None
    assert again.model_copy(update={"claim": None}) == chunk.header


def test_the_chunk_page_names_every_field_and_limit() -> None:
    page = (PAGES / "chunk.md").read_text()
    assert all(f"`{name}`" in page for name in ChunkHeader.model_fields)
    for limit in (MAX_HEADER_BYTES, MAX_RECORD_BYTES, MAX_SEQUENCE):
        assert f"{limit:,}".replace(",", " ") in page


def test_the_event() -> None:
    (detail,) = examples("event-envelope.md", "json")
    event = LineCrossed.parse(detail)
    assert event.to_message().detail == canonical_json(json.loads(detail))
    facts = (event.track_id, event.line_id, event.line_revision, event.crossing_number)
    assert event.event_id == derived_id(event.detail_type(), event.camera_id, event.stream_session, *facts)


def test_the_face_record() -> None:
    (text,) = examples("face-record.md", "json")
    record = load_record(text.encode())
    assert json.loads(dump_record(record)) == json.loads(text)
    (face,) = record.faces
    assert np.linalg.norm(face.embedding) == pytest.approx(1.0)
    assert face.jpeg.startswith(b"\xff\xd8")


def test_the_face_record_page_names_every_field_and_its_key() -> None:
    page = (PAGES / "face-record.md").read_text()
    values = json.loads(examples("face-record.md", "json")[0])
    assert all(f"`{name}`" in page for name in (*values, *values["faces"][0]))
    assert values["format"] == FACE_RECORD_FORMAT
    key = record_key("<site_id>", "<camera_id>", "<stream_session>", "<track_id>", "<sequence>")  # type: ignore[arg-type]
    assert key.startswith(f"{PREFIX}/")
    assert f"`{key}`" in page


def test_the_stream_state() -> None:
    (text,) = examples("stream-state.md", "json")
    state = load_state(zlib.compress(text.encode()))
    assert json.loads(zlib.decompress(dump_state(state))) == json.loads(text)


def test_a_stream_state_that_knows_little_of_plates_is_still_read() -> None:
    values = json.loads(examples("stream-state.md", "json")[0])
    plates = values["logs"]["1"]["plates"]
    for name in (
        "place",
        "placed_ms",
        "hope",
        "behind",
        "gate_id",
        "lane",
        "direction",
        "behind_ms",
        "clear",
        "announced",
    ):
        del plates[name]
    del plates["readings"][0]["near"]
    (log,) = load_state(zlib.compress(json.dumps(values).encode())).logs.values()
    assert (log.plates.place, log.plates.gate_id, log.plates.direction) == (None, "", None)
    assert [each.near for each in log.plates.readings] == [False]


def test_a_stream_state_of_format_1_is_still_read() -> None:
    text = (Path(__file__).parent / "stream_state_format_1.json").read_text()
    state = load_state(zlib.compress(text.encode()))
    assert state.minute is None
    (log,) = state.logs.values()
    assert (log.zones, log.score) == ({}, 0.0)
    written, stored = json.loads(zlib.decompress(dump_state(state))), json.loads(text)
    assert written.pop("format") == FORMAT
    assert written.pop("minute") is None
    assert written.pop("tally") == [0, 0, 0]
    assert written.pop("interrupted") is False
    assert (written["logs"]["1"].pop("zones"), written["logs"]["1"].pop("score")) == ({}, 0.0)
    assert written["logs"]["1"].pop("faces") is None
    assert written["logs"]["1"].pop("plates") is None
    assert stored.pop("format") == 1
    assert written == stored


def test_a_stream_state_of_format_2_is_still_read() -> None:
    text = (Path(__file__).parent / "stream_state_format_2.json").read_text()
    state = load_state(zlib.compress(text.encode()))
    (log,) = state.logs.values()
    assert log.faces == NO_FACES
    written, stored = json.loads(zlib.decompress(dump_state(state))), json.loads(text)
    assert (written.pop("format"), stored.pop("format")) == (FORMAT, 2)
    assert written["logs"]["1"].pop("faces") is None
    assert written["logs"]["1"].pop("plates") is None
    assert written == stored


def test_a_stream_state_of_format_3_is_still_read() -> None:
    text = (Path(__file__).parent / "stream_state_format_3.json").read_text()
    state = load_state(zlib.compress(text.encode()))
    (log,) = state.logs.values()
    assert log.plates == NO_PLATES
    written, stored = json.loads(zlib.decompress(dump_state(state))), json.loads(text)
    assert (written.pop("format"), stored.pop("format")) == (FORMAT, 3)
    assert written["logs"]["1"].pop("plates") is None
    assert written == stored


def test_the_stream_state_page_names_every_field_and_limit() -> None:
    page = (PAGES / "stream-state.md").read_text()
    values = json.loads(examples("stream-state.md", "json")[0])
    (log,) = values["logs"].values()
    names = [*values, *values["tracker"], *log, *next(iter(log["lines"].values()))]
    names += [
        *next(iter(log["zones"].values())),
        *log["faces"],
        *log["plates"],
        *log["plates"]["readings"][0],
    ]
    assert all(f"`{name}`" in page for name in names)
    assert f"the latest {MAX_GAPS}" in page
    assert f"the latest {MAX_EARLIER}" in page


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        b"not compressed",
        zlib.compress(b""),
        zlib.compress(b"[]"),
        zlib.compress(b"{}"),
        zlib.compress(json.dumps({"format": FORMAT + 1}).encode()),
        zlib.compress(json.dumps({"format": FORMAT}).encode()),
    ],
)
def test_a_state_that_cannot_be_read_is_malformed(stored: bytes) -> None:
    with pytest.raises(Malformed) as error:
        load_state(stored)
    assert error.value.code == "bad_state"
