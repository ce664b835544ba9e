"""Enrolled faces. Nothing here shows an embedding when it is printed or logged."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, field
from datetime import datetime

from floorsight.platform.errors import Malformed

EMBEDDING_SIZE = 128
EMBEDDING_BYTES = 4 * EMBEDDING_SIZE
MAX_FACES = 5  # of an employee
_LENGTH_TOLERANCE = 1e-3  # of float32 sums over 128 numbers, with room to spare


@dataclass(frozen=True)
class EnrolledFace:
    """A face of an employee. Raises Malformed (`bad_embedding`) when the embedding is none.

    `embedding` is 128 float32, little-endian, of length 1. `embedder` names the model that made it: what two
    models make can't be compared. `snapshot_key` is the object that has the face's picture.
    """

    face_id: str
    embedding: bytes = field(repr=False)
    embedder: str
    enrolled_at: datetime
    enrolled_by: str
    snapshot_key: str | None = None

    def __post_init__(self) -> None:
        check_embedding(self.embedding)


@dataclass(frozen=True)
class EnrolledPerson:
    """An employee's faces at a site. `revision` is 0 before they are stored, and rises with each change."""

    site_id: str
    employee_id: str
    faces: tuple[EnrolledFace, ...] = ()
    revision: int = 0

    def __post_init__(self) -> None:
        if len(self.faces) > MAX_FACES:
            raise Malformed(
                f"an employee has at most {MAX_FACES} faces, not {len(self.faces)}; remove one first",
                code="too_many_faces",
                field="faces",
            )


@dataclass(frozen=True)
class SiteFaces:
    """All enrolled people of a site, as they were at a revision of the site's gallery; 0: nobody ever was."""

    site_id: str
    revision: int
    people: tuple[EnrolledPerson, ...]


def check_embedding(embedding: bytes) -> None:
    """Raises Malformed (`bad_embedding`) unless it is 128 float32, little-endian, of length 1."""
    if len(embedding) != EMBEDDING_BYTES:
        raise Malformed(
            f"an embedding has {EMBEDDING_BYTES} bytes, not {len(embedding)}", code="bad_embedding"
        )
    length = math.sqrt(math.fsum(value * value for value in struct.unpack(f"<{EMBEDDING_SIZE}f", embedding)))
    if not abs(length - 1.0) <= _LENGTH_TOLERANCE:  # which NaN is not either
        raise Malformed("an embedding has length 1; divide it by its norm first", code="bad_embedding")
