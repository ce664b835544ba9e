"""What is remembered of each living track besides its motion: path, lines and zones, faces, plates.

Kept with the tracker's state and dropped with the track: nothing here outlives it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from floorsight.events.vision import Direction
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


class FaceLog(NamedTuple):
    """What is known of a track's good faces; the faces themselves lie in the objects of these keys.

    Times as in `TrackLog`; `best` is how good the best face is. When `asked`, the question who this is was
    put, and nothing else is remembered.
    """

    looked_ms: int = -1_000_000  # long before any frame
    kept: int = 0
    keys: tuple[str, ...] = ()
    first_ms: int = 0
    last_ms: int = 0
    best_ms: int = 0
    best: float = 0.0
    asked: bool = False

    def with_record(self, key: str, times_ms: Sequence[int], worths: Sequence[float]) -> FaceLog:
        """With the faces of one more record, in order of time."""
        best_ms, best = max(zip(times_ms, worths, strict=True), key=lambda face: face[1])
        is_better = not self.kept or best > self.best
        return self._replace(
            kept=self.kept + len(times_ms),
            keys=(*self.keys, key),
            first_ms=self.first_ms if self.kept else times_ms[0],
            last_ms=times_ms[-1],
            best_ms=best_ms if is_better else self.best_ms,
            best=best if is_better else self.best,
        )


NO_FACES = FaceLog()
ASKED = FaceLog(asked=True)


class ReadPlate(NamedTuple):
    """What one frame's plate says: never empty. `confidences` are 0..1, one a character.

    Times as in `TrackLog`; `height` is the plate's, in pixels of the frame; `near`: its vehicle was.
    """

    at_ms: int
    text: str
    confidences: tuple[float, ...]
    height: int
    near: bool = False

    @property
    def confidence(self) -> float:
        """That of the least sure character."""
        return min(self.confidences)


class PlateLog(NamedTuple):
    """What is known of a vehicle's plate.

    Times as in `TrackLog`. `looks` at it so far, `near` of them so near that its plate should be readable;
    `kind` is its class at the last look. `pictured` is how good the pictures are that are kept of it, 0 for
    none, from 1 on with one of the plate; `pictured_ms` is when they were taken. `place` is where the vehicle
    stands, in pixels, since `placed_ms`; `hope` how many looks there were when it was read or came there;
    `behind`: another vehicle stood before it, and the `clear` looks since `behind_ms`, which showed nobody
    there, are not enough to be sure that it has gone; `announced`: it was told so. `gate_id` ("": not known),
    `lane` and `direction` are the gate's at the first look: what is told of the track is told of that one.
    When `told`, only the gate is remembered, and `text` (None: unread) and its `confidence`, which were told.
    """

    looked_ms: int = -1_000_000  # long before any frame
    looks: int = 0
    near: int = 0
    kind: ObjectClass = ObjectClass.CAR
    reader: str = ""
    readings: tuple[ReadPlate, ...] = ()
    pictured: float = 0.0
    pictured_ms: int = 0
    told: bool = False
    text: str | None = None
    confidence: float = 0.0
    place: tuple[float, float, float, float] | None = None
    placed_ms: int = 0
    hope: int = 0
    behind: bool = False
    gate_id: str = ""
    lane: str = ""
    direction: Direction | None = None
    behind_ms: int = 0
    clear: int = 0
    announced: bool = False


NO_PLATES = PlateLog()


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
    faces: FaceLog = NO_FACES
    plates: PlateLog = NO_PLATES

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
