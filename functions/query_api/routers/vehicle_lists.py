"""Vehicles on a site's lists: added, changed, removed, one at a time."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from floorsight.platform.errors import Malformed
from floorsight.vehicles.lists.model import Entry
from floorsight.vehicles.model import MAX_PLATE_LENGTH, ListName
from floorsight.vehicles.plates import clean, find_misfits
from functions.gateway.access import Role, requires
from functions.gateway.moments import Moment, check_moment
from functions.query_api.paging import Listing, RequestedPage, encode_cursor
from functions.query_api.routers.limits import ReadRevision
from functions.query_api.routers.vehicle_fields import (
    CHANGE_PROBLEMS,
    PREFIX,
    READ_PROBLEMS,
    Operator,
    SiteId,
    VehicleFields,
    VehicleId,
    VehicleOut,
)
from functions.query_api.services import Wired

router = APIRouter(prefix=f"{PREFIX}/vehicles", tags=["vehicle lists"])


class NewVehicle(VehicleFields):
    site_id: str = Field(max_length=128)
    list: ListName
    plate: str = Field(
        max_length=40,
        description="As it is written on the vehicle; separators and lower case don't matter.",
        examples=["mh 12-ab 1234"],
    )


class VehicleChange(VehicleFields):
    revision: ReadRevision


class AddedVehicle(VehicleOut):
    corrected_from: str | None = Field(
        description="What was typed, if the plate's format says that another character was meant: a letter O "
        "where it has a digit, say. Null: it is as it was typed."
    )


class ListedVehicleOut(VehicleOut):
    can_be_read: bool = Field(
        description="False: no reading can be exactly this plate, as the site changed its formats since it "
        "was listed. Add it again as it is written now."
    )


@router.post("", status_code=HTTPStatus.CREATED, responses=CHANGE_PROBLEMS)
def add_vehicle(new: NewVehicle, services: Wired, caller: Operator) -> AddedVehicle:
    """Put a vehicle on a list; from the next reading on it counts. The same again changes nothing.

    The plate is taken as the site's formats have it. 422 `ambiguous_plate` names the plates that it may be;
    `no_profile` says which formats the site has. A plate may be on several lists: blocked wins.
    """
    entry = services.vehicle_lists.add(new.site_id, new.list, new.plate, by=caller.username, **new.values())
    typed = clean(new.plate)
    return AddedVehicle.of(entry, corrected_from=typed if typed != entry.vehicle.plate else None)


@router.get("", dependencies=[requires(Role.VIEWER)], responses=READ_PROBLEMS)
def list_vehicles(
    site_id: SiteId,
    page: RequestedPage,
    services: Wired,
    list_name: Annotated[ListName | None, Query(alias="list")] = None,
    plate: Annotated[
        str, Query(max_length=40, description="How the plate begins; separators don't matter.")
    ] = "",
    valid_at: Annotated[Moment | None, Query(description="Only those that count then.")] = None,
) -> Listing[ListedVehicleOut]:
    """A site's lists, by list and plate. What was added a moment ago may be missing."""
    check_moment("valid_at", valid_at)
    found = services.vehicle_lists.list_vehicles(
        site_id,
        list_name=list_name,
        plate_prefix=_check_prefix(plate),
        valid_at=valid_at,
        limit=page.limit,
        start_key=page.start_key,
    )
    misfits = _find_misfits(services, site_id, found.items)
    items = [
        ListedVehicleOut.of(entry, can_be_read=entry.vehicle.plate not in misfits) for entry in found.items
    ]
    return Listing(items=items, next_cursor=encode_cursor(found.next_key))


@router.get("/{vehicle_id}", dependencies=[requires(Role.VIEWER)], responses=READ_PROBLEMS)
def get_vehicle(vehicle_id: VehicleId, services: Wired) -> VehicleOut:
    """One vehicle of a list; one that was removed, too, as decisions name it."""
    return VehicleOut.of(services.vehicle_lists.get(vehicle_id))


@router.get("/{vehicle_id}/history", dependencies=[requires(Role.VIEWER)], responses=READ_PROBLEMS)
def list_vehicle_history(vehicle_id: VehicleId, services: Wired) -> Listing[VehicleOut]:
    """What the list said of a vehicle and when, and who changed it: the latest first, all at once."""
    history = services.vehicle_lists.list_history(vehicle_id)
    return Listing(items=[VehicleOut.of(entry) for entry in history], next_cursor=None)


@router.put("/{vehicle_id}", responses=CHANGE_PROBLEMS)
def change_vehicle(
    vehicle_id: VehicleId, change: VehicleChange, services: Wired, caller: Operator
) -> VehicleOut:
    """Change what a list says of a vehicle. Plate and list stay: remove it and add another one."""
    changed = services.vehicle_lists.update(
        vehicle_id, revision=change.revision, by=caller.username, **change.values()
    )
    return VehicleOut.of(changed)


@router.delete("/{vehicle_id}", responses=CHANGE_PROBLEMS)
def remove_vehicle(vehicle_id: VehicleId, services: Wired, caller: Operator) -> VehicleOut:
    """Take a vehicle off its list, from the next reading on; once more changes nothing."""
    return VehicleOut.of(services.vehicle_lists.remove(vehicle_id, by=caller.username))


def _check_prefix(plate: str) -> str:
    """Raises Malformed (`bad_plate`): nothing of it is of a plate, and everything would be found."""
    bare = clean(plate)
    if (plate.strip() and not bare) or len(bare) > MAX_PLATE_LENGTH:
        raise Malformed(
            f"a plate has 1 to {MAX_PLATE_LENGTH} letters and digits", code="bad_plate", field="plate"
        )
    return bare


def _find_misfits(services: Wired, site_id: str, entries: list[Entry]) -> set[str]:
    policy = services.gate_policies.get_policy(site_id)
    return set(find_misfits((entry.vehicle.plate for entry in entries), policy.profiles))
