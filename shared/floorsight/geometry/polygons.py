"""Simple polygons in normalised image coordinates (0..1, origin top left)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from floorsight.geometry.lines import MIN_LENGTH, Point, crosses_frame
from floorsight.geometry.orientation import orientation
from floorsight.platform.errors import Malformed

INSIDE, BORDER, OUTSIDE = 1, 0, -1

MIN_POINTS, MAX_POINTS = 3, 32
# Smaller than a line may be short, squared, a zone is a slip of the hand: no feet stand in it.
MIN_AREA = MIN_LENGTH * MIN_LENGTH
# Nearer than a tenth of a pixel in the widest frame there is, two corners are one.
SAME_POINT = 1e-6
# Corners may be dragged beyond the picture, but not out of sight.
MIN_COORDINATE, MAX_COORDINATE = -1.0, 2.0
FIELD = "polygon"

Edge = tuple[Point, Point]


@dataclass(frozen=True)
class Polygon:
    """A simple polygon: its border meets itself nowhere. Either sense of rotation; the last point is joined
    to the first, which is not repeated.

    Raises:
        Malformed: `zone_point_count`, `zone_not_finite`, `zone_outside_frame`, `zone_repeated_point`,
            `zone_too_small` or `zone_not_simple`, with the field that is wrong: `polygon`, `polygon.<index>`
            or `polygon.<index>.x`.
    """

    points: tuple[Point, ...]

    def __post_init__(self) -> None:
        if not MIN_POINTS <= len(self.points) <= MAX_POINTS:
            raise _malformed(
                f"a zone has {MIN_POINTS} to {MAX_POINTS} points, not {len(self.points)}", "zone_point_count"
            )
        for index, point in enumerate(self.points):
            _check_point(index, point)
        _check_repeated(self.points)
        if not _has_corner(self.points):
            raise _malformed("all points lie on one straight line: the zone has no area", "zone_too_small")
        _check_simple(self.points)
        if self.area < MIN_AREA:
            raise _malformed(
                f"the zone covers less than {MIN_AREA:g} of the frame: nobody fits in", "zone_too_small"
            )
        if not self._overlaps_frame():
            raise _malformed(
                "the zone lies outside the frame: nobody can be seen in it "
                "(coordinates are fractions of the frame, 0 to 1)",
                "zone_outside_frame",
            )

    @property
    def area(self) -> float:
        """The share of the frame's area, parts outside it included (shoelace formula)."""
        return abs(sum(a.x * b.y - b.x * a.y for a, b in self.edges())) / 2.0

    def edges(self) -> Iterator[Edge]:
        """Each point with the next one, the last with the first."""
        return zip(self.points, (*self.points[1:], self.points[0]), strict=True)

    def side(self, x: float, y: float) -> int:
        """INSIDE, OUTSIDE or, exactly on an edge or a corner, BORDER. Exact for all finite coordinates.

        Even-odd rule: a ray to the right meets the edges that span its height, upper ends included.
        """
        inside = False
        for start, end in self.edges():
            turn = orientation(start, end, x, y)
            if turn == 0 and _within_box(start, end, x, y):
                return BORDER
            if (start.y > y) != (end.y > y) and (turn > 0) == (end.y > start.y):
                inside = not inside
        return INSIDE if inside else OUTSIDE

    def contains(self, x: float, y: float) -> bool:
        """Whether the point is inside, and not on the border."""
        return self.side(x, y) == INSIDE

    def _overlaps_frame(self) -> bool:
        """Either the border passes through the frame, or the frame is all inside or all outside."""
        return any(crosses_frame(start, end) for start, end in self.edges()) or self.contains(0.5, 0.5)


def _malformed(message: str, code: str, field: str = FIELD) -> Malformed:
    return Malformed(message, code=code, field=field)


def _check_point(index: int, point: Point) -> None:
    for name, value in (("x", point.x), ("y", point.y)):
        field = f"{FIELD}.{index}.{name}"
        if not math.isfinite(value):
            raise _malformed(f"{field} is not a number", "zone_not_finite", field)
        if not MIN_COORDINATE <= value <= MAX_COORDINATE:
            raise _malformed(
                f"{field} is {value:g}, far outside the frame: coordinates are fractions of it, 0 to 1",
                "zone_outside_frame",
                field,
            )


def _check_repeated(points: tuple[Point, ...]) -> None:
    for index, point in enumerate(points):
        if math.dist(point, points[index - 1]) < SAME_POINT:
            raise _malformed(
                "a point repeats the one before it (the last point is joined to the first by itself)",
                "zone_repeated_point",
                f"{FIELD}.{index or len(points) - 1}",
            )


def _has_corner(points: tuple[Point, ...]) -> bool:
    first, second, *others = points
    return any(orientation(first, second, other.x, other.y) for other in others)


def _check_simple(points: tuple[Point, ...]) -> None:
    """Edges meet only their neighbours, and those only in the corner between them."""
    count = len(points)
    edges = list(zip(points, (*points[1:], points[0]), strict=True))
    for index, (start, corner) in enumerate(edges):
        _, end = edges[(index + 1) % count]
        folded = orientation(start, corner, end.x, end.y) == 0 and _turns_back(start, corner, end)
        crossed = any(
            _meet(edges[index], edges[other])
            for other in range(index + 2, count)
            if (other + 1) % count != index
        )
        if folded or crossed:
            raise _malformed(
                f"the border crosses or touches itself near point {index}: draw the corners in the order "
                "in which one walks around the zone",
                "zone_not_simple",
                f"{FIELD}.{index}",
            )


def _turns_back(start: Point, corner: Point, end: Point) -> bool:
    """Whether three points on one line go forth and back."""
    return not (_within_box(start, end, corner.x, corner.y))


def _meet(one: Edge, other: Edge) -> bool:
    """Whether two edges have a point in common."""
    (a, b), (c, d) = one, other
    sides = orientation(a, b, c.x, c.y), orientation(a, b, d.x, d.y)
    others = orientation(c, d, a.x, a.y), orientation(c, d, b.x, b.y)
    if sides[0] * sides[1] < 0 and others[0] * others[1] < 0:
        return True
    return (
        (sides[0] == 0 and _within_box(a, b, c.x, c.y))
        or (sides[1] == 0 and _within_box(a, b, d.x, d.y))
        or (others[0] == 0 and _within_box(c, d, a.x, a.y))
        or (others[1] == 0 and _within_box(c, d, b.x, b.y))
    )


def _within_box(start: Point, end: Point, x: float, y: float) -> bool:
    return min(start.x, end.x) <= x <= max(start.x, end.x) and min(start.y, end.y) <= y <= max(start.y, end.y)
