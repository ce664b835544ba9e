"""What is remembered of each living track besides its motion: path and place at every line and zone.

Kept with the tracker's state and dropped with the track: nothing here outlives it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from floorsight.geometry import crossing, presence
from floorsight.geometry.crossing import CrossingState
from floorsight.geometry.paths import TimedPoint, simplify
from floorsight.geometry.presence import PresenceState
from floorsight.vision.detections import ObjectClass

# Longest path kept; beyond it the path is simplified, ever more coarsely for those who stay for hours.
MAX_PATH_POINTS = 64
# A hundredth of the frame: finer than a foot is wide at any useful distance.
PATH_TOLERANCE = 0.01


class LineLog(NamedTuple):
    """One track at one line. A line that was edited (other revision) starts anew."""

    revision: int
    state: CrossingState = crossing.NEW
    crossings: int = 0


class ZoneLog(NamedTuple):
    """One track at one zone: `revision` and `restricted` as they were when it came in, `visits` so far."""

    revision: int
    restricted: bool
    state: PresenceState = presence.NEW
    visits: int = 0


@dataclass(frozen=True)
class TrackLog:
    """One track. Times in milliseconds since the stream session's first analysed frame.

    `score` is that of the last observation. A zone that was never near is not in `zones`.
    """

    started_ms: int
    object_class: ObjectClass = ObjectClass.PERSON
    observations: int = 0
    path: tuple[TimedPoint, ...] = ()
    lines: dict[str, LineLog] = field(default_factory=dict)
    score: float = 0.0
    zones: dict[str, ZoneLog] = field(default_factory=dict)

    @property
    def last_seen_ms(self) -> int:
        return self.started_ms + (self.path[-1][0] if self.path else 0)

    @property
    def last_place(self) -> tuple[float, float]:
        """Where the feet were seen last, normalised."""
        return (self.path[-1][1], self.path[-1][2]) if self.path else (0.0, 0.0)

    def extended_path(self, at_ms: int, x: float, y: float) -> tuple[TimedPoint, ...]:
        """The path with one more place of the feet."""
        path = (*self.path, (at_ms - self.started_ms, round(x, 4), round(y, 4)))
        tolerance = PATH_TOLERANCE
        if len(path) > MAX_PATH_POINTS:
            while len(path) > MAX_PATH_POINTS // 2:  # half, so that this is rarely to be done
                path = tuple(simplify(path, tolerance))
                tolerance *= 2.0
        return path

    def simplified_path(self) -> tuple[TimedPoint, ...]:
        return tuple(simplify(self.path, PATH_TOLERANCE))
