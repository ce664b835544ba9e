"""Decoding a chunk's payload into frames.

Every frame must be decoded (each depends on the ones before it); converted to RGB are only those that are
analysed, and straight to the size that the detector wants: libswscale scales and converts in one pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import av
import av.error
import numpy as np
import numpy.typing as npt
from av.codec.context import ThreadType
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from floorsight.platform.errors import Malformed
from floorsight.vision.chunk import Chunk, Codec

Image = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Frame:
    """One decoded frame and when it was captured."""

    captured_at: datetime
    coded: VideoFrame

    @property
    def width(self) -> int:
        return self.coded.width

    @property
    def height(self) -> int:
        return self.coded.height

    def rgb(self, width: int | None = None, height: int | None = None) -> Image:
        """(height, width, 3) uint8 RGB, scaled if a size is given (area-aware bilinear)."""
        # One thread: by default every call starts a pool of them, which takes longer than the scaling.
        scaled = self.coded.reformat(
            width=width or self.width,
            height=height or self.height,
            format="rgb24",
            interpolation="BILINEAR",
            threads=1,
        )
        return scaled.to_ndarray().astype(np.uint8, copy=False)


def decode_frames(chunk: Chunk, *, threads: int = 1) -> Iterator[Frame]:
    """Frames of a verified chunk, in the order shown.

    Raises:
        Malformed: `undecodable`, when the payload is no video of the codec it claims or does not hold
            the frames that the header lists.
    """
    times = chunk.header.frame_times()
    decoder = open_decoder(chunk.header.codec, threads)
    shown = 0
    try:
        for coded in _frames(decoder, chunk.payload):
            if shown < len(times):
                yield Frame(times[shown], coded)
            shown += 1
    except av.error.FFmpegError as error:
        raise Malformed(f"the payload can't be decoded: {error}", code="undecodable") from error
    if shown != len(times):
        raise Malformed(f"the header lists {len(times)} frames, the payload has {shown}", code="undecodable")


def open_decoder(codec: Codec, threads: int = 1) -> VideoCodecContext:
    """A decoder of Annex B (or JPEG) packets."""
    decoder = av.CodecContext.create(codec.value, "r")
    if not isinstance(decoder, VideoCodecContext):
        raise Malformed(f"{codec.value} is no video codec", code="undecodable")
    decoder.thread_count = threads
    # Frame threads would hold frames back until flushed and cost a copy of the context each.
    decoder.thread_type = ThreadType.SLICE
    return decoder


def _frames(decoder: VideoCodecContext, payload: bytes) -> Iterator[VideoFrame]:
    for packet in [*decoder.parse(payload), *decoder.parse(None)]:
        yield from decoder.decode(packet)
    yield from decoder.decode(None)
