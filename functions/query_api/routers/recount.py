"""What a period's counts would be under other settings of the lines."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from floorsight.occupancy.model import Tally
from floorsight.occupancy.recount.model import LineChange, LineRecount, Recount
from floorsight.occupancy.recount.service import LONGEST_PERIOD
from floorsight.sites.model import MAX_LINES_PER_CAMERA, Anchor
from functions.gateway.access import Role, requires
from functions.gateway.moments import Moment, check_range
from functions.query_api.routers.cameras import READ_PROBLEMS
from functions.query_api.routers.lines import Position
from functions.query_api.services import Wired

router = APIRouter(prefix="/occupancy/recount", tags=["recount"])
LONGEST_HOURS = int(LONGEST_PERIOD.total_seconds() // 3600)


class ChangedLine(BaseModel):
    """A line as it is to be recounted; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    line_id: str
    start: Position | None = None
    end: Position | None = None
    inverted: bool | None = None
    settle_frames: int | None = None
    anchor: Anchor | None = Field(
        default=None, description="Paths are kept of feet only: a line of another anchor can only be turned."
    )

    def change(self) -> LineChange:
        return LineChange(
            line_id=self.line_id,
            start=self.start.point() if self.start else None,
            end=self.end.point() if self.end else None,
            inverted=self.inverted,
            settle_frames=self.settle_frames,
            anchor=self.anchor,
        )


class RecountRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    camera_id: str = Field(max_length=128)
    begin: Moment = Field(alias="from")
    end: Moment = Field(alias="to", description=f"At most {LONGEST_HOURS} hours later; not included.")
    lines: list[ChangedLine] = Field(
        default=[],
        max_length=MAX_LINES_PER_CAMERA,
        description="The lines to recount, and what is to be different. Without any, all are recounted "
        "as they are, which shows how far ledger and paths agree.",
    )


class Crossings(BaseModel):
    entries: int
    exits: int

    @classmethod
    def of(cls, tally: Tally) -> Self:
        return cls(entries=tally.entries, exits=tally.exits)


class RecountedLine(BaseModel):
    line_id: str
    name: str
    start: Position
    end: Position
    inverted: bool
    settle_frames: int
    anchor: Anchor
    old: Crossings = Field(description="What the ledger has.")
    new: Crossings = Field(description="The sum of the following two.")
    from_paths: Crossings = Field(description="Crossings of tracks that have a path, by that path.")
    from_ledger: Crossings = Field(
        description="Crossings in the ledger of tracks without a path; all, if only the direction changes."
    )

    @classmethod
    def of(cls, found: LineRecount) -> Self:
        line = found.line
        return cls(
            line_id=line.line_id,
            name=line.name,
            start=Position.of(line.segment.start),
            end=Position.of(line.segment.end),
            inverted=line.inverted,
            settle_frames=line.settle_frames,
            anchor=line.anchor,
            old=Crossings.of(found.old),
            new=Crossings.of(found.new),
            from_paths=Crossings.of(found.from_paths),
            from_ledger=Crossings.of(found.from_ledger),
        )


class RecountOut(BaseModel):
    """Nothing was changed by it."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    camera_id: str
    begin: datetime = Field(alias="from")
    end: datetime = Field(alias="to")
    tracks: int = Field(description="Tracks with a path or a crossing in the period.")
    tracks_with_path: int
    lines: list[RecountedLine]

    @classmethod
    def of(cls, found: Recount) -> Self:
        return cls(
            camera_id=found.camera.camera_id,
            begin=found.start,
            end=found.end,
            tracks=found.tracks,
            tracks_with_path=found.tracks_with_path,
            lines=[RecountedLine.of(line) for line in found.lines],
        )


@router.post("", dependencies=[requires(Role.OPERATOR)], responses=READ_PROBLEMS)
def recount(asked: RecountRequest, services: Wired) -> RecountOut:
    """Count a period of a camera again, from the tracks' paths and the ledger. Changes nothing."""
    check_range(asked.begin, asked.end)
    changes = [line.change() for line in asked.lines]
    return RecountOut.of(services.recounts.recount(asked.camera_id, asked.begin, asked.end, changes))
