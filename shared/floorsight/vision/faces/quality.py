"""Whether a face is good enough to be recognised by, and how good it is.

The limits were measured on photographs made smaller and blurred step by step, and on faces that turn in a
video (docs/benchmarks.md, "Faces"). Within them one person's faces stayed far nearer to each other than to
anybody else's.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from floorsight.vision.detections import Floats

# Five landmarks, in the picture's own order: the eye on its left, the eye on its right, the tip of the nose,
# the mouth's corner on its left, the one on its right.
EYE_A, EYE_B, NOSE, MOUTH_A, MOUTH_B = range(5)
# Of a face that looks ahead the nose's tip is about half-way between the eyes' line and the mouth's.
LEVEL_NOSE = 0.49
# A face of this eye distance fills the embedder's picture: more pixels tell nothing more.
FULL_EYE_DISTANCE = 35.0
FULL_SHARPNESS = 60.0


class Verdict(StrEnum):
    """What became of a face; every value but ACCEPTED is the reason why it can't be used."""

    ACCEPTED = "accepted"
    UNSURE = "face_unsure"  # perhaps no face at all
    TOO_SMALL = "face_too_small"
    TURNED_AWAY = "face_turned_away"
    BLURRED = "face_blurred"


@dataclass(frozen=True)
class FaceQuality:
    """What can be measured of a face.

    `score` is the detector's, 0..1. `eye_distance` is in pixels of the picture it was found in. `yaw` and
    `pitch` are 0 looking ahead; a yaw of 1 has the nose's tip below an eye. `sharpness` is the variance of
    the Laplacian of the aligned face in grey (0..255).
    """

    score: float
    eye_distance: float
    yaw: float
    pitch: float
    sharpness: float


@dataclass(frozen=True)
class QualityLimits:
    """What a face must have at least (`yaw`, `pitch`: at most) to be accepted."""

    score: float = 0.8
    eye_distance: float = 16.0
    yaw: float = 0.55
    pitch: float = 0.45
    sharpness: float = 8.0


LIMITS = QualityLimits()


@dataclass(frozen=True)
class Pose:
    """Where a face looks, from its landmarks alone; in the units of `FaceQuality`."""

    eye_distance: float
    yaw: float
    pitch: float


def measure_pose(landmarks: Floats) -> Pose:
    """Of landmarks (5, 2) in pixels. A head that is tilted to its shoulder looks ahead all the same."""
    points = landmarks.astype(np.float64)
    across = points[EYE_B] - points[EYE_A]
    eye_distance = float(np.hypot(across[0], across[1]))
    if eye_distance == 0.0:
        return Pose(0.0, np.inf, np.inf)
    across = across / eye_distance
    down = np.array([-across[1], across[0]])
    between_eyes = (points[EYE_A] + points[EYE_B]) / 2.0
    nose = points[NOSE] - between_eyes
    mouth_depth = float(((points[MOUTH_A] + points[MOUTH_B]) / 2.0 - between_eyes) @ down)
    yaw = abs(float(nose @ across)) / (eye_distance / 2.0)
    if mouth_depth <= 0.0:
        return Pose(eye_distance, yaw, np.inf)
    pitch = abs(float(nose @ down) / mouth_depth - LEVEL_NOSE) / (1.0 - LEVEL_NOSE)
    return Pose(eye_distance, yaw, pitch)


def judge(quality: FaceQuality, limits: QualityLimits = LIMITS) -> Verdict:
    """Whether a face is accepted; the first reason against it otherwise."""
    if quality.score < limits.score:
        return Verdict.UNSURE
    if quality.eye_distance < limits.eye_distance:
        return Verdict.TOO_SMALL
    if quality.yaw > limits.yaw or quality.pitch > limits.pitch:
        return Verdict.TURNED_AWAY
    if quality.sharpness < limits.sharpness:
        return Verdict.BLURRED
    return Verdict.ACCEPTED


def rate(quality: FaceQuality) -> float:
    """How good an accepted face is, 0..1: by this the best of a track's faces are kept."""
    size = min(quality.eye_distance / FULL_EYE_DISTANCE, 1.0)
    sharpness = min(quality.sharpness / FULL_SHARPNESS, 1.0)
    ahead = max(1.0 - max(quality.yaw, quality.pitch), 0.0)
    return float(min(max(quality.score, 0.0), 1.0) * (size * sharpness * ahead) ** (1.0 / 3.0))
