"""Why an entry that is exactly the plate does not count now: pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, tzinfo

from floorsight.vehicles import wording
from floorsight.vehicles.model import ListedVehicle, Listing, ListName, Reason


def tell_lapses(exact: Sequence[Listing], at: datetime, zone: tzinfo) -> Iterator[Reason]:
    """Why entries do not count: of each list the one that comes closest to counting, in their order.

    A visitor who comes every day has an entry for each.
    """
    latest: dict[ListName, Listing] = {}
    for each in exact:
        name = each.vehicle.list_name
        if name not in latest or _closeness(each.vehicle, at) >= _closeness(latest[name].vehicle, at):
            latest[name] = each
    for each in exact:
        reason = _lapse(each, at, zone) if latest[each.vehicle.list_name] is each else None
        if reason is not None:
            yield reason


def _closeness(vehicle: ListedVehicle, at: datetime) -> tuple[int, timedelta]:
    """What is used up is closer to counting than what is yet to begin, and that than what is over."""
    if vehicle.valid_from and vehicle.is_early_at(at):
        return 1, at - vehicle.valid_from
    if vehicle.valid_until and vehicle.is_over_at(at):
        return 0, vehicle.valid_until - at
    return 2, timedelta()


def _lapse(listing: Listing, at: datetime, zone: tzinfo) -> Reason | None:
    """Why an entry does not count; None for one that does."""
    vehicle = listing.vehicle
    if vehicle.valid_from and vehicle.is_early_at(at):
        return wording.tell_early(vehicle, vehicle.valid_from, zone)
    if vehicle.valid_until and vehicle.is_over_at(at):
        return wording.tell_over(vehicle, vehicle.valid_until, zone)
    return None if has_visits_left(listing) else wording.tell_used_up(vehicle)


def has_visits_left(listing: Listing) -> bool:
    most = listing.vehicle.max_visits
    return most is None or listing.visits_used < most
