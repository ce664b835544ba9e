"""Faces for tests: a reader for the miniature camera, and videos of real people who come, stand and go.

The real ones are recordings of people before a webcam (`floorsight media pull`): real pixels, laid on a wider
wall and moved over it, as a camera beside a door would see somebody pass from the waist up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import cv2
import numpy as np
from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream

from floorsight.vision.decoding import Image
from floorsight.vision.faces.alignment import ALIGNED_SIDE
from floorsight.vision.faces.embedder import DIMENSIONS
from floorsight.vision.faces.quality import LIMITS, FaceQuality, QualityLimits, Verdict
from floorsight.vision.faces.reading import FaceFound

GREY = range(160, 221)
FPS = 25
# Left, top, right, bottom of the person in each recording, with a little of the wall.
CUTS = {
    "face-video-f-1": (60, 40, 340, 300),
    "face-video-f-2": (60, 40, 340, 300),
    "face-video-g-1": (20, 0, 360, 288),
}


class GreyFaceReader:
    """Stands in for `FaceReader`: where the miniature's people show a grey top, that is a good face."""

    embedder = "grey"

    def find(
        self, rgb: Image, *, longest_side: int | None = None, limits: QualityLimits = LIMITS
    ) -> list[FaceFound]:
        grey = (rgb.min(axis=2) >= GREY.start) & (rgb.max(axis=2) < GREY.stop)
        if grey.sum() < 20:
            return []
        columns, rows = np.flatnonzero(grey.any(axis=0)), np.flatnonzero(grey.any(axis=1))
        box = np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1], np.float32)
        aligned = np.full((ALIGNED_SIDE, ALIGNED_SIDE, 3), int(columns[0]), np.uint8)
        worth = round(0.5 + 0.001 * float(columns[0]), 3)
        quality = FaceQuality(0.9, 40.0, 0.0, 0.0, 100.0)
        face = FaceFound(
            box, np.zeros((5, 2), np.float32), quality, Verdict.ACCEPTED, worth, aligned, jpeg=b"\xff\xd8"
        )
        return [face]

    def embed(self, faces: Sequence[FaceFound]) -> list[FaceFound]:
        direction = np.zeros(DIMENSIONS, np.float32)
        direction[0] = 1.0
        return [replace(face, embedding=direction) for face in faces]


@dataclass(frozen=True)
class Passage:
    """Somebody of a recording (`CUTS`) who moves from one place to another, in pixels of the left edge.

    Before `begins` and after `ends` (seconds) there is nobody. `scale` makes the person smaller.
    """

    video: Path
    begins: float
    ends: float
    from_x: int
    to_x: int
    scale: float = 1.0
    first_frame: int = 0


def make_face_video(
    path: Path,
    passages: Sequence[Passage],
    *,
    seconds: float,
    size: tuple[int, int] = (960, 400),
    group: int = FPS,
) -> Path:
    """H.264 in closed groups of people passing before a wall, each cut off by the picture's lower edge."""
    people = [(passage, _people(passage)) for passage in passages]
    with av.open(str(path), "w") as written:
        options = {"preset": "veryfast", "crf": "18", "x264-params": "open-gop=0:scenecut=0"}
        stream = cast("VideoStream", written.add_stream("libx264", rate=FPS, options=options))
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.gop_size, stream.max_b_frames = group, 0
        for number in range(round(seconds * FPS)):
            picture = _wall(size)
            for passage, pictures in people:
                if passage.begins <= number / FPS < passage.ends:
                    _paste(picture, next(pictures), _place(passage, number / FPS))
            frame = VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base, frame.pict_type = number, Fraction(1, FPS), PictureType.NONE
            written.mux(stream.encode(frame))
        written.mux(stream.encode(None))
    return path


def _people(passage: Passage) -> Iterator[Image]:
    """The person, frame by frame, over and over."""
    left, top, right, bottom = CUTS[passage.video.stem]
    number = 0
    while True:
        with av.open(str(passage.video)) as read:
            for frame in read.decode(video=0):
                number += 1
                if number > passage.first_frame:
                    cut = frame.to_ndarray(format="rgb24")[top:bottom, left:right]
                    size = (round(cut.shape[1] * passage.scale), round(cut.shape[0] * passage.scale))
                    yield cv2.resize(cut, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _place(passage: Passage, second: float) -> int:
    share = (second - passage.begins) / (passage.ends - passage.begins)
    return round(passage.from_x + share * (passage.to_x - passage.from_x))


def _wall(size: tuple[int, int]) -> Image:
    """A wall in the light of one side."""
    shade = np.linspace(150, 185, size[0]).astype(np.uint8)
    return np.ascontiguousarray(np.broadcast_to(shade[None, :, None], (size[1], size[0], 3)))


def _paste(picture: Image, person: Image, left: int) -> None:
    """At the lower edge, as much of it as is inside."""
    height, width = person.shape[:2]
    first, last = max(left, 0), min(left + width, picture.shape[1])
    if first < last:
        picture[-height:, first:last] = person[:, first - left : last - left]
