"""Laying faces where the embedder expects them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorsight.vision.faces.alignment import ALIGNED_SIDE, TEMPLATE, align, similarity


@given(st.floats(-np.pi, np.pi), st.floats(0.1, 20.0), st.floats(-500.0, 500.0), st.floats(-500.0, 500.0))
def test_a_turn_scale_and_shift_are_found_again(angle: float, scale: float, x: float, y: float) -> None:
    matrix = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    moved = TEMPLATE @ matrix.T + np.array([x, y])
    found = similarity(moved.astype(np.float32), TEMPLATE)
    np.testing.assert_allclose(moved @ found[:, :2].T + found[:, 2], TEMPLATE, atol=0.02)


def test_it_is_opencv_s_least_squares_on_points_that_do_not_fit() -> None:
    random = np.random.default_rng(7)
    for _ in range(20):
        points = (TEMPLATE * 3.0 + random.normal(0.0, 8.0, TEMPLATE.shape)).astype(np.float32)
        found = similarity(points, TEMPLATE)
        ours = np.square(points @ found[:, :2].T + found[:, 2] - TEMPLATE).sum()
        theirs, _ = cv2.estimateAffinePartial2D(points, TEMPLATE, method=cv2.LMEDS)
        assert ours <= np.square(points @ theirs[:, :2].T + theirs[:, 2] - TEMPLATE).sum() + 1e-6


def test_a_mirrored_face_is_not_mirrored_back() -> None:
    mirrored = TEMPLATE * np.array([-1.0, 1.0], np.float32)
    found = similarity(mirrored, TEMPLATE)
    assert np.linalg.det(found[:, :2]) > 0.0


def test_one_place_is_no_face() -> None:
    with pytest.raises(ValueError, match="the same"):
        similarity(np.zeros((5, 2), np.float32), TEMPLATE)


@pytest.mark.parametrize("scale", [0.5, 1.0, 1.4, 3.0, 12.0])
@pytest.mark.parametrize("degrees", [0, 30])
def test_marks_come_to_lie_on_the_template(scale: float, degrees: int) -> None:
    angle = np.radians(degrees)
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    landmarks = (TEMPLATE @ turn.T + 80.0 * scale).astype(np.float32)
    side = int(260 * scale)
    picture = np.zeros((side, side, 3), np.uint8)
    for x, y in landmarks.tolist():
        cv2.circle(picture, (round(x), round(y)), max(round(2.5 * scale), 1), (255, 255, 255), -1)
    aligned = align(picture, landmarks)
    assert aligned.shape == (ALIGNED_SIDE, ALIGNED_SIDE, 3)
    for x, y in TEMPLATE.tolist():
        around = aligned[round(y) - 4 : round(y) + 5, round(x) - 4 : round(x) + 5, 0].astype(float)
        rows, columns = np.mgrid[-4:5, -4:5]
        centre = (around * columns).sum() / around.sum(), (around * rows).sum() / around.sum()
        assert np.hypot(*centre) < 1.2


def test_a_large_face_is_shrunk_by_areas() -> None:
    """A fine chequerboard is grey from afar; four neighbours of a pixel would make noise of it."""
    picture = np.zeros((1200, 1200, 3), np.uint8)
    picture[(np.add.outer(np.arange(1200), np.arange(1200)) % 2).astype(bool)] = 255
    aligned = align(picture, TEMPLATE * 8.0 + 100.0)
    assert aligned.std() < 8.0
    assert aligned.mean() == pytest.approx(127.5, abs=6.0)


def test_what_lies_outside_the_picture_is_black() -> None:
    aligned = align(np.full((40, 40, 3), 200, np.uint8), TEMPLATE - 60.0)
    assert aligned.shape == (ALIGNED_SIDE, ALIGNED_SIDE, 3)
    assert (aligned[-1] == 0).all()
