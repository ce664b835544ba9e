"""Putting vehicles on a site's lists, changing them and taking them off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.errors import Conflict, Malformed, NotFound
from floorsight.platform.items import Item
from floorsight.platform.table import Page, TransactionRefused
from floorsight.sites.service import SiteService
from floorsight.vehicles.lists.model import Entry, VehicleRef, list_change, list_wanted, make_vehicle, unknown
from floorsight.vehicles.lists.naming import name_plate
from floorsight.vehicles.lists.store import VehicleStore
from floorsight.vehicles.model import ListedVehicle, ListName
from floorsight.vehicles.plates import clean
from floorsight.vehicles.policy.store import GatePolicyStore


@dataclass(frozen=True)
class VehicleListService:
    """Use cases of vehicle lists. Errors: NotFound, Conflict, Malformed (with the field), Unavailable."""

    sites: SiteService
    store: VehicleStore
    policies: GatePolicyStore
    clock: Clock = utc_now

    def add(self, site_id: str, list_name: ListName, text: str, *, by: str, **fields: Any) -> Entry:
        """Put a plate, as it was typed, on a list; `fields` are what else there is to say of it.

        The same again changes nothing. What was removed before, and a visitor whose time is over, is listed
        anew, as a new revision. Raises Malformed (`unknown_site`, `no_profile`, `ambiguous_plate`,
        `over_already`, …) or Conflict (`vehicle_listed`: with other values).
        """
        self._check_site(site_id)
        plate, profile = name_plate(text, self.policies.find(site_id).profiles)
        now = self.clock()
        wanted = make_vehicle(site_id, list_name, plate, profile, by=by, at=now, **fields)
        before = self.store.find(VehicleRef.of(wanted))
        after = list_wanted(before, wanted, by=by, at=now)
        if after == before:
            return after
        if before is not None and not before.is_done_at(now):
            raise Conflict(
                f"{plate} is on the list {list_name.value} already, with other values; change that entry, "
                f"{before.vehicle.vehicle_id}",
                code="vehicle_listed",
            )
        return self._replace(after, before)

    def get(self, vehicle_id: str) -> Entry:
        """An entry, a removed one too; so is a visitor's who was listed anew since, by another id.

        Raises NotFound (`unknown_vehicle`).
        """
        now = self._find(vehicle_id)
        if now.vehicle.vehicle_id == vehicle_id:
            return now
        versions = reversed(self.store.list_versions(VehicleRef.read(vehicle_id)))
        before = next((each for each in versions if each.vehicle.vehicle_id == vehicle_id), None)
        if before is None:
            raise unknown(vehicle_id)
        return replace(before, removed=True)

    def list_history(self, vehicle_id: str) -> list[Entry]:
        """What an entry was at each revision, the latest first. Raises NotFound (`unknown_vehicle`)."""
        self.get(vehicle_id)
        now = self._find(vehicle_id)
        return [now, *reversed(self.store.list_versions(VehicleRef.of(now.vehicle)))]

    def list_vehicles(
        self,
        site_id: str,
        *,
        list_name: ListName | None = None,
        plate_prefix: str = "",
        valid_at: datetime | None = None,
        limit: int | None = None,
        start_key: Item | None = None,
    ) -> Page[Entry]:
        """What is listed, by list and plate; one made a moment ago may be missing. Raises NotFound."""
        self.sites.get_site(site_id)
        return self.store.list_page(
            site_id,
            [list_name] if list_name else list(ListName),
            plate_prefix=clean(plate_prefix),
            keep=_keeping(valid_at),
            limit=limit,
            start_key=start_key,
        )

    def update(self, vehicle_id: str, *, revision: int, by: str, **fields: Any) -> Entry:
        """All that may be set, in place of the `revision` that was read.

        Raises NotFound (`unknown_vehicle`, also if it was removed), Malformed (`valid_from_fixed`, …) or
        Conflict (`revision_changed`).
        """
        before, now = self._get_listed(vehicle_id), self.clock()
        vehicle = before.vehicle
        wanted = make_vehicle(
            vehicle.site_id,
            vehicle.list_name,
            vehicle.plate,
            vehicle.profile,
            by=by,
            at=now,
            **fields,
        )
        after = list_change(before, wanted, by=by, at=now)
        if vehicle.list_name is ListName.VISITOR and after.vehicle.valid_from != vehicle.valid_from:
            raise Malformed(
                "a visitor's valid_from can't be changed: the visits that are used up are counted from it; "
                "remove the entry and add another one",
                code="valid_from_fixed",
                field="valid_from",
            )
        if after == before and vehicle.revision in (revision, revision + 1):
            return before  # whose answer got lost, says it again
        if vehicle.revision != revision:
            raise _changed_meanwhile()
        return self._replace(after, before)

    def remove(self, vehicle_id: str, *, by: str) -> Entry:
        """Take it off its list, from the next reading on; once more changes nothing.

        Raises NotFound (`unknown_vehicle`) or Conflict (`revision_changed`).
        """
        before = self.get(vehicle_id)
        return before if before.removed else self._replace(before.removed_by(by, self.clock()), before)

    def _find(self, vehicle_id: str) -> Entry:
        """What is in the place that the id names. Raises NotFound (`unknown_vehicle`)."""
        found = self.store.find(VehicleRef.read(vehicle_id))
        if found is None:
            raise unknown(vehicle_id)
        return found

    def _check_site(self, site_id: str) -> None:
        try:
            self.sites.get_site(site_id)
        except NotFound as error:
            raise Malformed(f"there is no site {site_id}", code="unknown_site", field="site_id") from error

    def _get_listed(self, vehicle_id: str) -> Entry:
        found = self.get(vehicle_id)
        if found.removed:
            raise NotFound(
                f"{vehicle_id} is on no list any more; {found.changed_by} removed it. Add it again",
                code="unknown_vehicle",
            )
        return found

    def _replace(self, after: Entry, before: Entry | None) -> Entry:
        try:
            self.store.replace(after, before)
        except TransactionRefused as refused:
            if self.store.find(VehicleRef.of(after.vehicle)) != after:  # else it was, and the answer got lost
                raise _changed_meanwhile() from refused
        return after


def _keeping(valid_at: datetime | None) -> Callable[[ListedVehicle], bool]:
    return lambda vehicle: valid_at is None or vehicle.is_valid_at(valid_at)


def _changed_meanwhile() -> Conflict:
    return Conflict(
        "somebody else has changed the vehicle meanwhile; read it again and repeat your change",
        code="revision_changed",
    )
