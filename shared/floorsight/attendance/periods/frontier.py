"""Up to which date a site's records are locked, and the guard that every change of a plan passes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from floorsight.platform.errors import Conflict
from floorsight.platform.items import Item, ItemType, Key, TableName
from floorsight.platform.table import Expectation, Table, Update

FRONTIER = ItemType(
    name="pay_frontier",
    table=TableName.REGISTRY,
    pk="PAY_PERIODS#{site_id}",
    sk="FRONTIER",
    purpose="Up to which date a site's records are locked, and what is just being locked. Whoever changes "
    "a plan or books an adjustment does so in one transaction with it, expecting it as it was read.",
    writers=("query_api", "run_job"),
    readers=("query_api", "run_job"),
)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Frontier:
    """The locked dates of a site: `first_date` to `last_date`; None where nothing is locked yet.

    While a period is being locked, `closing` is its last date: it is locked already for all who would
    change plans, though not all of its records are frozen.
    """

    site_id: str
    first_date: date | None = None
    last_date: date | None = None
    closing: date | None = None

    @property
    def locked_until(self) -> date | None:
        return self.closing or self.last_date

    @property
    def open_from(self) -> date | None:
        """The first date of the next open period, to which adjustments are booked."""
        return self.locked_until + _DAY if self.locked_until else None

    def is_locked(self, day: date) -> bool:
        return bool(self.first_date and self.locked_until and self.first_date <= day <= self.locked_until)

    def check_open(self, first_date: date) -> None:
        """Raises Conflict (`period_locked`) if something from `first_date` on would change what is locked."""
        if self.locked_until is not None and first_date <= self.locked_until:
            raise Conflict(
                f"the records of site {self.site_id} are locked up to {self.locked_until}: what was planned "
                f"for those days stays; choose {self.open_from} or later",
                code="period_locked",
            )


def find_frontier(table: Table, site_id: str) -> Frontier:
    """Where a site's locked dates end now, read consistently."""
    item = table.get(frontier_key(site_id)) or {}
    return Frontier(site_id, *(_read_date(item.get(name)) for name in ("first_date", "last_date", "closing")))


def frontier_key(site_id: str) -> Key:
    return FRONTIER.key(site_id=site_id)


def frontier_body(frontier: Frontier) -> Item:
    """All attributes, None for those that are to be missing."""
    dates = {name: getattr(frontier, name) for name in ("first_date", "last_date", "closing")}
    return {name: day.isoformat() if day else None for name, day in dates.items()}


def still_at(frontier: Frontier) -> Expectation:
    """That the frontier is where it was read."""
    return Expectation(equals=frontier_body(frontier))


def guard(frontier: Frontier) -> Update:
    """The part of a transaction that lets it happen only while the frontier is where it was read."""
    body = {"type": FRONTIER.name, "v": FRONTIER.version, "site_id": frontier.site_id}
    return Update(frontier_key(frontier.site_id), add={"guarded": 1}, set=body, expect=still_at(frontier))


def _read_date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
