"""Each sentence of what entering and leaving a zone is, as a table of paths.

The zone is the middle third of the frame; observations are 200 ms apart.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import pytest

from floorsight.geometry.lines import Point
from floorsight.geometry.polygons import BORDER, INSIDE, OUTSIDE, Polygon
from floorsight.geometry.presence import NEITHER, NEW, Area, observe

MIDDLE = Polygon((Point(0.25, 0.25), Point(0.75, 0.25), Point(0.75, 0.75), Point(0.25, 0.75)))
STEP_MS = 200

Visits = list[tuple[int, int | None]]


def visits(
    xs: Iterable[float],
    *,
    settle: int = 2,
    tolerance: float = 0.0,
    confirmed_after: int = 0,
    y: float = 0.5,
) -> Visits:
    """(entered, left) in observations from 0; None for who is inside at the end."""
    area, state = Area(MIDDLE, settle, 1.0), NEW
    found: Visits = []
    for index, x in enumerate(xs):
        may_enter = index >= confirmed_after
        state, move = observe(area, state, x, y, index * STEP_MS, tolerance, may_enter=may_enter)
        if move == INSIDE:
            found.append((state.entered_ms // STEP_MS, None))
        elif move == OUTSIDE:
            found[-1] = (found[-1][0], state.since_ms // STEP_MS)
    return found


@pytest.mark.parametrize(
    ("xs", "expected"),
    [
        ([], []),
        ([0.1, 0.2, 0.2], []),
        ([0.1, 0.4, 0.5, 0.6, 0.9, 0.9], [(1, 4)]),
        ([0.1, 0.4, 0.5, 0.6], [(1, None)]),
        ([0.4, 0.5], [(0, None)]),  # first seen inside
        ([0.4], []),
        ([0.1, 0.4, 0.5, 0.9, 0.9, 0.5, 0.4, 0.1, 0.1], [(1, 3), (5, 7)]),
        ([0.1, 0.9, 0.9, 0.1, 0.1], []),  # jumps over it, to and fro
        ([0.1, 0.5, 0.9, 0.9], []),  # seen inside once
        ([0.5, 0.5, 0.9, 0.5, 0.5], [(0, None)]),  # seen outside once
    ],
)
def test_visits(xs: list[float], expected: Visits) -> None:
    assert visits(xs) == expected


@pytest.mark.parametrize("settle", [1, 2, 3, 5])
def test_settling_takes_so_many_observations_and_counts_from_the_first(settle: int) -> None:
    assert visits([0.1, *[0.5] * (settle - 1)], settle=settle) == []
    assert visits([0.1, *[0.5] * settle], settle=settle) == [(1, None)]
    there = [0.5] * settle
    assert visits([*there, *[0.9] * (settle - 1)], settle=settle) == [(0, None)]
    assert visits([*there, *[0.9] * settle], settle=settle) == [(0, settle)]


def test_observations_on_the_other_side_must_not_be_interrupted_by_the_first() -> None:
    assert visits([0.1, 0.5, 0.5, 0.1, 0.5, 0.5, 0.5], settle=3) == [(4, None)]


class TestTolerance:
    """Nearer to the border than the tolerance is neither inside nor outside."""

    def test_jitter_never_counts(self) -> None:
        assert visits([0.1, *[0.24, 0.26] * 100], tolerance=0.02) == []
        assert visits([0.5, 0.5, *[0.24, 0.26] * 100], tolerance=0.02) == [(0, None)]

    def test_observations_near_the_border_neither_settle_nor_take_back(self) -> None:
        assert visits([0.1, 0.5, 0.26, 0.26, 0.26], tolerance=0.02) == []
        assert visits([0.1, 0.5, 0.26, 0.24, 0.5], tolerance=0.02) == [(1, None)]

    def test_exactly_as_far_as_the_tolerance_is_not_clear(self) -> None:
        assert visits([0.375, 0.375], tolerance=0.125) == []
        assert visits([0.375, 0.375], tolerance=math.nextafter(0.125, 0)) == [(0, None)]
        area = Area(MIDDLE, 1, 1.0)
        assert area.place(0.125, 0.5, 0.125) == NEITHER
        assert area.place(0.125, 0.5, math.nextafter(0.125, 0)) == OUTSIDE

    def test_a_zone_narrower_than_the_dead_band_is_never_entered(self) -> None:
        assert visits([0.5] * 9, tolerance=0.25) == []


class TestExactlyOnTheBorder:
    """Neither side; as if it had not been seen."""

    @pytest.mark.parametrize("spot", [(0.25, 0.5), (0.75, 0.5), (0.5, 0.25), (0.5, 0.75), (0.25, 0.25)])
    def test_is_neither(self, spot: tuple[float, float]) -> None:
        area = Area(MIDDLE, 2, 1.0)
        assert area.signed_distance(*spot) == 0.0
        assert area.place(*spot, 0.0) == NEITHER == BORDER
        for state in (NEW, observe(area, NEW, 0.5, 0.5, 0, 0.0, may_enter=True)[0]):
            assert observe(area, state, *spot, 200, 0.0, may_enter=True) == (state, NEITHER)

    def test_standing_there_is_neither_entering_nor_leaving(self) -> None:
        assert visits([0.25] * 50) == []
        assert visits([0.5, 0.5, *[0.25] * 50]) == [(0, None)]


class TestUnconfirmed:
    """Who is not yet confirmed never counts; what was seen meanwhile does, afterwards."""

    def test_never_enters(self) -> None:
        assert visits([0.5] * 9, confirmed_after=99) == []
        assert visits([0.5] * 9, settle=1, confirmed_after=99) == []

    def test_enters_with_its_confirmation_from_when_it_was_first_seen_inside(self) -> None:
        assert visits([0.5, 0.5], settle=1, confirmed_after=1) == [(0, None)]
        assert visits([0.1, 0.5, 0.5, 0.5], confirmed_after=3) == [(1, None)]

    def test_who_is_gone_by_then_was_never_there(self) -> None:
        assert visits([0.5, 0.5, 0.5, 0.1, 0.1], confirmed_after=3) == []

    def test_leaving_needs_no_confirmation(self) -> None:
        area = Area(MIDDLE, 1, 1.0)
        inside, _ = observe(area, NEW, 0.5, 0.5, 0, 0.0, may_enter=True)
        assert observe(area, inside, 0.9, 0.5, 200, 0.0, may_enter=False)[1] == OUTSIDE


def test_state_goes_in_and_comes_out() -> None:
    area = Area(MIDDLE, 2, 1.0)
    state, _ = observe(area, NEW, 0.5, 0.5, 0, 0.0, may_enter=True)
    first = observe(area, state, 0.5, 0.5, 200, 0.0, may_enter=True)
    assert observe(area, state, 0.5, 0.5, 200, 0.0, may_enter=True) == first
    assert first[0] == (True, 0, 0, 0)


@pytest.mark.parametrize(
    ("spot", "aspect", "distance"),
    [
        ((0.5, 0.5), 1.0, 0.25),
        ((0.5, 0.5), 2.0, 0.25),  # up and down
        ((0.3, 0.5), 2.0, 0.1),  # a twentieth of the width of a frame twice as wide as high
        ((0.2, 0.5), 2.0, -0.1),
        ((0.2, 0.5), 0.5, -0.025),
        ((1.0, 1.0), 1.0, -math.hypot(0.25, 0.25)),  # from a corner
        ((0.0, 0.5), 1.0, -0.25),
    ],
)
def test_distance_is_in_frame_heights(spot: tuple[float, float], aspect: float, distance: float) -> None:
    assert Area(MIDDLE, 1, aspect).signed_distance(*spot) == pytest.approx(distance, abs=1e-12)


def test_two_areas_of_the_same_zone_are_equal() -> None:
    assert Area(MIDDLE, 2, 1.5) == Area(MIDDLE, 2, 1.5)
