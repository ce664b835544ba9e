"""Finding faces: YuNet (Wu and others, "YuNet: a tiny millisecond-level face detector", 2023).

The network says for each cell of three grids (of 8, 16 and 32 pixels) how sure it is that a face and that an
object is there, where the box lies from the cell's corner, and where its five landmarks lie.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from floorsight.platform.errors import Malformed
from floorsight.vision.decoding import Image
from floorsight.vision.detections import Floats
from floorsight.vision.onnx_session import open_session

STRIDES = (8, 16, 32)
_KINDS = ("cls", "obj", "bbox", "kps")
_OUTPUTS = tuple(f"{kind}_{stride}" for stride in STRIDES for kind in _KINDS)
MINIMUM_SCORE = 0.5
NMS_OVERLAP = 0.3
MOST_FACES = 200


@dataclass(frozen=True)
class Faces:
    """Faces of one picture, the largest first.

    boxes: (n, 4) float32, left, top, right, bottom in pixels. landmarks: (n, 5, 2) float32, x and y, in the
    order of `quality`. scores: (n,) float32 in 0..1.
    """

    boxes: Floats
    landmarks: Floats
    scores: Floats

    def __len__(self) -> int:
        return len(self.scores)

    def largest_first(self) -> Faces:
        sides = self.boxes[:, 2:] - self.boxes[:, :2]
        order = np.argsort(-sides.prod(axis=1), kind="stable")
        return Faces(self.boxes[order], self.landmarks[order], self.scores[order])

    @classmethod
    def none(cls) -> Faces:
        return cls(np.zeros((0, 4), np.float32), np.zeros((0, 5, 2), np.float32), np.zeros(0, np.float32))


class FaceDetector:
    """Finds faces in one picture a call: batches were slower on a CPU, as larger tensors leave its cache."""

    def __init__(self, model: Path, *, threads: int = 0) -> None:
        """Load the model; it computes on the CPU, as a GPU would prepare itself anew for each size.

        Raises:
            NotFound: there is no such file. Malformed: it is no such model.
        """
        self._session = open_session(model, threads, on_gpu=False)
        inputs, outputs = self._session.get_inputs(), {each.name for each in self._session.get_outputs()}
        if len(inputs) != 1 or not outputs.issuperset(_OUTPUTS):
            raise Malformed(f"{model} is no YuNet of 2023: it has {sorted(outputs)}", code="bad_model")
        self._input = inputs[0].name

    def detect(self, rgb: Image, *, longest_side: int) -> Faces:
        """Faces of a picture (height, width, 3) RGB, which is shrunk to a longest side for it."""
        height, width = rgb.shape[:2]
        scale = min(longest_side / max(height, width), 1.0)
        size = (max(round(width * scale), 1), max(round(height * scale), 1))
        if scale < 1.0:
            rgb = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
        found = self._find(_tensor(rgb))
        back = np.array([width / size[0], height / size[1]], np.float32)
        return Faces(found.boxes * np.tile(back, 2), found.landmarks * back, found.scores)

    def _find(self, tensor: Floats) -> Faces:
        answers = dict(zip(_OUTPUTS, self._session.run(_OUTPUTS, {self._input: tensor}), strict=True))
        grids = [
            read_grid(stride, tensor.shape[3] // stride, *(answers[f"{kind}_{stride}"][0] for kind in _KINDS))
            for stride in STRIDES
        ]
        joined = Faces(
            np.concatenate([grid.boxes for grid in grids]),
            np.concatenate([grid.landmarks for grid in grids]),
            np.concatenate([grid.scores for grid in grids]),
        )
        return suppress(joined).largest_first()


def read_grid(stride: int, columns: int, cls: Floats, obj: Floats, bbox: Floats, kps: Floats) -> Faces:
    """One grid's answers, (m, 1), (m, 1), (m, 4) and (m, 10) → its faces, in pixels of the tensor."""
    scores = np.sqrt(cls[:, 0].clip(0.0, 1.0) * obj[:, 0].clip(0.0, 1.0))
    likely = np.flatnonzero(scores >= MINIMUM_SCORE)
    with np.errstate(over="ignore", invalid="ignore"):  # what is no number is left out
        corners = np.stack([likely % columns, likely // columns], axis=1).astype(np.float32)
        centres = (corners + bbox[likely, :2]) * stride
        sizes = np.exp(bbox[likely, 2:]) * stride
        landmarks = (corners[:, None] + kps[likely].reshape(-1, 5, 2)) * stride
        boxes = np.concatenate([centres - sizes / 2, centres + sizes / 2], axis=1)
        sound = np.isfinite(boxes).all(axis=1) & np.isfinite(landmarks).all(axis=(1, 2))
        sound &= np.ptp(landmarks, axis=1).min(axis=1) > 0.0  # five places, not one
    return Faces(boxes[sound].astype(np.float32), landmarks[sound].astype(np.float32), scores[likely][sound])


def suppress(faces: Faces) -> Faces:
    """Of faces that overlap, the surest alone."""
    if not len(faces):
        return Faces.none()
    sides = faces.boxes[:, 2:] - faces.boxes[:, :2]
    corners = np.concatenate([faces.boxes[:, :2], sides], axis=1)
    kept = cv2.dnn.NMSBoxes(corners.tolist(), faces.scores.tolist(), MINIMUM_SCORE, NMS_OVERLAP)
    chosen = np.asarray(kept, np.int64).reshape(-1)[:MOST_FACES]
    return Faces(faces.boxes[chosen], faces.landmarks[chosen], faces.scores[chosen])


def _tensor(rgb: Image) -> Floats:
    """(1, 3, h, w) float32, BGR 0..255; black is added until h and w are multiples of the largest stride."""
    height, width = (-(-side // STRIDES[-1]) * STRIDES[-1] for side in rgb.shape[:2])
    tensor = np.zeros((1, 3, height, width), np.float32)
    tensor[0, :, : rgb.shape[0], : rgb.shape[1]] = rgb[:, :, ::-1].transpose(2, 0, 1)
    return tensor
