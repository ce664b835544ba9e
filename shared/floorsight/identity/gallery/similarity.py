"""How similar some faces are to a site's, without numpy: for the API, which asks it once a name is given.

Of 5,000 people it takes about a second; whoever recognises people uses `matching`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from operator import mul

from floorsight.identity.gallery.model import EMBEDDING_SIZE, SiteFaces
from floorsight.identity.model import Match

_NUMBERS = struct.Struct(f"<{EMBEDDING_SIZE}f")


def similarity(one: bytes, other: bytes) -> float:
    """The cosine of two embeddings as they are stored."""
    cosine: float = sum(map(mul, _NUMBERS.unpack(one), _NUMBERS.unpack(other)))
    return cosine


def like_the_first(embeddings: Sequence[bytes], threshold: float) -> list[int]:
    """The places of those that are one person's with the first, in order.

    One person's are those similar by `threshold`, directly or by way of others.
    """
    theirs, others = [0], list(range(1, len(embeddings)))
    for known in theirs:  # which grows meanwhile
        near = [each for each in others if similarity(embeddings[known], embeddings[each]) >= threshold]
        theirs += near
        others = [each for each in others if each not in near]
    return sorted(theirs)


def find_nearest_other(
    faces: SiteFaces, embeddings: Iterable[bytes], embedder: str, *, than: str
) -> Match | None:
    """The employee other than `than` who has the face that is most similar to any of these embeddings.

    None if nobody else has a face by that embedder. Similarity is the cosine, as `Gallery.match` has it.
    """
    asked = [_NUMBERS.unpack(embedding) for embedding in embeddings]
    nearest: Match | None = None
    for person in faces.people:
        if person.employee_id == than:
            continue
        for face in person.faces:
            if face.embedder != embedder:
                continue
            enrolled = _NUMBERS.unpack(face.embedding)
            for each in asked:
                similarity = sum(map(mul, each, enrolled))
                if nearest is None or similarity > nearest.similarity:
                    nearest = Match(person.employee_id, similarity)
    return nearest
