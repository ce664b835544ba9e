"""What the vision worker sees and publishes."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field

from floorsight.events.envelope import Event


class Direction(StrEnum):
    """Which way a line was crossed, as the site means it."""

    IN = "in"
    OUT = "out"


class Rejection(StrEnum):
    """Why a chunk was put aside instead of analysed."""

    NOT_A_CHUNK = "not_a_chunk"
    UNDECODABLE = "undecodable"
    UNKNOWN_CAMERA = "unknown_camera"
    STALE_SESSION = "stale_session"
    OUT_OF_ORDER = "out_of_order"
    CLAIM_MISSING = "claim_missing"
    ANALYSIS_FAILED = "analysis_failed"


Fraction = Annotated[float, Field(ge=0.0, le=1.0)]


class LineCrossed(Event):
    """A confirmed track settled on the other side of a line."""

    line_id: str
    line_revision: int = Field(description="The line's revision that was crossed; editing a line raises it.")
    track_id: int
    crossing_number: int = Field(ge=1, description="1 for this track's first crossing of this line.")
    direction: Direction
    object_class: str
    confidence: Fraction = Field(description="The detector's score of the box with which it settled.")
    anchor: tuple[float, float] = Field(description="Where it settled, in normalised image coordinates.")
    snapshot_key: str | None = Field(default=None, description="Object key of the picture, if one was kept.")


class TrackEnded(Event):
    """A confirmed track was lost for good, or its stream ended."""

    track_id: int
    object_class: str
    started_at: AwareDatetime
    observations: int = Field(ge=1, description="Analysed frames in which it was seen.")
    path: tuple[tuple[int, float, float], ...] = Field(
        description="Simplified path of the anchor: milliseconds since `started_at`, x, y (normalised)."
    )


class ChunkRejected(Event):
    """A chunk could not be analysed. It is kept under `quarantine_key`, and the stream went on."""

    sequence: int | None = Field(description="The chunk's sequence, if its header could be read.")
    reason: Rejection
    explanation: str
    quarantine_key: str


class ChunksMissed(Event):
    """A gap in the sequence of a stream session: these chunks had not arrived when a later one did."""

    first_sequence: int
    last_sequence: int
