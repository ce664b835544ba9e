"""A camera that moves, told by boxes alone: everybody is off to the same side of where they were expected."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from floorsight.vision.tracking.kalman import CENTRE, SPEED
from floorsight.vision.tracking.tracks import Tracks

Array = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

# How much of a shift, taken as a change of speed, those who are not seen keep: the camera may swing back.
_LASTING = 0.3
# In box heights; less than detections tremble by.
_PLAIN = 0.02


def common_shift(gaps: Array) -> Array:
    """By how much the picture moved beyond what the tracks' own motion foretold: (2, 1), pixels.

    `gaps` (2, n) separate detections from predictions. The median, shrunk by their median deviation from
    it: people who each go their own way move no camera.
    """
    median = _medians(gaps)
    size = np.abs(median)
    return median * size / (size + _medians(np.abs(gaps - median)) + 1e-9)


def is_plain(shift: Array, heights: Array) -> bool:
    """Whether a shift is large enough, beside people of these heights (n,), to change who belongs to whom."""
    largest: float = max(abs(pixels) for pixels in shift[:, 0].tolist())
    return largest > _PLAIN * float(heights.sum()) / len(heights)


def move_along(tracks: Tracks, shift: Array, lost: Bools, elapsed: float) -> None:
    """Let all tracks follow the camera, in place.

    Who is seen corrects their speed by what is measured; those who are lost can't, and take theirs from the
    others' shift.
    """
    tracks.beliefs[CENTRE] += shift
    if elapsed > 0.0 and lost.any():
        tracks.beliefs[SPEED] += (shift * (_LASTING / elapsed)) * lost


def _medians(rows: Array) -> Array:
    """The upper median of each row, (rows, 1)."""
    middle = rows.shape[1] // 2
    return np.sort(rows)[:, middle : middle + 1]
