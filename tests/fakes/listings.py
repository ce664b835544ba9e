"""Entries of a site's vehicle lists, and questions at its gates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from floorsight.events.vision import Direction
from floorsight.vehicles.model import Decision, GatePolicy, GateQuestion, ListedVehicle, Listing, ListName
from floorsight.vehicles.rules import decide

SITE = "plant-1"
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)  # noon in Berlin
MOMENT = timedelta(microseconds=1)
DAY = timedelta(days=1)
INDIAN = GatePolicy(SITE, profiles=("IN",), revision=7)
_NEEDED: dict[ListName, dict[str, Any]] = {
    ListName.BLOCKED: {"reason": "stolen"},
    ListName.ALLOWED: {},
    ListName.VISITOR: {"host": "Asha Rao", "valid_until": NOW + DAY},
}


def listing(plate: str, list_name: ListName, *, visits_used: int = 0, **fields: Any) -> Listing:
    """An entry with what its list needs; its id is `{list}:{plate}` unless given."""
    known: dict[str, Any] = {
        "vehicle_id": f"{list_name.value}:{plate}",
        "site_id": SITE,
        "profile": "IN",
        "created_at": NOW - 30 * DAY,
        "created_by": "olga",
    }
    vehicle = ListedVehicle(plate=plate, list_name=list_name, **{**known, **_NEEDED[list_name], **fields})
    return Listing(vehicle, visits_used)


def blocked(plate: str, **fields: Any) -> Listing:
    return listing(plate, ListName.BLOCKED, **fields)


def allowed(plate: str, **fields: Any) -> Listing:
    return listing(plate, ListName.ALLOWED, **fields)


def visitor(plate: str, **fields: Any) -> Listing:
    return listing(plate, ListName.VISITOR, **fields)


def ask(
    text: str | None,
    listings: Sequence[Listing] = (),
    *,
    confidence: float = 0.95,
    direction: Direction | None = Direction.IN,
    at: datetime = NOW,
    on_site: bool = False,
    policy: GatePolicy = INDIAN,
) -> Decision:
    """What a gate in Berlin decides."""
    return decide(GateQuestion(text, confidence, direction, at, on_site), policy, listings, zone=BERLIN)
