"""Counting again, from stored paths and from the ledger.

A stored path is the track's simplified one, of its feet: between two of its points the track is taken to
have walked straight and evenly, and is looked at as often as the camera's frames are analysed. How tall it
was is not stored: the dead band of a line (docs/adr/0003) is that of somebody a quarter of the frame tall.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from floorsight.events.vision import Direction
from floorsight.geometry.crossing import NEITHER, NEW, RIGHT, Gate, observe
from floorsight.geometry.paths import TimedPoint
from floorsight.occupancy.model import Crossing, Tally
from floorsight.occupancy.recount.model import TrackKey
from floorsight.occupancy.rules import ONE_CROSSING
from floorsight.sites.model import Anchor, Camera, CameraRole, Line
from floorsight.sites.rules import direction
from floorsight.streams.model import Trajectory

PERSON = "person"
TOLERANCE = 0.02 * 0.25  # in frame heights
# Only the dead band depends on it: no side and no meeting of a path and a line does.
ASPECT = 16 / 9


def track_of(crossing: Crossing) -> TrackKey:
    """Whose crossing it is."""
    return crossing.stream_session, crossing.track_id


def gate_of(line: Line) -> Gate:
    """A line, prepared for many observations."""
    return Gate(line.segment, line.settle_frames, ASPECT)


def may_cross(gate: Gate, path: Sequence[TimedPoint]) -> bool:
    """Whether a path is on both sides of the line's infinite extension: else nothing needs to be sampled."""
    distances = [gate.signed_distance(x, y) for _, x, y in path]
    return bool(distances) and min(distances) < 0.0 < max(distances)


def count_samples(path: Sequence[TimedPoint], fps: int) -> int:
    """About how many samples `sample_path` makes."""
    return len(path) + (path[-1][0] - path[0][0]) * fps // 1000 if path else 0


def sample_path(path: Sequence[TimedPoint], fps: int) -> Iterator[tuple[float, float, float]]:
    """A path at `fps` samples a second from its first point on, and its last point: milliseconds, x, y."""
    if not path:
        return
    number, first = 0, path[0][0]
    # Times are rounded: a sample just before the last point would be that point again.
    before_last = path[-1][0] - 500 / fps
    for (from_ms, from_x, from_y), (to_ms, to_x, to_y) in pairwise(path):
        while (at_ms := first + number * 1000 / fps) < min(to_ms, before_last):
            share = (at_ms - from_ms) / (to_ms - from_ms)
            yield at_ms, from_x + share * (to_x - from_x), from_y + share * (to_y - from_y)
            number += 1
    yield path[-1]


def walk(
    camera: Camera, line: Line, gate: Gate, trajectory: Trajectory
) -> Iterator[tuple[datetime, Direction]]:
    """When a track crossed the line, and which way, by its path."""
    if trajectory.object_class != PERSON or not may_cross(gate, trajectory.path):
        return
    state = NEW
    for at_ms, x, y in sample_path(trajectory.path, camera.analyse_fps):
        state, side = observe(gate, state, x, y, TOLERANCE)
        if side != NEITHER and (way := direction(camera.role, line, to_right=side == RIGHT)):
            yield trajectory.started_at + timedelta(milliseconds=at_ms), way


def count_paths(
    camera: Camera, line: Line, trajectories: Iterable[Trajectory], start: datetime, end: datetime
) -> Tally:
    """Crossings of the line from `start` to before `end`, by the tracks' paths."""
    gate = gate_of(line)
    ways = (
        way
        for trajectory in trajectories
        for at, way in walk(camera, line, gate, trajectory)
        if start <= at < end
    )
    return sum((ONE_CROSSING[way] for way in ways), Tally())


def count_ledger(
    camera: Camera,
    line: Line,
    changed: Line,
    crossings: Iterable[Crossing],
    without: Collection[TrackKey] = frozenset(),
) -> Tally:
    """The line's crossings in the ledger, but for some tracks, with the directions of the changed line.

    Those that were counted under earlier settings of the line keep their direction: whether it was inverted
    then is not known.
    """
    total = Tally()
    for crossing in crossings:
        if crossing.line_id != line.line_id or track_of(crossing) in without:
            continue
        current = crossing.line_revision == line.counting_revision
        way = _turn(camera, line, changed, crossing.direction) if current else crossing.direction
        total += ONE_CROSSING[way] if way else Tally()
    return total


def _turn(camera: Camera, line: Line, changed: Line, way: Direction) -> Direction | None:
    """What a crossing of the line counts as once the line is changed."""
    to_right = (way is Direction.IN) != line.inverted
    return direction(camera.role, changed, to_right=to_right)


def ledger_suffices(camera: Camera, line: Line, changed: Line, crossings: Iterable[Crossing]) -> bool:
    """Whether the ledger tells all: it is only turned, or unchanged and there are no paths to compare."""
    if changed == line:
        return line.anchor is not Anchor.BOTTOM_CENTER
    return only_turned(camera, line, changed, crossings)


def only_turned(camera: Camera, line: Line, changed: Line, crossings: Iterable[Crossing]) -> bool:
    """Whether nothing but the direction changes, and the ledger tells it all: then no path is needed.

    A camera that never counts one direction has not kept those crossings, and earlier settings of the line
    may have had either direction.
    """
    return (
        line.inverted != changed.inverted
        and camera.role is CameraRole.BIDIRECTIONAL
        and (line.segment, line.settle_frames, line.anchor)
        == (changed.segment, changed.settle_frames, changed.anchor)
        and all(c.line_revision == line.counting_revision for c in crossings if c.line_id == line.line_id)
    )
