"""The vision worker's own pipeline on chunks from memory."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from floorsight.events.vision import Direction
from floorsight.geometry.lines import Point, Segment
from floorsight.video.chunking import ChunkingSettings, StreamRun, chunks_of
from floorsight.video.source import VideoFile
from floorsight.vision.chunk import Chunk, new_stream_session
from floorsight.vision.detector import Detector
from floorsight.vision.pipeline import ChunkPipeline
from floorsight.vision.plan import CountingLine, CountingPlan
from floorsight.vision.stream_state import StreamState
from floorsight.vision.timing import Stage, Stopwatch
from floorsight.vision.tracking.tracker import Tracker

BEGAN_AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
STAGES = (Stage.DECODE, Stage.LETTERBOX, Stage.INFER, Stage.NMS, Stage.TRACK, Stage.GEOMETRY)
EVERY_FRAME_FPS = 30.0


def read_chunks(video: Path, chunk_seconds: float, seconds: float) -> list[Chunk]:
    """The video's beginning, as the publisher would send it."""
    run = StreamRun("bench", "bench", new_stream_session(BEGAN_AT, 0), BEGAN_AT)
    with VideoFile(video) as opened:
        chunks = chunks_of(opened, run, ChunkingSettings(chunk_seconds=chunk_seconds))
        return list(islice(chunks, round(seconds / chunk_seconds)))


def a_plan(xs: tuple[float, ...]) -> CountingPlan:
    """Lines across the picture; every frame is analysed."""
    lines = tuple(
        CountingLine(
            f"line-{x}", 1, Segment(Point(x, 0.0), Point(x, 1.0)), 2, True, Direction.IN, Direction.OUT
        )
        for x in xs
    )
    return CountingPlan("bench", "bench", EVERY_FRAME_FPS, lines)


def measure_ours(
    chunks: list[Chunk], detector: Detector, plan: CountingPlan
) -> tuple[float, dict[Stage, float]]:
    """Milliseconds a frame, in all and by stage."""
    pipeline = ChunkPipeline(detector, Tracker())
    stopwatch = Stopwatch()
    state, frames = StreamState(chunks[0].header.stream_session), 0
    begun = time.perf_counter()
    for chunk in chunks:
        analysis = pipeline.analyse(chunk, plan, state, stopwatch)
        state, frames = analysis.state, frames + analysis.frames_analysed
    elapsed = time.perf_counter() - begun
    return 1000.0 * elapsed / frames, {stage: 1000.0 * stopwatch.seconds[stage] / frames for stage in STAGES}
