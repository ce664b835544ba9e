"""Passages, decisions and visits as bodies of items, and back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from floorsight.events.vehicles import Alarm, OverrideAction, PlateRead, Verdict
from floorsight.events.vision import Direction
from floorsight.platform.clock import from_sort_key, to_sort_key
from floorsight.platform.items import Item
from floorsight.vehicles.gate.model import Expected, GateDecision, Override, Reading, Seen, Track
from floorsight.vehicles.gate.passages import Passage
from floorsight.vehicles.gate.visits import Visit, VisitState
from floorsight.vehicles.model import Decision, Reason, ReasonCode

_PASSAGE = ("passage_id", "gate_id", "number", "admitted")
_SEEN = ("event_id", "lane", "vehicle_type", "text", "confidence", "crop_key", "snapshot_key")
_DECISION = ("plate", "profile", "vehicle_id", "uses_visit", "policy_version")
_DECIDED = ("decision_id", "site_id", "subject", "late", "behind", "revision", "visit_used", "readings")
# Which are left out where there is none.
_NULLABLE = frozenset({"text", "crop_key", "snapshot_key", "plate", "profile", "vehicle_id", "visit_used"})


def decided_body(decided: GateDecision) -> Item:
    return {
        **_pick(decided, _DECIDED),
        "passage": passage_body(decided.passage),
        "seen": _seen_body(decided.seen),
        "decision": decision_body(decided.decision),
        "decided_at": to_sort_key(decided.decided_at),
        "alarms": sorted(decided.alarms),
        "overrides": [_override_body(each) for each in decided.overrides],
        "expected": vars(decided.expected) if decided.expected else None,
    }


def read_decided(item: Item) -> GateDecision:
    return GateDecision(
        **_read(item, _DECIDED),
        passage=read_passage(item["passage"]),
        seen=_read_seen(item["seen"]),
        decision=read_decision(item["decision"]),
        decided_at=from_sort_key(item["decided_at"]),
        alarms=frozenset(map(Alarm, item["alarms"])),
        overrides=tuple(_read_override(each) for each in item["overrides"]),
        expected=_read_expected(item.get("expected")),
    )


def passage_body(passage: Passage) -> Item:
    return {
        **_pick(passage, _PASSAGE),
        "first_seen": to_sort_key(passage.first_seen),
        "last_seen": to_sort_key(passage.last_seen),
        "directions": sorted(passage.directions),
    }


def read_passage(body: Item) -> Passage:
    return Passage(
        **_read(body, _PASSAGE),
        first_seen=from_sort_key(body["first_seen"]),
        last_seen=from_sort_key(body["last_seen"]),
        directions=frozenset(map(Direction, body["directions"])),
    )


def decision_body(decision: Decision) -> Item:
    return {
        **_pick(decision, _DECISION),
        "verdict": decision.verdict.value,
        "alarm": decision.alarm.value if decision.alarm else None,
        "candidates": list(decision.candidates),
        "reasons": [{**vars(reason), "code": reason.code.value} for reason in decision.reasons],
    }


def read_decision(body: Item) -> Decision:
    return Decision(
        **_read(body, _DECISION),
        verdict=Verdict(body["verdict"]),
        alarm=Alarm(body["alarm"]) if body.get("alarm") else None,
        candidates=tuple(body["candidates"]),
        reasons=tuple(
            Reason(ReasonCode(each["code"]), each["text"], each.get("vehicle_id")) for each in body["reasons"]
        ),
    )


def reading_body(reading: Reading) -> Item:
    return {
        "read": reading.read.to_message().detail,
        "decision": decision_body(reading.decision),
        "taken_at": to_sort_key(reading.taken_at),
    }


def read_reading(item: Item) -> Reading:
    return Reading(
        PlateRead.parse(item["read"]), read_decision(item["decision"]), from_sort_key(item["taken_at"])
    )


def visit_body(visit: Visit, plate: str) -> Item:
    return {
        "plate": plate,
        "state": visit.state.value,
        "entry": passage_body(visit.entry) if visit.entry else None,
        "exit": passage_body(visit.exit) if visit.exit else None,
    }


def read_visit(item: Item) -> Visit:
    entry, exit_ = item.get("entry"), item.get("exit")
    return Visit(
        read_passage(entry) if entry else None,
        read_passage(exit_) if exit_ else None,
        VisitState(item["state"]),
    )


def _seen_body(seen: Seen) -> Item:
    return {
        **_pick(seen, _SEEN),
        "track": vars(seen.track),
        "direction": seen.direction.value if seen.direction else None,
        "occurred_at": to_sort_key(seen.occurred_at),
    }


def _read_seen(body: Item) -> Seen:
    fields = _read(body, _SEEN) | {"confidence": float(body["confidence"])}
    return Seen(
        **fields,
        track=Track(**body["track"]),
        direction=Direction(body["direction"]) if body.get("direction") else None,
        occurred_at=from_sort_key(body["occurred_at"]),
    )


def _override_body(override: Override) -> Item:
    return {
        **vars(override),
        "action": override.action.value,
        "at": to_sort_key(override.at),
        "alarm": override.alarm.value if override.alarm else None,
    }


def _read_override(body: Item) -> Override:
    return Override(
        OverrideAction(body["action"]),
        body["reason"],
        body["by"],
        from_sort_key(body["at"]),
        Alarm(body["alarm"]) if body.get("alarm") else None,
    )


def _read_expected(body: Item | None) -> Expected | None:
    return Expected(body["vehicle_id"], body.get("max_visits")) if body else None


def _pick(value: object, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(value, name) for name in names}


def _read(body: Item, names: Iterable[str]) -> dict[str, Any]:
    """Raises KeyError: what must be there is not, and nothing is made up for it."""
    return {name: body.get(name) if name in _NULLABLE else body[name] for name in names}
