"""What attendance tells of."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from floorsight.events.envelope import Event
from floorsight.events.vision import Fraction


class PunchDirection(StrEnum):
    """Which way somebody went."""

    IN = "in"
    OUT = "out"
    UNKNOWN = "unknown"  # the camera can't tell; the shift's pairing decides


class PunchRecorded(Event):
    """A camera's sighting of an employee became a punch. `occurred_at` is the punch's time.

    `cause` is the event that completed it. Its direction may be learnt later: then the event comes again
    with the same `punch_id`, a direction, and an id of its own.
    """

    punch_id: str
    employee_id: str
    track_id: int
    direction: PunchDirection
    confidence: Fraction
    scheduled: bool = Field(description="Whether it lies in the window of a shift that the employee has.")
