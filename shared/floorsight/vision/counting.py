"""From tracks to facts: who has crossed which line, and who has entered or left which zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from floorsight.events.vision import Direction
from floorsight.geometry.crossing import NEITHER, Gate, anchor_of, observe
from floorsight.vision.detections import ObjectClass
from floorsight.vision.plan import CountingLine, CountingPlan
from floorsight.vision.track_log import LineLog, TrackLog
from floorsight.vision.tracking.tracker import Observed
from floorsight.vision.visits import Box, Seen, VisitBegan, VisitEnded, ZoneWatch

# How near to a line or a zone's border is neither side, as a share of the person's height: box edges tremble
# by about that much from frame to frame (docs/adr/0003).
DEAD_BAND = 0.02


@dataclass(frozen=True)
class Crossing:
    """A confirmed person settled on the other side of a line. The anchor is normalised."""

    line: CountingLine
    track_id: int
    number: int
    direction: Direction
    confidence: float
    anchor: tuple[float, float]
    box: Box


Finding = Crossing | VisitBegan | VisitEnded
Logs = Mapping[int, TrackLog]


class Counter:
    """Watches the lines and zones of one plan in frames of one size."""

    def __init__(self, plan: CountingPlan, width: int, height: int) -> None:
        self._width, self._height = width, height
        aspect = width / height
        self._gates = [(line, Gate(line.segment, line.settle_frames, aspect)) for line in plan.lines]
        self._zones = ZoneWatch(plan, aspect)

    def follow_plan(self, logs: Logs) -> tuple[dict[int, TrackLog], list[VisitEnded]]:
        """To be called once, with what earlier plans left behind."""
        after: dict[int, TrackLog] = {}
        ended: list[VisitEnded] = []
        for track_id, log in logs.items():
            after[track_id], found = self._zones.follow_plan(track_id, log)
            ended += found
        return after, ended

    def count(self, logs: Logs, observed: Observed, at_ms: int) -> tuple[dict[int, TrackLog], list[Finding]]:
        """Take one frame's observed tracks.

        A track that is not yet confirmed is followed but neither crosses nor enters. No crossing is lost by
        that: settling on the other side takes a second observation at least, and that confirms the track.
        """
        after = dict(logs)
        findings: list[Finding] = []
        columns = (observed.ids, observed.boxes, observed.scores, observed.classes, observed.confirmed)
        for track_id, corners, score, kind, confirmed in zip(
            *(column.tolist() for column in columns), strict=True
        ):
            seen = self._seen(track_id, at_ms, corners, score, confirmed)
            log = after.get(track_id) or TrackLog(at_ms)
            after[track_id], found = self._observe(log, seen, ObjectClass(kind))
            findings += found
        return after, findings

    def _seen(self, track_id: int, at_ms: int, corners: list[float], score: float, confirmed: bool) -> Seen:
        left, top, right, bottom = corners
        width, height = self._width, self._height
        box = (left / width, top / height, right / width, bottom / height)
        visible = (_within(box[0]), _within(box[1]), _within(box[2]), _within(box[3]))
        return Seen(
            track_id=track_id,
            at_ms=at_ms,
            box=box,
            feet=anchor_of(visible, at_feet=True),
            centre=anchor_of(visible, at_feet=False),
            score=score,
            confirmed=confirmed,
            tolerance=DEAD_BAND * (box[3] - box[1]),
        )

    def _observe(self, log: TrackLog, seen: Seen, kind: ObjectClass) -> tuple[TrackLog, list[Finding]]:
        lines, zones = log.lines, log.zones
        found: list[Finding] = []
        if kind is ObjectClass.PERSON:
            lines, crossings = self._cross(lines, seen)
            zones, visits = self._zones.observe(zones, seen)
            found = [*crossings, *visits]
        path = log.extended_path(seen.at_ms, seen.feet.x, seen.feet.y)
        score = round(seen.score, 4)
        seen_so_far = log.observations + 1
        after = TrackLog(log.started_ms, kind, seen_so_far, path, lines, score, zones, log.faces, log.plates)
        return after, found

    def _cross(self, logs: dict[str, LineLog], seen: Seen) -> tuple[dict[str, LineLog], list[Crossing]]:
        after: dict[str, LineLog] = {}
        found: list[Crossing] = []
        for line, gate in self._gates:
            entry = logs.get(line.line_id) or LineLog(line.revision)
            if entry.revision != line.revision:
                entry = LineLog(line.revision, crossings=entry.crossings)
            x, y = seen.feet if line.at_feet else seen.centre
            state, side = observe(gate, entry.state, x, y, seen.tolerance)
            number = entry.crossings + (side != NEITHER)
            after[line.line_id] = LineLog(line.revision, state, number)
            direction = line.direction_of(side) if side != NEITHER and seen.confirmed else None
            if direction is not None:
                found.append(Crossing(line, seen.track_id, number, direction, seen.score, (x, y), seen.box))
        return after, found


def _within(share: float) -> float:
    """A coordinate within the frame: a line drawn from edge to edge ends there, and so must who crosses it.

    A box may reach beyond, as the filter smooths it, or because its detector guesses at hidden feet.
    """
    return min(max(share, 0.0), 1.0)
