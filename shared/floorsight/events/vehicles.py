"""Vehicles at gates: what the vision worker reads, what the gate decides, and what a guard does about it."""

from __future__ import annotations

from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from floorsight.events.envelope import Event
from floorsight.events.vision import Direction, Fraction


class Verdict(StrEnum):
    """What a gate does about a vehicle. Only `allow` opens it."""

    ALLOW = "allow"
    DENY = "deny"
    HOLD = "hold"  # it stays shut until somebody does something
    REVIEW = "review"  # and a guard is asked to look


class Alarm(StrEnum):
    """Why security is told of a vehicle at once."""

    BLOCKED = "blocked"
    NEAR_BLOCKED = "near_blocked"  # what was read may be a blocked plate, misread


class OverrideAction(StrEnum):
    """What a guard did instead."""

    OPEN = "open"
    REFUSE = "refuse"


class PlateReading(BaseModel):
    """One frame's reading of a plate."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    text: str = Field(description="As it was read: A to Z and 0 to 9, nothing else.")
    confidence: Fraction = Field(description="That of its least sure character.")
    seen_at: AwareDatetime


class PlateRead(Event):
    """A vehicle's plate, once a track: as soon as its readings agree, or there will be no more of them.
    Once more, and before that, of who waits `behind` another for long.

    `occurred_at` is when the best of its readings was seen; without any, when the vehicle was seen last.
    """

    gate_id: str
    lane: str
    direction: Direction | None = Field(description="Which way it goes through the gate; null: not known.")
    track_id: int
    vehicle_type: str = Field(description="car, motorcycle, bus or truck, by the vote of the track's frames.")
    text: str | None = Field(
        description="The readings' consensus, as it was read: A to Z and 0 to 9, a second line after the "
        "first, not yet corrected by any format. Null: no plate could be read."
    )
    confidence: Fraction = Field(description="That of the text's least sure character; 0 without a text.")
    character_confidences: tuple[Fraction, ...] = Field(description="One a character of the text.")
    reads: int = Field(ge=0, description="How many readings there were.")
    agreeing: int = Field(ge=0, description="How many of them are the text itself.")
    readings: tuple[PlateReading, ...] = Field(description="The best readings, in order of time.")
    reader: str = Field(description="What read it, such as `ppocr-v6-rec`.")
    first_seen_at: AwareDatetime = Field(description="When the vehicle was seen first.")
    last_seen_at: AwareDatetime = Field(description="When it was seen last before this was told.")
    behind: bool = Field(
        default=False,
        description="Another vehicle was nearer: no barrier is lifted for this one. It is told again, by "
        "another `event_id`, once nothing is before it.",
    )
    crop_key: str | None = Field(default=None, description="Object key of the plate's best picture.")
    snapshot_key: str | None = Field(default=None, description="Object key of the vehicle's picture.")


class VehicleLeft(Event):
    """A vehicle whose `PlateRead` was told before is gone. `occurred_at` is when it was seen last."""

    gate_id: str
    lane: str
    track_id: int
    text: str | None = Field(description="As in the `PlateRead`.")
    first_seen_at: AwareDatetime = Field(description="As in the `PlateRead`.")


class GateDecided(Event):
    """A gate has decided about a passage; `occurred_at` is that of the `PlateRead`, its cause.

    A passage has one decision, and each of its readings tells it: lane, camera, track, direction and pictures
    are those of the reading, text and confidence those of the reading that it rests on. `event_id` follows
    from decision, revision, camera, lane and `opens`: a lane is opened once by each. If a later reading
    changes the decision (docs/gate.md), it is told with the next `revision`.
    """

    gate_id: str
    lane: str
    direction: Direction | None
    track_id: int
    decision_id: str
    passage_id: str
    revision: int = Field(ge=1)
    plate: str | None = Field(description="As its format has it; null: unread, of no format, or ambiguous.")
    text: str | None = Field(description="As it was read.")
    vehicle_type: str
    verdict: Verdict
    reasons: tuple[str, ...] = Field(min_length=1, description="Codes, the deciding one first.")
    explanation: str = Field(description="The reasons in words.")
    alarm: Alarm | None = Field(description="Whether security is to be told.")
    vehicle_id: str | None = Field(description="The list's entry that decided, if one did.")
    policy_version: int = Field(ge=0)
    confidence: Fraction
    decided_at: AwareDatetime
    told_at: AwareDatetime = Field(description="When this was told; it may be told again.")
    opens: bool = Field(
        default=False,
        description="Whether the lane's barrier is to be lifted by this, and nothing else says so: the "
        "verdict is `allow`, this reading alone gives it too, no guard refused, and the vehicle is there "
        "now, with none before it.",
    )
    late: bool = Field(
        description="Nothing is to be opened by this any more (docs/gate.md): the vehicle was seen too long "
        "ago, is known to have left, its camera's clock is ahead, or a guard refused it. It is for the log."
    )
    crop_key: str | None = None
    snapshot_key: str | None = None


class GateOverridden(Event):
    """A guard opened, or refused, whatever the gate had decided. `occurred_at` is when they did; `cause` is
    the `PlateRead` that the decision rests on."""

    gate_id: str
    lane: str
    decision_id: str
    passage_id: str
    plate: str | None
    verdict: Verdict = Field(description="What the gate had decided.")
    action: OverrideAction
    reason: str
    by: str
    last_seen_at: AwareDatetime = Field(description="When the vehicle was seen last.")
    late: bool = Field(
        description="The vehicle was seen last more than ten minutes ago: nothing is to be opened by this, "
        "it is for the log."
    )
