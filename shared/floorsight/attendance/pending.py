"""Dates whose records may not yet say what the facts say: a tick sees to those that nobody finished."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from floorsight.attendance.items import PENDING
from floorsight.platform.clock import from_sort_key, to_sort_key
from floorsight.platform.errors import Conflict
from floorsight.platform.items import Item
from floorsight.platform.table import Delete, Expectation, Put, Table

# No request lasts longer than that: what one announced is written by then, or never.
REQUEST_TIME = timedelta(minutes=1)


@dataclass(frozen=True)
class Pending:
    """An employee's dates, both included, of which something is new.

    Written with, or before, what is new; removed once records and adjustments have followed. A tick leaves it
    alone until `ready_at`: what it announces may not be written yet. `token` says who wrote it: a mark that
    somebody else has renewed meanwhile stays.
    """

    site_id: str
    employee_id: str
    first_date: date
    last_date: date
    token: str
    ready_at: datetime


@dataclass(frozen=True)
class PendingStore:
    """In the presence table. Every call raises Unavailable while the table does not answer."""

    table: Table

    def add(self, pending: Pending) -> None:
        """Again changes nothing."""
        self.table.write(pending_put(pending))

    def list_of_site(self, site_id: str) -> list[Pending]:
        """By employee and dates."""
        items = self.table.query(PENDING.partition(site_id=site_id)).items
        return [_read_pending(item) for item in items]

    def clear(self, pending: Pending) -> None:
        """Remove it, unless it is another's meanwhile."""
        key = PENDING.key(**_names(pending))
        try:
            self.table.write(Delete(key, expect=Expectation(equals={"token": pending.token})))
        except Conflict:
            return


def pending_put(pending: Pending) -> Put:
    """The part of a transaction that marks the dates."""
    names = _names(pending)
    body: Item = names | {"token": pending.token, "ready_at": to_sort_key(pending.ready_at)}
    return Put(PENDING.item(body, **names))


def _names(pending: Pending) -> dict[str, str]:
    return {
        "site_id": pending.site_id,
        "employee_id": pending.employee_id,
        "first_date": pending.first_date.isoformat(),
        "last_date": pending.last_date.isoformat(),
    }


def _read_pending(item: Item) -> Pending:
    return Pending(
        site_id=item["site_id"],
        employee_id=item["employee_id"],
        first_date=date.fromisoformat(item["first_date"]),
        last_date=date.fromisoformat(item["last_date"]),
        token=item["token"],
        ready_at=from_sort_key(item["ready_at"]),
    )
