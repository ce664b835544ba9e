"""Which images may be enrolled together: pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from floorsight.identity.enrolling.model import ImageFault
from floorsight.identity.model import FaceMatch, Match
from floorsight.vision.faces.quality import Verdict

Embeddings = npt.NDArray[np.float32]


def fault_of_faces(verdicts: Sequence[Verdict]) -> ImageFault | Verdict | None:
    """Why an image with these faces can't be enrolled; None when it shows one good face, and no other one.

    What is perhaps no face at all does not count, unless there is nothing else.
    """
    sure = [verdict for verdict in verdicts if verdict is not Verdict.UNSURE]
    if not sure:
        return Verdict.UNSURE if verdicts else ImageFault.NO_FACE
    if len(sure) > 1:
        return ImageFault.SEVERAL_FACES
    return None if sure[0] is Verdict.ACCEPTED else sure[0]


def find_strangers(new: Embeddings, known: Embeddings, threshold: float) -> list[bool]:
    """Of each new face (n, d; unit rows), whether it is another person than the rest.

    Faces belong together that are similar by `threshold`, directly or by way of others. The person is who is
    known already (k, d); if nobody is, whoever most of the new faces show, the first one's if in doubt.
    """
    together = _components(np.concatenate([known, new]) if len(known) else new, threshold)
    mine = together[len(known) :]
    if len(known):
        person = set(together[: len(known)])
    else:
        person = {max(mine, key=lambda group: (mine.count(group), -mine.index(group)))} if mine else set()
    return [group not in person for group in mine]


def enrolled_as(match: FaceMatch, employee_id: str, threshold: float) -> Match | None:
    """Somebody else who is enrolled with a face as similar as this one's own may be; None: nobody is."""
    for found in (match.best, match.other):
        if found is not None and found.employee_id != employee_id:
            return found if found.similarity >= threshold else None
    return None


def _components(faces: Embeddings, threshold: float) -> list[int]:
    """The group of each face: the number of the first face in it."""
    similar = faces @ faces.T >= threshold
    groups = list(range(len(faces)))
    for first in range(len(faces)):
        for second in range(first):
            if similar[first, second] and groups[first] != groups[second]:
                low, high = sorted((groups[first], groups[second]))
                groups = [low if group == high else group for group in groups]
    return groups
