"""Vehicle lists in the registry table.

What was read at the gate is asked for by its fold, under which all plates that may be taken for it lie: one
consistent read, without an index, has the exact entries and the near ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from floorsight.platform.clock import from_sort_key, moment_text, read_moment, to_sort_key
from floorsight.platform.contention import transact_again
from floorsight.platform.items import Item, ItemType, Key, TableName
from floorsight.platform.retry import Backoff
from floorsight.platform.table import Page, Put, Table, Write, at_revision, key_names
from floorsight.vehicles.lists.model import Entry, VehicleRef
from floorsight.vehicles.model import ListedVehicle, ListName
from floorsight.vehicles.plates import fold

VEHICLE = ItemType(
    name="listed_vehicle",
    table=TableName.REGISTRY,
    pk="SITE#{site_id}#FOLD#{folded}",
    sk="PLATE#{place}",
    gsi1pk="SITE#{site_id}#{shelf}",
    gsi1sk="{list_name}#{place}",
    purpose="A plate on one of a site's lists, or that was on it: a removed one stays, as decisions name it. "
    "`folded`: the plate with characters that look alike made one; what a gate read is looked up by it, "
    "exact and near in one consistent read. `place`: plate, list and, for a visitor, from when. `shelf`: "
    "`VEHICLES`, or `VEHICLES_REMOVED`; the index lists each.",
    writers=("query_api",),
    readers=("query_api", "decide_gate", "analyse_image"),
)
VERSION = ItemType(
    name="listed_vehicle_version",
    table=TableName.REGISTRY,
    pk=VEHICLE.pk,
    sk="VERSION#{place}#{revision}",
    purpose="A listed vehicle as it was before a change: what was listed when, and who changed it.",
    writers=("query_api",),
    readers=("query_api",),
)
ITEM_TYPES: tuple[ItemType, ...] = (VEHICLE, VERSION)
_LISTED, _REMOVED = "VEHICLES", "VEHICLES_REMOVED"
_PAGE = 100  # at least, as few of them may be wanted
_TIMES = ("created_at", "valid_from", "valid_until")


@dataclass(frozen=True)
class VehicleStore:
    """A site's listed vehicles, those that were removed, and what they were before they were changed."""

    table: Table
    backoff: Backoff = field(default_factory=Backoff)

    def find_like(self, site_id: str, folded: str) -> list[ListedVehicle]:
        """What is on a list now and has, or may be taken for, a plate of this fold: one consistent read."""
        pk = VEHICLE.partition(site_id=site_id, folded=folded)
        found = self.table.query(pk, begins="PLATE#").items
        return [_read(item).vehicle for item in found if not item["removed"]]

    def find(self, ref: VehicleRef) -> Entry | None:
        """The entry as it is, a removed one too; read consistently."""
        item = self.table.get(_key(ref))
        return _read(item) if item else None

    def find_many(self, refs: Sequence[VehicleRef]) -> dict[VehicleRef, Entry]:
        """Those of them that there are, removed ones too; read consistently."""
        found = self.table.get_many([_key(ref) for ref in refs])
        return {ref: _read(found[key]) for ref in refs if (key := _key(ref)) in found}

    def list_versions(self, ref: VehicleRef) -> list[Entry]:
        """What the entry was before each change, oldest first."""
        pk = _key(ref).pk
        return [_read(item) for item in self.table.query(pk, begins=f"VERSION#{ref.place}#").items]

    def replace(self, after: Entry, before: Entry | None) -> None:
        """Write an entry in place of the one that was read, which is kept as a version.

        Raises TransactionRefused: it has changed meanwhile. Raises Unavailable while others are writing it.
        """
        self.replace_all([(after, before)])

    def replace_all(self, changes: Sequence[tuple[Entry, Entry | None]]) -> None:
        """Several entries as `replace` does, all or none; no more than a transaction has writes, two each."""
        writes = [write for after, before in changes for write in _writes(after, before)]
        busy = "others are changing the same vehicle; try again"
        transact_again(self.table, writes, self.backoff, busy=busy)

    def list_page(
        self,
        site_id: str,
        lists: Sequence[ListName],
        *,
        plate_prefix: str = "",
        keep: Callable[[ListedVehicle], bool] = lambda _: True,
        limit: int | None = None,
        start_key: Item | None = None,
    ) -> Page[Entry]:
        """What is on these lists and is to be kept, by list and plate; eventually consistent.

        Raises Malformed (`bad_cursor`).
        """
        at_once = max(_PAGE, limit + 1) if limit else None
        found: list[Entry] = []
        last: Item = {}
        for item in self._iterate(site_id, lists, plate_prefix, at_once, start_key):
            entry = _read(item)
            if not keep(entry.vehicle):
                continue
            if len(found) == limit:  # one more than asked for: there is a next page
                return Page(found, {name: last[name] for name in key_names(index=True)})
            found.append(entry)
            last = item
        return Page(found)

    def _iterate(
        self,
        site_id: str,
        lists: Sequence[ListName],
        plate_prefix: str,
        at_once: int | None,
        start_key: Item | None,
    ) -> Iterator[Item]:
        pk = f"SITE#{site_id}#{_LISTED}"
        for begins in _ranges(lists, plate_prefix, start_key):
            while True:
                page = self.table.query(pk, begins=begins, limit=at_once, start_key=start_key, index=True)
                yield from page.items
                start_key = page.next_key
                if start_key is None:
                    break


def _ranges(lists: Sequence[ListName], plate_prefix: str, start_key: Item | None) -> list[str]:
    """The beginnings of sort keys to go through, from the one on in which `start_key` lies."""
    ranges = [f"{list_name.value}#{plate_prefix}" for list_name in lists]
    place = str(start_key.get("GSI1SK")) if start_key else ""
    # A cursor of none of them is refused by the table.
    return next((ranges[i:] for i, begins in enumerate(ranges) if place.startswith(begins)), ranges)


def _writes(after: Entry, before: Entry | None) -> list[Write]:
    writes: list[Write] = [Put(_item(after), at_revision(before.vehicle.revision if before else None))]
    if before is not None:
        writes.append(Put(_version_item(before)))
    return writes


def _key(ref: VehicleRef) -> Key:
    return VEHICLE.key(site_id=ref.site_id, folded=fold(ref.plate), place=ref.place)


def _item(entry: Entry) -> Item:
    ref = VehicleRef.of(entry.vehicle)
    return VEHICLE.item(
        _body(entry),
        site_id=ref.site_id,
        folded=fold(ref.plate),
        place=ref.place,
        list_name=ref.list_name.value,
        shelf=_REMOVED if entry.removed else _LISTED,
    )


def _version_item(entry: Entry) -> Item:
    ref = VehicleRef.of(entry.vehicle)
    return VERSION.item(
        _body(entry),
        site_id=ref.site_id,
        folded=fold(ref.plate),
        place=ref.place,
        revision=f"{entry.vehicle.revision:08d}",
    )


def _body(entry: Entry) -> Item:
    times = {name: moment_text(getattr(entry.vehicle, name)) for name in _TIMES}
    return {
        **vars(entry.vehicle),
        **times,
        "list_name": entry.vehicle.list_name.value,
        "changed_at": to_sort_key(entry.changed_at),
        "changed_by": entry.changed_by,
        "removed": entry.removed,
    }


def _read(item: Item) -> Entry:
    values = {name: item[name] for name in ListedVehicle.__dataclass_fields__ if name in item}
    times = {name: read_moment(item.get(name)) for name in _TIMES}
    vehicle = ListedVehicle(**{**values, **times, "list_name": ListName(item["list_name"])})
    return Entry(vehicle, from_sort_key(item["changed_at"]), item["changed_by"], item["removed"])
