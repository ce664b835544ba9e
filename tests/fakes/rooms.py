"""Rooms with and without somebody in them, as a camera's noisy video."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame

from floorsight.video.chunking import Cut, Stamped
from floorsight.video.coding import Coding
from floorsight.video.encoding import encode_frames
from floorsight.video.groups import split_groups
from floorsight.vision.chunk import Codec
from tests.fakes.clock import NOON

FPS = 5
WIDTH, HEIGHT = 320, 180
SESSION = "20260302T110000.000000Z-0001"

Picture = npt.NDArray[np.float32]


class Room:
    """A textured room. `noise` is the deviation of every pixel of every picture, in grey levels."""

    def __init__(self, noise: float = 0.0, seed: int = 1) -> None:
        self._random = np.random.default_rng(seed)
        coarse = self._random.uniform(40, 200, (HEIGHT // 10, WIDTH // 10)).astype(np.float32)
        self._walls = coarse.repeat(10, axis=0).repeat(10, axis=1)
        self._noise = noise

    def picture(self, person_at: int | None = None, light: float = 0.0) -> Picture:
        """`person_at`: left edge of somebody 8 x 22 pixels large. `light`: added to all of it."""
        pixels = self._walls + light
        if person_at is not None:
            pixels = pixels.copy()
            pixels[80:102, person_at : person_at + 8] = 20
            pixels[80:86, person_at + 2 : person_at + 6] = 220
        return pixels + self._random.normal(0.0, self._noise, pixels.shape).astype(np.float32)


def film(pictures: Iterable[Picture], session: str = SESSION, begins: int = 0) -> list[Stamped]:
    """Chunks of a second each, really encoded; the first is captured `begins` seconds after noon."""
    coded = encode_frames(_frames(pictures), rate=Fraction(FPS), group_seconds=1.0)
    coding = Coding(Codec.H264, WIDTH, HEIGHT)
    return [
        Stamped(Cut(coding, (group,)), session, NOON + timedelta(seconds=begins + number))
        for number, group in enumerate(split_groups(coded, Codec.H264, 10.0))
    ]


def _frames(pictures: Iterable[Picture]) -> Iterator[VideoFrame]:
    for number, picture in enumerate(pictures):
        frame = VideoFrame.from_ndarray(np.clip(picture, 0, 255).astype(np.uint8), format="gray")
        frame.pts, frame.time_base = number, Fraction(1, FPS)
        yield frame
