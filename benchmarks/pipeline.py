"""The vision worker's frames per second on this machine, by stage, on the sample video.

    python -m benchmarks.pipeline [--detector nanodet-g-416 nanodet-g-640] [--threads 1 2] [--chunk-seconds 1]

Chunks come from memory and facts go nowhere: what is measured is decode, letterbox, inference, NMS, tracking
and geometry as the worker does them, one chunk one batch. Commit and publish are measured by
`benchmarks.latency`, on the emulator. The peer is a plain loop of the same model with OpenCV's own decoding,
resizing and NMS, frame by frame and without tracking.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from statistics import median

import cv2
import numpy as np
import onnxruntime as ort
from rich.console import Console
from rich.table import Table

from floorsight.events.vision import Direction
from floorsight.geometry.lines import Point, Segment
from floorsight.models.catalogue import load_catalogue
from floorsight.video.chunking import ChunkingSettings, StreamRun, chunks_of
from floorsight.video.source import VideoFile
from floorsight.vision.chunk import Chunk, new_stream_session
from floorsight.vision.detector import Contract, Detector
from floorsight.vision.pipeline import ChunkPipeline
from floorsight.vision.plan import CountingLine, CountingPlan
from floorsight.vision.stream_state import StreamState
from floorsight.vision.timing import Stage, Stopwatch
from floorsight.vision.tracking.tracker import Tracker
from infra.local.models_cli import MEDIA_FOLDER, MODELS_CATALOGUE, MODELS_FOLDER

BEGAN_AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
ROUNDS = 3
SECONDS_OF_VIDEO, FRAMES_A_SECOND = 20, 10
STAGES = (Stage.DECODE, Stage.LETTERBOX, Stage.INFER, Stage.NMS, Stage.TRACK, Stage.GEOMETRY)
SCORE, OVERLAP = 0.1, 0.5


def read_chunks(video: Path, chunk_seconds: float) -> list[Chunk]:
    """The video as the publisher would send it."""
    run = StreamRun("bench", "bench", new_stream_session(BEGAN_AT, 0), BEGAN_AT)
    with VideoFile(video) as opened:
        chunks = chunks_of(opened, run, ChunkingSettings(chunk_seconds=chunk_seconds))
        return list(islice(chunks, round(SECONDS_OF_VIDEO / chunk_seconds)))


def a_plan(fps: float) -> CountingPlan:
    """Four lines across the picture."""
    lines = tuple(
        CountingLine(
            f"line-{x}", 1, Segment(Point(x, 0.0), Point(x, 1.0)), 2, True, Direction.IN, Direction.OUT
        )
        for x in (0.2, 0.4, 0.6, 0.8)
    )
    return CountingPlan("bench", "bench", fps, lines)


def measure_ours(chunks: list[Chunk], detector: Detector) -> tuple[float, dict[Stage, float]]:
    """Milliseconds a frame, in all and by stage."""
    pipeline = ChunkPipeline(detector, Tracker())
    stopwatch = Stopwatch()
    state, frames = StreamState(chunks[0].header.stream_session), 0
    plan = a_plan(30)
    begun = time.perf_counter()
    for chunk in chunks:
        analysis = pipeline.analyse(chunk, plan, state, stopwatch)
        state, frames = analysis.state, frames + analysis.frames_analysed
    elapsed = time.perf_counter() - begun
    return 1000.0 * elapsed / frames, {stage: 1000.0 * stopwatch.seconds[stage] / frames for stage in STAGES}


def measure_plain_loop(video: Path, model: Path, size: int, threads: int) -> float:
    """Milliseconds a frame of OpenCV + ONNX Runtime, one frame at a time."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    session = ort.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    capture = cv2.VideoCapture(str(video))
    frames = 0
    begun = time.perf_counter()
    while frames < SECONDS_OF_VIDEO * FRAMES_A_SECOND:
        frame = capture.read()[1]
        scale = size / max(frame.shape[:2])
        canvas = np.full((size, size, 3), 114, np.uint8)
        small = cv2.resize(frame, None, fx=scale, fy=scale)
        canvas[: small.shape[0], : small.shape[1]] = small
        blob = cv2.dnn.blobFromImage(canvas, 1 / 255.0, swapRB=True)
        output = session.run(None, {"images": blob})[0][0]
        scores = output[4:].max(axis=0)
        likely = scores >= SCORE
        boxes = output[:4, likely].T.copy()
        boxes[:, :2] -= boxes[:, 2:] / 2
        cv2.dnn.NMSBoxesBatched(
            boxes.tolist(),
            scores[likely].tolist(),
            output[4:, likely].argmax(axis=0).tolist(),
            SCORE,
            OVERLAP,
        )
        frames += 1
    return 1000.0 * (time.perf_counter() - begun) / frames


def _median_of(measure: Callable[[], float]) -> float:
    return median(measure() for _ in range(ROUNDS))


def main() -> int:
    """Print a table; 0."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--detector", nargs="+", default=["nanodet-g-416", "nanodet-g-640"])
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--chunk-seconds", type=float, default=1.0)
    options = parser.parse_args()
    video = MEDIA_FOLDER / "vtest.avi"
    chunks = read_chunks(video, options.chunk_seconds)
    table = Table(
        "detector", "threads", "frames/s", *(f"{stage} ms" for stage in STAGES),
        "not inference / inference", "plain loop ms", "ours / plain loop",
    )  # fmt: skip
    for name in options.detector:
        entry = load_catalogue(MODELS_CATALOGUE).entry(name)
        model = MODELS_FOLDER / entry.file_name
        for threads in options.threads:
            detector = Detector(
                model, contract=Contract(entry.contract), input_size=entry.input_size, threads=threads
            )
            runs = sorted((measure_ours(chunks, detector) for _ in range(ROUNDS)), key=lambda run: run[0])
            whole, stages = runs[ROUNDS // 2]
            del detector  # two sessions' threads would disturb each other
            plain = _median_of(lambda: measure_plain_loop(video, model, entry.input_size, threads))  # noqa: B023
            rest = whole - stages[Stage.INFER]
            table.add_row(
                name, str(threads), f"{1000 / whole:.1f}", *(f"{stages[stage]:.2f}" for stage in STAGES),
                f"{rest / stages[Stage.INFER]:.2f}", f"{plain:.2f}", f"{whole / plain:.2f}",
            )  # fmt: skip
    Console(width=200).print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
