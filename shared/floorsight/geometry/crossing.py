"""Line crossing: when has somebody really gone over a finite line?

The side of the anchor is the sign of a cross product; the anchor has changed sides only once it was seen
`settle_frames` times on the other side, each time farther from the line than BEYOND times its tolerance.
Nearer than one tolerance is neither side. So somebody who stands on the line, or whose box trembles there,
isn't counted. The step that changed the sign must pass through the finite segment: walking around its end is
no crossing. Between two frames only the straight path counts, so that a fast mover counts once.

State goes in and comes out: it is saved with the tracker and dropped with the track.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from floorsight.geometry.lines import Point, Segment

LEFT, NEITHER, RIGHT = -1, 0, 1
# How many tolerances beyond the line it takes to have crossed it. One is enough to have a side in the first
# place: so who appears near the line is counted, and who trembles at it isn't (docs/adr/0040).
BEYOND = 2.5


@dataclass(frozen=True)
class Gate:
    """A segment prepared for many observations.

    `aspect` is the frame's width over its height, so that distances mean the same in x and y.
    """

    segment: Segment
    settle_frames: int
    aspect: float

    def __post_init__(self) -> None:
        dx = (self.segment.end.x - self.segment.start.x) * self.aspect
        dy = self.segment.end.y - self.segment.start.y
        # One multiplication an observation instead of a square root.
        object.__setattr__(self, "_scale", self.aspect / math.hypot(dx, dy))

    def signed_distance(self, x: float, y: float) -> float:
        """Distance to the infinite line in frame heights; positive on the right."""
        start, end = self.segment.start, self.segment.end
        cross = (end.x - start.x) * (y - start.y) - (end.y - start.y) * (x - start.x)
        return cross * self._scale  # type: ignore[attr-defined,no-any-return]


class CrossingState(NamedTuple):
    """What one track remembers of one line."""

    side: int = NEITHER  # where it is settled
    x: float = 0.0  # the last anchor that was off the line
    y: float = 0.0
    distance: float = 0.0  # and its signed distance; 0 when there was none yet
    waiting: int = 0  # observations so far on the other side
    through: bool = False  # whether the last change of sign went through the segment


NEW = CrossingState()


def observe(
    gate: Gate, state: CrossingState, x: float, y: float, tolerance: float
) -> tuple[CrossingState, int]:
    """Take one observation of the anchor.

    Args:
        x, y: the anchor, normalised.
        tolerance: how near to the line counts as neither side, in frame heights.

    Returns:
        The new state, and RIGHT or LEFT when the track has just settled there by a crossing, else
        NEITHER.
    """
    distance = gate.signed_distance(x, y)
    if distance == 0.0:
        return state, NEITHER  # exactly on the line: as if not seen
    through = state.through
    if state.distance * distance < 0.0:
        through = _passes_segment(gate.segment, state, x, y)
    clear = abs(distance) > tolerance
    here = (RIGHT if distance > 0.0 else LEFT) if clear else NEITHER
    if here == NEITHER:
        return CrossingState(state.side, x, y, distance, state.waiting, through), NEITHER
    if state.side in (NEITHER, here):
        return CrossingState(here, x, y, distance, 0, False), NEITHER
    if abs(distance) <= BEYOND * tolerance:
        return CrossingState(state.side, x, y, distance, state.waiting, through), NEITHER
    waiting = state.waiting + 1
    if waiting < gate.settle_frames:
        return CrossingState(state.side, x, y, distance, waiting, through), NEITHER
    return CrossingState(here, x, y, distance, 0, False), here if through else NEITHER


def _passes_segment(segment: Segment, state: CrossingState, x: float, y: float) -> bool:
    """Whether the segment's ends lie on different sides of the step from the last anchor to this one.

    A test of signs: meeting an end exactly counts, whichever way the step goes, which a division would
    round away now and then.
    """
    dx, dy = x - state.x, y - state.y
    start, end = segment.start, segment.end
    side_of_start = dx * (start.y - state.y) - dy * (start.x - state.x)
    side_of_end = dx * (end.y - state.y) - dy * (end.x - state.x)
    return side_of_start * side_of_end <= 0.0


def anchor_of(box: tuple[float, float, float, float], *, at_feet: bool) -> Point:
    """The point of a box (left, top, right, bottom) that crosses lines: bottom centre, or centre."""
    left, top, right, bottom = box
    return Point((left + right) / 2.0, bottom if at_feet else (top + bottom) / 2.0)
