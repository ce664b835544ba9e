"""Punches, records and adjustments as the API shows them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Self

from pydantic import BaseModel, Field

from floorsight.attendance.explaining.rules import duration_text
from floorsight.attendance.model import Punch, PunchSource, Record, Status
from floorsight.attendance.periods.frontier import Frontier
from floorsight.attendance.periods.model import Adjustment, PayLine, Seconds
from floorsight.events.attendance import PunchDirection

Link = Callable[[str], str]  # the address of a picture by its key


class EvidenceOut(BaseModel):
    """What a camera's punch rests on."""

    camera_id: str
    stream_session: str
    track_id: int
    confidence: float
    snapshot_url: str | None = Field(description="The picture, for ten minutes, while it is kept.")


class PunchOut(BaseModel):
    punch_id: str
    employee_id: str
    site_id: str
    at: datetime
    direction: PunchDirection
    source: PunchSource
    recorded_at: datetime
    recorded_by: str
    evidence: EvidenceOut | None
    supersedes: str | None = Field(description="The punch that this one corrects.")
    withdrawn: bool = Field(description="It only takes away what it supersedes.")
    reason: str | None

    @classmethod
    def of(cls, punch: Punch, link: Link) -> Self:
        evidence = punch.evidence
        shown = None
        if evidence is not None:
            key = evidence.snapshot_key
            shown = EvidenceOut(
                camera_id=evidence.camera_id,
                stream_session=evidence.stream_session,
                track_id=evidence.track_id,
                confidence=evidence.confidence,
                snapshot_url=link(key) if key else None,
            )
        return cls(**vars(punch) | {"evidence": shown})


class StretchOut(BaseModel):
    start: datetime
    end: datetime
    in_punch: str
    out_punch: str


class RecordOut(BaseModel):
    """What a shift on a date came to. Durations are whole seconds."""

    instance_id: str = Field(description="Employee, date and shift.", examples=["ann.2026-03-02.early"])
    employee_id: str
    local_date: date = Field(description="The date on which the shift starts.")
    shift_id: str
    shift_name: str
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime = Field(description="From here to `closes_at` punches count for it.")
    closes_at: datetime
    statuses: list[Status]
    check_in: datetime | None
    check_out: datetime | None
    stretches: list[StretchOut]
    worked_seconds: int
    regular_seconds: int
    overtime_seconds: int
    unpaid_break_seconds: int
    late_seconds: int
    early_seconds: int
    grace_late_seconds: int = Field(description="Lateness that grace covers.")
    grace_early_seconds: int
    punch_ids: list[str]
    closed: bool = Field(description="Until its window has closed it is provisional.")
    locked: bool = Field(
        description="What was paid is frozen; this is what the punches say now, and what differs is an "
        "adjustment of a later period."
    )

    @classmethod
    def of(cls, record: Record, frontier: Frontier) -> Self:
        instance = record.instance
        return cls(
            **vars(record)
            | {
                "instance_id": instance.instance_id,
                "employee_id": instance.employee_id,
                "local_date": instance.local_date,
                "shift_id": instance.shift.shift_id,
                "shift_name": instance.shift.name,
                "starts_at": instance.starts_at,
                "ends_at": instance.ends_at,
                "opens_at": instance.opens_at,
                "closes_at": instance.closes_at,
                "stretches": [StretchOut(**vars(each)) for each in record.stretches],
                "locked": frontier.is_locked(instance.local_date),
            }
        )


class SecondsOut(BaseModel):
    """Durations in whole seconds; of an adjustment, what they differ by."""

    worked: int
    regular: int
    overtime: int
    unpaid_break: int
    late: int
    early: int

    @classmethod
    def of(cls, seconds: Seconds) -> Self:
        return cls(**vars(seconds))


class HoursOut(BaseModel):
    """The same durations as hours and minutes (and seconds, where there are any)."""

    worked: str = Field(examples=["151:30"])
    regular: str
    overtime: str
    unpaid_break: str
    late: str
    early: str

    @classmethod
    def of(cls, seconds: Seconds) -> Self:
        return cls(**{name: duration_text(value) for name, value in vars(seconds).items()})


class PayLineOut(BaseModel):
    """A record as payroll has it."""

    instance_id: str
    employee_id: str
    local_date: date
    shift_id: str
    shift_name: str
    starts_at: datetime
    ends_at: datetime
    check_in: datetime | None
    check_out: datetime | None
    statuses: list[Status]
    seconds: SecondsOut

    @classmethod
    def of(cls, line: PayLine) -> Self:
        return cls(
            **{name: getattr(line, name) for name in cls.model_fields}
            | {"seconds": SecondsOut.of(line.seconds), "statuses": list(line.statuses)}
        )


class AdjustmentOut(BaseModel):
    """By how much a locked record is off by what was learnt later."""

    adjustment_id: str
    instance_id: str
    employee_id: str
    local_date: date
    shift_id: str
    shift_name: str
    number: int = Field(description="A record's adjustments are numbered from 1.")
    booked_on: date = Field(description="The first date of the period to which it is booked.")
    created_at: datetime
    difference: SecondsOut
    statuses_before: list[Status]
    statuses: list[Status]

    @classmethod
    def of(cls, adjustment: Adjustment) -> Self:
        return cls(
            **{name: getattr(adjustment, name) for name in cls.model_fields}
            | {
                "difference": SecondsOut.of(adjustment.difference),
                "statuses": list(adjustment.statuses),
                "statuses_before": list(adjustment.statuses_before),
            }
        )
