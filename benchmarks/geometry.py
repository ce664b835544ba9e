"""What the geometry costs a frame: 50 tracks at 4 lines and 4 zones (aim: less than a millisecond).

python -m benchmarks.geometry
"""

from __future__ import annotations

import math
import random
import statistics
import time

import numpy as np

from floorsight.events.vision import Direction
from floorsight.geometry.crossing import NEW, CrossingState, Gate, observe
from floorsight.geometry.lines import Point, Segment
from floorsight.geometry.polygons import MAX_POINTS, Polygon
from floorsight.geometry.presence import NEW as NOWHERE
from floorsight.geometry.presence import Area, PresenceState
from floorsight.geometry.presence import observe as observe_area
from floorsight.vision.counting import Counter
from floorsight.vision.plan import CountingLine, CountingPlan, CountingZone
from floorsight.vision.track_log import TrackLog
from floorsight.vision.tracking.tracker import Observed

TRACKS, LINES, ZONES, FRAMES = 50, 4, 4, 400
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
        begun = time.thread_time()
        for track, (x, y) in enumerate(spots):
            for line, gate in enumerate(gates):
                key = (track, line)
                states[key], _ = observe(gate, states.get(key, NEW), x, y, 0.01)
        spent.append((time.thread_time() - begun) * 1000.0)
    return spent


def time_presence_test(points: int) -> list[float]:
    """Milliseconds a frame for the test of presence alone, in zones of so many points."""
    dice = random.Random(7)
    areas = [Area(_polygon(number, points), 2, WIDTH / HEIGHT) for number in range(ZONES)]
    spots = [(dice.random(), dice.random()) for _ in range(TRACKS)]
    states: dict[tuple[int, int], PresenceState] = {}
    spent = []
    for frame in range(FRAMES):
        spots = [(x + dice.gauss(0, 0.005), y + dice.gauss(0, 0.005)) for x, y in spots]
        begun = time.thread_time()
        for track, (x, y) in enumerate(spots):
            for zone, area in enumerate(areas):
                key = (track, zone)
                before = states.get(key, NOWHERE)
                states[key], _ = observe_area(area, before, x, y, frame * 200, 0.01, may_enter=True)
        spent.append((time.thread_time() - begun) * 1000.0)
    return spent


def time_counter(zones: int, points: int = 8) -> list[float]:
    """Milliseconds a frame for all of it: anchors, crossings, visits, votes, paths."""
    dice = np.random.default_rng(7)
    plan = CountingPlan("plant-1", "door-1", 5.0, _lines(), _zones(zones, points))
    counter = Counter(plan, WIDTH, HEIGHT)
    corners = dice.uniform((0, 0), (WIDTH - 60, HEIGHT - 160), (TRACKS, 2))
    speed = dice.normal(0, 12, corners.shape)
    logs: dict[int, TrackLog] = {}
    spent = []
    for number in range(FRAMES):
        corners, speed = _walked(corners, speed, dice)
        observed = Observed(
            ids=np.arange(TRACKS),
            boxes=np.concatenate([corners, corners + np.array([60.0, 160.0])], axis=1),
            scores=np.full(TRACKS, 0.8),
            classes=np.zeros(TRACKS, np.int64),
            confirmed=np.ones(TRACKS, np.bool_),
            ended_ids=np.zeros(0, np.int64),
        )
        begun = time.thread_time()
        logs, _ = counter.count(logs, observed, number * 200)
        spent.append((time.thread_time() - begun) * 1000.0)
    return spent


def _walked(
    corners: np.ndarray, speed: np.ndarray, dice: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """People who walk on with a little noise and turn round at the walls."""
    walls = np.array([WIDTH - 60, HEIGHT - 160])
    speed = np.where((corners < 0) | (corners > walls), np.sign(walls / 2 - corners) * abs(speed), speed)
    return corners + speed + dice.normal(0, 1, corners.shape), speed


def _lines() -> tuple[CountingLine, ...]:
    return tuple(
        CountingLine(f"line-{number}", 1, _segment(number), 2, True, Direction.IN, Direction.OUT)
        for number in range(LINES)
    )


def _zones(count: int, points: int) -> tuple[CountingZone, ...]:
    return tuple(
        CountingZone(f"zone-{number}", 1, _polygon(number, points), 2, True, restricted=False)
        for number in range(count)
    )


def _segment(number: int) -> Segment:
    x = (number + 1) / (LINES + 1)
    return Segment(Point(x, 1.0), Point(x, 0.0))


def _polygon(number: int, points: int) -> Polygon:
    """A quarter of the frame, with round corners."""
    x, y = 0.25 + 0.5 * (number % 2), 0.25 + 0.5 * (number // 2)
    turns = [2 * math.pi * step / points for step in range(points)]
    return Polygon(tuple(Point(x + 0.3 * math.cos(turn), y + 0.3 * math.sin(turn)) for turn in turns))


def main() -> None:
    print(f"{TRACKS} tracks x {LINES} lines x {ZONES} zones, {FRAMES} frames; milliseconds a frame")
    measured = {
        "crossing test": time_crossing_test(),
        "presence test, zones of 8 points": time_presence_test(8),
        f"presence test, zones of {MAX_POINTS} points": time_presence_test(MAX_POINTS),
        "all, lines only": time_counter(0),
        "all, zones of 8 points": time_counter(ZONES),
        f"all, zones of {MAX_POINTS} points": time_counter(ZONES, MAX_POINTS),
    }
    for name, spent in measured.items():
        worst = sorted(spent)[int(len(spent) * 0.99)]
        print(f"{name:33} median {statistics.median(spent):.3f}  99th percentile {worst:.3f}")


if __name__ == "__main__":
    main()
