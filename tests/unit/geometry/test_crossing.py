"""Each sentence of what a crossing is, as a table of paths.

The line stands in the middle and points up: the right of the image is its right side.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import pytest

from floorsight.geometry.crossing import BEYOND, LEFT, NEITHER, NEW, RIGHT, Gate, anchor_of, observe
from floorsight.geometry.lines import Point, Segment

UP = Segment(Point(0.5, 0.8), Point(0.5, 0.2))

Path = Iterable[tuple[float, float]]


def crossings(
    path: Path, *, settle: int = 2, tolerance: float = 0.0, line: Segment = UP, aspect: float = 1.0
) -> list[int]:
    state, gate = NEW, Gate(line, settle, aspect)
    found = []
    for x, y in path:
        state, crossed = observe(gate, state, x, y, tolerance)
        found.append(crossed)
    return [side for side in found if side != NEITHER]


def level(*xs: float, y: float = 0.5) -> list[tuple[float, float]]:
    return [(x, y) for x in xs]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (level(0.3, 0.4, 0.6, 0.7), [RIGHT]),
        (level(0.7, 0.6, 0.4, 0.3), [LEFT]),
        (level(0.3, 0.4, 0.6, 0.7, 0.6, 0.4, 0.3), [RIGHT, LEFT]),
        (level(0.3, 0.35, 0.4, 0.45), []),
        ([], []),
        (level(0.7, 0.8), []),  # first seen beyond the line
    ],
)
def test_direction(path: Path, expected: list[int]) -> None:
    assert crossings(path) == expected


def test_a_line_that_points_the_other_way_has_its_sides_swapped() -> None:
    down = Segment(UP.end, UP.start)
    assert crossings(level(0.3, 0.4, 0.6, 0.7), line=down) == [LEFT]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (level(0.4, 0.6, 0.6, y=0.1), []),  # above the upper end
        (level(0.4, 0.6, 0.6, y=0.9), []),  # below the lower end
        (level(0.4, 0.6, 0.6, y=0.2), [RIGHT]),  # through the very end
        (level(0.4, 0.6, 0.6, y=0.199), []),
        ([(0.4, 0.5), (0.4, 0.1), (0.6, 0.1), (0.6, 0.5), (0.6, 0.5)], []),  # around the end
        ([(0.4, 0.11), (0.6, 0.31), (0.6, 0.31)], [RIGHT]),  # obliquely, just inside the end
        ([(0.4, 0.05), (0.6, 0.3), (0.6, 0.3)], []),
        # Around the end and back through the line: once, to the left.
        ([(0.4, 0.1), (0.6, 0.1), (0.6, 0.1), (0.6, 0.5), (0.4, 0.5), (0.4, 0.5)], [LEFT]),
        # Through the line and back around the end before settling: nothing.
        ([(0.4, 0.5), (0.6, 0.25), (0.4, 0.1), (0.4, 0.1)], []),
    ],
)
def test_the_segment_is_finite(path: Path, expected: list[int]) -> None:
    assert crossings(path) == expected


def test_the_step_that_changed_sides_decides_not_the_one_that_settled() -> None:
    assert crossings([(0.4, 0.5), (0.6, 0.5), (0.6, 0.05)]) == [RIGHT]
    assert crossings([(0.4, 0.05), (0.6, 0.05), (0.6, 0.5)]) == []


@pytest.mark.parametrize("settle", [1, 2, 3])
def test_a_fast_mover_counts_once(settle: int) -> None:
    assert crossings(level(0.02, 0.98, 0.98, 0.98, 0.98), settle=settle) == [RIGHT]


@pytest.mark.parametrize("settle", [1, 2, 3, 5])
def test_settling_takes_so_many_observations(settle: int) -> None:
    assert crossings(level(0.4, *[0.6] * (settle - 1)), settle=settle) == []
    assert crossings(level(0.4, *[0.6] * settle), settle=settle) == [RIGHT]
    assert crossings(level(0.4, *[0.6] * 50), settle=settle) == [RIGHT]


def test_going_back_before_settling_is_no_crossing() -> None:
    assert crossings(level(0.4, 0.6, 0.4, 0.6, 0.4, 0.6, 0.4)) == []


def test_observations_on_the_other_side_must_not_be_interrupted_by_the_first() -> None:
    assert crossings(level(0.4, 0.6, 0.6, 0.4, 0.6, 0.6, 0.6), settle=3) == [RIGHT]


class TestTolerance:
    """Nearer than the tolerance is neither side."""

    def test_jitter_never_counts(self) -> None:
        assert crossings(level(0.3, *[0.49, 0.51] * 100), tolerance=0.02) == []

    def test_who_stands_on_the_line_and_goes_back_is_not_counted(self) -> None:
        assert crossings(level(0.3, 0.5, 0.51, 0.49, 0.51, 0.3), tolerance=0.02) == []

    def test_who_stands_on_the_line_and_goes_on_is_counted_once(self) -> None:
        path = level(0.3, 0.5, 0.51, 0.49, 0.51, 0.6, 0.7)
        assert crossings(path, tolerance=0.02) == [RIGHT]

    def test_observations_near_the_line_do_not_settle(self) -> None:
        assert crossings(level(0.3, 0.51, 0.51, 0.51, 0.6), tolerance=0.02) == []

    def test_nor_do_they_take_back_what_was_seen(self) -> None:
        assert crossings(level(0.3, 0.6, 0.51, 0.6), tolerance=0.02) == [RIGHT]

    def test_exactly_as_far_as_the_tolerance_is_not_clear(self) -> None:
        assert crossings(level(0.25, 0.75, 0.75), tolerance=0.25) == []
        tolerance = 0.25 / BEYOND
        assert crossings(level(0.2, 0.75, 0.75), tolerance=tolerance) == []
        assert crossings(level(0.2, 0.75, 0.75), tolerance=math.nextafter(tolerance, 0)) == [RIGHT]

    def test_it_takes_less_to_have_a_side_than_to_change_it(self) -> None:
        assert crossings(level(0.45, 0.65, 0.65), tolerance=0.04) == [RIGHT]
        assert crossings(level(0.45, 0.55, 0.55, 0.55), tolerance=0.04) == []
        assert crossings(level(0.45, 0.55, 0.65, 0.65), tolerance=0.04) == [RIGHT]

    def test_who_was_first_seen_on_the_line_crosses_nothing(self) -> None:
        assert crossings(level(0.49, 0.6, 0.7), tolerance=0.02) == []

    def test_it_means_the_same_across_and_along_a_wide_frame(self) -> None:
        # A tenth of a height is a twentieth of the width of a frame twice as wide as high.
        upright, flat = UP, Segment(Point(0.2, 0.5), Point(0.8, 0.5))
        for share, expected in ((0.049, []), (0.051, [RIGHT])):
            across = [(0.5 - share, 0.5), (0.5 + share, 0.5), (0.5 + share, 0.5)]
            along = [(0.5, 0.5 - 2 * share), (0.5, 0.5 + 2 * share), (0.5, 0.5 + 2 * share)]
            assert crossings(across, line=upright, tolerance=0.1 / BEYOND, aspect=2.0) == expected
            assert crossings(along, line=flat, tolerance=0.1 / BEYOND, aspect=2.0) == expected


class TestExactlyOnTheLine:
    """Neither side; as if it had not been seen."""

    @pytest.mark.parametrize(
        ("xs", "expected"),
        [
            ((0.4, 0.5, 0.5, 0.5), []),
            ((0.4, 0.5, 0.4), []),
            ((0.4, 0.5, 0.6, 0.6), [RIGHT]),
            ((0.4, 0.6, 0.5, 0.6), [RIGHT]),
            ((0.5, 0.6, 0.6), []),
            ((0.5, 0.5, 0.4, 0.6, 0.6), [RIGHT]),
        ],
    )
    def test_is_neither_side(self, xs: tuple[float, ...], expected: list[int]) -> None:
        assert crossings(level(*xs)) == expected

    def test_changes_nothing_at_all(self) -> None:
        gate = Gate(UP, 2, 1.0)
        state, _ = observe(gate, NEW, 0.4, 0.5, 0.0)
        assert observe(gate, state, 0.5, 0.9, 0.0) == (state, NEITHER)


def test_state_goes_in_and_comes_out() -> None:
    gate = Gate(UP, 2, 1.0)
    state, _ = observe(gate, NEW, 0.4, 0.5, 0.0)
    first = observe(gate, state, 0.6, 0.5, 0.0)
    assert observe(gate, state, 0.6, 0.5, 0.0) == first
    assert NEW.side == NEITHER


@pytest.mark.parametrize(("at_feet", "expected"), [(True, Point(0.3, 0.8)), (False, Point(0.3, 0.6))])
def test_the_anchor_is_where_the_feet_are_or_the_centre(at_feet: bool, expected: Point) -> None:
    anchor = anchor_of((0.2, 0.4, 0.4, 0.8), at_feet=at_feet)
    assert (anchor.x, anchor.y) == pytest.approx((expected.x, expected.y))
