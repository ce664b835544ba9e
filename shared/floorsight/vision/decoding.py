"""Decoding a chunk's payload into frames.

Every frame must be decoded (each depends on the ones before it); converted to RGB are only those that are
analysed, and straight to the size that the detector wants: libswscale scales and converts in one pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import av
import av.error
import numpy as np
import numpy.typing as npt
from av.codec.context import ThreadType
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane

from floorsight.platform.errors import Malformed
from floorsight.vision.chunk import Chunk, ChunkHeader, Codec

Image = npt.NDArray[np.uint8]

# 8K and a little more. A stream of some bytes may claim frames for which there is no memory.
MAX_FRAME_PIXELS = 8192 * 4352
# What a chunk's frames come to together: 4 seconds of 8K at 60 frames a second, half a minute's decoding.
MAX_CHUNK_PIXELS = 4 * 60 * MAX_FRAME_PIXELS
_EDGE_PIXELS = 128
_HALVED_PLANES = ("yuv420p", "yuvj420p")


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

    def rgb_of(self, left: int, top: int, right: int, bottom: int) -> Image:
        """The part (bottom - top, right - left, 3) of `rgb()` between these edges, which lie in the frame.

        The rest is not converted if the frame is in planes of 4:2:0, as cameras' video is.
        """
        if self.coded.format.name not in _HALVED_PLANES:
            return np.ascontiguousarray(self.rgb()[top:bottom, left:right])
        x, y = left // 2 * 2, top // 2 * 2
        width, height = -(-(right - x) // 2) * 2, -(-(bottom - y) // 2) * 2
        part = VideoFrame(width, height, self.coded.format.name)
        part.color_range, part.colorspace = self.coded.color_range, self.coded.colorspace
        for plane, source, step in zip(part.planes, self.coded.planes, (1, 2, 2), strict=True):
            rows, columns = height // step, width // step
            cut = _samples(source)[y // step : y // step + rows, x // step : x // step + columns]
            _samples(plane)[: cut.shape[0], : cut.shape[1]] = cut
        whole = Frame(self.captured_at, part).rgb()
        return np.ascontiguousarray(whole[top - y : bottom - y, left - x : right - x])


def decode_frames(chunk: Chunk, *, threads: int = 1) -> Iterator[Frame]:
    """Frames of a verified chunk, in the order shown.

    Raises:
        Malformed: `undecodable`, when the payload is no video of the codec it claims or does not hold
            the frames that the header lists, in the size that it says. `too_much_video`, before anything
            is decoded, when that would take more memory or time than a chunk may.
    """
    header = chunk.header
    check_size(header)
    times = header.frame_times()
    decoder = open_decoder(header.codec, threads, largest=(header.width, header.height))
    shown = 0
    try:
        for coded in _frames(decoder, chunk.payload):
            if shown == len(times):
                raise Malformed(f"the payload has more frames than the header's {shown}", code="undecodable")
            if (coded.width, coded.height) != (header.width, header.height):
                raise Malformed(
                    f"frames of {coded.width}x{coded.height} pixels, the header says "
                    f"{header.width}x{header.height}",
                    code="undecodable",
                )
            yield Frame(times[shown], coded)
            shown += 1
    except av.error.FFmpegError as error:
        raise Malformed(f"the payload can't be decoded: {error}", code="undecodable") from error
    if shown != len(times):
        raise Malformed(f"the header lists {len(times)} frames, the payload has {shown}", code="undecodable")


def check_size(header: ChunkHeader) -> None:
    """Raises Malformed (`too_much_video`) for more pixels than a worker decodes for one chunk."""
    frame = header.width * header.height
    frames = len(header.frame_offsets_us)
    if frame > MAX_FRAME_PIXELS:
        raise Malformed(
            f"frames of {header.width}x{header.height} pixels are larger than {MAX_FRAME_PIXELS} pixels: "
            "set the camera to a smaller picture",
            code="too_much_video",
        )
    if frame * frames > MAX_CHUNK_PIXELS:
        raise Malformed(
            f"{frames} frames of {header.width}x{header.height} pixels are too much for one chunk: send "
            "shorter chunks (key frames more often), fewer frames a second or a smaller picture",
            code="too_much_video",
        )


def open_decoder(
    codec: Codec, threads: int = 1, *, largest: tuple[int, int] | None = None
) -> VideoCodecContext:
    """A decoder of Annex B (or JPEG) packets.

    One with a `largest` frame size refuses larger frames before it has memory for them.
    """
    decoder = av.CodecContext.create(codec.value, "r")
    if not isinstance(decoder, VideoCodecContext):
        raise Malformed(f"{codec.value} is no video codec", code="undecodable")
    if largest is not None:
        # FFmpeg reckons with rows and columns beyond the picture's edge.
        width, height = (side + _EDGE_PIXELS for side in largest)
        decoder.options = {"max_pixels": str(width * height)}
    decoder.thread_count = threads
    # Frame threads would hold frames back until flushed and cost a copy of the context each.
    decoder.thread_type = ThreadType.SLICE
    return decoder


def _frames(decoder: VideoCodecContext, payload: bytes) -> Iterator[VideoFrame]:
    for packet in [*decoder.parse(payload), *decoder.parse(None)]:
        yield from decoder.decode(packet)
    yield from decoder.decode(None)


def _samples(plane: VideoPlane) -> Image:
    """(rows, line size): a plane's own memory."""
    memory: Image = np.frombuffer(memoryview(cast("bytes", plane)), np.uint8)
    return memory.reshape(-1, plane.line_size)
