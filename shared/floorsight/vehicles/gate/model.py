"""What a gate has decided about a passage, on which reading, and what a guard did instead."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from floorsight.events.vehicles import Alarm, OverrideAction, PlateRead, Verdict
from floorsight.events.vision import Direction
from floorsight.vehicles.gate.passages import Passage
from floorsight.vehicles.model import Decision

MAX_REASON_LENGTH = 100
_RANKS = {None: 0, Alarm.NEAR_BLOCKED: 1, Alarm.BLOCKED: 2}


@dataclass(frozen=True)
class Track:
    """A vehicle as one camera follows it."""

    site_id: str
    camera_id: str
    stream_session: str
    track_id: int


@dataclass(frozen=True)
class Seen:
    """The reading that a decision is about; the fields are those of the `PlateRead` `event_id`."""

    event_id: str
    track: Track
    lane: str
    direction: Direction | None
    occurred_at: datetime
    vehicle_type: str
    text: str | None
    confidence: float
    crop_key: str | None
    snapshot_key: str | None


@dataclass(frozen=True)
class Override:
    """What a guard did, whatever the gate had decided; `alarm` is the gravest that was raised by then."""

    action: OverrideAction
    reason: str
    by: str
    at: datetime
    alarm: Alarm | None = None


@dataclass(frozen=True)
class Expected:
    """A visitor's entry that is exactly the plate, with a visit left when it was read; None: any number."""

    vehicle_id: str
    max_visits: int | None


@dataclass(frozen=True)
class GateDecision:
    """A passage and what was decided about it; `revision` is how often it was decided anew, from 1.

    `subject` is whose passage it is: a plate, or a text or a track where there is no one plate. `alarms` are
    all that were raised in the passage. `late` says that it came too late for a barrier to be lifted,
    `behind` that the vehicle waits behind another: nothing is let in by it.
    `visit_used` is the visitor's entry of which the passage used one visit, `expected` the one of which a
    guard who opens uses one. `overrides` are in order of time, `readings` is how many there were.
    """

    decision_id: str
    site_id: str
    subject: str
    passage: Passage
    seen: Seen
    decision: Decision
    decided_at: datetime
    late: bool
    behind: bool = False
    revision: int = 1
    alarms: frozenset[Alarm] = frozenset()
    overrides: tuple[Override, ...] = ()
    visit_used: str | None = None
    expected: Expected | None = None
    readings: int = 1

    @property
    def plate(self) -> str | None:
        """As its format has it; None: unread, of no format, or ambiguous."""
        return self.decision.plate

    @property
    def gate_id(self) -> str:
        return self.passage.gate_id

    @property
    def override(self) -> Override | None:
        """What a guard did last, unless a graver alarm came after it: that is not what the guard decided."""
        known = [each for each in self.overrides if _RANKS[each.alarm] >= self.rank]
        return known[-1] if known else None

    @property
    def gravest(self) -> Alarm | None:
        """Of the alarms that were raised."""
        return max(self.alarms, key=lambda alarm: _RANKS[alarm], default=None)

    @property
    def rank(self) -> int:
        """How grave its alarms are; 0: there is none."""
        return _RANKS[self.gravest]

    @property
    def admits(self) -> bool:
        """Whether the vehicle is let through: by a guard if one decided, else by the gate."""
        if self.override is not None:
            return self.override.action is OverrideAction.OPEN
        return self.decision.verdict is Verdict.ALLOW and not self.behind

    @property
    def is_refused(self) -> bool:
        """Whether a guard did so."""
        return self.override is not None and self.override.action is OverrideAction.REFUSE

    def with_passage(self, passage: Passage) -> GateDecision:
        """Of this passage, which is admitted or not as the decision says."""
        return replace(self, passage=replace(passage, admitted=self.admits))


@dataclass(frozen=True)
class Reading:
    """One `PlateRead` of a passage, and what was decided on it alone."""

    read: PlateRead
    decision: Decision
    taken_at: datetime


@dataclass(frozen=True)
class Evidence:
    """What a decision rests on: its newest readings in order of time, those that changed nothing too."""

    decided: GateDecision
    readings: tuple[Reading, ...]
