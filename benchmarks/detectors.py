"""Detectors of the catalogue against each other: time an image, and what the counts come to.

    python -m benchmarks.detectors --mot FOLDER          # time, and counts of three videos
    python -m benchmarks.detectors --only-speed

Counts are made in one process by the product's own decoder, tracker and line rule, for every phase at which
the frames to analyse can be chosen (10 of 25 frames a second begin at any of 5 places), and averaged: a
single run says little where a video has a dozen crossings. The videos and their truth are those of
`benchmarks.counting.run`.
"""

from __future__ import annotations

import argparse
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import av
import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.counting.run import SEQUENCES, Case, Counted, disagreements, sample_case, sequence_case
from benchmarks.counting.truth import LEFTWARDS, RIGHTWARDS
from floorsight.events.vision import Direction
from floorsight.geometry.lines import Point, Segment
from floorsight.models import detectors
from floorsight.vision.counting import Counter, Crossing, Logs
from floorsight.vision.decoding import Frame
from floorsight.vision.detections import Detections
from floorsight.vision.detector import Detector
from floorsight.vision.plan import CountingLine, CountingPlan
from floorsight.vision.timing import Stopwatch
from floorsight.vision.tracking.tracker import Tracker, empty_state
from infra.local.models_cli import MEDIA_FOLDER, MODELS_CATALOGUE, MODELS_FOLDER

DETECTORS = ("nanodet-g-416", "nanodet-g-416-int8", "nanodet-g-640", "nanodet-g-640-int8")
BATCHES = (1, 5, 10)
ROUNDS = 20
SETTLE_FRAMES = 2


def open_detector(name: str, threads: int = 0) -> Detector:
    """A detector of the catalogue, as the worker opens it."""
    return detectors.open_detector(name, catalogue=MODELS_CATALOGUE, folder=MODELS_FOLDER, threads=threads)


def read_frames(video: Path) -> list[Frame]:
    """All frames, decoded, without their times."""
    with av.open(str(video)) as container:
        return [Frame(datetime.now(UTC), coded) for coded in container.decode(video=0)]


def milliseconds_an_image(detector: Detector, frames: list[Frame], batch: int) -> float:
    """Median of a call's time, letterbox and NMS included, divided by its images."""
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        detector.detect(frames[:batch], Stopwatch())
        times.append(time.perf_counter() - begun)
    return 1000.0 * median(times[2:]) / batch


def detect_all(detector: Detector, frames: list[Frame]) -> list[Detections]:
    """Of every frame; those that are analysed are chosen from them."""
    return [detector.detect([frame], Stopwatch())[0] for frame in frames]


def count(
    case: Case, found: list[Detections], size: tuple[int, int], fps: float, phase: int
) -> list[Counted]:
    """Crossings when one frame in `rate / fps` is analysed, from frame `phase` on."""
    step = case.frames_per_second / fps
    chosen = np.unique(np.round(np.arange(phase, len(found), step)).astype(int))
    chosen = chosen[chosen < len(found)]
    counter = Counter(_plan(case, fps), *size)
    tracker, state = Tracker(), empty_state()
    logs: Logs = {}
    counted = []
    for index in chosen.tolist():
        seconds = index / case.frames_per_second
        state, observed = tracker.step(state, found[index], seconds)
        logs, findings = counter.count(logs, observed, round(1000 * seconds))
        for finding in findings:
            if isinstance(finding, Crossing):
                way = RIGHTWARDS if finding.direction is Direction.IN else LEFTWARDS
                counted.append(Counted(index, finding.line.line_id, way))
    return counted


def wrong_counts(case: Case, found: list[Detections], size: tuple[int, int], fps: float) -> float:
    """Missed and surplus crossings, averaged over all phases."""
    phases = range(max(round(case.frames_per_second / fps), 1))
    errors = [sum(map(len, disagreements(case, count(case, found, size, fps, phase)))) for phase in phases]
    return sum(errors) / len(errors)


def _plan(case: Case, fps: float) -> CountingPlan:
    """In is to the right, as in the truth."""
    lines = tuple(
        CountingLine(
            name, 1, Segment(Point(x, 1.0), Point(x, 0.0)), SETTLE_FRAMES, True, Direction.IN, Direction.OUT
        )
        for name, x in case.lines.items()
    )
    return CountingPlan("bench", "bench", fps, lines)


def show_speed(console: Console, names: list[str], threads: list[int]) -> None:
    """Milliseconds an image by threads and batch."""
    frames = read_frames(MEDIA_FOLDER / "vtest.avi")[: max(BATCHES)]
    table = Table("detector", "threads", *(f"{batch} an image" for batch in BATCHES), title="milliseconds")
    for name in names:
        for number in threads:
            detector = open_detector(name, number)
            times = [milliseconds_an_image(detector, frames, batch) for batch in BATCHES]
            table.add_row(name, str(number), *(f"{each:.1f}" for each in times))
    console.print(table)


def show_counts(console: Console, names: list[str], cases: list[Case], rates: list[float]) -> None:
    """Wrong counts by video and rate."""
    truth = sum(len(case.truth) for case in cases)
    titles = [f"{case.name} ({len(case.truth)})" for case in cases]
    table = Table("detector", "fps", *titles, f"together ({truth})", title="missed + surplus crossings")
    for name in names:
        detector = open_detector(name)
        videos = [(case, read_frames(case.video)) for case in cases]
        found = [(case, detect_all(detector, frames), _size(frames)) for case, frames in videos]
        for fps in rates:
            errors = [wrong_counts(case, detections, size, fps) for case, detections, size in found]
            shares = f"{sum(errors):.1f} = {sum(errors) / truth:.1%}"
            table.add_row(name, f"{fps:g}", *(f"{each:.1f}" for each in errors), shares)
    console.print(table)


def _size(frames: list[Frame]) -> tuple[int, int]:
    return frames[0].width, frames[0].height


def main() -> int:
    """Print the tables; 0."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--mot", type=Path, metavar="FOLDER", help="folder of MOTChallenge sequences")
    parser.add_argument(
        "--detector",
        nargs="+",
        default=list(DETECTORS),
    )
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--fps", type=float, nargs="+", default=[5, 10])
    parser.add_argument("--only-speed", action="store_true")
    options = parser.parse_args()
    console = Console(width=160)
    show_speed(console, options.detector, options.threads)
    if not options.only_speed:
        cases = [sequence_case(options.mot, name) for name in SEQUENCES] if options.mot else []
        show_counts(console, options.detector, [*cases, sample_case()], options.fps)
    return 0


if __name__ == "__main__":
    sys.exit(main())
