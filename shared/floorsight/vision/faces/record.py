"""The face record: good faces of one track from one chunk, as an object (docs/formats/face-record.md).

The only place besides a gallery where embeddings are kept, and a short-lived one.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from floorsight.platform.clock import from_sort_key, to_sort_key
from floorsight.platform.errors import Malformed
from floorsight.vision.detections import Floats

FORMAT = 1
RECORD_TYPE = "application/json"
PREFIX = "faces"
_STORED = np.dtype("<f4")


@dataclass(frozen=True, repr=False)
class KeptFace:
    """A face that is good enough to be recognised by.

    `score` is the detector's and `quality` our own, both 0..1. `embedding` is (d,) float32 of length 1;
    `jpeg` shows the face with a margin, at most 200 pixels a side.
    """

    seen_at: datetime
    score: float
    quality: float
    embedding: Floats
    jpeg: bytes


@dataclass(frozen=True, repr=False)
class FaceRecord:
    """Faces of one track in order of time. Only embeddings of one `embedder` can be compared."""

    embedder: str
    faces: tuple[KeptFace, ...]


def record_key(site_id: str, camera_id: str, stream_session: str, track_id: int, sequence: int) -> str:
    """Where the faces of a track that a chunk showed are kept."""
    return f"{PREFIX}/{site_id}/{camera_id}/{stream_session}/{track_id}/{sequence}.json"


def dump_record(record: FaceRecord) -> bytes:
    """The stored form; the same record is always the same bytes."""
    faces = [
        {
            "seen_at": to_sort_key(face.seen_at),
            "score": face.score,
            "quality": face.quality,
            "embedding": dump_embedding(face.embedding),
            "jpeg": base64.b64encode(face.jpeg).decode(),
        }
        for face in record.faces
    ]
    values = {"format": FORMAT, "embedder": record.embedder, "faces": faces}
    return json.dumps(values, separators=(",", ":")).encode()


def load_record(stored: bytes) -> FaceRecord:
    """What `dump_record` wrote.

    Raises:
        Malformed: `bad_face_record`, when it is damaged or of a format that is not known.
    """
    try:
        values = json.loads(stored)
        found = values["format"]
        faces = tuple(_load_face(face) for face in values["faces"]) if found == FORMAT else ()
        embedder = str(values["embedder"]) if found == FORMAT else ""
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        # Not a word of what it holds: an error's text goes to logs.
        raise Malformed(
            f"the face record is damaged ({type(error).__name__})", code="bad_face_record"
        ) from None
    if found != FORMAT:
        raise Malformed("a face record of a format that is not known", code="bad_face_record")
    return FaceRecord(embedder, faces)


def dump_embedding(embedding: Floats) -> str:
    """float32 numbers, little-endian, in base64."""
    return base64.b64encode(np.ascontiguousarray(embedding, _STORED).tobytes()).decode()


def load_embedding(stored: str) -> Floats:
    """(d,) float32. Raises ValueError: these are no such numbers, or there are none."""
    try:
        numbers = np.frombuffer(base64.b64decode(stored, validate=True), _STORED).astype(np.float32)
    except binascii.Error:
        raise ValueError("no base64") from None
    if not len(numbers) or not np.isfinite(numbers).all():
        raise ValueError("no embedding")
    return numbers


def _load_face(values: dict[str, Any]) -> KeptFace:
    return KeptFace(
        seen_at=from_sort_key(values["seen_at"]),
        score=float(values["score"]),
        quality=float(values["quality"]),
        embedding=load_embedding(values["embedding"]),
        jpeg=base64.b64decode(values["jpeg"], validate=True),
    )
