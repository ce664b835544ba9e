"""The lines that cameras count at."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, Any, Self

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from floorsight.geometry.lines import Point, Segment
from floorsight.sites.model import DEFAULT_SETTLE_FRAMES, MAX_SETTLE_FRAMES, Anchor, Line
from functions.gateway.access import Role, requires
from functions.query_api.paging import Listing
from functions.query_api.routers.cameras import CHANGE_PROBLEMS, READ_PROBLEMS, CameraId
from functions.query_api.routers.limits import ReadRevision
from functions.query_api.services import Wired

router = APIRouter(prefix="/occupancy", tags=["lines"])
LineId = Annotated[str, Path(max_length=128)]
COUNTING_REVISION = "The revision at which what it counts changed last; events carry it."


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

    def values(self) -> dict[str, Any]:
        """All fields as the sites room takes them. Raises Malformed."""
        fields = dict(self)
        start, end = fields.pop("start"), fields.pop("end")
        return fields | {"segment": Segment(start.point(), end.point())}


class LineChange(NewLine):
    """What is left out takes its default: send all fields of the form."""

    revision: ReadRevision


class LineOut(NewLine):
    model_config = ConfigDict(extra="ignore")

    line_id: str
    camera_id: str
    revision: int = Field(description="Rises with every change.")
    counting_revision: int = Field(description=COUNTING_REVISION)

    @classmethod
    def of(cls, line: Line) -> Self:
        start, end = Position.of(line.segment.start), Position.of(line.segment.end)
        return cls(**vars(line), start=start, end=end)


@router.post(
    "/cameras/{camera_id}/lines",
    status_code=HTTPStatus.CREATED,
    dependencies=[requires(Role.OPERATOR)],
    responses=CHANGE_PROBLEMS,
)
def create_line(camera_id: CameraId, new: NewLine, services: Wired) -> LineOut:
    """Draw a line on a camera's picture."""
    return LineOut.of(services.sites.create_line(camera_id, **new.values()))


@router.get("/cameras/{camera_id}/lines", dependencies=[requires(Role.VIEWER)], responses=READ_PROBLEMS)
def list_lines(camera_id: CameraId, services: Wired) -> Listing[LineOut]:
    """A camera's lines by id, all on one page."""
    lines = services.sites.get_plan(camera_id).lines
    return Listing(items=[LineOut.of(line) for line in lines], next_cursor=None)


@router.put("/lines/{line_id}", dependencies=[requires(Role.OPERATOR)], responses=CHANGE_PROBLEMS)
def update_line(line_id: LineId, change: LineChange, services: Wired) -> LineOut:
    """Change a line. Once the worker knows, those who are just crossing are followed anew, unless only
    names changed."""
    changed = replace(services.sites.get_line(line_id), **change.values())
    return LineOut.of(services.sites.update_line(changed))


@router.delete(
    "/lines/{line_id}",
    status_code=HTTPStatus.NO_CONTENT,
    dependencies=[requires(Role.OPERATOR)],
    responses=CHANGE_PROBLEMS,
)
def delete_line(line_id: LineId, services: Wired) -> None:
    """Delete a line. What it counted stays counted."""
    services.sites.delete_line(line_id)
