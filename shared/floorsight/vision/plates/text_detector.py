"""Finding lines of text: PP-OCRv6's detector, "Differentiable Binarization" (Liao and others, 2020).

For each pixel it says whether it is in the middle part of a line of text; a line is a connected part of such
pixels, grown by what the network was taught to leave out at its edges.
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

GRID = 32  # the sides of what the network is given are multiples of this
_MEAN_BGR = np.array([0.485, 0.456, 0.406], np.float32) * 255  # as PaddleOCR does, whose order is BGR
_SPREAD_BGR = np.array([0.229, 0.224, 0.225], np.float32) * 255
INSIDE = 0.3  # a pixel that is text with this probability is in a line
MINIMUM_SCORE = 0.5  # mean probability of a line
GROWTH = 1.3  # of area through circumference, by which a line is grown on each side
LEAST_PIXELS = 3  # on each side, before it is grown


@dataclass(frozen=True)
class TextLines:
    """Lines of one picture, the surest first: corners (n, 4, 2) float32 in pixels; scores (n,) in 0..1."""

    corners: Floats
    scores: Floats

    def __len__(self) -> int:
        return len(self.scores)


class TextDetector:
    """Finds lines of text in one picture a call."""

    def __init__(self, model: Path, *, threads: int = 0) -> None:
        """Load the model.

        Raises:
            NotFound: there is no such file. Malformed: it is no such model.
        """
        self._session = open_session(model, threads, on_gpu=False)
        inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        if len(inputs) != 1 or len(outputs) != 1 or len(outputs[0].shape) != 4:
            raise Malformed(f"{model} finds no text: it has {len(outputs)} outputs", code="bad_model")
        self._input = inputs[0].name

    def detect(self, rgb: Image, *, longest_side: int) -> TextLines:
        """Lines of a picture (height, width, 3) RGB, which is scaled to a longest side, to whole cells."""
        height, width = rgb.shape[:2]
        scale = longest_side / max(height, width)
        size = tuple(max(round(length * scale / GRID), 1) * GRID for length in (width, height))
        how = cv2.INTER_AREA if scale < 1.0 else cv2.INTER_LINEAR
        bgr = cv2.resize(rgb, size, interpolation=how)[:, :, ::-1]
        tensor = (bgr.astype(np.float32) - _MEAN_BGR) / _SPREAD_BGR
        (answer,) = self._session.run(None, {self._input: tensor.transpose(2, 0, 1)[None]})
        found = read_map(answer[0, 0])
        return TextLines(
            found.corners * np.array([width / size[0], height / size[1]], np.float32), found.scores
        )


def read_map(probabilities: Floats) -> TextLines:
    """(h, w) probabilities → the lines in it, in its pixels."""
    inside = (probabilities > INSIDE).astype(np.uint8)
    outlines, _ = cv2.findContours(inside, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for outline in outlines:
        centre, sides, turned = cv2.minAreaRect(outline)
        if min(sides) < LEAST_PIXELS:
            continue
        part = cv2.drawContours(np.zeros_like(inside), [outline], -1, 1, cv2.FILLED)
        score = float(cv2.mean(probabilities, part)[0])
        grown = GROWTH * sides[0] * sides[1] / (2 * (sides[0] + sides[1]))
        if score >= MINIMUM_SCORE:
            found.append(
                (score, cv2.boxPoints((centre, (sides[0] + 2 * grown, sides[1] + 2 * grown), turned)))
            )
    found.sort(key=lambda line: -line[0])
    return TextLines(
        np.array([corners for _, corners in found], np.float32).reshape(-1, 4, 2),
        np.array([score for score, _ in found], np.float32),
    )
