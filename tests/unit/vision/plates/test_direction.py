"""Which way a vehicle goes, by where it was seen first."""

from __future__ import annotations

import pytest

from floorsight.events.vision import Direction
from floorsight.geometry.lines import Point, Segment
from floorsight.vision.plan import CountingLine, CountingPlan, GateView
from floorsight.vision.plates.direction import find_direction

# Across the picture from left to right: what lies below is on its right.
BARRIER = CountingLine(
    "barrier", 1, Segment(Point(0.0, 0.5), Point(1.0, 0.5)), 2, True, Direction.IN, Direction.OUT
)
BOTH_WAYS = GateView("gate-1", "1")


def plan(*lines: CountingLine, gate: GateView = BOTH_WAYS) -> CountingPlan:
    return CountingPlan("site", "camera", 5.0, lines, gate=gate)


@pytest.mark.parametrize(
    ("path", "direction"),
    [
        ([(0, 0.5, 0.2), (200, 0.5, 0.9)], Direction.IN),  # comes from above
        ([(0, 0.5, 0.2)], Direction.IN),  # and stands before it
        ([(0, 0.5, 0.9), (200, 0.5, 0.2)], Direction.OUT),
        ([(0, 0.5, 0.51), (200, 0.5, 0.6)], Direction.OUT),  # seen first on the line
        ([(0, 0.5, 0.5)], None),
        ([], None),
    ],
)
def test_the_side_on_which_it_was_seen_first(
    path: list[tuple[int, float, float]], direction: Direction | None
) -> None:
    assert find_direction(plan(BARRIER), path) is direction


def test_the_first_line_counts() -> None:
    other = CountingLine("x", 1, Segment(Point(1.0, 0.5), Point(0.0, 0.5)), 2, True, Direction.IN, None)
    assert find_direction(plan(other, BARRIER), [(0, 0.5, 0.9)]) is Direction.IN
    assert find_direction(plan(BARRIER, other), [(0, 0.5, 0.9)]) is Direction.OUT


def test_a_gate_for_one_way_needs_no_line() -> None:
    one_way = GateView("gate-1", "1", Direction.OUT)
    assert find_direction(plan(BARRIER, gate=one_way), [(0, 0.5, 0.2)]) is Direction.OUT
    assert find_direction(plan(gate=one_way), []) is Direction.OUT
    assert find_direction(plan(), [(0, 0.5, 0.2)]) is None
