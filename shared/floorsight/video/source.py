"""Video as coded packets in an Annex B byte stream; files."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self, TypeAlias, cast

import av
import av.error
from av.bitstream import BitStreamFilterContext
from av.container.input import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from floorsight.platform.errors import Malformed, NotFound
from floorsight.video.nal_units import begins_closed_group, has_parameter_sets, parameter_sets
from floorsight.vision.chunk import Codec

log = logging.getLogger(__name__)

VideoPacket: TypeAlias = "Packet[VideoStream]"

_TO_ANNEX_B = {Codec.H264: "h264_mp4toannexb", Codec.HEVC: "hevc_mp4toannexb"}


@dataclass(frozen=True)
class Coded:
    """One coded picture. `at` is its time on the source's own clock, in seconds."""

    data: bytes
    at: Fraction
    is_key: bool
    packet: VideoPacket


class VideoSource:
    """An opened video. A context manager.

    Raises:
        Malformed: `no_video_stream`, `unsupported_codec`; while reading, `undecodable_source`,
            `no_timestamps`.
    """

    is_live = False
    """Whether it shows what happens now: it can't be read again, and goes on after a damaged picture."""

    def __init__(self, container: InputContainer, name: str) -> None:
        self._container = container
        try:
            self.stream = _video_stream(container, name)
        except Malformed:
            container.close()
            raise

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
        """Nominal frames per second; 25 where the source does not say."""
        return self.stream.average_rate or self.stream.guessed_rate or Fraction(25)

    def packets(self) -> Iterator[VideoPacket]:
        """Packets as they come, in decoding order."""
        with readable():
            yield from self._demuxed()

    def _demuxed(self) -> Iterator[VideoPacket]:
        """Packets that hold something, each once.

        Some cameras repeat one when they are late, and recorders keep that. A decoder may show it once, and a
        chunk would then hold fewer pictures than times; or twice, and it would be a picture more.
        """
        before: tuple[Fraction | None, bytes] | None = None
        for packet in self._container.demux(self.stream):
            if not packet.size:
                continue
            at = time_of(packet)
            came = (at, bytes(packet))  # now: who takes the packet may change it
            if at is None or came != before:
                yield packet
            before = came

    def packets_again(self, pictures: Iterable[Coded]) -> Iterator[VideoPacket]:
        """Packets from the first of these pictures on. `pictures` goes on with those not read yet."""
        return (picture.packet for picture in pictures)

    def leave_out(self, at: Fraction | None, error: av.error.InvalidDataError) -> None:  # noqa: ARG002
        """Go on without the picture of time `at`, which came damaged. Raises the error unless it may."""
        if not self.is_live:
            raise error
        log.warning("a picture came damaged and is left out")

    def coded_pictures(self) -> Iterator[Coded]:
        """Packets as an Annex B byte stream, for codecs that are passed through.

        Pictures at which a decoder may begin have their parameter sets with them, also where the source
        tells these apart from the pictures: in the head of a file, in an answer of the camera.
        """
        if self.codec is None:
            raise Malformed(f"{self.stream.codec_context.name} is not passed through", code="bad_codec")
        known = parameter_sets(self.stream.codec_context.extradata or b"", self.codec)
        for picture in self._in_annex_b(self.codec):
            if picture.is_key and has_parameter_sets(picture.data, self.codec):
                known = parameter_sets(picture.data, self.codec)
                yield picture
            elif picture.is_key and known and begins_closed_group(picture.data, self.codec):
                yield _with_sets(picture, known)
            else:
                yield picture

    def _in_annex_b(self, codec: Codec) -> Iterator[Coded]:
        with readable():
            to_annex_b = BitStreamFilterContext(_TO_ANNEX_B[codec], self.stream)
            for packet in self.packets():
                at = time_of(packet)
                try:
                    pictures = to_annex_b.filter(packet)
                except av.error.InvalidDataError as error:
                    self.leave_out(at, error)
                    continue
                for filtered in pictures:
                    yield _coded(filtered)
            for filtered in to_annex_b.filter(None):
                yield _coded(filtered)


class VideoFile(VideoSource):
    """A video file opened for reading.

    With `on_damage` a damaged picture is left out, and told: seconds from the beginning, and why. Without it
    the file can't be read beyond.

    Raises:
        NotFound: `no_such_file`. Malformed: `not_a_video`, and as `VideoSource`.
    """

    def __init__(self, path: Path, on_damage: Callable[[float, str], None] | None = None) -> None:
        if not path.is_file():
            raise NotFound(f"there is no file {path}", code="no_such_file")
        try:
            container = av.open(str(path))
        except (av.error.FFmpegError, OSError) as error:
            raise Malformed(f"{path} can't be read as video: {error}", code="not_a_video") from error
        super().__init__(container, str(path))
        self._on_damage = on_damage

    @property
    def duration_seconds(self) -> float | None:
        """Length of the video, where the file says it."""
        if self.stream.duration is not None and self.stream.time_base is not None:
            return float(self.stream.duration * self.stream.time_base)
        return self._container.duration / av.time_base if self._container.duration else None

    def packets_again(self, pictures: Iterable[Coded]) -> Iterator[VideoPacket]:
        """The file's packets from its beginning, as they lie in it."""
        del pictures
        with readable():
            self._container.seek(0, backward=True, any_frame=True)
        return self.packets()

    def leave_out(self, at: Fraction | None, error: av.error.InvalidDataError) -> None:
        if self._on_damage is None:
            raise error
        begins_at = (self.stream.start_time or 0) * (self.stream.time_base or Fraction(0))
        since = at - begins_at if at is not None else 0
        self._on_damage(float(since), f"a picture is damaged: {error.strerror}")


def _video_stream(container: InputContainer, name: str) -> VideoStream:
    if not container.streams.video:
        raise Malformed(f"{name} has no video stream", code="no_video_stream")
    stream = container.streams.video[0]
    # PyAV's annotation leaves out that there is none for a codec that FFmpeg can't decode.
    if getattr(stream, "codec_context", None) is None:
        raise Malformed(f"{name} is coded in a way that can't be decoded here", code="unsupported_codec")
    return stream


def _coded(packet: VideoPacket) -> Coded:
    at = time_of(packet)
    if at is None:
        raise Malformed("the video has packets without a time", code="no_timestamps")
    return Coded(bytes(packet), at, packet.is_keyframe, packet)


def time_of(packet: VideoPacket) -> Fraction | None:
    """When its picture is shown, in seconds on the source's clock; None where the source does not say."""
    stamp = packet.pts if packet.pts is not None else packet.dts
    return Fraction(stamp) * packet.time_base if stamp is not None and packet.time_base is not None else None


def _with_sets(picture: Coded, sets: bytes) -> Coded:
    data = sets + picture.data
    packet = cast("VideoPacket", Packet(data))
    packet.pts, packet.dts, packet.time_base = (
        picture.packet.pts,
        picture.packet.dts,
        picture.packet.time_base,
    )
    packet.is_keyframe = True
    return replace(picture, data=data, packet=packet)


@contextmanager
def readable() -> Iterator[None]:
    """FFmpeg's complaints become Malformed (`undecodable_source`)."""
    try:
        yield
    except av.error.FFmpegError as error:
        raise Malformed(f"the video is damaged: {error}", code="undecodable_source") from error
