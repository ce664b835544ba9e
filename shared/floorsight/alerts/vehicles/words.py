"""What a guard is told of a vehicle that is blocked, or may be. Pure."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from floorsight.alerts.model import Severity
from floorsight.events.vehicles import Alarm, GateDecided, Verdict
from floorsight.events.vision import Direction

_SEVERITIES = {Alarm.BLOCKED: Severity.CRITICAL, Alarm.NEAR_BLOCKED: Severity.WARNING}
_WAYS = {Direction.IN: ", coming in", Direction.OUT: ", going out"}


def judge_alarm(alarm: Alarm) -> Severity:
    """How bad it is: a plate that may have been misread is for somebody to look at first."""
    return _SEVERITIES[alarm]


def write_alarm(event: GateDecided, alarm: Alarm, zone: ZoneInfo) -> str:
    """Plate, place and time first, as a short message keeps no more; then why, and what to do.

    Times are the site's.
    """
    return " ".join(
        (
            f"{_name_plate(event, alarm)} at gate {event.gate_id}, lane {event.lane}"
            f"{_WAYS[event.direction] if event.direction else ''}, "
            f"{event.occurred_at.astimezone(zone).strftime('%H:%M:%S on %Y-%m-%d')}.",
            f"The gate's decision: {event.explanation}.",
            _advise(event, alarm),
            f"Decision {event.decision_id}.",
        )
    )


def _name_plate(event: GateDecided, alarm: Alarm) -> str:
    plate = event.plate or event.text
    if alarm is Alarm.NEAR_BLOCKED:
        return f"{plate} may be a blocked plate, misread:"
    return f"{plate} is blocked:"


def _advise(event: GateDecided, alarm: Alarm) -> str:
    if event.late:
        return "It was seen too long ago for the gate to do anything: find out whether it is on the site."
    if alarm is Alarm.NEAR_BLOCKED:
        return "Compare its picture with the plate before anybody opens."
    if event.verdict is Verdict.DENY:
        return "Keep the gate shut and do what your instructions say of blocked vehicles."
    return (
        "Its plate was not read surely: keep the gate shut until somebody has compared it with the picture."
    )
