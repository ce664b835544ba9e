"""What the alerts room keeps in the presence table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from floorsight.alerts.layout import alert_body, latch_body, read_alert, read_concern, read_latch
from floorsight.alerts.model import Alert, AlertState, Concern, Latch
from floorsight.platform.errors import Conflict, Unavailable
from floorsight.platform.items import Item, ItemType, TableName
from floorsight.platform.table import (
    Page,
    Put,
    Range,
    Table,
    TransactionRefused,
    Write,
    at_revision,
    check_start_key,
)

ALERT = ItemType(
    name="alert",
    table=TableName.PRESENCE,
    pk="ALERTS#{site_id}",
    sk="{alert_id}",
    gsi1pk="ALERT_OUTBOX#{site_id}",
    gsi1sk="{alert_id}",
    purpose="One episode of something being wrong, what subscribers were told of it, and what people did. "
    "Its id begins with its site and when it was raised. It is in the index only while something is to be "
    "sent, or a snooze or an occurrence's alert to be ended.",
    writers=("raise_alert", "run_job", "query_api"),
    readers=("raise_alert", "run_job", "query_api"),
)
LATCH = ItemType(
    name="alert_latch",
    table=TableName.PRESENCE,
    pk="ALERT_LATCHES#{site_id}",
    sk="{kind}#{subject_kind}#{subject_id}",
    purpose="Whether a rule's condition holds for a subject, since when it does not, and the alert that is "
    "alive: it makes one alert of one episode. Changed in one transaction with the alert.",
    writers=("raise_alert", "run_job", "query_api"),
    readers=("raise_alert", "run_job", "query_api"),
)
ITEM_TYPES: tuple[ItemType, ...] = (ALERT, LATCH)


class AlertChanged(Conflict):
    """The alert or its latch is not the one that was loaded: load it and decide again."""

    code = "alert_changed"

    def __init__(self) -> None:
        super().__init__("the alert has changed meanwhile; try again")


@dataclass(frozen=True)
class LatchChange:
    """A latch as it was loaded and as it shall be."""

    concern: Concern
    loaded: Latch
    changed: Latch


@dataclass(frozen=True)
class AlertStore:
    """Alerts and latches in the presence table."""

    table: Table

    def load_latches(self, site_id: str) -> dict[Concern, Latch]:
        """All latches of a site that were ever set."""
        items = self.table.query(LATCH.partition(site_id=site_id)).items
        return {read_concern(item): read_latch(item) for item in items}

    def load_latch(self, concern: Concern) -> Latch:
        item = self.table.get(LATCH.key(**vars(concern)))
        return read_latch(item) if item else Latch()

    def find(self, site_id: str, alert_id: str) -> Alert | None:
        item = self.table.get(ALERT.key(site_id=site_id, alert_id=alert_id))
        return read_alert(item) if item else None

    def save(
        self,
        loaded: Alert | None,
        changed: Alert,
        latch: LatchChange | None = None,
        beside: Sequence[Write] = (),
    ) -> None:
        """Write an alert, its latch and what else goes with it, if all are still as they were loaded.

        Raises:
            AlertChanged: somebody else was faster.
            Unavailable: contention, or no answer: it may have been written, and may be tried again.
        """
        writes: list[Write] = [alert_write(loaded, changed), *beside]
        if latch:
            writes.append(_latch_write(latch))
        write_alerts(self.table, writes)

    def save_latch(self, latch: LatchChange) -> None:
        """Write a latch alone. Raises as `save` does."""
        write_alerts(self.table, [_latch_write(latch)])

    def list_unfinished(self, site_id: str) -> list[Alert]:
        """Alerts of which something is to be sent, or which wait for an end, oldest first.

        By the index, which is eventually consistent: load an alert again before it is changed.
        """
        partition = str(ALERT.gsi1pk).format(site_id=site_id)
        return [read_alert(item) for item in self.table.query(partition, index=True).items]

    def list_alerts(
        self,
        site_id: str,
        *,
        states: frozenset[AlertState],
        wanted: Range,
        limit: int,
        start_key: Item | None = None,
    ) -> Page[Alert]:
        """A site's alerts in these states, newest first; `wanted` is a range of alert ids.

        Those that are alive are few and found by their latches and by the index, however long the history
        is; an occurrence that was told a moment ago may be missing.
        """
        if start_key is not None:
            check_start_key(start_key, ALERT.partition(site_id=site_id), wanted, index=False)
        before = start_key["SK"] if start_key else None
        if AlertState.RESOLVED in states:
            items = self._history(site_id, wanted, limit, start_key)
        else:
            items = self._alive(site_id, wanted, before)
        matching = (item for item in items if AlertState(item["state"]) in states)
        found = list(islice(matching, limit + 1))
        page = [read_alert(item) for item in found[:limit]]
        if len(found) <= limit:
            return Page(page)
        return Page(page, {"PK": found[limit - 1]["PK"], "SK": found[limit - 1]["SK"]})

    def _history(self, site_id: str, wanted: Range, limit: int, start_key: Item | None) -> Iterator[Item]:
        while True:
            page = self.table.query(
                ALERT.partition(site_id=site_id),
                after=wanted.after,
                until=wanted.until,
                newest_first=True,
                limit=limit + 1,
                start_key=start_key,
            )
            yield from page.items
            start_key = page.next_key
            if start_key is None:
                return

    def _alive(self, site_id: str, wanted: Range, before: str | None) -> Iterator[Item]:
        latches = self.load_latches(site_id).values()
        alert_ids = {latch.alert_id for latch in latches if latch.alert_id}
        # Occurrences have no latch; they are in the index as long as they are alive.
        alert_ids |= {alert.alert_id for alert in self.list_unfinished(site_id) if alert.is_occurrence}
        for alert_id in sorted(alert_ids, reverse=True):
            if alert_id in wanted and (before is None or alert_id < before):
                item = self.table.get(ALERT.key(site_id=site_id, alert_id=alert_id))
                if item is not None:
                    yield item


def write_alerts(table: Table, writes: Sequence[Write]) -> None:
    """All or none. Raises AlertChanged: somebody else was faster. Unavailable: contention, or no answer."""
    try:
        table.transact(writes)
    except TransactionRefused as refused:
        if refused.contended_only:
            raise Unavailable("others are writing the same alert", code="contention") from refused
        raise AlertChanged() from refused


def alert_write(loaded: Alert | None, changed: Alert) -> Put:
    """Writes an alert if it is still as it was loaded; None: if there is none."""
    return Put(_alert_item(changed), expect=at_revision(loaded.revision if loaded else None))


def _latch_write(latch: LatchChange) -> Put:
    item = LATCH.item(latch_body(latch.concern, latch.changed), **vars(latch.concern))
    return Put(item, expect=at_revision(latch.loaded.revision or None))


def _alert_item(alert: Alert) -> Item:
    item = ALERT.item(alert_body(alert), site_id=alert.concern.site_id, alert_id=alert.alert_id)
    if not alert.has_unfinished_business:
        del item["GSI1PK"], item["GSI1SK"]
    return item
