"""From a video to chunks: passed through where possible, encoded once where not."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import chain

from av.video.frame import VideoFrame

from containers.edge_publisher.encoding import ENCODED_CODEC, encode_frames
from containers.edge_publisher.groups import Group, GroupTooLong, split_groups
from containers.edge_publisher.source import Coded, VideoFile
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
    """One run of a camera's stream. `started_at` is the capture time of its first frame."""

    site_id: str
    camera_id: str
    stream_session: str
    started_at: datetime


def chunks_of(video: VideoFile, run: StreamRun, settings: ChunkingSettings) -> Iterator[Chunk]:
    """The chunks of a video file, in order, sequence from 0."""
    begun_at: Fraction | None = None
    for sequence, (codec, groups) in enumerate(_gathered(_groups(video, settings), settings.chunk_seconds)):
        if begun_at is None:
            begun_at = groups[0].times[0]
        yield _chunk(video, run, sequence, codec, groups, begun_at)


def _groups(video: VideoFile, settings: ChunkingSettings) -> Iterator[tuple[Codec, Group]]:
    codec = video.codec
    if codec is None:
        yield from _encoded_groups(_decoded(video), video, settings)
        return
    pictures = video.coded_pictures()
    try:
        for group in split_groups(pictures, codec, settings.longest_group_seconds):
            yield codec, group
    except GroupTooLong as found:
        log.warning(
            "key frames are more than %s s apart: encoding again from here on, which costs CPU. "
            "Set the camera's key frame interval (GOP, I-frame interval) to 1 s, with closed groups.",
            settings.longest_group_seconds,
        )
        rest = _decoded_pictures(chain(found.pictures, pictures), codec)
        yield from _encoded_groups(rest, video, settings)


def _encoded_groups(
    frames: Iterable[VideoFrame], video: VideoFile, settings: ChunkingSettings
) -> Iterator[tuple[Codec, Group]]:
    pictures = encode_frames(frames, rate=video.frame_rate, group_seconds=settings.chunk_seconds)
    for group in split_groups(pictures, ENCODED_CODEC, settings.longest_group_seconds * 2):
        yield ENCODED_CODEC, group


def _decoded(video: VideoFile) -> Iterator[VideoFrame]:
    decoder = video.stream.codec_context
    for packet in video.packets():
        yield from decoder.decode(packet)
    yield from decoder.decode(None)


def _decoded_pictures(pictures: Iterable[Coded], codec: Codec) -> Iterator[VideoFrame]:
    decoder = open_decoder(codec)
    for picture in pictures:
        yield from decoder.decode(picture.packet)
    yield from decoder.decode(None)


def _gathered(
    groups: Iterable[tuple[Codec, Group]], shortest_seconds: float
) -> Iterator[tuple[Codec, list[Group]]]:
    """Whole groups of one codec until they last long enough."""
    held: list[Group] = []
    held_codec: Codec | None = None
    for codec, group in groups:
        lasts = group.times[0] - held[0].times[0] if held else Fraction(0)
        # A hair less than asked counts: time bases round.
        if held and held_codec and (held_codec is not codec or lasts >= shortest_seconds - 0.005):
            yield held_codec, held
            held = []
        held.append(group)
        held_codec = codec
    if held and held_codec:
        yield held_codec, held


def _chunk(
    video: VideoFile, run: StreamRun, sequence: int, codec: Codec, groups: list[Group], begun_at: Fraction
) -> Chunk:
    payload = b"".join(group.data for group in groups)
    times = sorted(time for group in groups for time in group.times)
    first = times[0]
    width, height = video.size
    header = ChunkHeader(
        site_id=run.site_id,
        camera_id=run.camera_id,
        stream_session=run.stream_session,
        sequence=sequence,
        captured_at=run.started_at + timedelta(microseconds=round((first - begun_at) * 1_000_000)),
        frame_offsets_us=tuple(round((time - first) * 1_000_000) for time in times),
        codec=codec,
        width=width,
        height=height,
        **payload_fields(payload),
    )
    return Chunk(header, payload)
