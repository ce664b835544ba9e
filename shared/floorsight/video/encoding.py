"""Encoding once what can't be passed through, as H.264 with short closed groups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

import av
import av.error
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType, VideoFrame

from floorsight.platform.errors import Malformed
from floorsight.video.groups import Extent
from floorsight.video.source import Coded
from floorsight.vision.chunk import Codec

# A 90 kHz clock, as in MPEG systems: divides evenly by every common frame rate.
_CLOCK = Fraction(1, 90_000)


def encode_frames(frames: Iterable[VideoFrame], *, rate: Fraction, group_seconds: float) -> Iterator[Coded]:
    """Frames → H.264 pictures with an IDR picture at least every `group_seconds` and no B pictures.

    Groups end earlier where they become more than should be held. Times are the frames' own. Raises Malformed
    (`undecodable_source`) when a frame can't be had.
    """
    encoder: VideoCodecContext | None = None
    extent: Extent | None = None
    try:
        for number, frame in enumerate(frames):
            at = time_of_frame(frame, number, rate)
            if encoder is None:
                encoder = _encoder(frame.width, frame.height, rate)
            begins = extent is None or extent.is_full or at - extent.begun_at >= Fraction(group_seconds)
            if extent is None or begins:
                extent = Extent(at)
            for picture in _encoded(encoder, _prepared(frame, at, begins=begins)):
                extent.add(1, len(picture.data))
                yield picture
        if encoder is not None:
            yield from _encoded(encoder, None)
    except av.error.FFmpegError as error:
        raise Malformed(f"the video can't be decoded: {error}", code="undecodable_source") from error


def encoded_size(width: int, height: int) -> tuple[int, int]:
    """The size of what `encode_frames` makes of frames of this size: 4:2:0 needs even sides."""
    return width - width % 2, height - height % 2


def _encoder(width: int, height: int, rate: Fraction) -> VideoCodecContext:
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height = encoded_size(width, height)
    encoder.pix_fmt = "yuv420p"
    encoder.time_base = _CLOCK
    encoder.framerate = rate
    encoder.gop_size = 100_000  # where groups begin is said picture by picture
    encoder.max_b_frames = 0
    encoder.options = {
        "preset": "veryfast",
        "crf": "20",
        "tune": "zerolatency",
        "forced-idr": "1",
        "x264-params": "scenecut=0:annexb=1:repeat-headers=1:open-gop=0",
    }
    return encoder


def _prepared(frame: VideoFrame, at: Fraction, *, begins: bool) -> VideoFrame:
    width, height = encoded_size(frame.width, frame.height)
    even = frame.reformat(
        width=width,
        height=height,
        format="yuv420p",
        threads=1,  # by default every call starts a pool of them, which takes longer than the conversion
    )
    even.pts = round(at / _CLOCK)
    even.time_base = _CLOCK
    even.pict_type = PictureType.I if begins else PictureType.NONE
    return even


def _encoded(encoder: VideoCodecContext, frame: VideoFrame | None) -> Iterator[Coded]:
    for packet in encoder.encode(frame):
        if packet.pts is None:
            raise Malformed("the encoder lost a picture's time", code="undecodable_source")
        yield Coded(bytes(packet), packet.pts * _CLOCK, packet.is_keyframe, packet)


def time_of_frame(frame: VideoFrame, number: int, rate: Fraction) -> Fraction:
    """A frame's time in seconds; some containers store none, then the frame rate is all there is."""
    if frame.pts is None or frame.time_base is None:
        return Fraction(number) / rate
    return frame.pts * frame.time_base


ENCODED_CODEC = Codec.H264
