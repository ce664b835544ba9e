"""Presence in a zone: when has somebody really entered or left it?

The rules are those of lines (crossing.py). A track has entered once its anchor was seen `settle_frames` times
inside, each time farther from the border than its own tolerance, and has left once it was seen so often
outside; nearer than that, or exactly on the border, is neither, and an observation on the side where it is
settled starts the counting anew. Only where the anchor was seen counts, never the way between: a fast mover
that jumps over the zone between two frames was not in it.

Unlike a line's side, "outside" needs no observation to begin with: whoever is first seen inside enters too.
Tracks break now and then; a track that is lost inside leaves, and the one that goes on must come in again.

The moment of entering or leaving is that of the first of the observations that settled it. So entering and
leaving are late by nothing on average, and dwell is a difference of two capture times.

State goes in and comes out: it is saved with the tracker and dropped with the track.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import NamedTuple

from floorsight.geometry.polygons import BORDER, INSIDE, OUTSIDE, Polygon

NEITHER = BORDER

# Nearer to the border than this, in frame heights, rounding could put a point on the wrong side.
_UNSURE = 1e-12
_NEXT_TO_NOTHING = math.ulp(0.0)

Box = tuple[float, float, float, float]
# Start x, start y, end y, dx, dy, squared length; lengths in frame heights.
PreparedEdge = tuple[float, float, float, float, float, float]


@dataclass(frozen=True)
class Area:
    """A polygon prepared for many observations.

    `aspect` is the frame's width over its height, so that distances mean the same in x and y.
    """

    polygon: Polygon
    settle_frames: int
    aspect: float
    _edges: tuple[PreparedEdge, ...] = field(init=False, repr=False, compare=False)
    _box: Box = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        edges = []
        for start, end in self.polygon.edges():
            dx, dy = (end.x - start.x) * self.aspect, end.y - start.y
            edges.append((start.x * self.aspect, start.y, end.y, dx, dy, dx * dx + dy * dy))
        xs = [point.x * self.aspect for point in self.polygon.points]
        ys = [point.y for point in self.polygon.points]
        object.__setattr__(self, "_edges", tuple(edges))
        object.__setattr__(self, "_box", (min(xs), min(ys), max(xs), max(ys)))

    def place(self, x: float, y: float, tolerance: float) -> int:
        """INSIDE, OUTSIDE or, on the border or within `tolerance` (frame heights) of it, NEITHER."""
        left, top, right, bottom = self._box
        scaled = x * self.aspect
        # Most people are far from most zones.
        if scaled < left - tolerance or scaled > right + tolerance:
            return OUTSIDE
        if y < top - tolerance or y > bottom + tolerance:
            return OUTSIDE
        distance = self.signed_distance(x, y)
        if abs(distance) <= tolerance:
            return NEITHER
        return INSIDE if distance > 0.0 else OUTSIDE if distance < 0.0 else NEITHER

    def signed_distance(self, x: float, y: float) -> float:
        """Distance to the border in frame heights: positive inside, negative outside, 0 exactly on it."""
        scaled = x * self.aspect
        inside = False
        nearest = math.inf
        for start_x, start_y, end_y, dx, dy, squared_length in self._edges:
            from_x, from_y = scaled - start_x, y - start_y
            cross = dx * from_y - dy * from_x
            if (start_y > y) != (end_y > y) and (cross > 0.0) == (end_y > start_y):
                inside = not inside
            along = from_x * dx + from_y * dy
            if along <= 0.0:
                squared = from_x * from_x + from_y * from_y
            elif along < squared_length:
                squared = cross * cross / squared_length
            else:
                continue  # nearest is the end, which is the next edge's start
            if squared < nearest:
                nearest = squared
        distance = math.sqrt(nearest)
        if distance < _UNSURE:
            return self.polygon.side(x, y) * (distance or _NEXT_TO_NOTHING)
        return distance if inside else -distance


class PresenceState(NamedTuple):
    """What one track remembers of one zone. Times in milliseconds on any clock that goes on."""

    inside: bool = False  # where it is settled
    entered_ms: int = 0  # since when, if inside
    waiting: int = 0  # observations so far on the other side
    since_ms: int = 0  # the first of them


NEW = PresenceState()


def observe(
    area: Area, state: PresenceState, x: float, y: float, at_ms: int, tolerance: float, *, may_enter: bool
) -> tuple[PresenceState, int]:
    """Take one observation of the anchor.

    Args:
        x, y: the anchor, normalised.
        tolerance: how near to the border counts as neither side, in frame heights.
        may_enter: false while a track is not confirmed; what was seen of it meanwhile counts afterwards.

    Returns:
        The new state, and INSIDE when the track has just entered (at its `entered_ms`), OUTSIDE when it has
        just left (at its `since_ms`), else NEITHER.
    """
    place = area.place(x, y, tolerance)
    if place == NEITHER:
        return state, NEITHER
    inside, entered_ms, waiting, since_ms = state
    if inside == (place == INSIDE):
        return (PresenceState(inside, entered_ms) if waiting else state), NEITHER
    if not waiting:
        since_ms = at_ms
    waiting += 1
    if waiting < area.settle_frames or not (inside or may_enter):
        return PresenceState(inside, entered_ms, waiting, since_ms), NEITHER
    if inside:
        return PresenceState(since_ms=since_ms), OUTSIDE
    return PresenceState(inside=True, entered_ms=since_ms), INSIDE
