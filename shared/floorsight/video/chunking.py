"""From a video to chunks: passed through where possible, encoded once where not."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import chain

from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from floorsight.platform.errors import Malformed
from floorsight.platform.ids import IDENTIFIER_PATTERN
from floorsight.video.encoding import ENCODED_CODEC, encode_frames, encoded_size
from floorsight.video.groups import Group, GroupTooLong, NoPlaceToBegin, split_groups
from floorsight.video.source import Coded, VideoFile, readable
from floorsight.vision.chunk import Chunk, ChunkHeader, Codec, payload_fields
from floorsight.vision.decoding import open_decoder

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ChunkingSettings:
    """A chunk lasts at least `chunk_seconds`; a group longer than `longest_group_seconds` is re-encoded."""

    chunk_seconds: float = 1.0
    longest_group_seconds: float = 4.0


@dataclass(frozen=True)
class StreamRun:
    """One run of a camera's stream. `started_at` is the capture time of its first frame.

    Raises:
        Malformed: `bad_identifier`, when the site's or the camera's id can't be one.
    """

    site_id: str
    camera_id: str
    stream_session: str
    started_at: datetime

    def __post_init__(self) -> None:
        for name, value in (("site", self.site_id), ("camera", self.camera_id)):
            if not re.fullmatch(IDENTIFIER_PATTERN, value):
                raise Malformed(
                    f"{value!r} is no {name} id: up to 63 lower-case letters, digits and hyphens",
                    code="bad_identifier",
                    field=f"{name}_id",
                )


@dataclass(frozen=True)
class _Coding:
    """How groups are coded; a chunk holds groups of one coding."""

    codec: Codec
    width: int
    height: int


def chunks_of(video: VideoFile, run: StreamRun, settings: ChunkingSettings) -> Iterator[Chunk]:
    """The chunks of a video file, in order, sequence from 0."""
    begun_at: Fraction | None = None
    for sequence, (coding, groups) in enumerate(_gathered(_groups(video, settings), settings.chunk_seconds)):
        if begun_at is None:
            begun_at = groups[0].times[0]
        yield _chunk(run, sequence, coding, groups, begun_at)


def _groups(video: VideoFile, settings: ChunkingSettings) -> Iterator[tuple[_Coding, Group]]:
    codec = video.codec
    if codec is None:
        yield from _encoded_groups(_decoded(video), video, settings)
        return
    pictures = video.coded_pictures()
    coding = _Coding(codec, *video.size)
    try:
        for group in split_groups(pictures, codec, settings.longest_group_seconds):
            yield coding, group
    except GroupTooLong as found:
        _advise("key frames are more than %s s apart: encoding again from here on", settings)
        rest = _decoded_pictures(chain(found.pictures, pictures), codec)
        yield from _encoded_groups(rest, video, settings)
    except NoPlaceToBegin:
        _advise("no closed group begins in the first %s s: encoding all of it again", settings)
        video.rewind()
        yield from _encoded_groups(_decoded(video), video, settings)


def _advise(finding: str, settings: ChunkingSettings) -> None:
    log.warning(
        finding + ", which costs CPU. "
        "Set the camera's key frame interval (GOP, I-frame interval) to 1 s, with closed groups.",
        settings.longest_group_seconds,
    )


def _encoded_groups(
    frames: Iterator[VideoFrame], video: VideoFile, settings: ChunkingSettings
) -> Iterator[tuple[_Coding, Group]]:
    with readable():
        first = next(frames, None)
    if first is None:
        raise Malformed("not one picture of the video can be decoded", code="undecodable_source")
    coding = _Coding(ENCODED_CODEC, *encoded_size(first.width, first.height))
    pictures = encode_frames(
        chain([first], frames), rate=video.frame_rate, group_seconds=settings.chunk_seconds
    )
    for group in split_groups(pictures, ENCODED_CODEC, settings.longest_group_seconds * 2):
        yield coding, group


def _decoded(video: VideoFile) -> Iterator[VideoFrame]:
    return _decoded_by(video.stream.codec_context, video.packets())


def _decoded_pictures(pictures: Iterable[Coded], codec: Codec) -> Iterator[VideoFrame]:
    return _decoded_by(open_decoder(codec), (picture.packet for picture in pictures))


def _decoded_by(decoder: VideoCodecContext, packets: Iterable[Packet[VideoStream]]) -> Iterator[VideoFrame]:
    time_base: Fraction | None = None
    for packet in packets:
        time_base = packet.time_base
        yield from decoder.decode(packet)
    for frame in decoder.decode(None):
        # Frames that come without a packet come without its time base too.
        if time_base is not None:
            frame.time_base = time_base
        yield frame


def _gathered(
    groups: Iterable[tuple[_Coding, Group]], shortest_seconds: float
) -> Iterator[tuple[_Coding, list[Group]]]:
    """Whole groups of one coding until they last long enough."""
    held: list[Group] = []
    held_coding: _Coding | None = None
    for coding, group in groups:
        lasts = group.times[0] - held[0].times[0] if held else Fraction(0)
        # A hair less than asked counts: time bases round.
        if held and held_coding and (held_coding != coding or lasts >= shortest_seconds - 0.005):
            yield held_coding, held
            held = []
        held.append(group)
        held_coding = coding
    if held and held_coding:
        yield held_coding, held


def _chunk(run: StreamRun, sequence: int, coding: _Coding, groups: list[Group], begun_at: Fraction) -> Chunk:
    payload = b"".join(group.data for group in groups)
    times = sorted(time for group in groups for time in group.times)
    first = times[0]
    header = ChunkHeader(
        site_id=run.site_id,
        camera_id=run.camera_id,
        stream_session=run.stream_session,
        sequence=sequence,
        captured_at=run.started_at + timedelta(microseconds=round((first - begun_at) * 1_000_000)),
        frame_offsets_us=_rising(round((time - first) * 1_000_000) for time in times),
        codec=coding.codec,
        width=coding.width,
        height=coding.height,
        **payload_fields(payload),
    )
    return Chunk(header, payload)


def _rising(offsets: Iterable[int]) -> tuple[int, ...]:
    """Offsets, a microsecond apart where the source gives several frames the same time."""
    rising: list[int] = []
    for offset in offsets:
        rising.append(max(offset, rising[-1] + 1) if rising else offset)
    return tuple(rising)
