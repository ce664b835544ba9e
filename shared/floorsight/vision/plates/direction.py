"""Which way a vehicle goes through a gate, by the side of a line on which it was seen first."""

from __future__ import annotations

import math
from collections.abc import Iterable

from floorsight.events.vision import Direction
from floorsight.geometry.crossing import LEFT, RIGHT
from floorsight.geometry.lines import Point
from floorsight.geometry.paths import TimedPoint
from floorsight.vision.plan import CountingLine, CountingPlan

# Nearer to the line a vehicle is on neither side: its box trembles by about that much.
NEITHER_SIDE = 0.02


def find_direction(plan: CountingPlan, path: Iterable[TimedPoint]) -> Direction | None:
    """That of the plan's gate, else by its first line and a track's path (its feet); None: not known.

    Of a track that began at a gate for one way, that way counts, whatever the camera's gate is now.
    """
    if plan.gate is not None and plan.gate.direction is not None:
        return plan.gate.direction
    return _across(plan.lines[0], path) if plan.lines else None


def _across(line: CountingLine, path: Iterable[TimedPoint]) -> Direction | None:
    start, end = line.segment.start, line.segment.end
    length = math.dist((start.x, start.y), (end.x, end.y))
    for _, x, y in path:
        distance = line.segment.cross(Point(x, y)) / length
        if abs(distance) > NEITHER_SIDE:
            return line.direction_of(LEFT if distance > 0.0 else RIGHT)
    return None
