"""Directed segments in normalised image coordinates (0..1, origin top left)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from floorsight.platform.errors import Malformed

# Shorter than a thousandth of the frame, a line is a slip of the hand, and its direction is noise.
MIN_LENGTH = 1e-3
# Ends may lie outside the frame, but not so far that arithmetic or storage would fail.
MAX_COORDINATE = 1e3


class Point(NamedTuple):
    """A position; x to the right, y down."""

    x: float
    y: float


@dataclass(frozen=True)
class Segment:
    """A finite directed segment. Seen along its direction on the image, it has a left and a right side.

    Raises:
        Malformed: no path inside the frame can cross it (`line_not_finite`, `line_too_short`,
            `line_outside_frame`), with the field that is wrong.
    """

    start: Point
    end: Point

    def __post_init__(self) -> None:
        for name, value in (
            ("start.x", self.start.x),
            ("start.y", self.start.y),
            ("end.x", self.end.x),
            ("end.y", self.end.y),
        ):
            if not math.isfinite(value):
                raise Malformed(f"{name} is not a number", code="line_not_finite", field=name)
            if abs(value) > MAX_COORDINATE:
                raise Malformed(
                    f"{name} is {value:g}, far outside the frame: coordinates are fractions of it, 0 to 1",
                    code="line_outside_frame",
                    field=name,
                )
        if math.dist((self.start.x, self.start.y), (self.end.x, self.end.y)) < MIN_LENGTH:
            raise Malformed(
                f"the line is shorter than {MIN_LENGTH} of the frame: nothing can cross it",
                code="line_too_short",
                field="end",
            )
        if not crosses_frame(self.start, self.end):
            raise Malformed(
                "the line lies outside the frame or on its border: no path inside the frame can cross it "
                "(coordinates are fractions of the frame, 0 to 1)",
                code="line_outside_frame",
                field="start",
            )

    def cross(self, point: Point) -> float:
        """Cross product of the direction and the vector from `start` to the point.

        Positive on the right, negative on the left, zero on the line's infinite extension.
        """
        return (self.end.x - self.start.x) * (point.y - self.start.y) - (self.end.y - self.start.y) * (
            point.x - self.start.x
        )


def crosses_frame(start: Point, end: Point) -> bool:
    """Whether part of the way is strictly inside the unit square (Liang and Barsky, 1984)."""
    first, last = 0.0, 1.0
    for delta, origin in ((end.x - start.x, start.x), (end.y - start.y, start.y)):
        if delta == 0.0:
            if not 0.0 < origin < 1.0:
                return False
            continue
        near, far = sorted(((0.0 - origin) / delta, (1.0 - origin) / delta))
        first, last = max(first, near), min(last, far)
    return first < last
