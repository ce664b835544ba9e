"""The face record: what is written is read, what is not it is refused, and nothing of it is told."""

from __future__ import annotations

import json
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorsight.platform.errors import Malformed
from floorsight.vision.faces.record import (
    FaceRecord,
    KeptFace,
    dump_embedding,
    dump_record,
    load_embedding,
    load_record,
    record_key,
)
from tests.fakes.clock import NOON

DIRECTION = (np.arange(128, dtype=np.float32) - 60.0) / np.float32(np.linalg.norm(np.arange(128.0) - 60.0))
RECORD = FaceRecord("sface", (KeptFace(NOON, 0.93, 0.81, DIRECTION, b"\xff\xd8picture"),))


def test_what_is_written_is_read() -> None:
    later = KeptFace(NOON + timedelta(milliseconds=200), 0.9, 0.5, -DIRECTION, b"")
    found = load_record(dump_record(FaceRecord("sface", (*RECORD.faces, later))))
    assert found.embedder == "sface"
    for read, written in zip(found.faces, (*RECORD.faces, later), strict=True):
        assert (read.seen_at, read.score, read.quality) == (written.seen_at, written.score, written.quality)
        assert read.jpeg == written.jpeg
        assert read.embedding.dtype == np.float32
        np.testing.assert_array_equal(read.embedding, written.embedding)


def test_the_same_record_is_the_same_bytes() -> None:
    assert dump_record(RECORD) == dump_record(load_record(dump_record(RECORD)))


def test_its_key_tells_the_track_and_the_chunk() -> None:
    assert record_key("plant-1", "door-1", "s-1", 7, 42) == "faces/plant-1/door-1/s-1/7/42.json"


@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=1, max_size=140))
def test_an_embedding_is_read_to_the_last_bit(numbers: list[float]) -> None:
    embedding = np.array(numbers, np.float32)
    assert load_embedding(dump_embedding(embedding)).tobytes() == embedding.tobytes()


def damaged() -> list[bytes]:
    values = json.loads(dump_record(RECORD))
    face = values["faces"][0]
    changes = [
        {**values, "format": 2},
        {**values, "faces": None},
        {key: value for key, value in values.items() if key != "embedder"},
        *({**values, "faces": [{**face, **change}]} for change in BAD_FACES),
    ]
    return [
        b"",
        b"no json",
        b"[]",
        b"null",
        dump_record(RECORD)[:-9],
        *(json.dumps(c).encode() for c in changes),
    ]


BAD_FACES: list[dict[str, object]] = [
    {"seen_at": "yesterday"},
    {"seen_at": None},
    {"score": "high"},
    {"embedding": "AAA"},
    {"embedding": "not base64!"},
    {"embedding": ""},
    {"embedding": dump_embedding(np.array([np.nan], np.float32))},
    {"jpeg": "?"},
    {"jpeg": 3},
]


@pytest.mark.parametrize("stored", damaged())
def test_what_is_no_record_is_refused_without_a_word_of_it(stored: bytes) -> None:
    with pytest.raises(Malformed) as error:
        load_record(stored)
    assert error.value.code == "bad_face_record"
    assert error.value.__cause__ is None
    for secret in ("AAA", "yesterday", dump_embedding(DIRECTION)[:12]):
        assert secret not in error.value.message


def test_faces_are_not_shown_in_logs() -> None:
    for shown in (repr(RECORD), repr(RECORD.faces[0]), str(RECORD)):
        assert "array" not in shown
        assert "picture" not in shown
