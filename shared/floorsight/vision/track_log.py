"""What is remembered of each living track besides its motion: path and place at every line.

Kept with the tracker's state and dropped with the track: nothing here outlives it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from floorsight.geometry.crossing import NEW, CrossingState
from floorsight.geometry.paths import TimedPoint, simplify
from floorsight.vision.detections import ObjectClass

# Longest path kept; beyond it the path is simplified, ever more coarsely for those who stay for hours.
MAX_PATH_POINTS = 64
# A hundredth of the frame: finer than a foot is wide at any useful distance.
PATH_TOLERANCE = 0.01


@dataclass(frozen=True)
class LineLog:
    """One track at one line. A line that was edited (other revision) starts anew."""

    revision: int
    state: CrossingState = NEW
    crossings: int = 0


@dataclass(frozen=True)
class TrackLog:
    """One track. Times in milliseconds since the stream session's first analysed frame."""

    started_ms: int
    object_class: ObjectClass = ObjectClass.PERSON
    observations: int = 0
    path: tuple[TimedPoint, ...] = ()
    lines: dict[str, LineLog] = field(default_factory=dict)

    @property
    def last_seen_ms(self) -> int:
        return self.started_ms + (self.path[-1][0] if self.path else 0)

    def extended(self, at_ms: int, x: float, y: float, object_class: ObjectClass) -> TrackLog:
        """With one more observation: the feet, and the class that leads the vote by now."""
        path = (*self.path, (at_ms - self.started_ms, round(x, 4), round(y, 4)))
        tolerance = PATH_TOLERANCE
        if len(path) > MAX_PATH_POINTS:
            while len(path) > MAX_PATH_POINTS // 2:  # half, so that this is rarely to be done
                path = tuple(simplify(path, tolerance))
                tolerance *= 2.0
        return TrackLog(self.started_ms, object_class, self.observations + 1, path, self.lines)

    def with_lines(self, lines: dict[str, LineLog]) -> TrackLog:
        """With new places at the lines."""
        return TrackLog(self.started_ms, self.object_class, self.observations, self.path, lines)

    def simplified_path(self) -> tuple[TimedPoint, ...]:
        return tuple(simplify(self.path, PATH_TOLERANCE))
