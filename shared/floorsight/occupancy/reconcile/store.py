"""Which local dates of a site are reconciled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from floorsight.occupancy.reconcile.model import Reconciliation
from floorsight.platform.clock import from_sort_key, to_sort_key
from floorsight.platform.errors import Conflict
from floorsight.platform.items import Item, ItemType, TableName
from floorsight.platform.table import ABSENT, Page, Put, Table

RECONCILED = ItemType(
    name="reconciliation",
    table=TableName.PRESENCE,
    pk="RECONCILED#{site_id}",
    sk="{local_date}",
    purpose="A local date of a site that is reconciled, and the drift by counter that was removed. Never "
    "changed: a date is reconciled at most once.",
    writers=("run_job",),
    readers=("run_job",),
)
ITEM_TYPES: tuple[ItemType, ...] = (RECONCILED,)


@dataclass(frozen=True)
class ReconcileStore:
    """Reconciliations in the presence table."""

    table: Table

    def add(self, done: Reconciliation) -> bool:
        """Keep a reconciliation. False if the date has one already, which stays."""
        local_date = done.local_date.isoformat()
        body: Item = {
            "site_id": done.site_id,
            "local_date": local_date,
            "quiet_at": to_sort_key(done.quiet_at),
            "done_at": to_sort_key(done.done_at),
            "always_open": done.always_open,
            "counters": done.counters,
            "drifts": dict(done.drifts),
        }
        try:
            item = RECONCILED.item(body, site_id=done.site_id, local_date=local_date)
            self.table.write(Put(item, expect=ABSENT))
        except Conflict:
            return False
        return True

    def list_newest(
        self, site_id: str, *, limit: int | None = None, start_key: Item | None = None
    ) -> Page[Reconciliation]:
        """A site's reconciliations, newest first."""
        page = self.table.query(
            RECONCILED.partition(site_id=site_id), newest_first=True, limit=limit, start_key=start_key
        )
        return page.map(_read)


def _read(item: Item) -> Reconciliation:
    return Reconciliation(
        site_id=item["site_id"],
        local_date=date.fromisoformat(item["local_date"]),
        quiet_at=from_sort_key(item["quiet_at"]),
        done_at=from_sort_key(item["done_at"]),
        always_open=item["always_open"],
        counters=item["counters"],
        drifts=item["drifts"],
    )
