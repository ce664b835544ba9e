"""What must be looked up before the gate's rules can be asked: pure."""

from __future__ import annotations

from collections.abc import Iterable

from floorsight.events.vision import Direction
from floorsight.vehicles.model import GatePolicy, GateQuestion, ListedVehicle, ListName
from floorsight.vehicles.plates.matching import canonical_texts
from floorsight.vehicles.plates.text import clean


def find_countable(
    question: GateQuestion, policy: GatePolicy, vehicles: Iterable[ListedVehicle]
) -> list[ListedVehicle]:
    """Those of the entries of which it matters how many visits are used: a decision needs no other count.

    These are visitors with so many visits who are exactly the plate, are expected at this time, and do not
    go out. Raises Malformed (`unknown_profile`).
    """
    if question.direction is Direction.OUT:
        return []
    exact = _find_exact(question, policy, vehicles)
    return [each for each in exact if each.max_visits is not None and each.is_valid_at(question.at)]


def find_departing(
    question: GateQuestion, policy: GatePolicy, vehicles: Iterable[ListedVehicle]
) -> ListedVehicle | None:
    """The visitor of whom it matters whether they are on the site: who goes out, and whose time is not now.

    Raises Malformed (`unknown_profile`).
    """
    if question.direction is not Direction.OUT:
        return None
    exact = [each for each in _find_exact(question, policy, vehicles) if each.list_name is ListName.VISITOR]
    if any(each.is_valid_at(question.at) for each in exact):
        return None
    return next(iter(exact), None)


def _find_exact(
    question: GateQuestion, policy: GatePolicy, vehicles: Iterable[ListedVehicle]
) -> list[ListedVehicle]:
    plates = [each.plate for each in canonical_texts(clean(question.text or ""), policy.profiles)]
    return [each for each in vehicles if plates == [each.plate]]
