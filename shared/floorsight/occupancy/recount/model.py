"""Questions and answers of a recount."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from floorsight.geometry.lines import Point
from floorsight.occupancy.model import Tally
from floorsight.sites.model import Anchor, Camera, Line

TrackKey = tuple[str, int]  # stream session and track id


@dataclass(frozen=True)
class LineChange:
    """How a line is to be recounted; None leaves it as it is."""

    line_id: str
    start: Point | None = None
    end: Point | None = None
    inverted: bool | None = None
    settle_frames: int | None = None
    anchor: Anchor | None = None


@dataclass(frozen=True)
class LineRecount:
    """One line: `old` is what the ledger has, `new` what the other settings give.

    `new` is the sum of what paths gave and what was taken from the ledger: all of it if only the direction
    changes, else the crossings of tracks that have no path.
    """

    line: Line
    old: Tally
    from_paths: Tally
    from_ledger: Tally

    @property
    def new(self) -> Tally:
        return self.from_paths + self.from_ledger


@dataclass(frozen=True)
class Recount:
    """A camera's period, `start` to before `end`. `tracks` are those with a path or a crossing in it."""

    camera: Camera
    start: datetime
    end: datetime
    lines: tuple[LineRecount, ...]
    tracks: int
    tracks_with_path: int
