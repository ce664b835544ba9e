"""What the lists remember of a plate that is on none of them any more."""

from __future__ import annotations

from dataclasses import dataclass, field

from floorsight.platform.contention import transact_again
from floorsight.platform.errors import Conflict
from floorsight.platform.items import Item, Key
from floorsight.platform.retry import Backoff
from floorsight.platform.table import Delete, Table, TransactionRefused, at_revision
from floorsight.vehicles.gate.items import VISITS_USED
from floorsight.vehicles.lists.store import VEHICLE, VERSION
from floorsight.vehicles.plates import fold


@dataclass(frozen=True)
class ListingTraces:
    """Removed entries in the registry, their versions, and how many visits a visitor used in presence."""

    registry: Table
    presence: Table
    backoff: Backoff = field(default_factory=Backoff)

    def check_unlisted(self, site_id: str, plate: str) -> None:
        """Raises Conflict (`still_listed`): a gate that knows a plate can't forget it."""
        self._load(site_id, plate)

    def remove(self, site_id: str, plate: str) -> int:
        """Returns how many entries there were. An entry goes last: by it the rest is found.

        Raises Conflict (`still_listed`: it was put on a list meanwhile) or Unavailable.
        """
        entries, versions = self._load(site_id, plate)
        for vehicle_id in {item["vehicle_id"] for item in (*entries, *versions)}:  # a visitor has had several
            self.presence.write(Delete(VISITS_USED.key(vehicle_id=vehicle_id)))
        for version in versions:
            self._delete(Delete(_key(version)), plate)
        for entry in entries:
            self._delete(Delete(_key(entry), at_revision(entry["revision"])), plate)
        return len(entries)

    def _load(self, site_id: str, plate: str) -> tuple[list[Item], list[Item]]:
        """Its entries, which must be removed ones, and what they were before."""
        found = self.registry.query(VEHICLE.partition(site_id=site_id, folded=fold(plate))).items
        items = [item for item in found if item["plate"] == plate]
        versions = [item for item in items if item["type"] == VERSION.name]
        entries = [item for item in items if item not in versions]
        if not all(entry["removed"] for entry in entries):
            raise _still_listed(plate)
        return entries, versions

    def _delete(self, write: Delete, plate: str) -> None:
        try:
            transact_again(
                self.registry, [write], self.backoff, busy="others are changing the same vehicle; try again"
            )
        except TransactionRefused as refused:
            if self.registry.get(write.key) is not None:  # else somebody else has erased it
                raise _still_listed(plate) from refused


def _key(item: Item) -> Key:
    return Key(item["PK"], item["SK"])


def _still_listed(plate: str) -> Conflict:
    return Conflict(
        f"{plate} is on a list of this site: remove it there first, or the gate goes on looking for it",
        code="still_listed",
    )
