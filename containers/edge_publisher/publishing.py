"""Publishing a video file as if a camera sent it."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from containers.edge_publisher.delivery import Delivery
from floorsight.platform.clock import Clock, utc_now
from floorsight.video.capture_clock import Monotonic
from floorsight.video.chunking import ChunkingSettings, StreamRun, cuts_of, numbered, stamped
from floorsight.video.gate import GateSettings, MotionGate
from floorsight.video.source import VideoFile
from floorsight.vision.chunk import Chunk, later_stream_session

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Progress:
    """How far a publisher has come."""

    chunks: int
    frames: int
    bytes: int
    seconds: float  # of video
    of_seconds: float | None  # of video in all, where the file says it
    stream_session: str


@dataclass(frozen=True)
class PublishSettings:
    """`paced`: at the video's own speed, else as fast as it goes.

    `started_at` is the capture time of the first frame, for replays. `after_session` is the last stream
    session of an earlier run, if it is known.
    """

    site_id: str
    camera_id: str
    paced: bool = True
    started_at: datetime | None = None
    chunking: ChunkingSettings = field(default_factory=ChunkingSettings)
    gate: GateSettings | None = None
    after_session: str | None = None


def publish_file(
    path: Path,
    settings: PublishSettings,
    delivery: Delivery,
    stop: threading.Event,
    on_progress: Callable[[Progress], None] = lambda _: None,
    clock: Clock = utc_now,
    monotonic: Monotonic = time.monotonic,
) -> Progress:
    """Send a video file, chunk by chunk; each at the time its last frame would have been captured.

    Raises:
        NotFound, Malformed: the file can't be published. Unavailable: the stream can't be reached.
    """
    with VideoFile(path) as video:
        begun_at, begun = clock(), monotonic()
        run = _stream_run(settings, video, begun_at)
        done = Progress(0, 0, 0, 0.0, video.duration_seconds, run.stream_session)
        for chunk in _chunks(video, run, settings):
            # By the monotonic clock: the other may be set meanwhile, be it by an hour.
            due = begun + (_captured(chunk) - begun_at).total_seconds()
            if settings.paced and stop.wait(max(due - monotonic(), 0.0)):
                break
            size = delivery.send(chunk)
            done = Progress(
                done.chunks + 1,
                done.frames + len(chunk.header.frame_offsets_us),
                done.bytes + size,
                (_captured(chunk) - run.started_at).total_seconds(),
                done.of_seconds,
                done.stream_session,
            )
            on_progress(done)
            if stop.is_set():
                break
        return done


def _chunks(video: VideoFile, run: StreamRun, settings: PublishSettings) -> Iterator[Chunk]:
    cuts = stamped(cuts_of(video, settings.chunking), run)
    if settings.gate is not None:
        cuts = MotionGate(settings.gate).pass_on(cuts)
    return numbered(cuts, run.site_id, run.camera_id)


def _stream_run(settings: PublishSettings, video: VideoFile, now: datetime) -> StreamRun:
    started_at = settings.started_at or now
    if settings.started_at is None and not settings.paced:
        # As if it had just ended: nothing is captured in the future.
        started_at -= timedelta(seconds=video.duration_seconds or 0.0)
    # By the start of the run, not of what it shows: an old video played after a new one is no older stream.
    session = later_stream_session(settings.after_session, now, secrets.randbits(16))
    return StreamRun(settings.site_id, settings.camera_id, session, started_at)


def _captured(chunk: Chunk) -> datetime:
    """When a camera would have the whole chunk."""
    return chunk.header.captured_at + timedelta(microseconds=chunk.header.frame_offsets_us[-1])
