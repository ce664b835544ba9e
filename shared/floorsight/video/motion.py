"""How much of a picture moves: small grey pictures compared with a background that follows slowly."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import av.error
import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame

from floorsight.platform.errors import Malformed
from floorsight.video.chunking import Cut
from floorsight.vision.decoding import open_decoder

Grey = npt.NDArray[np.uint8]
Greys = npt.NDArray[np.float32]

SMALL_WIDTH = 160
LOOKS_PER_SECOND = 5
_NOISE_DEVIATIONS = 5.0


@dataclass(frozen=True)
class MotionSettings:
    """A spot of the small picture moves when it differs by `level` of 255 from what is usual there.

    Where a picture is so noisy that most spots differ, the level rises with the noise.
    What is usual follows the pictures with a time constant of `usual_seconds`, and of `moving_seconds` where
    something moves: else whoever went by would leave a mark behind.
    """

    level: float = 8.0
    usual_seconds: float = 10.0
    moving_seconds: float = 30.0

    def __post_init__(self) -> None:
        if min(self.level, self.usual_seconds, self.moving_seconds) <= 0:
            raise Malformed("level and seconds of the motion gate: above 0", code="bad_setting")


class MotionMeter:
    """One camera's background. Pictures come in time order."""

    def __init__(self, settings: MotionSettings | None = None) -> None:
        self._settings = settings or MotionSettings()
        self._usual: Greys | None = None
        self._at = 0.0

    def moving_share(self, picture: Grey, at: float) -> float:
        """The share of a picture (height, width) that moves, 0 to 1; 1 for the first of its size.

        What the whole picture does (a cloud, the camera's exposure) is no motion, nor is a single spot:
        noise does that.
        """
        image = picture.astype(np.float32)
        if self._usual is None or self._usual.shape != image.shape:
            self._usual, self._at = image, at
            return 1.0
        change = image - self._usual
        change -= np.median(change)
        distance = np.abs(change)
        # The median does not see the few spots that somebody covers. Times 1.48 it is a deviation.
        noise = 1.4826 * float(np.median(distance))
        moves = distance >= max(self._settings.level, _NOISE_DEVIATIONS * noise)
        elapsed, self._at = max(at - self._at, 0.0), at
        share = np.where(
            moves,
            1.0 - math.exp(-elapsed / self._settings.moving_seconds),
            1.0 - math.exp(-elapsed / self._settings.usual_seconds),
        )
        self._usual += (share * (image - self._usual)).astype(np.float32)
        return float(_with_neighbours(moves).mean())


def _with_neighbours(spots: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Those that have another one beside, above or below."""
    beside = np.zeros_like(spots)
    beside[:, 1:] |= spots[:, :-1]
    beside[:, :-1] |= spots[:, 1:]
    beside[1:] |= spots[:-1]
    beside[:-1] |= spots[1:]
    return spots & beside


def small_pictures(cut: Cut, *, keys_only: bool) -> Iterator[tuple[float, Grey]]:
    """Some pictures of a cut, small and grey, with their times: about five a second, or the key frames.

    Raises Malformed: `undecodable_source`.
    """
    if keys_only:
        for group in cut.groups:
            yield from _small([group.key], cut, [group.times[0]], 0.0)
    else:
        yield from _small([group.data for group in cut.groups], cut, cut.times, 1.0 / LOOKS_PER_SECOND)


def _small(
    parts: list[bytes], cut: Cut, times: list[Fraction], step_seconds: float
) -> Iterator[tuple[float, Grey]]:
    due = -math.inf
    for at, frame in zip(map(float, times), _frames(parts, cut), strict=False):
        if at >= due:
            due = at + step_seconds * 0.9
            yield at, _grey(frame)


def _frames(parts: list[bytes], cut: Cut) -> Iterator[VideoFrame]:
    decoder = open_decoder(cut.coding.codec)
    try:
        for packet in [each for part in parts for each in decoder.parse(part)] + decoder.parse(None):
            yield from decoder.decode(packet)
        yield from decoder.decode(None)
    except av.error.FFmpegError as error:
        raise Malformed(f"a picture can't be decoded: {error}", code="undecodable_source") from error


def _grey(frame: VideoFrame) -> Grey:
    small = frame.reformat(
        width=SMALL_WIDTH,
        height=max(2, round(SMALL_WIDTH * frame.height / frame.width)),
        format="gray",
        interpolation="AREA",
        threads=1,
    )
    return small.to_ndarray().astype(np.uint8, copy=False)
