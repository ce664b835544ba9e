"""Frames in a square, and boxes brought back from it."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from av.video.frame import VideoFrame
from hypothesis import given, settings
from hypothesis import strategies as st

from floorsight.vision.decoding import Frame
from floorsight.vision.letterbox import PADDING, Letterbox, fill_batch
from tests.fakes.clock import NOON

sides = st.integers(1, 4000)
fractions = st.floats(0.0, 1.0)


def frame_of(width: int, height: int, colour: tuple[int, int, int] = (255, 0, 0)) -> Frame:
    pixels = np.tile(np.array(colour, np.uint8), (height, width, 1))
    frame = VideoFrame.from_ndarray(pixels, format="rgb24")
    frame.pts, frame.time_base = 0, Fraction(1)
    return Frame(NOON, frame)


@settings(max_examples=500)
@given(st.integers(32, 1280), sides, sides, st.tuples(fractions, fractions, fractions, fractions))
def test_to_frame_undoes_the_letterbox(
    size: int, width: int, height: int, spots: tuple[float, float, float, float]
) -> None:
    box = Letterbox(size, width, height)
    (left, top), (inner_width, inner_height) = box.offset, box.inner
    shares = np.array([spots])
    in_square = shares * np.array([inner_width, inner_height] * 2) + np.array([left, top] * 2)
    in_frame = box.to_frame(in_square.astype(np.float32))
    expected = shares * np.array([width, height] * 2)
    # A float32 in the square is exact to 1/16000 of a pixel there; the way back enlarges that.
    slack = 1e-3 + 2e-4 * max(width / inner_width, height / inner_height)
    np.testing.assert_allclose(in_frame, expected, atol=slack, rtol=1e-5)


@given(st.integers(32, 1280), sides, sides)
def test_the_picture_fits_and_is_centred(size: int, width: int, height: int) -> None:
    box = Letterbox(size, width, height)
    (left, top), (inner_width, inner_height) = box.offset, box.inner
    assert max(inner_width, inner_height) == size
    assert min(left, top) == 0
    assert 0 <= size - inner_width - 2 * left <= 1
    assert 0 <= size - inner_height - 2 * top <= 1


def test_boxes_are_clipped_to_the_frame() -> None:
    boxes = Letterbox(100, 200, 100).to_frame(np.array([[-5.0, 0.0, 120.0, 100.0]], np.float32))
    assert boxes.tolist() == [[0.0, 0.0, 200.0, 100.0]]


def test_no_boxes() -> None:
    assert Letterbox(100, 200, 100).to_frame(np.zeros((0, 4), np.float32)).shape == (0, 4)


@pytest.mark.parametrize(
    ("width", "height", "inside", "border"),
    [(200, 100, (50, 50), (50, 10)), (100, 200, (50, 50), (10, 50)), (33, 100, (50, 50), (10, 50))],
)
def test_a_batch_holds_the_picture_between_grey_borders(
    width: int, height: int, inside: tuple[int, int], border: tuple[int, int]
) -> None:
    batch, (box,) = fill_batch([frame_of(width, height)], 100)
    assert batch.shape == (1, 3, 100, 100)
    assert batch.dtype == np.dtype(np.float32)
    assert batch[0, :, inside[1], inside[0]].tolist() == [1.0, 0.0, 0.0]  # red first, 0..1
    np.testing.assert_allclose(batch[0, :, border[1], border[0]], PADDING / 255)
    assert (box.width, box.height) == (width, height)


def test_frames_of_different_sizes_go_into_one_batch() -> None:
    batch, boxes = fill_batch([frame_of(40, 20), frame_of(20, 40)], 64)
    assert batch.shape == (2, 3, 64, 64)
    assert [box.inner for box in boxes] == [(64, 32), (32, 64)]
