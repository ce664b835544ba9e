"""Video files as coded packets in an Annex B byte stream."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import av.error
from av.bitstream import BitStreamFilterContext
from av.container.input import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from floorsight.platform.errors import Malformed, NotFound
from floorsight.vision.chunk import Codec

_TO_ANNEX_B = {Codec.H264: "h264_mp4toannexb", Codec.HEVC: "hevc_mp4toannexb"}


@dataclass(frozen=True)
class Coded:
    """One coded picture. `at` is its time on the source's own clock, in seconds."""

    data: bytes
    at: Fraction
    is_key: bool
    packet: Packet[VideoStream]


class VideoFile:
    """A video file opened for reading. A context manager.

    Raises:
        NotFound: `no_such_file`. Malformed: `not_a_video`, `no_video_stream`, `unsupported_codec`; while
            reading, `undecodable_source`, `no_timestamps`.
    """

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise NotFound(f"there is no file {path}", code="no_such_file")
        try:
            self._container: InputContainer = av.open(str(path))
        except (av.error.FFmpegError, OSError) as error:
            raise Malformed(f"{path} can't be read as video: {error}", code="not_a_video") from error
        if not self._container.streams.video:
            self._container.close()
            raise Malformed(f"{path} has no video stream", code="no_video_stream")
        self.stream: VideoStream = self._container.streams.video[0]
        # PyAV's annotation leaves out that there is none for a codec that FFmpeg can't decode.
        if getattr(self.stream, "codec_context", None) is None:
            self._container.close()
            raise Malformed(f"{path} is coded in a way that can't be decoded here", code="unsupported_codec")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._container.close()

    @property
    def codec(self) -> Codec | None:
        """The codec, if chunks can carry it as it is."""
        name = self.stream.codec_context.name
        return Codec(name) if name in (Codec.H264, Codec.HEVC) else None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.stream.codec_context.width, self.stream.codec_context.height

    @property
    def frame_rate(self) -> Fraction:
        """Nominal frames per second; 25 where the file does not say."""
        return self.stream.average_rate or self.stream.guessed_rate or Fraction(25)

    @property
    def duration_seconds(self) -> float | None:
        """Length of the video, where the file says it."""
        if self.stream.duration is not None and self.stream.time_base is not None:
            return float(self.stream.duration * self.stream.time_base)
        return self._container.duration / av.time_base if self._container.duration else None

    def packets(self) -> Iterator[Packet[VideoStream]]:
        """Packets as they lie in the file, in decoding order."""
        with readable():
            for packet in self._container.demux(self.stream):
                if packet.size:
                    yield packet

    def rewind(self) -> None:
        """Back to the beginning of the file."""
        with readable():
            self._container.seek(0, backward=True, any_frame=True)

    def coded_pictures(self) -> Iterator[Coded]:
        """Packets as an Annex B byte stream, for codecs that are passed through."""
        if self.codec is None:
            raise Malformed(f"{self.stream.codec_context.name} is not passed through", code="bad_codec")
        with readable():
            to_annex_b = BitStreamFilterContext(_TO_ANNEX_B[self.codec], self.stream)
            for packet in self.packets():
                for filtered in to_annex_b.filter(packet):
                    yield self._coded(filtered)
            for filtered in to_annex_b.filter(None):
                yield self._coded(filtered)

    def _coded(self, packet: Packet[VideoStream]) -> Coded:
        stamp = packet.pts if packet.pts is not None else packet.dts
        if stamp is None or packet.time_base is None:
            raise Malformed("the video has packets without a time", code="no_timestamps")
        return Coded(bytes(packet), Fraction(stamp) * packet.time_base, packet.is_keyframe, packet)


@contextmanager
def readable() -> Iterator[None]:
    """FFmpeg's complaints become Malformed (`undecodable_source`)."""
    try:
        yield
    except av.error.FFmpegError as error:
        raise Malformed(f"the video is damaged: {error}", code="undecodable_source") from error
