"""People as embeddings, and portraits of them, for who needs no model to tell one from another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from floorsight.vision.faces.quality import FaceQuality, Verdict
from floorsight.vision.faces.reading import FaceFound

EMBEDDER = "fake"
GOOD = FaceQuality(score=0.9, eye_distance=60.0, yaw=0.0, pitch=0.0, sharpness=200.0)
Vector = npt.NDArray[np.float32]
Portrait = npt.NDArray[np.uint8]


def face_of(person: int, shot: int = 0, spread: float = 0.3) -> Vector:
    """(128,) of length 1: a face of somebody. Faces of one person are similar by about 0.9, of two hardly."""
    mean = _unit(np.random.default_rng([7, person]).normal(size=128))
    return _unit(mean + spread * _unit(np.random.default_rng([8, person, shot]).normal(size=128)))


def stored(embedding: Vector) -> bytes:
    """As the gallery keeps it."""
    return embedding.astype("<f4").tobytes()


def portrait(*faces: tuple[int, int], verdict: Verdict = Verdict.ACCEPTED) -> Portrait:
    """A picture that shows these faces, (person, shot) each, for `FakeReader` alone."""
    rows = [[person, shot, list(Verdict).index(verdict)] for person, shot in faces]
    return np.array(rows, np.uint8).reshape(1, -1, 3)


@dataclass
class FakeReader:
    """`PortraitReader` of portraits. Counts what it has read."""

    embedder: str = EMBEDDER
    pictures: int = 0

    def read(self, rgb: Portrait) -> list[FaceFound]:
        self.pictures += 1
        return [_found(*numbers) for numbers in rgb[0].tolist()]


def jpeg_of(person: int, shot: int) -> bytes:
    """What stands for the picture of a face: it can be searched for."""
    return f"portrait of {person} in shot {shot}".encode()


def _found(person: int, shot: int, verdict: int) -> FaceFound:
    good = list(Verdict)[verdict] is Verdict.ACCEPTED
    return FaceFound(
        box=np.array([0, 0, 9, 9], np.float32),
        landmarks=np.zeros((5, 2), np.float32),
        quality=GOOD,
        verdict=list(Verdict)[verdict],
        worth=1.0,
        aligned=np.zeros((112, 112, 3), np.uint8),
        embedding=face_of(person, shot) if good else None,
        jpeg=jpeg_of(person, shot) if good else None,
    )


def _unit(values: Sequence[float] | npt.NDArray[np.float64]) -> Vector:
    array = np.asarray(values, np.float64)
    return (array / np.linalg.norm(array)).astype(np.float32)
