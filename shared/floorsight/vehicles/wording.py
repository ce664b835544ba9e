"""Why a gate decides as it does, in words that a guard understands. Times are those of the site."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, tzinfo

from floorsight.vehicles.model import GatePolicy, ListedVehicle, Listing, ListName, Reason, ReasonCode

LONGEST_TEXT = 20  # of a text that is no plate, as a guard is shown it


def tell_unread() -> Reason:
    return Reason(ReasonCode.UNREAD, "no plate could be read")


def tell_ghost(text: str, policy: GatePolicy) -> Reason:
    shown = text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + "…"
    formats = " or ".join(policy.profiles)
    return Reason(ReasonCode.NO_PROFILE, f"{shown} is no plate of the format {formats}")


def tell_low_confidence(confidence: float, policy: GatePolicy) -> Reason:
    # Cut, not rounded: what lies below is never shown as equal.
    shown = "unknown" if math.isnan(confidence) else f"{math.floor(confidence * 100) / 100:.2f}"
    return Reason(
        ReasonCode.LOW_CONFIDENCE,
        f"read with confidence {shown} where {policy.min_confidence:g} is asked for",
    )


def tell_ambiguous(plates: Sequence[str]) -> Reason:
    return Reason(ReasonCode.AMBIGUOUS, f"it may be {' or '.join(plates)}")


def tell_blocked(vehicle: ListedVehicle, zone: tzinfo) -> Reason:
    return _reason(ReasonCode.BLOCKED, vehicle, f"{_standing(vehicle)}{_until(vehicle, zone)}")


def tell_near_blocked(vehicle: ListedVehicle, zone: tzinfo) -> Reason:
    return _reason(ReasonCode.NEAR_BLOCKED, vehicle, f"it may be {_standing(vehicle)}{_until(vehicle, zone)}")


def tell_allowed(vehicle: ListedVehicle, zone: tzinfo) -> Reason:
    return _reason(ReasonCode.ALLOWED, vehicle, f"{_standing(vehicle)}{_until(vehicle, zone)}")


def tell_visitor(listing: Listing, zone: tzinfo) -> Reason:
    vehicle = listing.vehicle
    visit = f" (visit {listing.visits_used + 1} of {vehicle.max_visits})" if vehicle.max_visits else ""
    return _reason(ReasonCode.VISITOR, vehicle, f"{_standing(vehicle)}{_until(vehicle, zone)}{visit}")


def tell_visitor_leaving(vehicle: ListedVehicle) -> Reason:
    return _reason(ReasonCode.VISITOR_LEAVING, vehicle, f"{_standing(vehicle)} and on the way out")


def tell_near_allowed(vehicle: ListedVehicle) -> Reason:
    return _reason(ReasonCode.NEAR_ALLOWED, vehicle, f"it may be {_standing(vehicle)}")


def tell_early(vehicle: ListedVehicle, valid_from: datetime, zone: tzinfo) -> Reason:
    return _reason(
        ReasonCode.NOT_YET_VALID, vehicle, f"{_standing(vehicle)} only from {time_text(valid_from, zone)} on"
    )


def tell_over(vehicle: ListedVehicle, valid_until: datetime, zone: tzinfo) -> Reason:
    return _reason(
        ReasonCode.EXPIRED, vehicle, f"{_standing(vehicle)} only until {time_text(valid_until, zone)}"
    )


def tell_used_up(vehicle: ListedVehicle) -> Reason:
    visits = "its visit is" if vehicle.max_visits == 1 else f"its {vehicle.max_visits} visits are"
    return _reason(ReasonCode.VISITS_USED_UP, vehicle, f"{_standing(vehicle)} but {visits} used up")


def tell_not_listed() -> Reason:
    return Reason(ReasonCode.NOT_LISTED, "not on a list")


def tell_site_default(policy: GatePolicy) -> Reason:
    return Reason(ReasonCode.SITE_DEFAULT, f"site default is {policy.default.value}")


def time_text(moment: datetime, zone: tzinfo) -> str:
    """`2026-03-02 18:00`, by the site's clocks; with seconds where there are any."""
    local = moment.astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M:%S}" if local.second else f"{local:%Y-%m-%d %H:%M}"


def _standing(vehicle: ListedVehicle) -> str:
    """The plate and what its list says of it."""
    match vehicle.list_name:
        case ListName.BLOCKED:
            return f"{vehicle.plate}: blocked ({vehicle.reason})"
        case ListName.ALLOWED:
            return f"{vehicle.plate}: allowed"
        case ListName.VISITOR:
            return f"{vehicle.plate}: visitor of {vehicle.host}"


def _until(vehicle: ListedVehicle, zone: tzinfo) -> str:
    return f" until {time_text(vehicle.valid_until, zone)}" if vehicle.valid_until else ""


def _reason(code: ReasonCode, vehicle: ListedVehicle, text: str) -> Reason:
    return Reason(code, text, vehicle.vehicle_id)
