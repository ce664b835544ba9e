"""From a video to chunks: whole groups gathered until they last long enough, stamped and numbered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from floorsight.platform.errors import Malformed
from floorsight.platform.ids import IDENTIFIER_PATTERN
from floorsight.video.coding import CodedGroup, Coding, CodingSettings, coded_groups
from floorsight.video.groups import Extent, Group
from floorsight.video.source import VideoSource
from floorsight.video.stills import StillSettings
from floorsight.vision.chunk import Chunk, ChunkHeader, payload_fields


@dataclass(frozen=True)
class ChunkingSettings:
    """A chunk lasts at least `chunk_seconds`; a group longer than `longest_group_seconds` is re-encoded.

    With `stills` chunks hold JPEG images instead of video.
    """

    chunk_seconds: float = 1.0
    longest_group_seconds: float = 4.0
    stills: StillSettings | None = None


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
        check_identifiers(self.site_id, self.camera_id)


@dataclass(frozen=True)
class Cut:
    """What a chunk will hold: whole groups of one coding, in order, on the source's clock."""

    coding: Coding
    groups: tuple[Group, ...]

    @property
    def times(self) -> list[Fraction]:
        """The times of its frames in the order shown, in seconds."""
        return sorted(time for group in self.groups for time in group.times)

    @property
    def payload(self) -> bytes:
        """Its coded pictures."""
        return b"".join(group.data for group in self.groups)

    def without_rest(self) -> Cut:
        """Its first picture alone."""
        return Cut(self.coding, (self.groups[0].without_rest(),))


@dataclass(frozen=True)
class Stamped:
    """A cut whose stream session and capture time (of the first frame shown) are known."""

    cut: Cut
    stream_session: str
    captured_at: datetime

    @property
    def ended_at(self) -> datetime:
        """Capture time of the last frame."""
        times = self.cut.times
        return self.captured_at + timedelta(microseconds=round((times[-1] - times[0]) * 1_000_000))


def check_identifiers(site_id: str, camera_id: str) -> None:
    """Raises Malformed (`bad_identifier`) when the site's or the camera's id can't be one."""
    for name, value in (("site", site_id), ("camera", camera_id)):
        if not re.fullmatch(IDENTIFIER_PATTERN, value):
            raise Malformed(
                f"{value!r} is no {name} id: up to 63 lower-case letters, digits and hyphens",
                code="bad_identifier",
                field=f"{name}_id",
            )


def chunks_of(video: VideoSource, run: StreamRun, settings: ChunkingSettings) -> Iterator[Chunk]:
    """The chunks of a video file, in order, sequence from 0."""
    return numbered(stamped(cuts_of(video, settings), run), run.site_id, run.camera_id)


def cuts_of(video: VideoSource, settings: ChunkingSettings) -> Iterator[Cut]:
    """The video in pieces, in order. Raises Malformed: `undecodable_source`, `no_timestamps`."""
    coding = CodingSettings(settings.chunk_seconds, settings.longest_group_seconds, settings.stills)
    return _gathered(coded_groups(video, coding), settings.chunk_seconds)


def _gathered(groups: Iterable[CodedGroup], shortest_seconds: float) -> Iterator[Cut]:
    """Whole groups of one coding until they last long enough, or are as much as should be held."""
    held: list[Group] = []
    held_coding: Coding | None = None
    extent = Extent(Fraction(0))
    for coding, group in groups:
        # A hair less than asked counts: time bases round.
        is_long = extent.is_full or group.times[0] - extent.begun_at >= shortest_seconds - 0.005
        if held and held_coding and (held_coding != coding or is_long):
            yield Cut(held_coding, tuple(held))
            held = []
        if not held:
            extent = Extent(group.times[0])
        held.append(group)
        held_coding = coding
        extent.add(len(group.times), len(group.data))
    if held and held_coding:
        yield Cut(held_coding, tuple(held))


def stamped(cuts: Iterable[Cut], run: StreamRun) -> Iterator[Stamped]:
    """Cuts of one run, each at its distance from the first."""
    begun_at: Fraction | None = None
    for cut in cuts:
        if begun_at is None:
            begun_at = cut.groups[0].times[0]
        after = timedelta(microseconds=round((cut.times[0] - begun_at) * 1_000_000))
        yield Stamped(cut, run.stream_session, run.started_at + after)


def numbered(stamped: Iterable[Stamped], site_id: str, camera_id: str) -> Iterator[Chunk]:
    """Chunks; the sequence counts those of a session, from 0."""
    session, sequence = "", 0
    for each in stamped:
        sequence = sequence + 1 if each.stream_session == session else 0
        session = each.stream_session
        yield _chunk(each, sequence, site_id, camera_id)


def _chunk(stamped: Stamped, sequence: int, site_id: str, camera_id: str) -> Chunk:
    cut, times, payload = stamped.cut, stamped.cut.times, stamped.cut.payload
    header = ChunkHeader(
        site_id=site_id,
        camera_id=camera_id,
        stream_session=stamped.stream_session,
        sequence=sequence,
        captured_at=stamped.captured_at,
        frame_offsets_us=_rising(round((time - times[0]) * 1_000_000) for time in times),
        codec=cut.coding.codec,
        width=cut.coding.width,
        height=cut.coding.height,
        **payload_fields(payload),
    )
    return Chunk(header, payload)


def _rising(offsets: Iterable[int]) -> tuple[int, ...]:
    """Offsets, a microsecond apart where the source gives several frames the same time."""
    rising: list[int] = []
    for offset in offsets:
        rising.append(max(offset, rising[-1] + 1) if rising else offset)
    return tuple(rising)
