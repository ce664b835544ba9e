"""When a barrier is to be lifted: pure, and nothing else says so (docs/gate.md)."""

from __future__ import annotations

from datetime import datetime

from floorsight.events.vehicles import OverrideAction, PlateRead, Verdict
from floorsight.vehicles.gate.model import GateDecision
from floorsight.vehicles.gate.moments import is_ahead, is_late
from floorsight.vehicles.gate.tracks import FollowedTrack, Placed
from floorsight.vehicles.model import Decision


def opens_alone(read: PlateRead, alone: Decision, now: datetime) -> bool:
    """Whether a reading, as it came, may open: by what is decided on it alone, if its vehicle is the next one
    at the barrier and its camera's clock is right."""
    return alone.verdict is Verdict.ALLOW and not read.behind and not is_ahead(read.last_seen_at, now)


def opens_by_gate(decided: GateDecision, placed: Placed, followed: FollowedTrack, now: datetime) -> bool:
    """Whether a reading of a passage opens now: if what stands decided does, the reading alone does too, and
    its vehicle is there.

    What stands may be hours old, of another lane, or of the way out.
    """
    lets_in = decided.decision.verdict is Verdict.ALLOW and not decided.is_refused
    return lets_in and placed.opens and not is_gone(placed.last_seen, followed, now)


def opens_by_guard(decided: GateDecision, followed: FollowedTrack, now: datetime) -> bool:
    """Whether a guard has opened just now, where the camera is that follows this track."""
    override = decided.override
    if override is None or followed.track.camera_id != decided.seen.track.camera_id:
        return False
    return override.action is OverrideAction.OPEN and not is_late(override.at, now)


def is_gone(last_seen: datetime, followed: FollowedTrack, now: datetime) -> bool:
    """Whether nothing is opened any more for who was seen last then, or is known to have left."""
    return followed.left_at is not None or is_late(last_seen, now)
