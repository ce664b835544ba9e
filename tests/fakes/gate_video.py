"""Videos of a gate: a real car comes from afar, stands, and drives off, once or several times.

The car is that of a real photograph (`plate-photo-a` of the media catalogue, its plate is 5AU5341), cut out
of its car park and laid on a road. Another plate can be screwed on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import cv2
import numpy as np
import numpy.typing as npt
from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream

from floorsight.vision.decoding import Image

PLATE = "5AU5341"  # what the car of the photograph has
FPS = 10
SIZE = (960, 540)
# Of the photograph's pixels for one of the video's: when the car appears, and when it stands.
AFAR, NEAR = 0.35, 1.5
NOISE = 2.0  # a camera's own, in grey levels

_OUTLINE = (
    "46,238 48,180 62,140 75,112 92,100 108,84 128,66 160,51 210,45 300,45 372,48 398,58 414,84 428,106 "
    "432,150 446,180 451,215 449,240 447,262 430,266 392,264 384,246 290,258 244,262 232,270 200,270 "
    "182,262 172,240 100,232 92,252 66,254 52,244"
)
_CUT = (40, 38, 458, 276)  # left, top, right, bottom of the car
_PLATE_AT = ((307.5, 191.0), (384.7, 190.2), (387.3, 206.0), (311.2, 208.2))  # clockwise from upper left
_PLATE_SIZE = (520, 112)

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Stay:
    """A car that comes, stands and goes, in seconds. `plate`: another text than the photograph's."""

    begins: float
    comes: float = 2.0
    stands: float = 2.0
    goes: float = 2.0
    plate: str | None = None

    @property
    def ends(self) -> float:
        return self.begins + self.comes + self.stands + self.goes


def make_gate_video(
    path: Path,
    photograph: Path,
    stays: Sequence[Stay],
    *,
    seconds: float | None = None,
    size: tuple[int, int] = SIZE,
    fps: int = FPS,
) -> Path:
    """H.264 in closed groups of a second each; it lasts until a second after the last stay by default."""
    length = max(stay.ends for stay in stays) + 1.0 if seconds is None else seconds
    with av.open(str(path), "w") as written:
        options = {"preset": "veryfast", "crf": "20", "x264-params": "open-gop=0:scenecut=0"}
        stream = cast("VideoStream", written.add_stream("libx264", rate=fps, options=options))
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.gop_size, stream.max_b_frames = fps, 0
        for number, picture in enumerate(gate_pictures(photograph, stays, length, size, fps)):
            frame = VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base, frame.pict_type = number, Fraction(1, fps), PictureType.NONE
            written.mux(stream.encode(frame))
        written.mux(stream.encode(None))
    return path


def gate_pictures(
    photograph: Path,
    stays: Sequence[Stay],
    seconds: float,
    size: tuple[int, int] = SIZE,
    fps: int = FPS,
) -> Iterator[Image]:
    """The same, as RGB pictures."""
    cars = [(stay, _Car(photograph, stay.plate)) for stay in stays]
    road, random = _road(size), np.random.default_rng(7)
    noise = [random.normal(0.0, NOISE, road.shape).astype(np.float32) for _ in range(3)]
    for number in range(round(seconds * fps)):
        picture = road.copy()
        for stay, car in cars:
            if stay.begins <= number / fps < stay.ends:
                scale, middle, bottom = _place(stay, number / fps)
                car.paste(picture, scale * size[0] / SIZE[0], (middle * size[0], bottom * size[1]))
        yield (picture + noise[number % len(noise)]).clip(0.0, 255.0).astype(np.uint8)


class _Car:
    """The car as large as it ever is, and how much of each pixel is car."""

    def __init__(self, photograph: Path, plate: str | None) -> None:
        whole = cv2.imread(str(photograph))
        if whole is None:
            raise ValueError(f"no picture at {photograph}")
        left, top, right, bottom = _CUT
        outline = np.array([pair.split(",") for pair in _OUTLINE.split()], np.int32)
        mask = np.zeros(whole.shape[:2], np.uint8)
        cv2.fillPoly(mask, [outline], (255,))
        mask = cv2.GaussianBlur(mask, (0, 0), 1.0).astype(np.uint8)
        size = (round((right - left) * NEAR), round((bottom - top) * NEAR))
        colours = cv2.resize(whole[top:bottom, left:right], size, interpolation=cv2.INTER_CUBIC).astype(
            np.uint8
        )
        if plate is not None:
            colours = _with_plate(colours, draw_plate(plate))
        self._pixels = colours[:, :, ::-1].astype(np.float32)
        self._share = cv2.resize(mask[top:bottom, left:right], size).astype(np.float32) / 255.0

    def paste(self, picture: Floats, scale: float, foot: tuple[float, float]) -> None:
        """With the middle of its lower edge at `foot`, as much of it as is inside."""
        factor = scale / NEAR
        wanted = (round(self._share.shape[1] * factor), round(self._share.shape[0] * factor))
        pixels = cv2.resize(self._pixels, wanted, interpolation=cv2.INTER_AREA)
        share = cv2.resize(self._share, wanted, interpolation=cv2.INTER_AREA)[:, :, None]
        left, top = round(foot[0] - wanted[0] / 2), round(foot[1] - wanted[1])
        x0, y0 = max(left, 0), max(top, 0)
        x1, y1 = min(left + wanted[0], picture.shape[1]), min(top + wanted[1], picture.shape[0])
        if x0 >= x1 or y0 >= y1:
            return
        inside = (slice(y0 - top, y1 - top), slice(x0 - left, x1 - left))
        under = picture[y0:y1, x0:x1]
        under += (pixels[inside] - under) * share[inside]


def draw_plate(text: str) -> Image:
    """A plate (112, 520, 3) with its blue field, in the colours' order of OpenCV."""
    width, height = _PLATE_SIZE
    plate = np.full((height, width, 3), 235, np.uint8)
    plate[:, : width // 12] = (160, 80, 30)
    font, scale, thick = cv2.FONT_HERSHEY_SIMPLEX, 2.9, 9
    (wide, high), _ = cv2.getTextSize(text, font, scale, thick)
    room = width * 11 // 12 - 24
    drawn = np.full((high + thick * 2, wide + thick * 2, 3), 235, np.uint8)
    cv2.putText(drawn, text, (thick, high + thick), font, scale, (30, 30, 30), thick, cv2.LINE_AA)
    fitted = cv2.resize(drawn, (min(room, wide), height - 16), interpolation=cv2.INTER_AREA)
    left = width // 12 + (width * 11 // 12 - fitted.shape[1]) // 2
    plate[8 : 8 + fitted.shape[0], left : left + fitted.shape[1]] = fitted
    return plate


def _with_plate(car: npt.NDArray[np.uint8], plate: Image) -> npt.NDArray[np.uint8]:
    """With the plate on the place of the photograph's own."""
    height, width = plate.shape[:2]
    source = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    target = (np.array(_PLATE_AT, np.float32) - np.array(_CUT[:2], np.float32)) * np.float32(NEAR)
    matrix = cv2.getPerspectiveTransform(source, target)
    size = (car.shape[1], car.shape[0])
    laid = cv2.warpPerspective(plate, matrix, size, flags=cv2.INTER_AREA)
    share = cv2.warpPerspective(np.full(plate.shape[:2], 255, np.uint8), matrix, size)[:, :, None] / 255.0
    return (car * (1.0 - share) + laid * share).astype(np.uint8)


def _place(stay: Stay, second: float) -> tuple[float, float, float]:
    """How large the car is, and the middle of its lower edge in shares of the picture."""
    coming = min((second - stay.begins) / stay.comes, 1.0)
    going = max((second - stay.begins - stay.comes - stay.stands) / stay.goes, 0.0)
    scale = AFAR + (NEAR - AFAR) * coming
    return scale, 0.46 + 0.04 * coming + 0.95 * going**2, 0.42 + 0.5 * coming


def _road(size: tuple[int, int]) -> Floats:
    """Asphalt, lighter far away."""
    shade = np.linspace(150, 95, size[1], dtype=np.float32)
    return np.ascontiguousarray(np.broadcast_to(shade[:, None, None], (size[1], size[0], 3)))
