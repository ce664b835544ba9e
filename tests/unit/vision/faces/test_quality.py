"""Whether a face is accepted, at every limit; and where it looks, from its landmarks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from floorsight.vision.faces.alignment import TEMPLATE
from floorsight.vision.faces.quality import LIMITS, FaceQuality, Verdict, judge, measure_pose, rate

GOOD = FaceQuality(score=0.95, eye_distance=40.0, yaw=0.1, pitch=0.1, sharpness=100.0)
BARELY = FaceQuality(LIMITS.score, LIMITS.eye_distance, LIMITS.yaw, LIMITS.pitch, LIMITS.sharpness)


def test_exactly_at_every_limit_is_accepted() -> None:
    assert judge(BARELY) is Verdict.ACCEPTED


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({"score": LIMITS.score - 1e-6}, Verdict.UNSURE),
        ({"eye_distance": LIMITS.eye_distance - 1e-6}, Verdict.TOO_SMALL),
        ({"yaw": LIMITS.yaw + 1e-6}, Verdict.TURNED_AWAY),
        ({"pitch": LIMITS.pitch + 1e-6}, Verdict.TURNED_AWAY),
        ({"sharpness": LIMITS.sharpness - 1e-6}, Verdict.BLURRED),
    ],
)
def test_beyond_a_limit_it_is_refused_with_the_reason(change: dict[str, float], verdict: Verdict) -> None:
    assert judge(replace(BARELY, **change)) is verdict


def test_others_may_set_their_own_limits() -> None:
    assert judge(GOOD, replace(LIMITS, eye_distance=41.0)) is Verdict.TOO_SMALL


@pytest.mark.parametrize(
    "worse",
    [{"score": 0.85}, {"eye_distance": 20.0}, {"yaw": 0.4}, {"pitch": 0.4}, {"sharpness": 10.0}],
)
def test_what_is_worse_in_one_way_is_rated_lower(worse: dict[str, float]) -> None:
    assert 0.0 < rate(replace(GOOD, **worse)) < rate(GOOD) <= 1.0


def test_pixels_beyond_what_the_embedder_sees_rate_no_higher() -> None:
    assert rate(replace(GOOD, eye_distance=400.0, sharpness=1000.0)) == rate(GOOD)


def test_the_template_looks_nearly_ahead() -> None:
    pose = measure_pose(TEMPLATE)
    assert pose.eye_distance == pytest.approx(35.24, abs=0.01)
    assert pose.yaw < 0.02
    assert pose.pitch < 0.02


@pytest.mark.parametrize("degrees", [-70, -20, 0, 45, 180])
def test_a_tilted_head_looks_where_it_did(degrees: int) -> None:
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    turned = measure_pose((TEMPLATE @ turn.T * 2.5 + 100.0).astype(np.float32))
    straight = measure_pose(TEMPLATE)
    assert turned.eye_distance == pytest.approx(2.5 * straight.eye_distance, rel=1e-4)
    assert turned.yaw == pytest.approx(straight.yaw, abs=1e-3)
    assert turned.pitch == pytest.approx(straight.pitch, abs=1e-3)


def test_a_nose_below_an_eye_is_a_yaw_of_one_whichever_eye() -> None:
    for eye in (0, 1):
        landmarks = TEMPLATE.copy()
        landmarks[2, 0] = landmarks[eye, 0]
        assert measure_pose(landmarks).yaw == pytest.approx(1.0, abs=0.02)


def test_a_nose_at_the_mouth_or_between_the_eyes_is_a_pitch_of_about_one() -> None:
    for depth in (51.6, 92.3):
        landmarks = TEMPLATE.copy()
        landmarks[2, 1] = depth
        assert measure_pose(landmarks).pitch == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("places", [np.zeros((5, 2)), np.array([[0, 0], [9, 0], [4, 0], [2, -5], [7, -5]])])
def test_landmarks_of_no_face_look_away(places: np.ndarray) -> None:  # type: ignore[type-arg]
    pose = measure_pose(places.astype(np.float32))
    quality = FaceQuality(0.99, 100.0, pose.yaw, pose.pitch, 100.0)
    assert judge(quality) is Verdict.TURNED_AWAY
    assert rate(quality) == 0.0
