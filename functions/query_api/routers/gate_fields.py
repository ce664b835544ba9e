"""Fields of what gates decided, of readings, passages and visits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from floorsight.events.vehicles import Alarm, OverrideAction, PlateReading, Verdict
from floorsight.events.vision import Direction
from floorsight.vehicles.gate.log import PlateVisit
from floorsight.vehicles.gate.model import Evidence, GateDecision, Override, Reading
from floorsight.vehicles.gate.passages import Passage
from floorsight.vehicles.gate.visits import VisitState
from floorsight.vehicles.model import Reason, ReasonCode

Link = Callable[[str], str]


class ReasonOut(BaseModel):
    code: ReasonCode
    text: str = Field(examples=["not on a list"])
    vehicle_id: str | None = Field(description="The list's entry that it rests on.")

    @classmethod
    def all_of(cls, reasons: Sequence[Reason]) -> list[Self]:
        return [cls(**vars(reason)) for reason in reasons]


class OverrideOut(BaseModel):
    action: OverrideAction
    reason: str
    by: str
    at: datetime
    alarm: Alarm | None = Field(
        description="The gravest alarm by then. After a graver one the override holds no more."
    )

    @classmethod
    def of(cls, override: Override) -> Self:
        return cls(**vars(override))


class GateDecisionOut(BaseModel):
    """A passage, and what was decided about it; what a guard did instead stands beside it."""

    decision_id: str
    passage_id: str
    site_id: str
    gate_id: str
    lane: str
    camera_id: str = Field(description="Of the reading that decided.")
    direction: Direction | None = Field(description="Null: not known, or it turned round within the gate.")
    vehicle_type: str
    first_seen_at: datetime
    last_seen_at: datetime
    decided_at: datetime
    late: bool = Field(description="It came too late for a barrier to be lifted.")
    behind: bool = Field(
        description="It waits behind another vehicle: nothing is opened until it is read at the front."
    )
    revision: int = Field(description="How often it was decided, by later readings of the same passage.")
    text: str | None = Field(description="What was read; null: nothing.")
    confidence: float = Field(description="Of the reading's least sure character.")
    plate: str | None = Field(description="As its format has it; null: unread, of no format, or ambiguous.")
    profile: str | None
    candidates: list[str] = Field(description="All plates that the reading may be.")
    verdict: Verdict
    reasons: list[ReasonOut] = Field(description="The deciding one first.")
    explanation: str = Field(examples=["held: not on a list, site default is hold"])
    alarms: list[Alarm] = Field(description="All that were raised in the passage.")
    vehicle_id: str | None = Field(description="The list's entry that decided, if one did.")
    policy_version: int
    admitted: bool = Field(description="Whether it is let through: by a guard, else by the gate.")
    overrides: list[OverrideOut] = Field(description="What guards did, in order of time.")
    crop_url: str | None = Field(description="The plate's picture, for ten minutes; null if none is kept.")
    snapshot_url: str | None = Field(description="The vehicle's.")

    @classmethod
    def of(cls, decided: GateDecision, link: Link, **more: object) -> Self:
        passage, seen, decision = decided.passage, decided.seen, decided.decision
        fields = {
            "decision_id": decided.decision_id,
            "passage_id": passage.passage_id,
            "site_id": decided.site_id,
            "gate_id": passage.gate_id,
            "lane": seen.lane,
            "camera_id": seen.track.camera_id,
            "direction": passage.direction,
            "vehicle_type": seen.vehicle_type,
            "first_seen_at": passage.first_seen,
            "last_seen_at": passage.last_seen,
            "decided_at": decided.decided_at,
            "late": decided.late,
            "behind": decided.behind,
            "revision": decided.revision,
            "text": seen.text,
            "confidence": seen.confidence,
            "plate": decision.plate,
            "profile": decision.profile,
            "candidates": list(decision.candidates),
            "verdict": decision.verdict,
            "reasons": ReasonOut.all_of(decision.reasons),
            "explanation": decision.explanation,
            "alarms": sorted(decided.alarms),
            "vehicle_id": decision.vehicle_id,
            "policy_version": decision.policy_version,
            "admitted": decided.admits,
            "overrides": [OverrideOut.of(each) for each in decided.overrides],
            "crop_url": _linked(seen.crop_key, link),
            "snapshot_url": _linked(seen.snapshot_key, link),
        }
        return cls.model_validate(fields | more)


class ReadingOut(BaseModel):
    """What one track's frames came to, and what was decided on it alone."""

    event_id: str
    camera_id: str
    stream_session: str
    track_id: int
    lane: str
    direction: Direction | None
    vehicle_type: str
    occurred_at: datetime = Field(description="When the best of its frames was seen.")
    first_seen_at: datetime
    last_seen_at: datetime
    text: str | None
    confidence: float
    character_confidences: list[float] = Field(description="One a character of the text.")
    reads: int = Field(description="Frames that were read.")
    agreeing: int = Field(description="Those that read the text itself.")
    frames: list[PlateReading] = Field(description="The best of them, in order of time.")
    reader: str = Field(description="What read it.", examples=["ppocr-v6-rec"])
    verdict: Verdict
    reasons: list[ReasonOut]
    explanation: str
    crop_url: str | None
    snapshot_url: str | None

    @classmethod
    def of(cls, reading: Reading, link: Link) -> Self:
        read, decision = reading.read, reading.decision
        same = {name: getattr(read, name) for name in cls.model_fields if hasattr(read, name)}
        return cls(
            **{**same, "character_confidences": list(read.character_confidences)},
            frames=list(read.readings),
            verdict=decision.verdict,
            reasons=ReasonOut.all_of(decision.reasons),
            explanation=decision.explanation,
            crop_url=_linked(read.crop_key, link),
            snapshot_url=_linked(read.snapshot_key, link),
        )


class GateEvidenceOut(GateDecisionOut):
    """A decision with all that it rests on."""

    readings: list[ReadingOut] = Field(
        description="In order of time; those that changed nothing, too. Of many the newest 50."
    )
    readings_count: int = Field(description="How many there are.")

    @classmethod
    def of_evidence(cls, evidence: Evidence, link: Link) -> Self:
        readings = [ReadingOut.of(reading, link) for reading in evidence.readings]
        return cls.of(evidence.decided, link, readings=readings, readings_count=evidence.decided.readings)


class PassageOut(BaseModel):
    passage_id: str
    gate_id: str
    first_seen_at: datetime
    last_seen_at: datetime
    admitted: bool

    @classmethod
    def of(cls, passage: Passage) -> Self:
        return cls(
            passage_id=passage.passage_id,
            gate_id=passage.gate_id,
            first_seen_at=passage.first_seen,
            last_seen_at=passage.last_seen,
            admitted=passage.admitted,
        )


class VisitOut(BaseModel):
    """A passage in and the next one out; one of both may be unknown."""

    visit_id: str
    plate: str
    state: VisitState = Field(
        description="`open`: nothing is known of the vehicle after it came in. `ended`. `end_unknown`: it "
        "came in again. `begin_unknown`: it went out, and nobody knows when it had come."
    )
    admitted: bool = Field(description="Whether the vehicle was let in.")
    entry: PassageOut | None
    exit: PassageOut | None

    @classmethod
    def of(cls, found: PlateVisit) -> Self:
        visit = found.visit
        return cls(
            visit_id=visit.visit_id,
            plate=found.plate,
            state=visit.state,
            admitted=visit.admitted,
            entry=PassageOut.of(visit.entry) if visit.entry else None,
            exit=PassageOut.of(visit.exit) if visit.exit else None,
        )


def _linked(key: str | None, link: Link) -> str | None:
    return link(key) if key else None
