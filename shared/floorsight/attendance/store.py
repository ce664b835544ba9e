"""Punches and records in the presence table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from floorsight.attendance.items import (
    OPENED,
    PENDING,
    PUNCH,
    PUNCH_ID,
    RECORD,
    RECORD_DUE,
    RECORD_FENCE,
    SIGHTED_TRACK,
)
from floorsight.attendance.layout import read_punch, read_record
from floorsight.attendance.model import Punch, Record
from floorsight.attendance.pending import Pending, PendingStore, pending_put
from floorsight.attendance.writes import (
    Change,
    change_writes,
    cut_batches,
    fence_update,
    punch_key,
    punch_puts,
)
from floorsight.platform.clock import to_sort_key
from floorsight.platform.errors import Conflict, NotFound, Unavailable
from floorsight.platform.items import Item, ItemType
from floorsight.platform.table import (
    MAX_TRANSACTION_WRITES,
    Expectation,
    Page,
    Refusal,
    Table,
    TransactionRefused,
    Update,
    Write,
)

ITEM_TYPES: tuple[ItemType, ...] = (
    PUNCH,
    PUNCH_ID,
    SIGHTED_TRACK,
    RECORD,
    RECORD_FENCE,
    RECORD_DUE,
    OPENED,
    PENDING,
)
_AFTER_EVERY_ID = "~"  # which no id has


@dataclass(frozen=True)
class AttendanceStore:
    """Punches and records. Every call raises Unavailable while the table does not answer."""

    table: Table

    @property
    def pending(self) -> PendingStore:
        """What records have not followed yet."""
        return PendingStore(self.table)

    def add_punch(self, punch: Punch, pending: Iterable[Pending] = ()) -> Punch:
        """Keep a punch, with marks of what it concerns.

        Returns it as it is kept: of the same id, the first one's times of recording stay.

        Raises:
            NotFound: there is no punch that it could supersede (`unknown_punch`).
            Conflict: the id is another punch's (`punch_exists`), or what it supersedes is superseded by
                another one already (`punch_superseded`).
            Unavailable: others are writing the same punch; try again.
        """
        replaced = self._find_replaced(punch)
        writes: list[Write] = [*punch_puts(punch), *map(pending_put, pending)]
        if replaced is not None:
            unchanged = Expectation(equals={"punch_id": replaced.punch_id, "superseded_by": None})
            writes.append(
                Update(punch_key(replaced), set={"superseded_by": punch.punch_id}, expect=unchanged)
            )
        try:
            self.table.transact(writes)
        except TransactionRefused as refused:
            return self._find_same(punch, refused)
        return punch

    def _find_replaced(self, punch: Punch) -> Punch | None:
        if punch.supersedes is None:
            return None
        replaced = self.find_punch(punch.employee_id, punch.supersedes)
        if replaced is None:
            raise NotFound(
                f"employee {punch.employee_id} has no punch {punch.supersedes}", code="unknown_punch"
            )
        return replaced

    def _find_same(self, punch: Punch, refused: TransactionRefused) -> Punch:
        """The punch that was in the way, if it is the same one."""
        known = self.find_punch(punch.employee_id, punch.punch_id)
        if known is not None:
            if _facts_of(known) != _facts_of(punch):
                raise Conflict(
                    f"punch {punch.punch_id} is known with other facts: take another id", code="punch_exists"
                )
            return known
        if Refusal.EXPECTATION in refused.refusals:
            raise Conflict(
                f"punch {punch.supersedes} was corrected already: correct the correction",
                code="punch_superseded",
            )
        raise Unavailable("others are writing the same punch", code="contention")

    def find_punch(self, employee_id: str, punch_id: str) -> Punch | None:
        found = self.table.get(PUNCH_ID.key(employee_id=employee_id, punch_id=punch_id))
        if found is None:
            return None
        key = PUNCH.key(employee_id=employee_id, at=found["at"], punch_id=punch_id)
        item = self.table.get(key)
        return read_punch(item) if item else None

    def list_punches(self, employee_id: str, start: datetime, end: datetime) -> list[Punch]:
        """An employee's punches from `start` to `end`, both included, in order; superseded ones too.

        What supersedes one of them is among them wherever it lies: so that all are known that don't count.
        """
        items = self.table.query(
            PUNCH.partition(employee_id=employee_id),
            after=f"AT#{to_sort_key(start)}",
            until=f"AT#{to_sort_key(end)}#{_AFTER_EVERY_ID}",
        ).items
        found = {item["punch_id"]: item for item in items}
        missing = [item["superseded_by"] for item in items if item.get("superseded_by") not in (None, *found)]
        while missing:
            punch_id = missing.pop()
            item = self._load_punch_item(employee_id, punch_id)
            found[punch_id] = item
            if item.get("superseded_by") not in (None, *found):
                missing.append(item["superseded_by"])
        return sorted(map(read_punch, found.values()), key=lambda punch: (punch.at, punch.punch_id))

    def _load_punch_item(self, employee_id: str, punch_id: str) -> Item:
        """An item that another one names."""
        at = (self.table.get(PUNCH_ID.key(employee_id=employee_id, punch_id=punch_id)) or {})["at"]
        return self.table.get(PUNCH.key(employee_id=employee_id, at=at, punch_id=punch_id)) or {}

    def load_fence(self, employee_id: str) -> int:
        """To be read before what records are made from."""
        item = self.table.get(RECORD_FENCE.key(employee_id=employee_id))
        return int(item["revision"]) if item else 0

    def put_records(self, employee_id: str, site_id: str, fence: int, changes: Iterable[Change]) -> None:
        """Write what has changed of an employee's records, if nobody wrote any since `fence` was loaded.

        More than a transaction holds is written in several: each stands for itself.

        Raises:
            Conflict: somebody wrote since (`fence_moved`): load everything again.
            Unavailable: contention, or no answer.
        """
        writes = (change_writes(change, site_id) for change in changes)
        for batch in cut_batches(writes, MAX_TRANSACTION_WRITES - 1):
            try:
                self.table.transact([fence_update(employee_id, fence), *batch])
            except TransactionRefused as refused:
                if refused.contended_only:
                    raise Unavailable("others are writing the same records", code="contention") from refused
                raise Conflict(
                    f"records of {employee_id} were written meanwhile", code="fence_moved"
                ) from refused
            fence += 1

    def list_records(self, employee_id: str, first: date, last: date) -> list[Record]:
        """An employee's records of shifts that start on these local dates, by date and shift."""
        page = self.table.query(
            RECORD.partition(employee_id=employee_id),
            after=first.isoformat(),
            until=f"{last.isoformat()}#{_AFTER_EVERY_ID}",
        )
        return page.map(read_record).items

    def list_site_records(
        self, site_id: str, on: date, *, limit: int | None = None, start_key: Item | None = None
    ) -> Page[Record]:
        """A site's records of a local date, by employee and shift. Raises Malformed (`bad_cursor`).

        One that was written a moment ago may be missing or show as it was.
        """
        partition = str(RECORD.gsi1pk).format(site_id=site_id, local_date=on.isoformat())
        page = self.table.query(partition, limit=limit, start_key=start_key, index=True)
        return page.map(read_record)

    def list_due(self, site_id: str, now: datetime) -> list[tuple[str, date]]:
        """Employees and local dates of records whose windows have closed before `now`, longest ago first."""
        items = self.table.query(RECORD_DUE.partition(site_id=site_id), until=to_sort_key(now)).items
        return [(item["employee_id"], date.fromisoformat(item["local_date"])) for item in items]


def _facts_of(punch: Punch) -> Punch:
    """Without who wrote it down and when: that differs from one attempt to the next."""
    return replace(punch, recorded_at=punch.at, recorded_by="")
