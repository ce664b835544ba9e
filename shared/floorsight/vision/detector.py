"""The detector: an ONNX model behind one of two output layouts.

`yolo`: `output0` (n, 84, m): centre x, centre y, width, height in pixels of the square, then 80 class
scores: the YOLOv8 export, so that a user's own `yolov8n.onnx` drops in. `end-to-end`: (n, 300, 6): corners,
score and class, NMS inside.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import cv2
import numpy as np

from floorsight.platform.errors import Malformed
from floorsight.vision.decoding import Frame
from floorsight.vision.detections import COCO_CLASSES, COCO_COLUMNS, Bools, Detections, Floats
from floorsight.vision.letterbox import Letterbox, fill_batch
from floorsight.vision.onnx_session import GPU_PROVIDERS, open_session
from floorsight.vision.timing import Stage, Stopwatch


class Contract(StrEnum):
    """Output layouts."""

    YOLO = "yolo"
    END_TO_END = "end-to-end"


@dataclass(frozen=True)
class DetectorSettings:
    """`minimum_score` is low on purpose: the tracker's second stage lives on faint boxes."""

    minimum_score: float = 0.1
    nms_overlap: float = 0.5
    most_detections: int = 300


class Detector:
    """Finds people and vehicles in a batch of frames with one call of the model."""

    def __init__(
        self,
        model: Path,
        *,
        contract: Contract = Contract.YOLO,
        input_size: int = 416,
        threads: int = 0,
        settings: DetectorSettings | None = None,
    ) -> None:
        """Load the model. `threads` 0 means one for each core that this process may use.

        Raises:
            NotFound: there is no such file. Malformed: it is no such model.
        """
        self.input_size = input_size
        self.settings = settings or DetectorSettings()
        self._session = open_session(model, threads)
        _check_input(model, self._session.get_inputs()[0].shape, input_size)
        _check_output(model, self._session.get_outputs()[0].shape, contract)
        self._input = self._session.get_inputs()[0].name
        self._read: Callable[[Floats, DetectorSettings], Detections] = {
            Contract.YOLO: read_yolo,
            Contract.END_TO_END: read_end_to_end,
        }[contract]

    @property
    def on_gpu(self) -> bool:
        """Whether a GPU computes; onnxruntime takes the CPU without a word when it can't use one."""
        return self.provider in GPU_PROVIDERS

    @property
    def provider(self) -> str:
        """What computes: `CPUExecutionProvider`, `CUDAExecutionProvider`, …"""
        return str(self._session.get_providers()[0])

    def detect(self, frames: list[Frame], stopwatch: Stopwatch) -> list[Detections]:
        """Detections of each frame, in pixels of that frame."""
        if not frames:
            return []
        with stopwatch.measure(Stage.LETTERBOX):
            batch, boxes = fill_batch(frames, self.input_size)
        with stopwatch.measure(Stage.INFER):
            (output,) = self._session.run(None, {self._input: batch})
        with stopwatch.measure(Stage.NMS):
            return [self._in_frame(rows, box) for rows, box in zip(output, boxes, strict=True)]

    def _in_frame(self, rows: Floats, box: Letterbox) -> Detections:
        found = self._read(rows, self.settings)
        return Detections(box.to_frame(found.boxes), found.scores, found.classes)


def read_yolo(rows: Floats, settings: DetectorSettings) -> Detections:
    """One image's (84, m) → detections in the square, after class-wise non-maximum suppression."""
    scores = rows[4:][list(COCO_COLUMNS)]
    classes = scores.argmax(axis=0)
    best = scores.max(axis=0)
    likely = np.flatnonzero((best >= settings.minimum_score) & _finite(rows[:4]))
    if not len(likely):
        return Detections.none()
    centres, best, classes = rows[:4, likely].T, best[likely], classes[likely]
    corners = np.concatenate([centres[:, :2] - centres[:, 2:] / 2, centres[:, 2:]], axis=1)
    kept = cv2.dnn.NMSBoxesBatched(
        corners.tolist(), best.tolist(), classes.tolist(), settings.minimum_score, settings.nms_overlap
    )
    chosen = np.asarray(kept, np.int64).reshape(-1)[: settings.most_detections]
    boxes = corners[chosen]
    boxes[:, 2:] += boxes[:, :2]
    return Detections(boxes, best[chosen], classes[chosen].astype(np.int64))


def read_end_to_end(rows: Floats, settings: DetectorSettings) -> Detections:
    """One image's (300, 6): left, top, right, bottom, score, COCO class → detections in the square."""
    ours = {column: index for index, column in enumerate(COCO_COLUMNS)}
    coco = rows[:, 5].astype(np.int64)
    wanted = np.isin(coco, COCO_COLUMNS) & (rows[:, 4] >= settings.minimum_score) & _finite(rows[:, :4].T)
    classes = np.array([ours[int(column)] for column in coco[wanted]], np.int64)
    return Detections(rows[wanted, :4], rows[wanted, 4], classes)


def _finite(boxes: Floats) -> Bools:
    """Of boxes (4, m), which are numbers: one that is not would spoil its neighbours, then the tracker."""
    return np.asarray(np.isfinite(boxes).all(axis=0))


def _check_input(model: Path, shape: list[int | str | None], size: int) -> None:
    """Raises Malformed unless the model takes batches of any length of RGB squares of this size."""
    if len(shape) != 4 or shape[1] != 3:
        raise Malformed(f"{model} takes {shape}, not images [n, 3, {size}, {size}]", code="bad_model")
    if isinstance(shape[0], int):
        raise Malformed(
            f"{model} takes exactly {shape[0]} image(s) a call; export it again with a dynamic batch "
            "(for YOLOv8: yolo export format=onnx dynamic=True)",
            code="bad_model",
        )
    fixed = [side for side in shape[2:] if isinstance(side, int) and side != size]
    if fixed:
        raise Malformed(f"{model} takes squares of {fixed[0]} pixels, not of {size}", code="bad_model")


def _check_output(model: Path, shape: list[int | str | None], contract: Contract) -> None:
    """Raises Malformed when the output can't be of this layout; what the model leaves open may be."""
    axis, expected = {Contract.YOLO: (1, 4 + COCO_CLASSES), Contract.END_TO_END: (2, 6)}[contract]
    if len(shape) != 3 or (isinstance(shape[axis], int) and shape[axis] != expected):
        raise Malformed(
            f"{model} gives {shape}; layout {contract.value} has {expected} at position {axis}",
            code="bad_model",
        )
