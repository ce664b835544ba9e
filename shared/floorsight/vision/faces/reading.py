"""Reading a picture's faces: find, judge, align, embed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from floorsight.vision.decoding import Image
from floorsight.vision.detections import Floats
from floorsight.vision.faces.quality import LIMITS, FaceQuality, QualityLimits, Verdict


@dataclass(frozen=True, repr=False)
class FaceFound:
    """A face in a picture.

    box: (4,) float32, left, top, right, bottom in pixels; landmarks: (5, 2) float32, x and y, in the order
    of `quality`. worth: 0..1, how good the face is among accepted ones. embedding: (128,) float32 of
    length 1; jpeg: the face with a margin. Both None unless accepted.
    """

    box: Floats
    landmarks: Floats
    quality: FaceQuality
    verdict: Verdict
    worth: float
    embedding: Floats | None = None
    jpeg: bytes | None = None


class FaceReads(Protocol):
    """Whoever reads faces of pictures; `embedder` names what made the embeddings."""

    @property
    def embedder(self) -> str: ...

    def read(self, rgb: Image, limits: QualityLimits = LIMITS) -> list[FaceFound]:
        """All faces of a picture (height, width, 3) RGB, the largest first, refused ones included."""
