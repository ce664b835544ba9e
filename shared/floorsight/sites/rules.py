"""What a crossing of a line means at a camera."""

from __future__ import annotations

from floorsight.events.vision import Direction
from floorsight.sites.model import CameraRole, Line

_NEVER = {CameraRole.ENTRY: Direction.OUT, CameraRole.EXIT: Direction.IN}


def direction(role: CameraRole, line: Line, *, to_right: bool) -> Direction | None:
    """The direction of a crossing that ended on the line's right (`Segment.cross` positive) or left.

    None when the camera's role rules that direction out: the crossing does not count.
    """
    found = Direction.IN if to_right != line.inverted else Direction.OUT
    return None if _NEVER.get(role) is found else found
