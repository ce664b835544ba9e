"""A track's faces: read from their records, kept as evidence, and forgotten."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from floorsight.identity.gallery.matching import Embeddings, stack_embeddings
from floorsight.identity.gallery.model import EMBEDDING_SIZE
from floorsight.platform.errors import Malformed, NotFound
from floorsight.platform.objects import ObjectStore
from floorsight.vision.faces.record import FaceRecord, KeptFace, load_record

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TrackFaces:
    """Faces of one track by one embedder, best first: `embeddings` as a gallery stores them, and pictures."""

    embedder: str
    embeddings: tuple[bytes, ...] = field(repr=False)
    jpegs: tuple[bytes, ...] = field(repr=False)

    def __len__(self) -> int:
        return len(self.embeddings)

    @property
    def pairs(self) -> list[tuple[bytes, bytes]]:
        """Embedding and picture of each face."""
        return list(zip(self.embeddings, self.jpegs, strict=True))

    @property
    def matrix(self) -> Embeddings:
        """(k, 128) float32, unit rows."""
        return stack_embeddings(self.embeddings)


def read_faces(objects: ObjectStore, record_keys: Sequence[str]) -> TrackFaces | None:
    """What is left of a track's face records; None if all are gone.

    Raises:
        Malformed: `bad_face_record`, when one is damaged or of an embedder that a gallery can't hold.
        Unavailable: the bucket does not answer.
    """
    records = [record for key in record_keys if (record := _read_record(objects, key))]
    faces = [(record.embedder, face) for record in records for face in record.faces]
    if not faces:
        return None
    embedder = faces[-1][0]  # a new version may have begun in the middle: the newer one's faces count
    kept = sorted((face for made_by, face in faces if made_by == embedder), key=_worst_last)
    return TrackFaces(embedder, tuple(map(_stored, kept)), tuple(face.jpeg for face in kept))


def _read_record(objects: ObjectStore, key: str) -> FaceRecord | None:
    try:
        return load_record(objects.get(key))
    except NotFound:
        _log.warning("a face record is gone", extra={"key": key, "code": "face_record_gone"})
        return None


def _worst_last(face: KeptFace) -> float:
    return -face.quality


def _stored(face: KeptFace) -> bytes:
    if face.embedding.shape != (EMBEDDING_SIZE,):
        raise Malformed(
            f"an embedding has {EMBEDDING_SIZE} numbers, not {face.embedding.size}", code="bad_face_record"
        )
    return face.embedding.astype(np.dtype("<f4")).tobytes()
