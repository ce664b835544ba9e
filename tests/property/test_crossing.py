"""Line crossing against a second, slow implementation, and what must hold of every path."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from itertools import pairwise

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from floorsight.geometry.crossing import LEFT, NEITHER, NEW, RIGHT, CrossingState, Gate, observe
from floorsight.geometry.lines import Point, Segment
from floorsight.platform.errors import Malformed

# Multiples of 1/64 are exact in binary, so that "on the line" means the same to both implementations.
grid = st.integers(-8, 72).map(lambda step: step / 64)
spots = st.tuples(grid, grid)
walks = st.lists(spots, max_size=25)
settles = st.integers(1, 4)
# How far along a line, and how far off it, as a share of the tolerance.
along_and_off = st.lists(st.tuples(st.floats(-0.5, 1.5), st.floats(-1, 1)), max_size=40)
EXAMPLES = 500


@st.composite
def lines(draw: st.DrawFn) -> Segment:
    start, end = draw(spots), draw(spots)
    try:
        return Segment(Point(*start), Point(*end))
    except Malformed:
        assume(False)
        raise


def counted(
    line: Segment, walk: list[tuple[float, float]], settle: int, tolerance: float = 0.0, aspect: float = 1.0
) -> list[tuple[int, int]]:
    """(index, side) of every crossing."""
    gate, state = Gate(line, settle, aspect), NEW
    found = []
    for index, (x, y) in enumerate(walk):
        state, crossed = observe(gate, state, x, y, tolerance)
        if crossed != NEITHER:
            found.append((index, crossed))
    return found


def side_exactly(line: Segment, spot: tuple[float, float]) -> int:
    """Orientation of three points, in exact fractions."""
    ax, ay, bx, by = (Fraction(v) for v in (line.start.x, line.start.y, line.end.x, line.end.y))
    x, y = map(Fraction, spot)
    cross = (bx - ax) * (y - ay) - (by - ay) * (x - ax)
    return (cross > 0) - (cross < 0)


def meets_segment(line: Segment, first: tuple[float, float], second: tuple[float, float]) -> bool:
    """Whether the line's ends lie on different sides of the step, or on it: the classic straddle test."""
    step = Segment.__new__(Segment)  # a step may be as short as it likes
    object.__setattr__(step, "start", Point(*first))
    object.__setattr__(step, "end", Point(*second))
    ends = (line.start.x, line.start.y), (line.end.x, line.end.y)
    return side_exactly(step, ends[0]) * side_exactly(step, ends[1]) <= 0


def counted_slowly(line: Segment, walk: list[tuple[float, float]], settle: int) -> list[tuple[int, int]]:
    """The rule in other words: drop what is on the line, cut the rest into runs on one side; a run of at
    least `settle` (any length, for the first) settles; it counts if it is on another side than the last
    run that settled and was entered through the segment."""
    seen = [(index, spot, side_exactly(line, spot)) for index, spot in enumerate(walk)]
    seen = [entry for entry in seen if entry[2] != 0]
    runs: list[list[tuple[int, tuple[float, float], int]]] = []
    for entry in seen:
        if runs and runs[-1][-1][2] == entry[2]:
            runs[-1].append(entry)
        else:
            runs.append([entry])
    found = []
    settled = NEITHER
    for number, run in enumerate(runs):
        side = run[0][2]
        if settled == NEITHER:
            settled = side
        elif side != settled and len(run) >= settle:
            settled = side
            if meets_segment(line, runs[number - 1][-1][1], run[0][1]):
                found.append((run[settle - 1][0], side))
    return found


@settings(max_examples=1000)
@given(lines(), walks, settles)
def test_agrees_with_the_slow_implementation(
    line: Segment, walk: list[tuple[float, float]], settle: int
) -> None:
    assert counted(line, walk, settle) == counted_slowly(line, walk, settle)


@settings(max_examples=EXAMPLES)
@given(
    lines(),
    st.lists(st.tuples(st.floats(-0.5, 1.5), st.floats(-1, 1)), max_size=40),
    st.floats(0.001, 0.2),
    settles,
)
def test_who_stays_near_the_line_is_never_counted(
    line: Segment, steps: list[tuple[float, float]], tolerance: float, settle: int
) -> None:
    dx, dy = line.end.x - line.start.x, line.end.y - line.start.y
    length = math.hypot(dx, dy)
    walk = [
        (
            line.start.x + along * dx - off * 0.999 * tolerance * dy / length,
            line.start.y + along * dy + off * 0.999 * tolerance * dx / length,
        )
        for along, off in steps
    ]
    assert counted(line, walk, settle, tolerance) == []


@settings(max_examples=EXAMPLES)
@given(walks, settles, st.floats(0.0, 0.1))
def test_crossings_alternate_and_their_sum_is_the_change_of_side(
    walk: list[tuple[float, float]], settle: int, tolerance: float
) -> None:
    # A line that goes right through the frame and beyond: nobody walks around it.
    line = Segment(Point(0.5, 5.0), Point(0.5, -5.0))
    found = [side for _, side in counted(line, walk, settle, tolerance)]
    assert all(first != second for first, second in pairwise(found))
    gate, state, first_side = Gate(line, settle, 1.0), NEW, NEITHER
    for x, y in walk:
        state, _ = observe(gate, state, x, y, tolerance)
        first_side = first_side or state.side
    assert sum(found) == (state.side - first_side) // 2


@settings(max_examples=EXAMPLES)
@given(lines(), walks, settles)
def test_swapping_the_ends_swaps_the_sides(
    line: Segment, walk: list[tuple[float, float]], settle: int
) -> None:
    swapped = Segment(line.end, line.start)
    assert counted(swapped, walk, settle) == [(at, -side) for at, side in counted(line, walk, settle)]


@settings(max_examples=EXAMPLES)
@given(lines(), walks, settles, st.sampled_from([0.0, 1 / 32, 1 / 8]))
def test_a_mirror_swaps_the_sides_and_a_quarter_turn_changes_nothing(
    line: Segment, walk: list[tuple[float, float]], settle: int, tolerance: float
) -> None:
    straight = counted(line, walk, settle, tolerance)
    mirrored = Segment(Point(1 - line.start.x, line.start.y), Point(1 - line.end.x, line.end.y))
    turned = Segment(Point(1 - line.start.y, line.start.x), Point(1 - line.end.y, line.end.x))
    assume(all(abs(abs(Gate(line, 1, 1.0).signed_distance(x, y)) - tolerance) > 1e-9 for x, y in walk))
    assert counted(mirrored, [(1 - x, y) for x, y in walk], settle, tolerance) == [
        (at, -side) for at, side in straight
    ]
    assert counted(turned, [(1 - y, x) for x, y in walk], settle, tolerance) == straight


@settings(max_examples=EXAMPLES)
@given(lines(), st.lists(spots, min_size=1, max_size=12), settles)
@example(
    Segment(Point(0, 0), Point(2 / 64, 1 / 64)), [(0.0, 1 / 64), (10 / 64, 1 / 64)], 1
)  # over its very end
def test_backwards_in_time_every_direction_is_the_other_one(
    line: Segment, stops: list[tuple[float, float]], settle: int
) -> None:
    # Everybody waits long enough at each stop to settle there.
    walk = [stop for stop in stops for _ in range(settle)]
    forwards = [side for _, side in counted(line, walk, settle)]
    backwards = [side for _, side in counted(line, walk[::-1], settle)]
    assert backwards == [-side for side in reversed(forwards)]


@settings(max_examples=EXAMPLES)
@given(lines(), walks, settles, st.integers(0, 25), st.floats(0.0, 0.1))
def test_a_state_that_was_stored_goes_on_as_if_nothing_had_happened(
    line: Segment, walk: list[tuple[float, float]], settle: int, cut: int, tolerance: float
) -> None:
    gate, state = Gate(line, settle, 1.0), NEW
    found = []
    for index, (x, y) in enumerate(walk):
        if index == cut:
            state = CrossingState(*json.loads(json.dumps(state)))
        state, crossed = observe(gate, state, x, y, tolerance)
        if crossed != NEITHER:
            found.append((index, crossed))
    assert found == counted(line, walk, settle, tolerance)


@settings(max_examples=EXAMPLES)
@given(walks, settles)
def test_who_never_leaves_one_side_is_never_counted(walk: list[tuple[float, float]], settle: int) -> None:
    line = Segment(Point(0.5, 1.0), Point(0.5, 0.0))
    for sign in (LEFT, RIGHT):
        aside = [(0.5 + sign * (0.01 + abs(x)), y) for x, y in walk]
        assert counted(line, aside, settle) == []
