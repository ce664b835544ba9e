"""Reading the lines of plates: PP-OCRv6's text recogniser, cut down to what plates have."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from floorsight.platform.errors import Malformed
from floorsight.vision.decoding import Image
from floorsight.vision.detections import Floats
from floorsight.vision.onnx_session import open_session
from floorsight.vision.plates.ctc import decode, gather_letters
from floorsight.vision.plates.reading import PlateText

_CHARACTERS = "character"  # the model's metadata: a line for each class after the blank
_STEP = 8  # the network's answer has one step for so many columns of the picture


class ReadsLines(Protocol):
    """Whoever reads lines of text; not to be shared between threads."""

    @property
    def name(self) -> str: ...

    def read_lines(self, lines: Sequence[Image]) -> list[PlateText]:
        """What is written on each picture (h, w, 3) RGB of one line."""


class LineReader:
    """Reads lines of text, all of them in one call."""

    def __init__(self, model: Path, *, name: str, height: int, threads: int = 0) -> None:
        """Load the model. `height`: of a line, in pixels, as the model wants it.

        Raises:
            NotFound: there is no such file. Malformed: it is no such model.
        """
        self._session = open_session(model, threads, on_gpu=False)
        (source, *more), (answer, *_) = self._session.get_inputs(), self._session.get_outputs()
        known = self._session.get_modelmeta().custom_metadata_map
        classes = ["", *known.get(_CHARACTERS, "").split("\n")]
        if more or answer.shape[-1] != len(classes):
            raise Malformed(
                f"{model} reads no text: {answer.shape[-1]} classes, {len(classes)} characters",
                code="bad_model",
            )
        self.name = name
        self._input, self._height, self._gathering = source.name, height, gather_letters(classes)

    def read_lines(self, lines: Sequence[Image]) -> list[PlateText]:
        """What is written on each picture (h, w, 3) RGB of one line."""
        if not lines:
            return []
        (answers,) = self._session.run(None, {self._input: fill_lines(lines, self._height)})
        return [decode(row) for row in answers @ self._gathering]


def fill_lines(lines: Sequence[Image], height: int) -> Floats:
    """Pictures of lines → (n, 3, height, w) float32, BGR -1..1, wide as the widest; others end in zeros."""
    widths = [max(round(line.shape[1] * height / line.shape[0]), _STEP) for line in lines]
    batch = np.zeros((len(lines), 3, height, -(-max(widths) // _STEP) * _STEP), np.float32)
    for slot, line, width in zip(batch, lines, widths, strict=True):
        how = cv2.INTER_AREA if line.shape[0] > height else cv2.INTER_LINEAR
        scaled = cv2.resize(line, (width, height), interpolation=how)
        slot[:, :, :width] = scaled[:, :, ::-1].transpose(2, 0, 1).astype(np.float32) / 127.5 - 1.0
    return batch
