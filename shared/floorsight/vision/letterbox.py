"""Letterboxing: a frame scaled to fit a square, and boxes brought back from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from floorsight.vision.decoding import Frame
from floorsight.vision.detections import Floats

# The grey that YOLO models see around pictures in training.
PADDING = 114


@dataclass(frozen=True)
class Letterbox:
    """How a frame of (width, height) lies in a square of `size` pixels."""

    size: int
    width: int
    height: int

    @property
    def scale(self) -> float:
        return min(self.size / self.width, self.size / self.height)

    @property
    def inner(self) -> tuple[int, int]:
        """Width and height of the picture within the square."""
        return max(round(self.width * self.scale), 1), max(round(self.height * self.scale), 1)

    @property
    def offset(self) -> tuple[int, int]:
        """Left and top border."""
        inner_width, inner_height = self.inner
        return (self.size - inner_width) // 2, (self.size - inner_height) // 2

    def to_frame(self, boxes: Floats) -> Floats:
        """Corners (n, 4) in the square → corners in the frame, clipped to it."""
        left, top = self.offset
        inner_width, inner_height = self.inner
        shift = np.array([left, top, left, top], np.float32)
        stretch = np.array([self.width / inner_width, self.height / inner_height] * 2, np.float32)
        limits = np.array([self.width, self.height] * 2, np.float32)
        unclipped: Floats = (boxes - shift) * stretch
        clipped: Floats = np.minimum(np.maximum(unclipped, np.float32(0.0)), limits)
        return clipped


def fill_batch(frames: list[Frame], size: int) -> tuple[npt.NDArray[np.float32], list[Letterbox]]:
    """Letterbox frames into one tensor (n, 3, size, size) float32, RGB, 0..1."""
    batch = np.full((len(frames), 3, size, size), PADDING / 255.0, np.float32)
    boxes = []
    for slot, frame in zip(batch, frames, strict=True):
        box = Letterbox(size, frame.width, frame.height)
        left, top = box.offset
        width, height = box.inner
        pixels = frame.rgb(width, height).transpose(2, 0, 1)
        np.multiply(pixels, np.float32(1 / 255), out=slot[:, top : top + height, left : left + width])
        boxes.append(box)
    return batch, boxes
