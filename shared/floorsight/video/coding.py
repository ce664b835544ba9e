"""From a source to closed groups: passed through where possible, encoded once where not."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, groupby

import av.error
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from floorsight.platform.errors import Malformed
from floorsight.video.encoding import ENCODED_CODEC, encode_frames, encoded_size
from floorsight.video.groups import Extent, Group, GroupTooLong, NoPlaceToBegin, split_groups, starts_group
from floorsight.video.nal_units import parameter_sets
from floorsight.video.source import Coded, VideoPacket, VideoSource, readable, time_of
from floorsight.video.stills import StillSettings, encode_stills
from floorsight.vision.chunk import Codec
from floorsight.vision.decoding import open_decoder

log = logging.getLogger(__name__)

_SHORT_GROUPS = 2


@dataclass(frozen=True)
class CodingSettings:
    """How groups are made.

    A group longer than `longest_group_seconds` is encoded again, with a key frame every `group_seconds`.
    With `stills` all is sent as single JPEG images.
    """

    group_seconds: float = 1.0
    longest_group_seconds: float = 4.0
    stills: StillSettings | None = None


@dataclass(frozen=True)
class Coding:
    """How groups are coded; a chunk holds groups of one coding."""

    codec: Codec
    width: int
    height: int


CodedGroup = tuple[Coding, Group]


def coded_groups(video: VideoSource, settings: CodingSettings) -> Iterator[CodedGroup]:
    """The groups of a video, in order.

    Raises:
        Malformed: `undecodable_source`, `no_timestamps`.
    """
    if settings.stills is None and video.codec is not None:
        return _passed_groups(video, video.codec, settings)
    frames = _decoded(video, video.stream.codec_context, video.packets())
    if settings.stills is None:
        return _encoded_groups(frames, video, settings)
    return _still_groups(frames, video, settings.stills)


def _passed_groups(video: VideoSource, codec: Codec, settings: CodingSettings) -> Iterator[CodedGroup]:
    pictures, sizes = video.coded_pictures(), _Sizes(codec, video.size)
    coming: Iterable[Coded] = pictures
    while True:
        try:
            for group in split_groups(coming, codec, settings.longest_group_seconds):
                yield Coding(codec, *sizes.of(group)), group
            return
        except NoPlaceToBegin as found:
            if video.is_live and found.ended:
                log.warning("%d pictures came and no key frame: they are left out", len(found.pictures))
                return
            _advise("no closed group begins in the first %s s: encoding all of it again", settings)
            packets = video.packets_again(chain(found.pictures, pictures))
            yield from _encoded_groups(_decoded(video, video.stream.codec_context, packets), video, settings)
            return
        except GroupTooLong as found:
            _advise("key frames are more than %s s apart, or too much is between: encoding again", settings)
            long = _LongGroups(chain(found.pictures, pictures), codec, settings.longest_group_seconds)
            yield from _encoded_groups(_decoded(video, open_decoder(codec), long.packets()), video, settings)
            if long.next is None:
                return
            log.info("key frames are close enough again: the stream goes through as it is")
            coming = chain([long.next], pictures)


class _LongGroups:
    """Pictures as long as groups are too long. `next` is the first of what is not, None at the end.

    Two groups must have been short enough: a camera that falters once is not encoded for ever, and one with
    long groups is not tried again and again.
    """

    def __init__(self, pictures: Iterable[Coded], codec: Codec, longest_seconds: float) -> None:
        self._pictures, self._codec, self._longest_seconds = pictures, codec, longest_seconds
        self.next: Coded | None = None

    def packets(self) -> Iterator[VideoPacket]:
        extent: Extent | None = None
        short = 0
        for picture in self._pictures:
            if starts_group(picture, self._codec):
                is_long = extent is None or extent.is_too_long(picture.at, self._longest_seconds)
                extent, short = Extent(picture.at), 0 if is_long else short + 1
                if short == _SHORT_GROUPS:
                    self.next = picture
                    return
            if extent is not None:
                extent.add(1, len(picture.data))
            yield picture.packet


def _advise(finding: str, settings: CodingSettings) -> None:
    log.warning(
        finding + ", which costs CPU. "
        "Set the camera's key frame interval (GOP, I-frame interval) to 1 s, with closed groups.",
        settings.longest_group_seconds,
    )


class _Sizes:
    """Sizes of passed groups. What the source says of itself holds until the parameter sets change."""

    def __init__(self, codec: Codec, size: tuple[int, int]) -> None:
        self._codec, self._size = codec, size
        self._sets: bytes | None = None

    def of(self, group: Group) -> tuple[int, int]:
        sets = parameter_sets(group.key, self._codec)
        if sets != self._sets:
            self._sets = sets
            self._size = self._decoded(group) or self._size
        return self._size

    def _decoded(self, group: Group) -> tuple[int, int] | None:
        decoder = open_decoder(self._codec)
        try:
            frames = [*decoder.decode(Packet(group.key)), *decoder.decode(None)]
        except av.error.FFmpegError:
            return None  # whoever decodes the chunk will tell
        return (frames[0].width, frames[0].height) if frames else None


def _encoded_groups(
    frames: Iterator[VideoFrame], video: VideoSource, settings: CodingSettings
) -> Iterator[CodedGroup]:
    """H.264 with short closed groups; anew where the frames change their size."""
    for size, run in groupby(_some(frames), key=_size_of):
        coding = Coding(ENCODED_CODEC, *encoded_size(*size))
        pictures = encode_frames(run, rate=video.frame_rate, group_seconds=settings.group_seconds)
        for group in split_groups(pictures, ENCODED_CODEC, settings.longest_group_seconds * 2):
            yield coding, group


def _still_groups(
    frames: Iterator[VideoFrame], video: VideoSource, stills: StillSettings
) -> Iterator[CodedGroup]:
    for size, run in groupby(_some(frames), key=_size_of):
        coding = Coding(Codec.MJPEG, *encoded_size(*size))
        for group in encode_stills(run, stills, rate=video.frame_rate):
            yield coding, group


def _some(frames: Iterator[VideoFrame]) -> Iterator[VideoFrame]:
    """The frames. Raises Malformed when there is none."""
    with readable():
        first = next(frames, None)
    if first is None:
        raise Malformed("not one picture of the video can be decoded", code="undecodable_source")
    return chain([first], frames)


def _size_of(frame: VideoFrame) -> tuple[int, int]:
    return frame.width, frame.height


def _decoded(
    video: VideoSource, decoder: VideoCodecContext, packets: Iterable[VideoPacket]
) -> Iterator[VideoFrame]:
    time_base: Fraction | None = None
    for packet in packets:
        time_base = packet.time_base
        try:
            yield from decoder.decode(packet)
        except av.error.InvalidDataError as error:
            video.leave_out(time_of(packet), error)
    for frame in decoder.decode(None):
        # Frames that come without a packet come without its time base too.
        if time_base is not None:
            frame.time_base = time_base
        yield frame
