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
    line_revision: int = Field(
        description="The line's `counting_revision`: it rises as what it counts changes."
    )
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


class ZoneEntered(Event):
    """A confirmed track settled inside a zone. `occurred_at` is when it was first seen clearly inside.

    A track that is first seen inside enters too: somebody lost from sight there has left, and would
    otherwise be missing from then on.
    """

    zone_id: str
    zone_revision: int = Field(
        description="The zone's `counting_revision`: it rises as what it counts changes."
    )
    restricted: bool = Field(description="Whether the zone was marked as one where nobody should be.")
    track_id: int
    visit_number: int = Field(ge=1, description="1 for this track's first visit to this zone.")
    object_class: str
    confidence: Fraction = Field(description="The detector's score of the box with which it settled.")
    anchor: tuple[float, float] = Field(description="Where it settled, in normalised image coordinates.")
    snapshot_key: str | None = Field(default=None, description="Object key of the picture, if one was kept.")


class VisitEnd(StrEnum):
    """Why a visit to a zone is over."""

    LEFT = "left"  # seen outside
    TRACK_ENDED = "track_ended"  # lost from sight inside, or the stream session ended
    ZONE_CHANGED = "zone_changed"  # the zone was edited or removed; who is inside the new one enters it


class ZoneLeft(Event):
    """A visit to a zone is over: every `ZoneEntered` is followed by exactly one, with the same numbers.

    `occurred_at` is when the track was first seen clearly outside, or last seen at all if it never was.
    """

    zone_id: str
    zone_revision: int = Field(description="As it was when the zone was entered.")
    restricted: bool = Field(description="As it was when the zone was entered.")
    track_id: int
    visit_number: int = Field(ge=1, description="1 for this track's first visit to this zone.")
    object_class: str
    confidence: Fraction = Field(description="The detector's score of the last box.")
    anchor: tuple[float, float] = Field(
        description="Where it was seen last, in normalised image coordinates."
    )
    snapshot_key: str | None = Field(default=None, description="Object key of the picture, if one was kept.")
    entered_at: AwareDatetime = Field(description="`occurred_at` of the `ZoneEntered`.")
    dwell_seconds: float = Field(ge=0.0, description="From `entered_at` to `occurred_at`.")
    reason: VisitEnd


class StreamHealth(Event):
    """A minute of a stream: one event a stream session and capture minute in which frames were analysed.

    `occurred_at` is the capture time of the minute's last analysed frame. It is published once a later minute
    begins, or the next session.
    """

    minute: AwareDatetime = Field(description="The capture minute's first moment.")
    frames_analysed: int = Field(ge=1)
    frames_per_second: float = Field(
        ge=0.0, description="Analysed frames a second from the minute's first to its last; 0 if only one."
    )
    recorded: bool = Field(
        default=False, description="Of a recorded video: nobody waits for the camera's next minute."
    )
