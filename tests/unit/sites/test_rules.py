"""What a crossing means at a camera."""

from __future__ import annotations

import pytest

from floorsight.events.vision import Direction
from floorsight.geometry.lines import Point
from floorsight.sites.model import CameraRole
from floorsight.sites.rules import direction
from tests.fakes.scene import Scene

IN, OUT = Direction.IN, Direction.OUT


@pytest.mark.parametrize(
    ("role", "inverted", "to_right", "to_left"),
    [
        (CameraRole.BIDIRECTIONAL, False, IN, OUT),
        (CameraRole.BIDIRECTIONAL, True, OUT, IN),
        (CameraRole.ENTRY, False, IN, None),
        (CameraRole.ENTRY, True, None, IN),
        (CameraRole.EXIT, False, None, OUT),
        (CameraRole.EXIT, True, OUT, None),
    ],
)
def test_directions(
    role: CameraRole, inverted: bool, to_right: Direction | None, to_left: Direction | None
) -> None:
    line = Scene().with_camera().with_line(inverted=inverted)
    assert direction(role, line, to_right=True) is to_right
    assert direction(role, line, to_right=False) is to_left


def test_right_is_where_the_cross_product_is_positive() -> None:
    """Drawn upwards on the picture, a line has the picture's right half on its right."""
    line = Scene().with_camera().with_line()
    assert line.segment.cross(Point(0.9, 0.5)) > 0 > line.segment.cross(Point(0.1, 0.5))
