"""Laying a face so that eyes, nose and mouth are where the embedder has learnt to expect them."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from floorsight.vision.decoding import Image
from floorsight.vision.detections import Floats

ALIGNED_SIDE = 112
# Where the five landmarks lie in the aligned face: SFace's own, from OpenCV's `FaceRecognizerSF::alignCrop`.
TEMPLATE: Floats = np.array(
    [
        [38.2946, 51.6963],
        [73.5318, 51.5014],
        [56.0252, 71.7366],
        [41.5493, 92.3655],
        [70.7299, 92.2041],
    ],
    np.float32,
)
# A face that is larger than this many times the aligned one is shrunk by areas first: four neighbours of a
# pixel are a poor account of what lies between.
MAX_LINEAR_SHRINK = 1.5

Matrix = npt.NDArray[np.float64]


def align(rgb: Image, landmarks: Floats) -> Image:
    """The face with these landmarks (5, 2) of a picture (height, width, 3) → (112, 112, 3)."""
    matrix = similarity(landmarks, TEMPLATE)
    shrink = 1.0 / float(np.hypot(matrix[0, 0], matrix[1, 0]))
    if shrink > MAX_LINEAR_SHRINK:
        rgb, landmarks = _shrink_surroundings(rgb, landmarks, shrink)
        matrix = similarity(landmarks, TEMPLATE)
    size = (ALIGNED_SIDE, ALIGNED_SIDE)
    return cv2.warpAffine(rgb, matrix, size, flags=cv2.INTER_LINEAR).astype(np.uint8, copy=False)


def similarity(source: Floats, target: Floats) -> Matrix:
    """The turn, scale and shift (2, 3) that lay points (n, 2) nearest to others, by least squares.

    Umeyama, "Least-squares estimation of transformation parameters between two point patterns", 1991,
    without mirroring. Raises ValueError when the points are all the same.
    """
    a, b = np.asarray(source, np.float64), np.asarray(target, np.float64)
    mean_a, mean_b = a.mean(axis=0), b.mean(axis=0)
    centred_a, centred_b = a - mean_a, b - mean_b
    spread = float((centred_a**2).sum() / len(a))
    if spread == 0.0:
        raise ValueError("all points are the same")
    u, singular, vt = np.linalg.svd(centred_b.T @ centred_a / len(a))
    signs = np.array([1.0, np.sign(np.linalg.det(u) * np.linalg.det(vt))])
    rotation = u @ np.diag(signs) @ vt
    scale = float((singular * signs).sum()) / spread
    shift = mean_b - scale * rotation @ mean_a
    return np.column_stack([scale * rotation, shift])


def _shrink_surroundings(rgb: Image, landmarks: Floats, shrink: float) -> tuple[Image, Floats]:
    """What is around the landmarks, made smaller, and where they are in it."""
    height, width = rgb.shape[:2]
    reach = shrink * ALIGNED_SIDE  # the aligned square lies within it however it is turned
    x, y = landmarks.mean(axis=0).tolist()
    left, right = (int(min(max(x + side * reach, 0), width)) for side in (-1, 1))
    top, bottom = (int(min(max(y + side * reach, 0), height)) for side in (-1, 1))
    if right <= left or bottom <= top:  # far outside: nothing is to be seen of it
        return rgb, landmarks
    size = (max(round((right - left) / shrink), 1), max(round((bottom - top) / shrink), 1))
    small = cv2.resize(rgb[top:bottom, left:right], size, interpolation=cv2.INTER_AREA)
    factors = np.array([size[0] / (right - left), size[1] / (bottom - top)], np.float32)
    corner = np.array([left, top], np.float32)
    # Pixels are counted from the middle of the first, and shrunk from its edge.
    half = np.float32(0.5)
    return small.astype(np.uint8, copy=False), (landmarks - corner + half) * factors - half
