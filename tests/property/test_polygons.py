"""Polygons against an independent implementation in exact fractions."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from floorsight.geometry.lines import Point
from floorsight.geometry.orientation import orientation
from floorsight.geometry.polygons import BORDER, INSIDE, OUTSIDE, Polygon
from floorsight.platform.errors import Malformed

# A coarse grid makes corners, edges and rays meet often; the floats see to the rounding.
grid = st.integers(0, 8).map(lambda step: step / 8)
anywhere = st.one_of(grid, st.floats(0.0, 1.0))
spots = st.tuples(anywhere, anywhere)
Spot = tuple[float, float]


@st.composite
def polygons(draw: st.DrawFn, coordinates: st.SearchStrategy[float] = anywhere) -> Polygon:
    corners = draw(st.lists(st.tuples(coordinates, coordinates), min_size=3, max_size=7, unique=True))
    return accepted(corners)


def accepted(corners: list[Spot]) -> Polygon:
    try:
        return Polygon(tuple(Point(*corner) for corner in corners))
    except Malformed:
        assume(False)
        raise


def side_exactly(corners: list[Spot], spot: Spot) -> int:
    """By the winding number: how often the border goes around the point, counted where it crosses the
    point's own height, in fractions."""
    x, y = map(Fraction, spot)
    exact = [(Fraction(a), Fraction(b)) for a, b in corners]
    winding = 0
    for (ax, ay), (bx, by) in zip(exact, exact[1:] + exact[:1], strict=True):
        if min(ay, by) <= y <= max(ay, by):
            if ay == by:
                if min(ax, bx) <= x <= max(ax, bx):
                    return BORDER
                continue
            at = ax + (bx - ax) * (y - ay) / (by - ay)
            if at == x:
                return BORDER
            if at > x and ay != y and (ay < y) != (by < y):
                winding += 1 if by > ay else -1
            elif at > x and ay == y and by < y:
                winding -= 1
    return INSIDE if winding else OUTSIDE


def is_simple_exactly(corners: list[Spot]) -> bool:
    """Every two edges, solved for the point that they have in common."""
    exact = [(Fraction(a), Fraction(b)) for a, b in corners]
    edges = list(zip(exact, exact[1:] + exact[:1], strict=True))
    for (one, first), (other, second) in combinations(enumerate(edges), 2):
        common = common_points(first, second)
        neighbours = other == one + 1 or (one == 0 and other == len(edges) - 1)
        if common is None or len(common) > neighbours:
            return False
    return True


Exact = tuple[Fraction, Fraction]


def common_points(first: tuple[Exact, Exact], second: tuple[Exact, Exact]) -> set[Exact] | None:
    """The points in common; None when they are endless."""
    (ax, ay), (bx, by) = first
    (cx, cy), (dx, dy) = second
    ux, uy, vx, vy = bx - ax, by - ay, dx - cx, dy - cy
    determinant = ux * vy - uy * vx
    if determinant:
        s = ((cx - ax) * vy - (cy - ay) * vx) / determinant
        t = ((cx - ax) * uy - (cy - ay) * ux) / determinant
        return {(ax + s * ux, ay + s * uy)} if 0 <= s <= 1 and 0 <= t <= 1 else set()
    if (cx - ax) * uy - (cy - ay) * ux:
        return set()
    length = ux * ux + uy * uy
    places = sorted(((px - ax) * ux + (py - ay) * uy) / length for px, py in second)
    low, high = max(places[0], Fraction(0)), min(places[1], Fraction(1))
    if low < high:
        return None
    return {(ax + low * ux, ay + low * uy)} if low == high else set()


@settings(max_examples=1500, suppress_health_check=[HealthCheck.filter_too_much])
@given(polygons(), st.lists(spots, min_size=1, max_size=20))
def test_inside_agrees_with_exact_fractions(polygon: Polygon, places: list[Spot]) -> None:
    for place in [*places, *polygon.points]:
        assert polygon.side(*place) == side_exactly(list(polygon.points), place)


@settings(max_examples=500, suppress_health_check=[HealthCheck.filter_too_much])
@given(polygons(), st.integers(0, 6), st.floats(0.0, 1.0), st.integers(-2, 2))
def test_right_at_the_border_too(polygon: Polygon, edge: int, along: float, ulps: int) -> None:
    edges = list(polygon.edges())
    start, end = edges[edge % len(edges)]
    x = start.x + along * (end.x - start.x)
    y = start.y + along * (end.y - start.y) + ulps * 2.0**-54
    assert polygon.side(x, y) == side_exactly(list(polygon.points), (x, y))


@settings(max_examples=1500)
@given(st.lists(st.tuples(grid, grid), min_size=3, max_size=7))
@example([(0.0, 0.0), (1.0, 0.0), (0.5, 0.0), (0.5, 0.5)])
def test_what_is_refused_for_crossing_itself_does_and_nothing_else(corners: list[Spot]) -> None:
    # On this grid, what is simple has some area.
    refused = refusal(corners)
    if any(corners[index] == corners[index - 1] for index in range(len(corners))):
        assert refused == "zone_repeated_point"
    elif is_simple_exactly(corners):
        assert refused is None
    else:
        assert refused in ("zone_not_simple", "zone_too_small")


def refusal(corners: list[Spot]) -> str | None:
    try:
        Polygon(tuple(Point(*corner) for corner in corners))
    except Malformed as error:
        return error.code
    return None


@settings(max_examples=500, suppress_health_check=[HealthCheck.filter_too_much])
@given(polygons(grid), spots, st.integers(0, 6), st.booleans())
def test_where_the_corners_begin_and_which_way_round_they_go_means_nothing(
    polygon: Polygon, spot: Spot, shift: int, backwards: bool
) -> None:
    points = polygon.points[shift:] + polygon.points[:shift]
    same = Polygon(points[::-1] if backwards else points)
    assert same.side(*spot) == polygon.side(*spot)


@settings(max_examples=500, suppress_health_check=[HealthCheck.filter_too_much])
@given(polygons(grid), st.tuples(grid, grid))
def test_a_mirror_and_a_quarter_turn_change_nothing(polygon: Polygon, spot: Spot) -> None:
    x, y = spot
    mirrored = Polygon(tuple(Point(1 - corner.x, corner.y) for corner in polygon.points))
    turned = Polygon(tuple(Point(1 - corner.y, corner.x) for corner in polygon.points))
    assert mirrored.side(1 - x, y) == turned.side(1 - y, x) == polygon.side(x, y)


tiny = st.floats(-2.0, 2.0)


@settings(max_examples=1000)
@given(*[st.tuples(tiny, tiny)] * 3)
@example((0.0, 0.0), (5e-324, 5e-324), (5e-324, 0.0))
def test_orientation_is_exact(a: Spot, b: Spot, c: Spot) -> None:
    (ax, ay), (bx, by), (cx, cy) = (tuple(map(Fraction, spot)) for spot in (a, b, c))
    cross = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
    assert orientation(Point(*a), Point(*b), *c) == (cross > 0) - (cross < 0)
