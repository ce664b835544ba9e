"""The faces of a review as an object: what naming somebody enrols. Standard library only, for the API."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

from floorsight.identity.enrolling.model import NewFace
from floorsight.identity.gallery.model import check_embedding
from floorsight.platform.errors import Malformed

FACES_TYPE = "application/json"
FORMAT = 1


def dump_faces(faces: Sequence[NewFace]) -> bytes:
    """The stored form of faces, best first."""
    kept = [
        {"embedder": face.embedder, "embedding": _text(face.embedding), "jpeg": _text(face.jpeg)}
        for face in faces
    ]
    return json.dumps({"format": FORMAT, "faces": kept}).encode()


def load_faces(stored: bytes) -> list[NewFace]:
    """What `dump_faces` wrote. Raises Malformed (`bad_review_faces`)."""
    try:
        values = json.loads(stored)
        if values["format"] != FORMAT:
            raise ValueError("another format")
        return [_load(face) for face in values["faces"]]
    except (ValueError, KeyError, TypeError, Malformed):
        # Not a word of what it holds: an error's text goes to logs.
        raise Malformed("the faces of the review are damaged", code="bad_review_faces") from None


def _load(values: dict[str, Any]) -> NewFace:
    embedding, jpeg = (base64.b64decode(values[name], validate=True) for name in ("embedding", "jpeg"))
    check_embedding(embedding)
    return NewFace(str(values["embedder"]), embedding, jpeg)


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()
