"""The lines that cameras count at."""

from __future__ import annotations

from http import HTTPStatus
from typing import Self

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from floorsight.geometry.lines import Point, Segment
from floorsight.sites.model import DEFAULT_SETTLE_FRAMES, MAX_SETTLE_FRAMES, Anchor, Line
from functions.query_api.access import Role, requires
from functions.query_api.paging import Listing
from functions.query_api.problems import document
from functions.query_api.routers.cameras import READ_PROBLEMS, CameraId
from functions.query_api.services import Wired

router = APIRouter(prefix="/occupancy/cameras/{camera_id}/lines", tags=["lines"])


class Position(BaseModel):
    """Fractions of the picture's width and height, from the top left."""

    model_config = ConfigDict(extra="forbid")

    x: float
    y: float

    @classmethod
    def of(cls, point: Point) -> Self:
        return cls(x=point.x, y=point.y)

    def point(self) -> Point:
        return Point(self.x, self.y)


class NewLine(BaseModel):
    """Crossing it from left to right, seen from start to end, is `in` unless it is inverted."""

    model_config = ConfigDict(extra="forbid")

    name: str
    start: Position
    end: Position
    inverted: bool = False
    in_label: str = "in"
    out_label: str = "out"
    anchor: Anchor = Field(default=Anchor.BOTTOM_CENTER, description="The point of a box that crosses.")
    settle_frames: int = Field(
        default=DEFAULT_SETTLE_FRAMES,
        description=f"Analysed frames on the other side before it counts, 1 to {MAX_SETTLE_FRAMES}.",
    )


class LineOut(NewLine):
    model_config = ConfigDict(extra="ignore")

    line_id: str
    camera_id: str
    revision: int = Field(description="Rises with every change.")

    @classmethod
    def of(cls, line: Line) -> Self:
        start, end = Position.of(line.segment.start), Position.of(line.segment.end)
        return cls(**vars(line), start=start, end=end)


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    dependencies=[requires(Role.OPERATOR)],
    responses=READ_PROBLEMS | document(HTTPStatus.CONFLICT),
)
def create_line(camera_id: CameraId, new: NewLine, services: Wired) -> LineOut:
    """Draw a line on a camera's picture."""
    segment = Segment(new.start.point(), new.end.point())
    rest = {name: value for name, value in new if name not in {"start", "end"}}
    return LineOut.of(services.sites.create_line(camera_id, segment=segment, **rest))


@router.get("", dependencies=[requires(Role.VIEWER)], responses=READ_PROBLEMS)
def list_lines(camera_id: CameraId, services: Wired) -> Listing[LineOut]:
    """A camera's lines by id, all on one page."""
    lines = services.sites.get_plan(camera_id).lines
    return Listing(items=[LineOut.of(line) for line in lines], next_cursor=None)
