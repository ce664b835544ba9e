"""From tracks to facts: who has crossed which line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from floorsight.events.vision import Direction
from floorsight.geometry.crossing import NEITHER, Gate, anchor_of, observe
from floorsight.vision.detections import ObjectClass
from floorsight.vision.plan import CountingLine, CountingPlan
from floorsight.vision.track_log import LineLog, TrackLog
from floorsight.vision.tracking.tracker import Observed

# How near to a line is neither side, as a share of the person's height: box edges tremble by about that
# much from frame to frame (docs/adr/0003).
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
    box: tuple[float, float, float, float]


Logs = Mapping[int, TrackLog]


class LineCounter:
    """Watches the lines of one plan in frames of one size."""

    def __init__(self, plan: CountingPlan, width: int, height: int) -> None:
        self._plan = plan
        self._width, self._height = width, height
        self._gates = {
            line.line_id: Gate(line.segment, line.settle_frames, width / height) for line in plan.lines
        }

    def count(self, logs: Logs, observed: Observed, at_ms: int) -> tuple[dict[int, TrackLog], list[Crossing]]:
        """Take one frame's observed tracks.

        A track that is not yet confirmed is followed but can't cross. Nothing is lost by that: settling
        on the other side takes a second observation at least, and that confirms the track.
        """
        after = dict(logs)
        crossings: list[Crossing] = []
        for row, track_id in enumerate(observed.ids.tolist()):
            log = after.get(track_id) or TrackLog(at_ms)
            left, top, right, bottom = observed.boxes[row].tolist()
            box = (left / self._width, top / self._height, right / self._width, bottom / self._height)
            feet = anchor_of(box, at_feet=True)
            log = log.extended(at_ms, feet.x, feet.y, ObjectClass(int(observed.classes[row])))
            if log.object_class is ObjectClass.PERSON:
                log, found = self._cross(log, track_id, box, float(observed.scores[row]))
                crossings += found if observed.confirmed[row] else []
            after[track_id] = log
        return after, crossings

    def _cross(
        self, log: TrackLog, track_id: int, box: tuple[float, float, float, float], score: float
    ) -> tuple[TrackLog, list[Crossing]]:
        lines: dict[str, LineLog] = {}
        found: list[Crossing] = []
        tolerance = DEAD_BAND * (box[3] - box[1])
        for line in self._plan.lines:
            entry = log.lines.get(line.line_id)
            if entry is None or entry.revision != line.revision:
                entry = LineLog(line.revision)
            anchor = anchor_of(box, at_feet=line.at_feet)
            state, crossed = observe(self._gates[line.line_id], entry.state, anchor.x, anchor.y, tolerance)
            number = entry.crossings + (crossed != NEITHER)
            lines[line.line_id] = LineLog(line.revision, state, number)
            direction = line.direction_of(crossed)
            if direction is not None:
                place = (anchor.x, anchor.y)
                found.append(Crossing(line, track_id, number, direction, score, place, box))
        return log.with_lines(lines), found
