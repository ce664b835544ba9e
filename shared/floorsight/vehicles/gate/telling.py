"""What is published about passages. Ids follow from what was decided: telling it again is harmless."""

from __future__ import annotations

from datetime import datetime, timedelta

from floorsight.events.vehicles import GateDecided, GateOverridden, PlateRead
from floorsight.platform.clock import to_sort_key
from floorsight.platform.ids import derived_id
from floorsight.vehicles.gate.model import GateDecision, Override

# After which an override is for the log: whoever was at the gate is not there any more.
OVERRIDES_LATE_AFTER = timedelta(minutes=10)


def describe_decision(
    decided: GateDecision, read: PlateRead, now: datetime, *, late: bool, opens: bool
) -> GateDecided:
    """What a decision is told as, at its revision, where this reading of its passage was.

    A lane is opened once by it: what is told again there has the same id, as long as it opens as before.
    """
    decision = decided.decision
    return GateDecided(
        event_id=derived_id(
            "gate_decided", decided.decision_id, decided.revision, read.camera_id, read.lane, opens
        ),
        occurred_at=read.occurred_at,
        site_id=decided.site_id,
        camera_id=read.camera_id,
        stream_session=read.stream_session,
        cause=read.event_id,
        gate_id=decided.gate_id,
        lane=read.lane,
        direction=read.direction,
        track_id=read.track_id,
        decision_id=decided.decision_id,
        passage_id=decided.passage.passage_id,
        revision=decided.revision,
        plate=decision.plate,
        text=decided.seen.text,
        vehicle_type=read.vehicle_type,
        verdict=decision.verdict,
        reasons=tuple(reason.code.value for reason in decision.reasons),
        explanation=decision.explanation,
        alarm=decision.alarm,
        vehicle_id=decision.vehicle_id,
        policy_version=decision.policy_version,
        confidence=decided.seen.confidence,
        decided_at=decided.decided_at,
        told_at=now,
        opens=opens,
        late=late,
        crop_key=read.crop_key,
        snapshot_key=read.snapshot_key,
    )


def describe_override(decided: GateDecision, override: Override, now: datetime) -> GateOverridden:
    """What a guard's override of a decision is told as."""
    seen, last_seen = decided.seen, decided.passage.last_seen
    return GateOverridden(
        event_id=derived_id("gate_overridden", decided.decision_id, to_sort_key(override.at)),
        occurred_at=override.at,
        site_id=decided.site_id,
        camera_id=seen.track.camera_id,
        stream_session=seen.track.stream_session,
        cause=seen.event_id,
        gate_id=decided.gate_id,
        lane=seen.lane,
        decision_id=decided.decision_id,
        passage_id=decided.passage.passage_id,
        plate=decided.plate,
        verdict=decided.decision.verdict,
        action=override.action,
        reason=override.reason,
        by=override.by,
        last_seen_at=last_seen,
        late=now - last_seen > OVERRIDES_LATE_AFTER,
    )
