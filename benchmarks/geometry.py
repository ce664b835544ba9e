"""What the geometry costs a frame: 50 tracks at 4 lines (aim: less than a millisecond).

python -m benchmarks.geometry
"""

from __future__ import annotations

import random
import statistics
import time

import numpy as np

from floorsight.events.vision import Direction
from floorsight.geometry.crossing import NEW, CrossingState, Gate, observe
from floorsight.geometry.lines import Point, Segment
from floorsight.vision.counting import Counter
from floorsight.vision.plan import CountingLine, CountingPlan
from floorsight.vision.track_log import TrackLog
from floorsight.vision.tracking.tracker import Observed

TRACKS, LINES, FRAMES = 50, 4, 400
WIDTH, HEIGHT = 1920, 1080


def time_crossing_test() -> list[float]:
    """Milliseconds a frame for the crossing test alone."""
    dice = random.Random(7)
    gates = [Gate(_segment(number), 2, WIDTH / HEIGHT) for number in range(LINES)]
    spots = [(dice.random(), dice.random()) for _ in range(TRACKS)]
    states: dict[tuple[int, int], CrossingState] = {}
    spent = []
    for _ in range(FRAMES):
        spots = [(x + dice.gauss(0, 0.02), y + dice.gauss(0, 0.02)) for x, y in spots]
        begun = time.perf_counter()
        for track, (x, y) in enumerate(spots):
            for line, gate in enumerate(gates):
                key = (track, line)
                states[key], _ = observe(gate, states.get(key, NEW), x, y, 0.01)
        spent.append((time.perf_counter() - begun) * 1000.0)
    return spent


def time_counter() -> list[float]:
    """Milliseconds a frame for all of it: anchors, crossings, votes, paths."""
    dice = np.random.default_rng(7)
    lines = tuple(
        CountingLine(f"line-{number}", 1, _segment(number), 2, True, Direction.IN, Direction.OUT)
        for number in range(LINES)
    )
    counter = Counter(CountingPlan("plant-1", "door-1", 5.0, lines), WIDTH, HEIGHT)
    corners = dice.uniform(0, 900, (TRACKS, 2))
    logs: dict[int, TrackLog] = {}
    spent = []
    for number in range(FRAMES):
        corners = corners + dice.normal(0, 20, corners.shape)
        observed = Observed(
            ids=np.arange(TRACKS),
            boxes=np.concatenate([corners, corners + np.array([60.0, 160.0])], axis=1),
            scores=np.full(TRACKS, 0.8),
            classes=np.zeros(TRACKS, np.int64),
            confirmed=np.ones(TRACKS, np.bool_),
            ended_ids=np.zeros(0, np.int64),
        )
        begun = time.perf_counter()
        logs, _ = counter.count(logs, observed, number * 200)
        spent.append((time.perf_counter() - begun) * 1000.0)
    return spent


def _segment(number: int) -> Segment:
    x = (number + 1) / (LINES + 1)
    return Segment(Point(x, 1.0), Point(x, 0.0))


def main() -> None:
    print(f"{TRACKS} tracks x {LINES} lines, {FRAMES} frames; milliseconds a frame")
    for name, spent in (("crossing test", time_crossing_test()), ("line counter", time_counter())):
        worst = sorted(spent)[int(len(spent) * 0.99)]
        print(f"{name:14} median {statistics.median(spent):.3f}  99th percentile {worst:.3f}")


if __name__ == "__main__":
    main()
