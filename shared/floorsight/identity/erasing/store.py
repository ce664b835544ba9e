"""Erasures in the registry table, beside their employees."""

from __future__ import annotations

from dataclasses import dataclass, replace

from floorsight.identity.erasing.model import Erasure, ErasureCause, Reference
from floorsight.platform.clock import from_sort_key, moment_text, read_moment, to_sort_key
from floorsight.platform.errors import Conflict
from floorsight.platform.items import Item, ItemType, TableName
from floorsight.platform.table import Put, Table, at_revision

_ERASURES = "ERASURE#"

ERASURE = ItemType(
    name="erasure",
    table=TableName.REGISTRY,
    pk="EMPLOYEE#{employee_id}",
    sk=_ERASURES + "{started_at}",
    purpose="That an employee's biometrics were removed: why, by whom, when, and how many of what. Until "
    "reviews are looked through it holds the embeddings that unnamed faces are compared with; then none.",
    writers=("query_api", "run_job"),
    readers=("query_api", "run_job"),
)
ITEM_TYPES: tuple[ItemType, ...] = (ERASURE,)


@dataclass(frozen=True)
class ErasureStore:
    """All erasures of an employee, as an audit."""

    table: Table

    def list_erasures(self, employee_id: str) -> list[Erasure]:
        """Newest first."""
        page = self.table.query(
            ERASURE.partition(employee_id=employee_id), begins=_ERASURES, newest_first=True
        )
        return [_read(item) for item in page.items]

    def find_last(self, employee_id: str) -> Erasure | None:
        page = self.table.query(
            ERASURE.partition(employee_id=employee_id), begins=_ERASURES, newest_first=True, limit=1
        )
        return _read(page.items[0]) if page.items else None

    def put_write(self, erasure: Erasure) -> Put:
        """Write an erasure in place of the one of its revision (0: of none)."""
        return Put(_item(replace(erasure, revision=erasure.revision + 1)), at_revision(erasure.revision))

    def save(self, erasure: Erasure) -> Erasure:
        """Raises Conflict (`erased_meanwhile`): somebody else goes on with the same erasure."""
        try:
            self.table.write(self.put_write(erasure))
        except Conflict as error:
            raise Conflict(
                "the same erasure is being done by another request; ask again to see how it went",
                code="erased_meanwhile",
            ) from error
        return replace(erasure, revision=erasure.revision + 1)


def _item(erasure: Erasure) -> Item:
    body: Item = {
        "employee_id": erasure.employee_id,
        "site_id": erasure.site_id,
        "cause": erasure.cause.value,
        "by": erasure.by,
        "started_at": to_sort_key(erasure.started_at),
        "finished_at": moment_text(erasure.finished_at),
        "removed": dict(erasure.removed),
        "references": [vars(reference) for reference in erasure.references] or None,
        "reviewed_to": dict(erasure.reviewed_to) if erasure.reviewed_to else None,
        "reviews_done": erasure.reviews_done,
        "revision": erasure.revision,
    }
    return ERASURE.item(body, employee_id=erasure.employee_id, started_at=body["started_at"])


def _read(item: Item) -> Erasure:
    """Attributes without a value are not stored."""
    return Erasure(
        employee_id=item["employee_id"],
        site_id=item["site_id"],
        cause=ErasureCause(item["cause"]),
        by=item["by"],
        started_at=from_sort_key(item["started_at"]),
        finished_at=read_moment(item.get("finished_at")),
        removed=item["removed"],
        references=tuple(Reference(**each) for each in item.get("references", ())),
        reviewed_to=item.get("reviewed_to"),
        reviews_done=item["reviews_done"],
        revision=item["revision"],
    )
