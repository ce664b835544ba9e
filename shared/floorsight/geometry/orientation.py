"""On which side of a line is a point? Exactly, whatever the rounding."""

from __future__ import annotations

from fractions import Fraction

from floorsight.geometry.lines import Point

# Shewchuk (1997), error of a 2x2 determinant of rounded differences, relative to the sum of its products.
_RELATIVE_ERROR = (3.0 + 16.0 * 2.0**-53) * 2.0**-53
# Products smaller than any normal number lose digits that the relative error knows nothing of.
_UNDERFLOW = 1e-300


def orientation(start: Point, end: Point, x: float, y: float) -> int:
    """1 when (x, y) is on the right of the line from `start` to `end` (y points down), -1 left, 0 on it.

    Floating point where it is sure, fractions where it is not.
    """
    first = (end.x - start.x) * (y - start.y)
    second = (end.y - start.y) * (x - start.x)
    cross = first - second
    if abs(cross) > _RELATIVE_ERROR * (abs(first) + abs(second)) + _UNDERFLOW:
        return 1 if cross > 0.0 else -1
    return _orientation_exactly(start, end, x, y)


def _orientation_exactly(start: Point, end: Point, x: float, y: float) -> int:
    ax, ay = Fraction(start.x), Fraction(start.y)
    cross = (Fraction(end.x) - ax) * (Fraction(y) - ay) - (Fraction(end.y) - ay) * (Fraction(x) - ax)
    return (cross > 0) - (cross < 0)
