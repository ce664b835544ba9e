"""What gates kept of a plate, to be removed, and the reports of what was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from floorsight.platform.clock import from_sort_key, moment_text, read_moment, to_sort_key
from floorsight.platform.contention import transact_again
from floorsight.platform.errors import Conflict, Unavailable
from floorsight.platform.ids import derived_id
from floorsight.platform.items import Item, ItemType, Key, TableName
from floorsight.platform.retry import Backoff
from floorsight.platform.table import Delete, Page, Put, Table, TransactionRefused, Write, at_revision
from floorsight.vehicles.erasing.model import PlateErasure
from floorsight.vehicles.gate.items import BOOK, DECISION, ON_SITE, PASSAGE, READING, VISIT
from floorsight.vehicles.gate.layout import read_decided, read_reading
from floorsight.vehicles.gate.model import Track
from floorsight.vehicles.gate.store import GateStore
from floorsight.vehicles.gate.subjects import track_of

PAGE = 40  # items, of which each takes up to two writes of a transaction of a hundred
ERASED = "ERASED"  # whose passage a reading was of, once nobody is to know
BUSY = "the vehicle is at a gate this very moment; try again"
_ERASURES = "PLATE_ERASURE#"

ERASURE = ItemType(
    name="plate_erasure",
    table=TableName.REGISTRY,
    pk="SITE#{site_id}",
    sk=_ERASURES + "{started_at}#{digest}",
    purpose="That what gates kept of a plate was removed: by whom, when, and how many of what. The plate is "
    "not in it; `digest` follows from it.",
    writers=("query_api",),
    readers=("query_api",),
)
ITEM_TYPES: tuple[ItemType, ...] = (ERASURE,)


@dataclass(frozen=True)
class Traces:
    """Items of one plate, or text, and what else is found by them."""

    items: Sequence[Item]

    def count(self, item_type: ItemType) -> int:
        return sum(item["type"] == item_type.name for item in self.items)

    @property
    def picture_keys(self) -> list[str]:
        """Each once: readings and passages name the same."""
        seen = [read_decided(item).seen for item in self._of(PASSAGE)]
        reads = [read_reading(item).read for item in self._of(READING)]
        keys = {key for each in seen for key in (each.crop_key, each.snapshot_key)}
        keys |= {key for each in reads for key in (each.crop_key, each.snapshot_key)}
        return sorted(key for key in keys if key)

    @property
    def decision_ids(self) -> list[str]:
        """Of passages that became part of others too: each decision began with a reading."""
        ids = {read_decided(item).decision_id for item in self._of(PASSAGE)}
        ids |= {derived_id("gate_decision", read_reading(item).read.event_id) for item in self._of(READING)}
        return sorted(ids)

    @property
    def tracks(self) -> set[Track]:
        return {track_of(read_reading(item).read) for item in self._of(READING)}

    def _of(self, item_type: ItemType) -> Iterable[Item]:
        return (item for item in self.items if item["type"] == item_type.name)


@dataclass(frozen=True)
class TraceStore:
    """What is kept of a subject at a site: `PLATE#` and a plate, or `TEXT#` and what was read."""

    gates: GateStore
    backoff: Backoff = field(default_factory=Backoff)

    def load_page(self, site_id: str, subject: str) -> Traces:
        """Some of it; nothing, when all is gone but the book."""
        pk = BOOK.partition(site_id=site_id, subject=subject)
        found: Page[Item] = self.gates.table.query(pk, limit=PAGE)
        return Traces([item for item in found.items if item["type"] != BOOK.name])

    def remove(self, site_id: str, subject: str, plate: str, traces: Traces) -> None:
        """The items last: until then the rest is found again. Raises Unavailable."""
        for track in traces.tracks:
            self._forget_plate(track, subject)
        writes: list[Write] = [
            Delete(DECISION.key(decision_id=decision_id)) for decision_id in traces.decision_ids
        ]
        if traces.count(VISIT):
            writes.append(Delete(ON_SITE.key(site_id=site_id, plate=plate)))
        writes += [Delete(Key(item["PK"], item["SK"])) for item in traces.items]
        transact_again(
            self.gates.table,
            writes,
            self.backoff,
            busy=BUSY,
        )

    def close(self, site_id: str, subject: str) -> bool:
        """Remove the book, if nothing was left of the subject and nothing has come since.

        To be asked again if it says no. Whoever decides about the plate at this moment has read the book, and
        is refused.
        """
        book = self.gates.load_book(site_id, subject)
        if self.load_page(site_id, subject).items:
            return False
        if not book.revision:
            return True
        key = BOOK.key(site_id=site_id, subject=subject)
        try:
            self.gates.table.transact([Delete(key, at_revision(book.revision))])
        except TransactionRefused:
            return False
        return True

    def _forget_plate(self, track: Track, subject: str) -> None:
        """The marker of a track stays: a reading that comes again is known, and not entered anew."""
        for _ in self.backoff.tries():
            followed = self.gates.load_track(track)
            placed = tuple(
                replace(each, subject=ERASED) if each.subject == subject else each for each in followed.placed
            )
            if placed == followed.placed:
                return
            try:
                self.gates.save_track(replace(followed, placed=placed))
                return
            except TransactionRefused:
                continue
        raise Unavailable(BUSY, code="contention")


@dataclass(frozen=True)
class PlateErasureStore:
    """Reports of erasures, as an audit."""

    table: Table

    def list_erasures(self, site_id: str) -> list[PlateErasure]:
        """Newest first."""
        pk = ERASURE.partition(site_id=site_id)
        page = self.table.query(pk, begins=_ERASURES, newest_first=True)
        return [_read(item) for item in page.items]

    def find_unfinished(self, site_id: str, digest: str) -> PlateErasure | None:
        erasures = self.list_erasures(site_id)
        return next((each for each in erasures if each.digest == digest and not each.finished_at), None)

    def save(self, erasure: PlateErasure) -> PlateErasure:
        """Raises Conflict (`erased_meanwhile`): somebody else goes on with the same erasure."""
        changed = replace(erasure, revision=erasure.revision + 1)
        try:
            self.table.write(Put(_item(changed), at_revision(erasure.revision)))
        except Conflict as error:
            raise Conflict(
                "the same erasure is being done by another request; ask again to see how it went",
                code="erased_meanwhile",
            ) from error
        return changed


def _item(erasure: PlateErasure) -> Item:
    body: Item = {
        **vars(erasure),
        "started_at": to_sort_key(erasure.started_at),
        "finished_at": moment_text(erasure.finished_at),
        "removed": dict(erasure.removed),
    }
    return ERASURE.item(body, site_id=erasure.site_id, started_at=body["started_at"], digest=erasure.digest)


def _read(item: Item) -> PlateErasure:
    return PlateErasure(
        site_id=item["site_id"],
        digest=item["digest"],
        by=item["by"],
        started_at=from_sort_key(item["started_at"]),
        finished_at=read_moment(item.get("finished_at")),
        removed=item["removed"],
        revision=item["revision"],
    )
