"""Reading a picture's faces: find, judge, align, embed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import cv2
import numpy as np

from floorsight.vision.decoding import Image
from floorsight.vision.detections import Floats
from floorsight.vision.faces.alignment import align
from floorsight.vision.faces.detector import FaceDetector
from floorsight.vision.faces.embedder import FaceEmbedder
from floorsight.vision.faces.quality import (
    LIMITS,
    FaceQuality,
    QualityLimits,
    Verdict,
    judge,
    measure_pose,
    rate,
)
from floorsight.vision.pictures import encode_jpeg

# The face's picture for people to look at.
PICTURE_SIDE = 200
PICTURE_MARGIN = 0.35  # of the face's larger side, on each side


@dataclass(frozen=True, repr=False)
class FaceFound:
    """A face in a picture.

    box: (4,) float32, left, top, right, bottom in pixels; landmarks: (5, 2) float32, x and y, in the order
    of `quality`. worth: 0..1, how good the face is. aligned: (112, 112, 3), what is embedded. embedding:
    (128,) float32 of length 1, and jpeg: the face with a margin, at most 200 pixels a side; both None unless
    the face was accepted (and, for `embedding`, embedded).
    """

    box: Floats
    landmarks: Floats
    quality: FaceQuality
    verdict: Verdict
    worth: float
    aligned: Image
    embedding: Floats | None = None
    jpeg: bytes | None = None


class FaceReads(Protocol):
    """Whoever reads faces of pictures; `embedder` names what made the embeddings."""

    @property
    def embedder(self) -> str: ...

    def find(
        self, rgb: Image, *, longest_side: int | None = None, limits: QualityLimits = LIMITS
    ) -> list[FaceFound]:
        """All faces of a picture, as in `read`, without embeddings."""

    def embed(self, faces: Sequence[FaceFound]) -> list[FaceFound]:
        """The same faces with their embeddings, made in one call."""


class FaceReader:
    """Reads faces of pictures. One picture at a time; not to be shared between threads."""

    def __init__(self, detector: FaceDetector, embedder: FaceEmbedder, *, still_side: int = 640) -> None:
        """`still_side`: a picture is shrunk to this longest side for finding faces, and only for that."""
        self._detector, self._embedder = detector, embedder
        self._still_side = still_side

    @property
    def embedder(self) -> str:
        """The name of what makes the embeddings: only those of one name can be compared."""
        return self._embedder.name

    def read(self, rgb: Image, limits: QualityLimits = LIMITS) -> list[FaceFound]:
        """All faces of a picture (height, width, 3) RGB, the largest first, refused ones included.

        Those that are accepted have embeddings.
        """
        found = self.find(rgb, limits=limits)
        accepted = [face for face in found if face.verdict is Verdict.ACCEPTED]
        embedded = dict(zip(map(id, accepted), self.embed(accepted), strict=True))
        return [embedded.get(id(face), face) for face in found]

    def find(
        self, rgb: Image, *, longest_side: int | None = None, limits: QualityLimits = LIMITS
    ) -> list[FaceFound]:
        """All faces of a picture, as in `read`, without embeddings."""
        faces = self._detector.detect(rgb, longest_side=longest_side or self._still_side)
        columns = zip(faces.boxes, faces.landmarks, faces.scores.tolist(), strict=True)
        return [_judge(rgb, box, landmarks, score, limits) for box, landmarks, score in columns]

    def embed(self, faces: Sequence[FaceFound]) -> list[FaceFound]:
        """The same faces with their embeddings, made in one call."""
        rows = self._embedder.embed([face.aligned for face in faces])
        return [replace(face, embedding=row) for face, row in zip(faces, rows, strict=True)]


def _judge(rgb: Image, box: Floats, landmarks: Floats, score: float, limits: QualityLimits) -> FaceFound:
    aligned = align(rgb, landmarks)
    pose = measure_pose(landmarks)
    quality = FaceQuality(score, pose.eye_distance, pose.yaw, pose.pitch, measure_sharpness(aligned))
    verdict = judge(quality, limits)
    jpeg = _picture(rgb, box) if verdict is Verdict.ACCEPTED else None
    return FaceFound(box, landmarks, quality, verdict, rate(quality), aligned, jpeg=jpeg)


def measure_sharpness(aligned: Image) -> float:
    """The variance of the Laplacian of an aligned face (112, 112, 3) in grey."""
    return float(cv2.Laplacian(cv2.cvtColor(aligned, cv2.COLOR_RGB2GRAY), cv2.CV_32F).var())


def _picture(rgb: Image, box: Floats) -> bytes:
    """The face with a margin as a JPEG, no part of it outside the picture."""
    height, width = rgb.shape[:2]
    left, top, right, bottom = box.tolist()
    margin = PICTURE_MARGIN * max(right - left, bottom - top)
    x0, x1 = _within(left - margin, right + margin, width)
    y0, y1 = _within(top - margin, bottom + margin, height)
    crop = np.ascontiguousarray(rgb[y0:y1, x0:x1])
    scale = PICTURE_SIDE / max(crop.shape[:2])
    if scale < 1.0:
        size = (max(round(crop.shape[1] * scale), 1), max(round(crop.shape[0] * scale), 1))
        crop = cv2.resize(crop, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    return encode_jpeg(crop)


def _within(low: float, high: float, pixels: int) -> tuple[int, int]:
    """Whole pixels inside the picture, at least one."""
    first = min(max(int(low), 0), pixels - 1)
    return first, min(max(int(high), first + 1), pixels)
