"""Tracker and line rule together: who stands isn't counted, who walks keeps the id and is counted once."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from floorsight.events.vision import Direction
from floorsight.geometry.lines import Point, Segment
from floorsight.vision.counting import Counter, Crossing
from floorsight.vision.detections import Detections
from floorsight.vision.plan import CountingLine, CountingPlan
from floorsight.vision.track_log import TrackLog
from floorsight.vision.tracking.tracker import Tracker, empty_state

WIDTH, HEIGHT = 1000, 500
TALL, WIDE = 200.0, 80.0
LINE = CountingLine(
    "line", 1, Segment(Point(0.5, 1.0), Point(0.5, 0.0)), 2, True, Direction.IN, Direction.OUT
)
PLAN = CountingPlan("plant-1", "door-1", 10.0, (LINE,))

seeds = st.integers(0, 2**32 - 1)


def follow(
    feet: list[tuple[float, float]], jitter: float, rate: float, seed: int
) -> tuple[int, list[Direction]]:
    """Ids used, and crossings, of one person whose box edges tremble by a share of the height."""
    dice = np.random.default_rng(seed)
    tracker, state, counter = Tracker(), empty_state(), Counter(PLAN, WIDTH, HEIGHT)
    logs: dict[int, TrackLog] = {}
    found: list[Direction] = []
    for number, (x, y) in enumerate(feet):
        box = np.array([[x - WIDE / 2, y - TALL, x + WIDE / 2, y]]) + dice.normal(0, jitter * TALL, (1, 4))
        detections = Detections(box.astype(np.float32), np.array([0.8], np.float32), np.zeros(1, np.int64))
        state, observed = tracker.step(state, detections, number / rate)
        logs, findings = counter.count(logs, observed, round(number * 1000 / rate))
        found += [finding.direction for finding in findings if isinstance(finding, Crossing)]
    return state.next_id - 1, found


@settings(max_examples=60, deadline=None)
@given(seeds, st.floats(-0.05, 0.05), st.sampled_from([0.005, 0.01, 0.015]))
def test_nobody_who_stands_at_a_line_is_counted(seed: int, off: float, jitter: float) -> None:
    standing = [(WIDTH / 2 + off * TALL, 450.0)] * 100
    assert follow(standing, jitter, 10.0, seed) == (1, [])


@settings(max_examples=60, deadline=None)
@given(seeds, st.floats(0.08, 0.5), st.sampled_from([5.0, 10.0, 15.0, 25.0, 30.0]), st.booleans())
def test_who_walks_well_inside_the_envelope_is_one_person_counted_once(
    seed: int, step: float, rate: float, leftwards: bool
) -> None:
    """Up to half a width a frame from the first one on; docs/benchmarks.md says where it breaks."""
    xs = np.arange(100.0, 900.0, step * WIDE)
    walk = [(float(x), 450.0) for x in (xs[::-1] if leftwards else xs)]
    expected = [Direction.OUT if leftwards else Direction.IN]
    assert follow(walk, 0.005, rate, seed) == (1, expected)


@settings(max_examples=30, deadline=None)
@given(seeds, st.floats(0.0, 0.3))
def test_feet_below_the_picture_cross_a_line_that_ends_at_its_edge(seed: int, beyond: float) -> None:
    walk = [(float(x), HEIGHT * (1.0 + beyond)) for x in range(100, 900, 20)]
    assert follow(walk, 0.005, 10.0, seed) == (1, [Direction.IN])
