"""Cutting coded pictures into closed groups."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from av.video.frame import VideoFrame

from floorsight.video.encoding import encode_frames
from floorsight.video.groups import split_groups
from floorsight.video.source import Coded
from floorsight.vision.chunk import Codec

FPS = 10


@pytest.fixture(scope="module")
def pictures() -> list[Coded]:
    """Two groups of ten."""
    frames = []
    for number in range(20):
        frame = VideoFrame.from_ndarray(np.full((48, 64, 3), number * 10, np.uint8), format="rgb24")
        frame.pts, frame.time_base = number, Fraction(1, FPS)
        frames.append(frame)
    return list(encode_frames(frames, rate=Fraction(FPS), group_seconds=1.0))


def test_pictures_of_one_time_that_differ_are_all_kept(pictures: list[Coded]) -> None:
    """Cameras whose stamps stand still for a moment show something all the same."""
    still = [Coded(each.data, Fraction(0), each.is_key, each.packet) for each in pictures[:10]]
    (group,) = split_groups(still, Codec.H264, 4.0)
    assert len(group.times) == 10
