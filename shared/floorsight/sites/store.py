"""What the sites room keeps in the registry table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from floorsight.platform.clock import to_sort_key
from floorsight.platform.contention import transact_again
from floorsight.platform.errors import Conflict, Malformed
from floorsight.platform.items import Item, ItemType, Key, TableName
from floorsight.platform.retry import Backoff
from floorsight.platform.revisions import changed_meanwhile
from floorsight.platform.table import (
    ABSENT,
    Expectation,
    Page,
    Put,
    Refusal,
    Table,
    TransactionRefused,
    Update,
)
from floorsight.sites.layout import (
    camera_body,
    line_body,
    read_camera,
    read_line,
    read_site,
    read_zone,
    site_body,
    zone_body,
)
from floorsight.sites.model import Camera, CameraPlan, Line, Site, Zone

_SITES_PARTITION = "SITES"
_DELETED_PARTITION = "SITES_DELETED"
_PLAN_READERS = ("query_api", "raise_alert", "run_job", "update_occupancy", "vision_worker")

SITE = ItemType(
    name="site",
    table=TableName.REGISTRY,
    pk="SITE#{site_id}",
    sk="SITE",
    gsi1pk=_SITES_PARTITION,
    gsi1sk="SITE#{site_id}",
    purpose="A site: its clock, its limits, `cameras`, the number of cameras that it has, and `had_cameras`, "
    "whether it ever had one (missing in older items). The index lists all sites. A deleted site keeps its "
    f"item, with `deleted_at`, and moves in the index to `{_DELETED_PARTITION}` / "
    "`{deleted_at}#{site_id}`: jobs finish what it left.",
    writers=("query_api",),
    readers=("query_api", "raise_alert", "run_job"),
    version=2,
)
CAMERA = ItemType(
    name="camera",
    table=TableName.REGISTRY,
    pk="CAMERA#{camera_id}",
    sk="CAMERA",
    gsi1pk="SITE#{site_id}",
    gsi1sk="CAMERA#{camera_id}",
    purpose="A camera. Its lines and zones lie in the same partition, so that one query reads its whole "
    "plan. The index lists a site's cameras. A deleted camera keeps its item, with `deleted_at` and out of "
    "the index: its history stays explainable and its id is not given again.",
    writers=("query_api",),
    readers=_PLAN_READERS,
    version=4,
)
LINE = ItemType(
    name="line",
    table=TableName.REGISTRY,
    pk="CAMERA#{camera_id}",
    sk="LINE#{line_id}",
    purpose="A line that a camera counts at. Its id begins with its camera's. A deleted line keeps its item, "
    "with `deleted_at`.",
    writers=("query_api",),
    readers=_PLAN_READERS,
    version=2,
)
ZONE = ItemType(
    name="zone",
    table=TableName.REGISTRY,
    pk="CAMERA#{camera_id}",
    sk="ZONE#{zone_id}",
    purpose="A part of a camera's picture whose people are counted. Its id begins with its camera's. A "
    "deleted zone keeps its item, with `deleted_at`.",
    writers=("query_api",),
    readers=_PLAN_READERS,
)
ITEM_TYPES: tuple[ItemType, ...] = (SITE, CAMERA, LINE, ZONE)

Thing = Site | Camera | Line | Zone
_READERS: dict[str, Callable[[Item], Thing]] = {
    SITE.name: read_site,
    CAMERA.name: read_camera,
    LINE.name: read_line,
    ZONE.name: read_zone,
}


@dataclass(frozen=True)
class SiteStore:
    """Sites, cameras, lines and zones in the registry table.

    What is found by its id may be deleted: it says so by `deleted_at`. Lists leave deleted things out.
    """

    table: Table
    backoff: Backoff = field(default_factory=Backoff)

    def add(self, thing: Thing) -> None:
        """Store a new thing; a camera counts among its site's from then on.

        Raises:
            Conflict: there is one with this id (`site_exists`, ...) or was one (`site_deleted`, ...).
            Malformed: a camera's site does not exist (`unknown_site`).
        """
        item = _item(thing)
        if isinstance(thing, Site):
            item |= {"cameras": 0, "had_cameras": False}
        self._write(thing, Put(item, expect=ABSENT))

    def replace(self, thing: Thing, *, revision: int, without_history: bool = False) -> None:
        """Store a changed thing in place of the one with the `revision` that was read; also deletes.

        A site `without_history` is replaced only as long as it never had a camera. Raises Conflict
        (`revision_changed`): somebody else has changed it meanwhile.
        """
        item = _item(thing)
        expected = {"type": item["type"], "revision": revision or None, "deleted_at": None}
        if isinstance(thing, Site) and thing.deleted_at:
            expected["cameras"] = 0
        if without_history:
            expected["had_cameras"] = False
        key = Key(item.pop("PK"), item.pop("SK"))
        self._write(thing, Update(key, set=item, expect=Expectation(equals=expected)))

    def find_site(self, site_id: str) -> Site | None:
        item = self.table.get(SITE.key(site_id=site_id))
        return read_site(item) if item else None

    def list_sites(self, *, limit: int | None = None, start_key: Item | None = None) -> Page[Site]:
        """All sites by id."""
        page = self.table.query(_SITES_PARTITION, limit=limit, start_key=start_key, index=True)
        return page.map(read_site)

    def list_deleted_sites(self, since: datetime) -> list[Site]:
        """Sites that were deleted then or later, in that order."""
        page = self.table.query(_DELETED_PARTITION, after=to_sort_key(since), index=True)
        return [read_site(item) for item in page.items]

    def count_cameras(self, site_id: str) -> int:
        """How many cameras a site has, consistently.

        A site of layout 1 has no such number; it is counted from the index, once.
        """
        key = SITE.key(site_id=site_id)
        item = self.table.get(key) or {"cameras": 0}
        if "cameras" in item:
            return int(item["cameras"])
        found = len(self.list_cameras(site_id).items)
        expect = Expectation(equals={"type": SITE.name, "cameras": None})
        try:
            self.table.write(Update(key, set={"cameras": found}, expect=expect))
        except Conflict:  # somebody else has counted them, and may have added one since
            return self.count_cameras(site_id)
        return found

    def had_cameras(self, site_id: str) -> bool:
        """Whether a site ever had a camera, consistently.

        Older items do not tell, and deleted cameras are in no list: such a site is taken to have had one.
        """
        item = self.table.get(SITE.key(site_id=site_id))
        return bool(item and item.get("had_cameras", True))

    def find_camera(self, camera_id: str) -> Camera | None:
        item = self.table.get(CAMERA.key(camera_id=camera_id))
        return read_camera(item) if item else None

    def list_cameras(
        self, site_id: str, *, limit: int | None = None, start_key: Item | None = None
    ) -> Page[Camera]:
        """A site's cameras by id."""
        page = self.table.query(
            f"SITE#{site_id}", begins="CAMERA#", limit=limit, start_key=start_key, index=True
        )
        return page.map(read_camera)

    def find_plan(self, camera_id: str) -> CameraPlan | None:
        """A camera with all its lines and zones by id, deleted ones too, in one consistent query.

        What a deleted camera had is deleted with it.
        """
        things = [_read(item) for item in self.table.query(CAMERA.partition(camera_id=camera_id)).items]
        camera = next((thing for thing in things if isinstance(thing, Camera)), None)
        if camera is None:
            return None
        drawn = [
            replace(thing, deleted_at=thing.deleted_at or camera.deleted_at)
            for thing in things
            if isinstance(thing, Line | Zone)
        ]
        lines = tuple(thing for thing in drawn if isinstance(thing, Line))
        zones = tuple(thing for thing in drawn if isinstance(thing, Zone))
        return CameraPlan(camera, lines, zones)

    def _write(self, thing: Thing, write: Put | Update) -> None:
        writes = [write, *self._site_counter(thing, write)]
        busy = "others are changing the same site; try again"
        try:
            transact_again(self.table, writes, self.backoff, busy=busy)
        except TransactionRefused as refused:
            self._explain_refusal(thing, write, refused)

    def _site_counter(self, thing: Thing, write: Put | Update) -> list[Update]:
        """The change of a site's number of cameras, which also holds that the site is still there."""
        if not isinstance(thing, Camera) or (isinstance(write, Update) and not thing.deleted_at):
            return []
        self.count_cameras(thing.site_id)  # layout 1: there must be a number to add to
        step = -1 if thing.deleted_at else 1
        expect = Expectation(equals={"type": SITE.name, "deleted_at": None})
        key = SITE.key(site_id=thing.site_id)
        return [Update(key, add={"cameras": step}, set={"had_cameras": True}, expect=expect)]

    def _explain_refusal(self, thing: Thing, write: Put | Update, refused: TransactionRefused) -> None:
        """Raises what the refusal means; returns if the same was written before and the answer got lost."""
        stored = self.table.get(write.key)
        found = _read(stored) if stored else None
        if found == thing:
            return
        if isinstance(write, Update):
            raise changed_meanwhile()
        if found is None and isinstance(thing, Camera) and refused.refusals[1] is not Refusal.NONE:
            raise Malformed(f"there is no site {thing.site_id}", code="unknown_site", field="site_id")
        raise _taken(thing, deleted=bool(found and found.deleted_at))


def _taken(thing: Thing, *, deleted: bool) -> Conflict:
    item = _item(thing)
    kind: str = item["type"]
    name = f"{kind} {item[f'{kind}_id']}"
    if deleted:
        return Conflict(
            f"{name} was deleted and its history keeps the id; choose another", code=f"{kind}_deleted"
        )
    return Conflict(f"{name} exists already", code=f"{kind}_exists")


def _item(thing: Thing) -> Item:
    """The item of a thing; in the index deleted sites are apart, and other deleted things are not."""
    match thing:
        case Site():
            item = SITE.item(site_body(thing), site_id=thing.site_id)
        case Camera():
            item = CAMERA.item(camera_body(thing), camera_id=thing.camera_id, site_id=thing.site_id)
        case Line():
            item = LINE.item(line_body(thing), camera_id=thing.camera_id, line_id=thing.line_id)
        case Zone():
            item = ZONE.item(zone_body(thing), camera_id=thing.camera_id, zone_id=thing.zone_id)
    return item | _index_deleted(thing, thing.deleted_at) if thing.deleted_at else item


def _index_deleted(thing: Thing, deleted_at: datetime) -> Item:
    """Where the index has a deleted thing."""
    if isinstance(thing, Site):
        return {"GSI1PK": _DELETED_PARTITION, "GSI1SK": f"{to_sort_key(deleted_at)}#{thing.site_id}"}
    return {"GSI1PK": None, "GSI1SK": None}


def _read(item: Item) -> Thing:
    return _READERS[item["type"]](item)
