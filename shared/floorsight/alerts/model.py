"""Alerts, their steps, and the latches that raise each of them once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from floorsight.occupancy.series.model import SubjectKind

MAX_NOTE_LENGTH = 500
MAX_SNOOZE = timedelta(days=7)


class AlertKind(StrEnum):
    """What can be wrong."""

    CAPACITY = "capacity"
    CAMERA_OFFLINE = "camera_offline"
    ANOMALY = "anomaly"
    NEGATIVE_DRIFT = "negative_drift"
    UNKNOWN_PERSON = "unknown_person"  # somebody unknown in a restricted zone
    OUTSIDE_HOURS = "outside_hours"  # an employee who has no shift now
    MISSING_PUNCHES = "missing_punches"  # employees who came and did not go, by the records of a day
    BLOCKED_VEHICLE = "blocked_vehicle"  # at a gate; a plate that may be a blocked one, misread, too


# About single employees: told only to whoever asked for the kind.
PERSONAL = frozenset({AlertKind.OUTSIDE_HOURS, AlertKind.MISSING_PUNCHES})


class Severity(StrEnum):
    """How bad it is, rising. A capacity alert warns first (`warning`); exceeded, it is `critical`."""

    NOTICE = "notice"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        return _RISING.index(self)

    @property
    def and_worse(self) -> tuple[Severity, ...]:
        """This one and all above it."""
        return _RISING[self.rank :]


_RISING = tuple(Severity)


class AlertState(StrEnum):
    """An alert's life; only ever forwards."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class StepName(StrEnum):
    """What subscribers are told of an alert."""

    RAISED = "raised"
    ESCALATED = "escalated"
    REMINDED = "reminded"  # a snooze ended, and the alert had not
    RESOLVED = "resolved"


class Delivery(StrEnum):
    """What became of a step's notification."""

    PENDING = "pending"
    SENT = "sent"
    WITHHELD = "withheld"  # somebody had snoozed the alert, and it was over before they wanted to hear of it


@dataclass(frozen=True)
class Concern:
    """One rule about one subject. Of a condition at most one alert is alive at any time."""

    kind: AlertKind
    site_id: str
    subject_kind: SubjectKind
    subject_id: str


@dataclass(frozen=True)
class Finding:
    """What a rule says of a concern now.

    `severity` is None when the condition doesn't hold. `over` says that it is certainly over; when it
    neither holds nor is over, the numbers lie in the hysteresis band and nothing changes.
    """

    concern: Concern
    subject_name: str
    severity: Severity | None
    over: bool
    text: str
    numbers: Mapping[str, int | float] = field(default_factory=dict)


@dataclass(frozen=True)
class Latch:
    """Makes a condition an episode: from when it begins to hold until it is over.

    `severity` is the worst of this episode, None when there is none. `alert_id` is the alert that is alive;
    None in an episode means that a person has resolved it and wants to hear no more, unless it gets worse.
    `released_at` is when the last episode ended, `released_severity` the worst of it. `revision` rises with
    every change.
    """

    severity: Severity | None = None
    alert_id: str | None = None
    released_at: datetime | None = None
    revision: int = 0
    released_severity: Severity | None = None


@dataclass(frozen=True)
class Step:
    """Something that happened to an alert and that subscribers are told of.

    While it is pending, `claimed_by` names who is sending it since `claimed_at`: no second one sends it too,
    unless the first is never heard of again.
    """

    name: StepName
    at: datetime
    severity: Severity
    text: str
    numbers: Mapping[str, int | float]
    delivery: Delivery = Delivery.PENDING
    sent_at: datetime | None = None
    claimed_by: str | None = None
    claimed_at: datetime | None = None


@dataclass(frozen=True)
class Alert:
    """One episode of a concern, and what people did about it.

    A condition's alert ends when the condition does; that of an occurrence, which is over as it is told, at
    `ends_at`. `alert_id` is `<site_id>.<when it was raised>.<digest of the concern>`: no index is needed.
    """

    alert_id: str
    concern: Concern
    subject_name: str
    state: AlertState
    severity: Severity
    raised_at: datetime
    steps: tuple[Step, ...]
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    snoozed_until: datetime | None = None
    snoozed_by: str | None = None
    resolved_at: datetime | None = None
    resolved_by: str | None = None
    note: str | None = None
    revision: int = 1
    ends_at: datetime | None = None

    @property
    def is_occurrence(self) -> bool:
        """It has no latch: nobody can say when it is over."""
        return self.ends_at is not None

    @property
    def is_alive(self) -> bool:
        return self.state is not AlertState.RESOLVED

    def is_snoozed(self, now: datetime) -> bool:
        return self.snoozed_until is not None and now < self.snoozed_until

    @property
    def has_unfinished_business(self) -> bool:
        """Whether something is still to be sent, or a snooze or the alert itself will have to be ended."""
        waits = self.is_alive and (self.snoozed_until is not None or self.is_occurrence)
        return waits or any(step.delivery is Delivery.PENDING for step in self.steps)

    def has_business_at(self, now: datetime) -> bool:
        """Whether some of that can be done now."""
        if not self.is_alive:
            return self.has_unfinished_business
        if self.is_snoozed(now):
            return False
        ends = self.ends_at is not None and self.ends_at <= now
        pending = any(step.delivery is Delivery.PENDING for step in self.steps)
        return ends or pending or self.snoozed_until is not None


@dataclass(frozen=True)
class AlertPolicy:
    """What holds for the alerts of all sites."""

    cooldown: timedelta = timedelta(seconds=300)
    drift_tolerance: int = 3
