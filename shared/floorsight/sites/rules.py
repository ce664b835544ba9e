"""What a crossing of a line means at a camera, and which changes alter what is counted."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from floorsight.events.vision import Direction
from floorsight.sites.model import CameraRole, Line, Zone

_NEVER = {CameraRole.ENTRY: Direction.OUT, CameraRole.EXIT: Direction.IN}
Drawn = TypeVar("Drawn", Line, Zone)


def direction(role: CameraRole, line: Line, *, to_right: bool) -> Direction | None:
    """The direction of a crossing that ended on the line's right (`Segment.cross` positive) or left.

    None when the camera's role rules that direction out: the crossing does not count.
    """
    found = Direction.IN if to_right != line.inverted else Direction.OUT
    return None if _NEVER.get(role) is found else found


def revise(before: Drawn, changed: Drawn) -> Drawn:
    """The changed line or zone with its next revision.

    Its counting revision follows when what it counts changes. A new name, label or limit changes nothing
    of that: people who are just crossing are not followed anew.
    """
    revision = changed.revision + 1
    same = _counts(before) == _counts(changed)
    return replace(
        changed, revision=revision, counting_revision=before.counting_revision if same else revision
    )


def _counts(drawn: Line | Zone) -> tuple[object, ...]:
    """All that decides what is counted."""
    if isinstance(drawn, Line):
        return drawn.segment, drawn.inverted, drawn.anchor, drawn.settle_frames
    return drawn.polygon, drawn.anchor, drawn.settle_frames
