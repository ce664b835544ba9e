"""What the vision worker must know of a camera: how often to look, and where its lines and zones lie."""

from __future__ import annotations

from dataclasses import dataclass

from floorsight.events.vision import Direction
from floorsight.geometry.crossing import LEFT, RIGHT
from floorsight.geometry.lines import Segment
from floorsight.geometry.polygons import Polygon


@dataclass(frozen=True)
class CountingLine:
    """A line and what a crossing of it means; None where the camera's role rules a direction out."""

    line_id: str
    revision: int
    segment: Segment
    settle_frames: int
    at_feet: bool
    to_right: Direction | None
    to_left: Direction | None

    def direction_of(self, side: int) -> Direction | None:
        """What having come to this side (RIGHT, LEFT or NEITHER) counts as."""
        return {RIGHT: self.to_right, LEFT: self.to_left}.get(side)


@dataclass(frozen=True)
class CountingZone:
    """A zone. Its visits end with its revision: who is inside the next one enters that."""

    zone_id: str
    revision: int
    polygon: Polygon
    settle_frames: int
    at_feet: bool
    restricted: bool


@dataclass(frozen=True)
class GateView:
    """Whose vehicles' plates are read. `direction` is which way they go; None: as they move by the lines."""

    gate_id: str
    lane: str
    direction: Direction | None = None


@dataclass(frozen=True)
class CountingPlan:
    """A camera as the pipeline sees it. `recorded`: what it shows is a recorded video. `identifies`: faces of
    people are looked for. With a `gate` plates of vehicles are read."""

    site_id: str
    camera_id: str
    analyse_fps: float
    lines: tuple[CountingLine, ...]
    zones: tuple[CountingZone, ...] = ()
    recorded: bool = False
    identifies: bool = False
    gate: GateView | None = None
