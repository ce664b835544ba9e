"""Reading the lines of plates with EasyOCR, the second backend (docs/adr/0061).

Only its recogniser works here, on lines that our detectors found. Its weights are a package too: nothing is
downloaded. EasyOCR and PyTorch are no part of the usual installation, so they are imported when they are
asked for.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from floorsight.platform.errors import Malformed, Unavailable
from floorsight.vision.decoding import Image
from floorsight.vision.detections import Floats
from floorsight.vision.plates.ctc import decode, gather_letters
from floorsight.vision.plates.reading import PlateText

NAME = "easyocr-english-g2"
HOW_TO_INSTALL = (
    "reading plates with EasyOCR needs EasyOCR, its weights and PyTorch: pip install --require-hashes "
    "-r requirements/easyocr.lock (docs/models.md says more), or read them with the backend onnx"
)
_PACKAGES = ("torch", "torchvision", "easyocr", "easyocr_en_models")
_HEIGHT = 64  # of a line, in pixels, as EasyOCR's networks want it
LEAST_CONTRAST = 0.5
# What torchvision calls when it is imported, though nothing here ever uses it.
_OPERATORS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)
_declared: list[Any] = []  # PyTorch forgets operators whose library object is gone


class EasyOcrLineReader:
    """Reads lines of text, all of them in one call, on the CPU."""

    name = NAME

    def __init__(self, *, threads: int = 0) -> None:
        """Load the recogniser. `threads` 0 means as many as PyTorch takes; they are the whole process's.

        Raises:
            Unavailable: `missing_extra`, EasyOCR is not installed. Malformed: its weights are not its own.
        """
        torch, easyocr, weights = _import_packages()
        if threads:
            torch.set_num_threads(threads)
        try:
            reader = easyocr.Reader(
                ["en"],
                gpu=False,
                model_storage_directory=str(weights),
                download_enabled=False,
                detector=False,
                quantize=False,
                verbose=False,
            )
        except FileNotFoundError as error:  # missing, or with another hash than EasyOCR knows
            raise Malformed(
                f"EasyOCR can't use the weights in {weights}: {error}", code="bad_model"
            ) from error
        self._torch, self._recogniser = torch, reader.recognizer.eval()
        self._gathering = gather_letters(["", *reader.converter.character[1:]])

    def read_lines(self, lines: Sequence[Image]) -> list[PlateText]:
        """What is written on each picture (h, w, 3) RGB of one line."""
        if not lines:
            return []
        with self._torch.no_grad():
            answers = self._recogniser(self._torch.from_numpy(fill_grey_lines(lines, _HEIGHT)), None)
            probabilities = self._torch.softmax(answers, dim=2).numpy()
        return [decode(row) for row in probabilities @ self._gathering]


def fill_grey_lines(lines: Sequence[Image], height: int) -> Floats:
    """Pictures of lines → (n, 1, height, w) float32 -1..1, wide as the widest; others repeat their end."""
    scaled = [_scale_grey(line, height) for line in lines]
    widest = max(line.shape[1] for line in scaled)
    filled = [np.pad(line, ((0, 0), (0, widest - line.shape[1])), mode="edge") for line in scaled]
    batch: Floats = np.stack(filled)[:, None].astype(np.float32) / 127.5 - 1.0
    return batch


def spread_contrast(grey: Image) -> Image:
    """A line (h, w) with dark and light further apart, if they are too near for EasyOCR.

    EasyOCR itself does it with lines that it is unsure of.
    """
    low, high = (float(each) for each in np.percentile(grey, [10, 90]))
    if (high - low) / max(high + low, 10.0) >= LEAST_CONTRAST:
        return grey
    spread = (grey.astype(np.float32) - low) * (200.0 / max(high - low, 10.0)) + 25.0
    return spread.clip(0, 255).astype(np.uint8)


def _scale_grey(line: Image, height: int) -> Image:
    width = max(round(line.shape[1] * height / line.shape[0]), 1)
    how = cv2.INTER_AREA if line.shape[0] > height else cv2.INTER_CUBIC
    grey = spread_contrast(cv2.cvtColor(line, cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False))
    return cv2.resize(grey, (width, height), interpolation=how).astype(np.uint8, copy=False)


def check_easyocr() -> None:
    """Raises Unavailable, `missing_extra`, if not all is installed that EasyOCR needs."""
    missing = [package for package in _PACKAGES if importlib.util.find_spec(package) is None]
    if missing:
        raise Unavailable(f"{HOW_TO_INSTALL}; missing: {', '.join(missing)}", code="missing_extra")


def import_easyocr() -> None:
    """Raises Unavailable, `missing_extra` or `broken_extra`, if what EasyOCR needs can't be imported."""
    try:
        _import_packages()
    except (ImportError, OSError) as error:  # a library of PyTorch's that can't be loaded is an OSError
        raise Unavailable(
            f"{HOW_TO_INSTALL}; it is there and broken: {error}", code="broken_extra"
        ) from error


def _import_packages() -> tuple[Any, Any, Path]:
    """PyTorch, EasyOCR, and the folder of its weights."""
    check_easyocr()
    torch = importlib.import_module("torch")
    _declare_operators(torch)
    easyocr = importlib.import_module("easyocr")
    return torch, easyocr, Path(importlib.import_module("easyocr_en_models").model_dir())


def _declare_operators(torch: Any) -> None:
    """Let torchvision be imported where its own code, which wants CUDA's libraries, can't be loaded.

    The registries have it built for CUDA alone. EasyOCR uses none of that code.
    """
    if _declared or hasattr(torch.ops.torchvision, "nms"):
        return
    spec = importlib.util.find_spec("torchvision")
    assert spec is not None  # noqa: S101 - it was looked for before
    assert spec.origin is not None  # noqa: S101
    try:
        torch.ops.load_library(next(Path(spec.origin).parent.glob("_C*.so")))
    except (OSError, StopIteration):
        library = torch.library.Library("torchvision", "DEF")
        for operator in _OPERATORS:
            library.define(operator)
        _declared.append(library)
