"""Entering and leaving against a second, slow implementation, and what must hold of every path."""

from __future__ import annotations

import json
import math
from itertools import groupby, pairwise

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from floorsight.geometry.lines import Point
from floorsight.geometry.polygons import BORDER, INSIDE, OUTSIDE, Polygon
from floorsight.geometry.presence import NEITHER, NEW, Area, PresenceState, observe
from tests.property.test_polygons import Spot, accepted, anywhere, grid, polygons

spots = st.tuples(*[st.integers(-1, 9).map(lambda step: step / 8)] * 2)
walks = st.lists(spots, max_size=25)
settles = st.integers(1, 4)
aspects = st.sampled_from([0.5, 1.0, 16 / 9])
EXAMPLES = 500
slow_to_draw = settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.filter_too_much])

# A move: (when it settled, INSIDE or OUTSIDE, when it began), in observations from 0.
Move = tuple[int, int, int]


def moves(
    area: Area, walk: list[Spot], tolerance: float = 0.0, confirmed_after: int = 0, cut: int | None = None
) -> list[Move]:
    state = NEW
    found = []
    for index, (x, y) in enumerate(walk):
        if index == cut:
            state = PresenceState(*json.loads(json.dumps(state)))
        may_enter = index >= confirmed_after
        state, move = observe(area, state, x, y, index, tolerance, may_enter=may_enter)
        if move != NEITHER:
            found.append((index, move, state.entered_ms if move == INSIDE else state.since_ms))
    return found


def moves_slowly(polygon: Polygon, walk: list[Spot], settle: int, confirmed_after: int = 0) -> list[Move]:
    """The rule in other words: drop what is on the border, cut the rest into runs on one side; a run is a
    move if it is on the other side than the last move (outside, to begin with) and has an observation that is
    at least its `settle`th and, going in, confirmed. It began with the run."""
    seen = [(index, polygon.side(x, y)) for index, (x, y) in enumerate(walk)]
    settled = OUTSIDE
    found = []
    for side, run in groupby((entry for entry in seen if entry[1] != BORDER), key=lambda entry: entry[1]):
        at = [index for index, _ in run]
        good = [index for index in at[settle - 1 :] if side == OUTSIDE or index >= confirmed_after]
        if side != settled and good:
            settled = side
            found.append((good[0], side, at[0]))
    return found


@settings(max_examples=1000, suppress_health_check=[HealthCheck.filter_too_much])
@given(polygons(grid), walks, settles, st.integers(0, 12), aspects)
def test_agrees_with_the_slow_implementation(
    polygon: Polygon, walk: list[Spot], settle: int, confirmed_after: int, aspect: float
) -> None:
    fast = moves(Area(polygon, settle, aspect), walk, confirmed_after=confirmed_after)
    assert fast == moves_slowly(polygon, walk, settle, confirmed_after)


@slow_to_draw
@given(polygons(), st.lists(st.tuples(anywhere, anywhere), max_size=25), settles, st.floats(0.0, 0.1))
def test_entering_and_leaving_alternate_and_visits_do_not_overlap(
    polygon: Polygon, walk: list[Spot], settle: int, tolerance: float
) -> None:
    found = moves(Area(polygon, settle, 1.0), walk, tolerance)
    assert [move for _, move, _ in found] == [INSIDE, OUTSIDE] * (len(found) // 2) + [INSIDE] * (
        len(found) % 2
    )
    for (settled_at, _, _), (_, _, next_began) in pairwise(found):
        assert settled_at < next_began  # so that a dwell is never negative
    for settled_at, _, began in found:
        assert settled_at - began >= 0


@slow_to_draw
@given(
    polygons(),
    st.lists(st.tuples(st.integers(0, 6), st.floats(0.0, 1.0), st.floats(-1.0, 1.0)), max_size=40),
    st.floats(0.001, 0.2),
    settles,
    aspects,
    st.booleans(),
)
def test_who_stays_near_the_border_is_never_counted(
    polygon: Polygon,
    steps: list[tuple[int, float, float]],
    tolerance: float,
    settle: int,
    aspect: float,
    inside_before: bool,
) -> None:
    edges = list(polygon.edges())
    walk = []
    for edge, along, off in steps:
        start, end = edges[edge % len(edges)]
        dx, dy = end.x - start.x, end.y - start.y
        scale = off * 0.999 * tolerance / math.hypot(dx * aspect, dy)
        # A step of `off` tolerances at a right angle to the edge, as the frame is seen.
        x = start.x + along * dx - scale * dy / aspect
        y = start.y + along * dy + scale * dx * aspect
        walk.append((x, y))
    area = Area(polygon, settle, aspect)
    state = PresenceState(inside=inside_before)
    for index, (x, y) in enumerate(walk):
        after = observe(area, state, x, y, index, tolerance, may_enter=True)
        assert after == (state, NEITHER)


@slow_to_draw
@given(polygons(grid), walks, settles, st.sampled_from([0.0, 1 / 32, 1 / 8]))
def test_a_mirror_and_a_quarter_turn_change_nothing(
    polygon: Polygon, walk: list[Spot], settle: int, tolerance: float
) -> None:
    area = Area(polygon, settle, 1.0)
    assume(all(abs(abs(area.signed_distance(x, y)) - tolerance) > 1e-9 or not tolerance for x, y in walk))
    straight = moves(area, walk, tolerance)
    mirrored = accepted([(1 - point.x, point.y) for point in polygon.points])
    turned = accepted([(1 - point.y, point.x) for point in polygon.points])
    assert moves(Area(mirrored, settle, 1.0), [(1 - x, y) for x, y in walk], tolerance) == straight
    assert moves(Area(turned, settle, 1.0), [(1 - y, x) for x, y in walk], tolerance) == straight


@slow_to_draw
@given(polygons(), walks, settles, st.integers(0, 25), st.floats(0.0, 0.1))
def test_a_state_that_was_stored_goes_on_as_if_nothing_had_happened(
    polygon: Polygon, walk: list[Spot], settle: int, cut: int, tolerance: float
) -> None:
    area = Area(polygon, settle, 1.0)
    assert moves(area, walk, tolerance, cut=cut) == moves(area, walk, tolerance)


@slow_to_draw
@given(polygons(), walks, settles)
def test_who_is_never_seen_inside_never_enters(polygon: Polygon, walk: list[Spot], settle: int) -> None:
    elsewhere = [(x, y) for x, y in walk if not polygon.contains(x, y)]
    assert moves(Area(polygon, settle, 1.0), elsewhere) == []


@settings(max_examples=1000, suppress_health_check=[HealthCheck.filter_too_much])
@given(polygons(), st.tuples(anywhere, anywhere), aspects, st.one_of(st.just(0.0), st.floats(1e-6, 0.3)))
def test_the_distance_is_that_of_the_nearest_edge_and_its_sign_that_of_the_side(
    polygon: Polygon, spot: Spot, aspect: float, tolerance: float
) -> None:
    area = Area(polygon, 1, aspect)
    distance = area.signed_distance(*spot)
    nearest = min(distance_to_edge(*edge, spot, aspect) for edge in polygon.edges())
    assert math.isclose(abs(distance), nearest, rel_tol=1e-9, abs_tol=1e-12)
    side = polygon.side(*spot)
    assert (distance > 0) - (distance < 0) == side
    # What is far away is told without the distance; that must come to the same, but for the last digit.
    assume(not tolerance or abs(abs(distance) - tolerance) > 1e-12)
    expected = NEITHER if abs(distance) <= tolerance else side
    assert area.place(*spot, tolerance) == expected


def distance_to_edge(start: Point, end: Point, spot: Spot, aspect: float) -> float:
    """The textbook's: to the foot of the perpendicular, kept between the ends."""
    ax, ay, bx, by, x, y = start.x * aspect, start.y, end.x * aspect, end.y, spot[0] * aspect, spot[1]
    share = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2)
    share = min(max(share, 0.0), 1.0)
    return math.hypot(x - ax - share * (bx - ax), y - ay - share * (by - ay))
