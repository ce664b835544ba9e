"""What is kept of what was told, so that it is told once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from floorsight.alerts.model import Alert
from floorsight.alerts.store import alert_write, write_alerts
from floorsight.platform.items import Item, ItemType, TableName
from floorsight.platform.table import ABSENT, Put, Table, Write

# Longer than events are kept anywhere: queues, dead letters, the archive.
KEPT = timedelta(days=30)

TOLD = ItemType(
    name="alert_occurrence",
    table=TableName.PRESENCE,
    pk="ALERT_OCCURRENCES#{site_id}",
    sk="{kind}#{occurrence}",
    purpose="Something that is told once: a punch outside assigned hours, a day's digest, a passage of a "
    "blocked vehicle. Written with its alert, if there is anything to tell.",
    writers=("raise_alert", "run_job"),
    readers=("raise_alert", "run_job"),
    retention=f"{KEPT.days} days",
)
ITEM_TYPES: tuple[ItemType, ...] = (TOLD,)


@dataclass(frozen=True)
class OccurrenceStore:
    """What was told, in the presence table."""

    table: Table

    def find(self, site_id: str, kind: str, occurrence: str) -> tuple[bool, str | None]:
        """Whether it was told of, or found to be nothing; and the alert, if there is one."""
        item = self.table.get(TOLD.key(site_id=site_id, kind=kind, occurrence=occurrence))
        return item is not None, item.get("alert_id") if item else None

    def add(self, site_id: str, kind: str, occurrence: str, alert: Alert | None, now: datetime) -> None:
        """Write an occurrence that was not told before, with its alert.

        Raises AlertChanged: somebody else was faster. Unavailable: contention, or no answer.
        """
        body: Item = {"alert_id": alert and alert.alert_id, "expires_at": int((now + KEPT).timestamp())}
        item = TOLD.item(body, site_id=site_id, kind=kind, occurrence=occurrence)
        writes: list[Write] = [Put(item, expect=ABSENT)]
        write_alerts(self.table, [*writes, *([alert_write(None, alert)] if alert else [])])
