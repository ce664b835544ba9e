"""Asking the gate's rules about a vehicle, of lists and used visits as they are now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from floorsight.vehicles.gate.store import GateStore
from floorsight.vehicles.lists.store import VehicleStore
from floorsight.vehicles.model import Decision, GatePolicy, GateQuestion, Listing
from floorsight.vehicles.needs import find_countable, find_departing
from floorsight.vehicles.plates import clean, fold
from floorsight.vehicles.rules import decide


@dataclass(frozen=True)
class Asked:
    """A decision, and how many visits the visitors' entries that it looked at have."""

    decision: Decision
    limits: Mapping[str, int]


def ask_rules(
    question: GateQuestion,
    policy: GatePolicy,
    *,
    lists: VehicleStore,
    visits: GateStore,
    zone: ZoneInfo,
    own_visits: Iterable[str] = (),
    was_let_out: bool = False,
) -> Asked:
    """What the rules say now; both stores are read consistently, and nothing is held.

    `own_visits` are the entries of which the vehicle's passage uses a visit already: that one is its own.
    `was_let_out`: by its passage the vehicle was on the site, and is not any more.
    """
    text = clean(question.text or "")
    listed = lists.find_like(policy.site_id, fold(text)) if text else []
    visitor = find_departing(question, policy, listed)
    if visitor is not None:
        on_site = was_let_out or visits.is_on_site(policy.site_id, visitor.plate)
        question = replace(question, on_site=on_site)
    counted = find_countable(question, policy, listed)
    used = Counter(visits.count_visits(each.vehicle_id for each in counted))
    used.subtract(own_visits)
    listings = [Listing(each, used[each.vehicle_id]) for each in listed]
    limits = {each.vehicle_id: each.max_visits for each in counted if each.max_visits is not None}
    return Asked(decide(question, policy, listings, zone=zone), limits)
