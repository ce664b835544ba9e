"""Paths: simplification of a polyline with time."""

from __future__ import annotations

from collections.abc import Sequence

TimedPoint = tuple[int, float, float]


def simplify(path: Sequence[TimedPoint], tolerance: float) -> list[TimedPoint]:
    """Leave out the points that lie within `tolerance` of the simplified path at their own time.

    Ramer (1972), Douglas and Peucker (1973), with the distance taken at equal time ("top-down
    time-ratio", Meratnia and de By, 2004), so that a stop stays a stop. Ends are kept.
    """
    if len(path) < 3:
        return list(path)
    keep = [False] * len(path)
    keep[0] = keep[-1] = True
    spans = [(0, len(path) - 1)]
    while spans:
        first, last = spans.pop()
        worst, farthest = tolerance, -1
        for index in range(first + 1, last):
            distance = _distance_at_time(path[first], path[last], path[index])
            if distance > worst:
                worst, farthest = distance, index
        if farthest >= 0:
            keep[farthest] = True
            spans += [(first, farthest), (farthest, last)]
    return [point for point, kept in zip(path, keep, strict=True) if kept]


def _distance_at_time(first: TimedPoint, last: TimedPoint, point: TimedPoint) -> float:
    span = last[0] - first[0]
    share = (point[0] - first[0]) / span if span else 0.0
    dx = first[1] + share * (last[1] - first[1]) - point[1]
    dy = first[2] + share * (last[2] - first[2]) - point[2]
    return float((dx * dx + dy * dy) ** 0.5)
