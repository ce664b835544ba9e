"""Which zones are refused and why, and what is inside."""

from __future__ import annotations

import math
import re

import pytest

from floorsight.geometry.lines import Point
from floorsight.geometry.polygons import BORDER, INSIDE, MAX_POINTS, OUTSIDE, Polygon
from floorsight.platform.errors import Malformed

INF, NAN = math.inf, math.nan
SQUARE = ((0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75))

Corners = tuple[tuple[float, float], ...]


def polygon(corners: Corners) -> Polygon:
    return Polygon(tuple(Point(x, y) for x, y in corners))


def star(count: int) -> Corners:
    """A star with `count` corners, every other one near the centre."""
    turn = 2 * math.pi / count
    radii = [0.4 if number % 2 else 0.2 for number in range(count)]
    return tuple(
        (0.5 + radius * math.cos(number * turn), 0.5 + radius * math.sin(number * turn))
        for number, radius in enumerate(radii)
    )


@pytest.mark.parametrize(
    ("corners", "code", "field"),
    [
        ((), "zone_point_count", "polygon"),
        (SQUARE[:2], "zone_point_count", "polygon"),
        (star(MAX_POINTS + 2), "zone_point_count", "polygon"),
        (((0.1, 0.1), (NAN, 0.1), (0.5, 0.5)), "zone_not_finite", "polygon.1.x"),
        (((0.1, 0.1), (0.5, 0.1), (0.5, -INF)), "zone_not_finite", "polygon.2.y"),
        (((0.1, 0.1), (200.0, 0.1), (0.5, 0.5)), "zone_outside_frame", "polygon.1.x"),
        (((0.1, -1.01), (0.5, 0.1), (0.5, 0.5)), "zone_outside_frame", "polygon.0.y"),
        ((*SQUARE, SQUARE[0]), "zone_repeated_point", "polygon.4"),
        ((SQUARE[0], *SQUARE), "zone_repeated_point", "polygon.1"),
        (((0.25, 0.25), (0.25, 0.25 + 1e-9), *SQUARE[1:]), "zone_repeated_point", "polygon.1"),
        (((0.1, 0.1), (0.2, 0.2), (0.3, 0.3)), "zone_too_small", "polygon"),
        (((0.1, 0.3), (0.2, 0.3), (0.5, 0.3), (0.4, 0.3)), "zone_too_small", "polygon"),
        (((0.5, 0.5), (0.501, 0.5), (0.5, 0.5019)), "zone_too_small", "polygon"),
        (((0.2, 0.2), (0.8, 0.8), (0.8, 0.2), (0.2, 0.8)), "zone_not_simple", "polygon.0"),  # a bow tie
        (((0.2, 0.2), (0.8, 0.2), (0.5, 0.2), (0.5, 0.8)), "zone_not_simple", "polygon.0"),  # forth and back
        # A corner on another edge, a corner met twice, two edges that run along each other.
        (((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.5, 0.2)), "zone_not_simple", "polygon.0"),
        (
            ((0.5, 0.5), (0.2, 0.2), (0.2, 0.8), (0.5, 0.5), (0.8, 0.2), (0.8, 0.8)),
            "zone_not_simple",
            "polygon.0",
        ),
        (
            ((0.2, 0.2), (0.8, 0.2), (0.8, 0.6), (0.6, 0.2), (0.4, 0.2), (0.2, 0.6)),
            "zone_not_simple",
            "polygon.0",
        ),
        (((1.1, 0.1), (1.5, 0.1), (1.5, 0.5)), "zone_outside_frame", "polygon"),
        (((-0.5, 0.0), (0.5, -0.5), (0.5, 0.0)), "zone_outside_frame", "polygon"),  # touches the upper border
        (((1.0, 1.0), (1.5, 1.0), (1.0, 1.5)), "zone_outside_frame", "polygon"),  # touches a corner
    ],
)
def test_refused(corners: Corners, code: str, field: str) -> None:
    with pytest.raises(Malformed) as error:
        polygon(corners)
    assert (error.value.code, error.value.field) == (code, field)


@pytest.mark.parametrize(
    "corners",
    [
        SQUARE,
        SQUARE[::-1],
        SQUARE[:3],
        star(MAX_POINTS),
        ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)),  # the frame itself
        ((-0.5, -0.5), (1.5, -0.5), (1.5, 1.5), (-0.5, 1.5)),  # the frame and more
        ((0.9, 0.9), (1.5, 0.9), (1.5, 1.5)),
        ((0.2, 0.2), (0.5, 0.2), (0.8, 0.2), (0.8, 0.8)),  # a corner on a straight stretch
        ((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.5, 0.2), (0.1, 0.9)),  # not convex
    ],
)
def test_accepted(corners: Corners) -> None:
    assert polygon(corners).points == tuple(corners)


def test_the_error_says_what_to_do() -> None:
    with pytest.raises(Malformed, match=re.escape("in the order in which one walks around")):
        polygon(((0.2, 0.2), (0.8, 0.8), (0.8, 0.2), (0.2, 0.8)))


@pytest.mark.parametrize(
    ("corners", "area"), [(SQUARE, 0.25), (SQUARE[::-1], 0.25), (SQUARE[:3], 0.125), (star(4), 0.16)]
)
def test_area(corners: Corners, area: float) -> None:
    assert polygon(corners).area == pytest.approx(area)


U_SHAPE = ((0.0, 0.0), (0.25, 0.0), (0.25, 0.5), (0.75, 0.5), (0.75, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize(
    ("spot", "side"),
    [
        ((0.1, 0.1), INSIDE),
        ((0.9, 0.1), INSIDE),
        ((0.5, 0.75), INSIDE),
        ((0.1, 0.5), INSIDE),  # level with two corners
        ((0.5, 0.25), OUTSIDE),  # between the arms
        ((-0.1, 0.5), OUTSIDE),
        ((0.5, -0.1), OUTSIDE),
        ((0.5, 0.0), OUTSIDE),  # on the extension of an edge
        ((-0.5, 1.0), OUTSIDE),
        ((0.5, 0.5), BORDER),
        ((0.25, 0.25), BORDER),
        ((0.25, 0.5), BORDER),
        ((0.0, 0.0), BORDER),
        ((1.0, 0.0), BORDER),
        ((0.5, math.nextafter(0.5, 1)), INSIDE),
        ((0.5, math.nextafter(0.5, 0)), OUTSIDE),
    ],
)
def test_sides(spot: tuple[float, float], side: int, backwards: bool) -> None:
    shape = polygon(U_SHAPE[::-1] if backwards else U_SHAPE)
    assert shape.side(*spot) == side
    assert shape.contains(*spot) is (side == INSIDE)


def test_a_hair_off_an_oblique_border_is_not_on_it() -> None:
    # 0.1 and 0.3 are rounded, so that only exact arithmetic can tell.
    shape = polygon(((0.1, 0.3), (0.7, 0.1), (0.9, 0.9)))
    x = (0.1 + 0.7) / 2
    ys = [0.2 + step * math.ulp(0.2) for step in range(-8, 9)]
    sides = [shape.side(x, y) for y in ys]
    assert sides == sorted(sides)
    assert {OUTSIDE, INSIDE} <= set(sides)
