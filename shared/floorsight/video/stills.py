"""Frame mode: single JPEG images at a chosen rate, for cameras and lines where a video is too much."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

import av
import av.error
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from floorsight.platform.errors import Malformed
from floorsight.video.encoding import encoded_size, time_of_frame
from floorsight.video.groups import Group

_BEST_SCALE, _WORST_SCALE = 2, 31  # FFmpeg's quantiser scale of JPEG


@dataclass(frozen=True)
class StillSettings:
    """`quality` from 1 (smallest) to 100 (best). Raises Malformed: `bad_setting`."""

    frames_per_second: float
    quality: int = 80

    def __post_init__(self) -> None:
        if not 0 < self.frames_per_second <= 60:
            raise Malformed("frames a second: above 0, at most 60", code="bad_setting", field="frames")
        if not 1 <= self.quality <= 100:
            raise Malformed("the quality of JPEG images: 1 to 100", code="bad_setting", field="quality")


def encode_stills(
    frames: Iterable[VideoFrame], settings: StillSettings, *, rate: Fraction
) -> Iterator[Group]:
    """The first frame whose time has come, again and again, each as a group of its own.

    Frames have one size. Raises Malformed (`undecodable_source`) when a frame can't be had.
    """
    step = 1 / Fraction(settings.frames_per_second)
    slack = min(step, 1 / rate) / 2  # a frame is due half a frame early: 2 of 25 evenly, not one late
    due: Fraction | None = None
    encoder: VideoCodecContext | None = None
    try:
        for number, frame in enumerate(frames):
            at = time_of_frame(frame, number, rate)
            if due is not None and at < due - slack:
                continue
            due = at + step if due is None or at - due > step else due + step
            encoder = encoder or _encoder(frame, settings.quality)
            for packet in encoder.encode(_prepared(frame, number)):
                yield _group(packet, at)
    except av.error.FFmpegError as error:
        raise Malformed(f"the video can't be decoded: {error}", code="undecodable_source") from error


def _group(packet: Packet, at: Fraction) -> Group:  # type: ignore[type-arg]
    image = bytes(packet)
    return Group(image, (at,), len(image))


def _encoder(frame: VideoFrame, quality: int) -> VideoCodecContext:
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height = encoded_size(frame.width, frame.height)
    encoder.pix_fmt = "yuvj420p"
    encoder.time_base = Fraction(1, 1000)
    scale = str(round(_WORST_SCALE + (_BEST_SCALE - _WORST_SCALE) * (quality - 1) / 99))
    encoder.options = {"qmin": scale, "qmax": scale}
    return encoder


def _prepared(frame: VideoFrame, number: int) -> VideoFrame:
    width, height = encoded_size(frame.width, frame.height)
    image = frame.reformat(width=width, height=height, format="yuvj420p", threads=1)
    image.pts, image.time_base = number, Fraction(1, 1000)
    return image
