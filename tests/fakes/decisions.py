"""What a gate decides about a vehicle that is blocked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from floorsight.events.vehicles import Alarm, GateDecided, Verdict
from floorsight.events.vision import Direction
from tests.fakes.clock import NOON
from tests.fakes.scene import CAMERA, SESSION, SITE


def gate_decided(**changes: Any) -> GateDecided:
    """The decision about a blocked vehicle on its way in; the same whenever it is made."""
    fields: dict[str, Any] = {
        "event_id": "decided-1",
        "occurred_at": NOON,
        "site_id": SITE,
        "camera_id": CAMERA,
        "stream_session": SESSION,
        "cause": "plate-1",
        "gate_id": "north",
        "lane": "1",
        "direction": Direction.IN,
        "track_id": 7,
        "decision_id": "d-1",
        "passage_id": "p-1",
        "revision": 1,
        "plate": "KA01AB1234",
        "text": "KA01AB1234",
        "vehicle_type": "car",
        "verdict": Verdict.DENY,
        "reasons": ("blocked",),
        "explanation": "denied: KA01AB1234 is blocked (stolen)",
        "alarm": Alarm.BLOCKED,
        "vehicle_id": "v-1",
        "policy_version": 1,
        "confidence": 0.97,
        "decided_at": NOON + timedelta(seconds=1),
        "told_at": NOON + timedelta(seconds=1),
        "late": False,
    }
    return GateDecided(**fields | changes)
