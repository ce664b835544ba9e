"""Which lines are refused and why, and which side is which."""

from __future__ import annotations

import math

import pytest

from floorsight.geometry.crossing import Gate
from floorsight.geometry.lines import MIN_LENGTH, Point, Segment
from floorsight.platform.errors import Malformed

INF, NAN = math.inf, math.nan


@pytest.mark.parametrize(
    ("ends", "code", "field"),
    [
        ((NAN, 0.5, 1.0, 0.5), "line_not_finite", "start.x"),
        ((0.0, INF, 1.0, 0.5), "line_not_finite", "start.y"),
        ((0.0, 0.5, -INF, 0.5), "line_not_finite", "end.x"),
        ((0.0, 0.5, 1.0, NAN), "line_not_finite", "end.y"),
        ((0.5, 0.5, 0.5, 0.5), "line_too_short", "end"),
        ((0.5, 0.5, 0.5 + MIN_LENGTH * 0.99, 0.5), "line_too_short", "end"),
        ((1.5, 0.2, 1.5, 0.8), "line_outside_frame", "start"),
        ((-0.5, 0.2, -0.1, 0.8), "line_outside_frame", "start"),
        ((0.2, -0.1, 0.8, -0.1), "line_outside_frame", "start"),
        ((0.2, 1.1, 0.8, 1.2), "line_outside_frame", "start"),
        ((0.0, 0.2, 0.0, 0.8), "line_outside_frame", "start"),  # along the border
        ((0.2, 1.0, 0.8, 1.0), "line_outside_frame", "start"),
        ((-0.5, 0.5, 0.5, -0.5), "line_outside_frame", "start"),  # touches a corner
        ((1.2, 0.5, 1.6, 0.5), "line_outside_frame", "start"),  # its extension would cross
        ((1.0, 0.5, 1.5, 0.5), "line_outside_frame", "start"),  # begins on the border, goes away
    ],
)
def test_refused(ends: tuple[float, float, float, float], code: str, field: str) -> None:
    with pytest.raises(Malformed) as error:
        Segment(Point(*ends[:2]), Point(*ends[2:]))
    assert (error.value.code, error.value.field) == (code, field)


@pytest.mark.parametrize(
    "ends",
    [
        (0.0, 0.0, 1.0, 1.0),
        (0.5, 0.5, 0.5 + MIN_LENGTH * 1.01, 0.5),
        (-1.0, 0.5, 2.0, 0.5),
        (0.5, 1.0, 0.5, 0.0),
        (0.9, -0.1, 1.1, 0.1 + 1e-6),
        (1.0, 0.5, 0.5, 0.5),
    ],
)
def test_accepted(ends: tuple[float, float, float, float]) -> None:
    Segment(Point(*ends[:2]), Point(*ends[2:]))


@pytest.mark.parametrize(
    ("ends", "point", "sign"),
    [
        ((0.5, 1.0, 0.5, 0.0), (0.9, 0.5), 1),  # looking up the image, the right is on the right
        ((0.5, 1.0, 0.5, 0.0), (0.1, 0.5), -1),
        ((0.5, 0.0, 0.5, 1.0), (0.9, 0.5), -1),
        ((0.0, 0.5, 1.0, 0.5), (0.5, 0.9), 1),  # looking to the right, the right is below
        ((0.0, 0.5, 1.0, 0.5), (0.5, 0.1), -1),
        ((0.0, 0.5, 1.0, 0.5), (7.0, 0.5), 0),
    ],
)
def test_sides(ends: tuple[float, float, float, float], point: tuple[float, float], sign: int) -> None:
    gate = Gate(Segment(Point(*ends[:2]), Point(*ends[2:])), 1, 1.0)
    distance = gate.signed_distance(*point)
    assert (distance > 0) - (distance < 0) == sign


@pytest.mark.parametrize("aspect", [0.5, 1.0, 16 / 9])
@pytest.mark.parametrize(
    ("ends", "point"),
    [
        ((0.5, 1.0, 0.5, 0.0), (0.75, 0.3)),
        ((0.2, 0.1, 0.9, 0.8), (0.3, 0.9)),
        ((0.9, 0.8, 0.1, 0.7), (0.3, 0.1)),
    ],
)
def test_distance_is_in_frame_heights(
    ends: tuple[float, float, float, float], point: tuple[float, float], aspect: float
) -> None:
    gate = Gate(Segment(Point(*ends[:2]), Point(*ends[2:])), 1, aspect)
    # The textbook's formula, on coordinates in which a frame height is 1 in both directions.
    x1, y1, x2, y2, x, y = ends[0] * aspect, ends[1], ends[2] * aspect, ends[3], point[0] * aspect, point[1]
    area = (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1)
    assert gate.signed_distance(*point) == pytest.approx(area / math.hypot(x2 - x1, y2 - y1), abs=1e-12)
