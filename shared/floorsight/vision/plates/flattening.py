"""A plate as seen from straight ahead, and how sharp it is."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from floorsight.vision.decoding import Image
from floorsight.vision.detections import Floats

# Width through height; no plate is beyond these, but corners may be.
NARROWEST, WIDEST = 1.0, 8.0


@dataclass(frozen=True, repr=False)
class Flattened:
    """A part of a picture as seen from straight ahead.

    image: (h, w, 3). to_flat: (3, 3), the homography from the picture's pixels to the image's.
    """

    image: Image
    to_flat: Floats

    def to_picture(self, points: Floats) -> Floats:
        """Points (n, 2) of the image → where they are in the picture."""
        return _move(points, np.linalg.inv(self.to_flat))

    def from_picture(self, points: Floats) -> Floats:
        """Points (n, 2) of the picture → where they are in the image."""
        return _move(points, self.to_flat)


def measure_aspect(corners: Floats) -> float:
    """Width through height of what has these corners (4, 2), within what plates can be."""
    upper_left, upper_right, lower_right, lower_left = corners
    width = _length(upper_right - upper_left) + _length(lower_right - lower_left)
    height = _length(lower_left - upper_left) + _length(lower_right - upper_right)
    return min(max(width / max(height, 1e-6), NARROWEST), WIDEST)


def flatten(
    rgb: Image, corners: Floats, *, width: int, margin_x: float = 0.0, margin_y: float = 0.0
) -> Flattened:
    """What has these corners (4, 2), clockwise from the upper left, `width` pixels wide with its margins.

    Margins are shares of its own width and height, on each side. Beyond the picture its edge is repeated.
    """
    inner_width = width / (1 + 2 * margin_x)
    inner_height = inner_width / measure_aspect(corners)
    left, top = inner_width * margin_x, inner_height * margin_y
    right, bottom = left + inner_width, top + inner_height
    size = (width, max(round(bottom + top), 1))
    target = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)
    to_flat = cv2.getPerspectiveTransform(corners.astype(np.float32), target).astype(np.float32)
    image = cv2.warpPerspective(rgb, to_flat, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return Flattened(image.astype(np.uint8, copy=False), to_flat)


def measure_sharpness(flat: Image) -> float:
    """The variance of the Laplacian of a flat plate (h, w, 3) in grey; compares for plates of one width."""
    return float(cv2.Laplacian(cv2.cvtColor(flat, cv2.COLOR_RGB2GRAY), cv2.CV_32F).var())


def _length(step: Floats) -> float:
    return float(np.hypot(*step))


def _move(points: Floats, homography: Floats) -> Floats:
    moved: Floats = cv2.perspectiveTransform(points.reshape(1, -1, 2).astype(np.float32), homography)[0]
    return moved
