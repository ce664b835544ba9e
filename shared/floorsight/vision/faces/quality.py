"""Whether a face is good enough to be recognised by, and how good it is.

The limits were found on photographs that were made smaller, blurred and turned step by step
(docs/benchmarks.md, "Faces"): beyond them the same person is no longer surely the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

# Five landmarks, in the picture's own order: the eye on its left, the eye on its right, the tip of the nose,
# the mouth's corner on its left, the one on its right.
EYE_A, EYE_B, NOSE, MOUTH_A, MOUTH_B = range(5)


class Verdict(StrEnum):
    """What became of a face; every value but ACCEPTED is the reason why it can't be used."""

    ACCEPTED = "accepted"
    TOO_SMALL = "face_too_small"
    UNSURE = "face_unsure"  # perhaps no face at all
    TURNED_AWAY = "face_turned_away"
    BLURRED = "face_blurred"


@dataclass(frozen=True)
class FaceQuality:
    """What can be measured of a face.

    `score` is the detector's, 0..1. `eye_distance` is in pixels of the picture it was found in. `yaw` and
    `pitch` are 0 looking ahead and about 1 in profile. `sharpness` is the variance of the Laplacian of the
    aligned face in grey (0..255).
    """

    score: float
    eye_distance: float
    yaw: float
    pitch: float
    sharpness: float


@dataclass(frozen=True)
class QualityLimits:
    """What a face must have at least (`yaw`, `pitch`: at most) to be accepted."""

    score: float = 0.6
    eye_distance: float = 18.0
    yaw: float = 0.5
    pitch: float = 0.5
    sharpness: float = 20.0


LIMITS = QualityLimits()
