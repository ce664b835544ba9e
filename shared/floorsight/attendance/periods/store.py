"""What is kept of pay periods in the registry table."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from floorsight.attendance.model import Status
from floorsight.attendance.periods.frontier import (
    FRONTIER,
    Frontier,
    find_frontier,
    frontier_body,
    frontier_key,
    guard,
    still_at,
)
from floorsight.attendance.periods.layout import (
    adjustment_body,
    line_body,
    period_body,
    read_adjustment,
    read_line,
    read_period,
)
from floorsight.attendance.periods.model import Adjustment, PayLine, Period
from floorsight.platform.contention import transact_again
from floorsight.platform.errors import Conflict
from floorsight.platform.items import Item, ItemType, TableName
from floorsight.platform.retry import Backoff
from floorsight.platform.table import (
    ABSENT,
    Expectation,
    Page,
    Put,
    Table,
    TransactionRefused,
    Update,
    Write,
)

PERIOD = ItemType(
    name="pay_period",
    table=TableName.REGISTRY,
    pk="PAY_PERIODS#{site_id}",
    sk="PERIOD#{first_date}",
    purpose="A pay period that is locked or being locked, and how far that is.",
    writers=("query_api",),
    readers=("query_api", "run_job"),
)
FROZEN = ItemType(
    name="frozen_records",
    table=TableName.REGISTRY,
    pk="PAY_PERIOD#{site_id}#{first_date}",
    sk="FROZEN#{employee_id}",
    purpose="An employee's records as they were when the period was locked. Written once, never changed.",
    writers=("query_api",),
    readers=("query_api", "run_job"),
)
ADJUSTMENT = ItemType(
    name="pay_adjustment",
    table=TableName.REGISTRY,
    pk="PAY_ADJUSTMENTS#{employee_id}",
    sk="{local_date}#{shift_id}#{number}",
    purpose="By how much a frozen record is off, by what was learnt later. A record's first has the number "
    "0001; nobody writes a number twice. `booked_on` is the first date of the period to which it is booked.",
    writers=("query_api", "run_job"),
    readers=("query_api", "run_job"),
)
ITEM_TYPES: tuple[ItemType, ...] = (FRONTIER, PERIOD, FROZEN, ADJUSTMENT)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class PeriodStore:
    """Periods, frozen records and adjustments in the registry table."""

    table: Table
    backoff: Backoff = field(default_factory=Backoff)

    def find_frontier(self, site_id: str) -> Frontier:
        return find_frontier(self.table, site_id)

    def find_period(self, site_id: str, first_date: date) -> Period | None:
        item = self.table.get(PERIOD.key(site_id=site_id, first_date=first_date.isoformat()))
        return read_period(item) if item else None

    def list_periods(
        self,
        site_id: str,
        *,
        limit: int | None = None,
        start_key: Item | None = None,
        newest_first: bool = False,
    ) -> Page[Period]:
        """A site's periods by date."""
        page = self.table.query(
            PERIOD.partition(site_id=site_id),
            begins="PERIOD#",
            limit=limit,
            start_key=start_key,
            newest_first=newest_first,
        )
        return page.map(read_period)

    def begin(self, period: Period, frontier: Frontier) -> None:
        """Close the period's dates for plans and bookings, if the frontier is where it was read.

        Raises TransactionRefused when it isn't.
        """
        closing = replace(
            frontier, first_date=frontier.first_date or period.first_date, closing=period.last_date
        )
        self._transact([_frontier_update(frontier, closing), Put(_period_item(period), ABSENT)])

    def save_progress(self, period: Period, *, instead_of: Period) -> None:
        """Raises Conflict if somebody else goes on with the same period."""
        try:
            self.table.write(Put(_period_item(period), _still(instead_of)))
        except Conflict as error:
            if self.find_period(period.site_id, period.first_date) != period:
                raise _elsewhere() from error

    def finish(self, period: Period, *, instead_of: Period) -> None:
        """The period is locked. Raises Conflict if somebody else goes on with it."""
        frontier = self.find_frontier(period.site_id)
        locked = replace(frontier, last_date=period.last_date, closing=None)
        try:
            self._transact(
                [_frontier_update(frontier, locked), Put(_period_item(period), _still(instead_of))]
            )
        except TransactionRefused as refused:
            if self.find_period(period.site_id, period.first_date) != period:
                raise _elsewhere() from refused

    def freeze(self, period: Period, employee_id: str, lines: Iterable[PayLine]) -> None:
        """Keep an employee's records of the period, unless that was done before."""
        names = {
            "site_id": period.site_id,
            "first_date": period.first_date.isoformat(),
            "employee_id": employee_id,
        }
        body: Item = {"employee_id": employee_id, "lines": [line_body(line) for line in lines]}
        with suppress(Conflict):
            self.table.write(Put(FROZEN.item(body, **names), ABSENT))

    def find_frozen(self, period: Period, employee_id: str) -> list[PayLine] | None:
        """An employee's records as they were frozen; None if none were."""
        names = {
            "site_id": period.site_id,
            "first_date": period.first_date.isoformat(),
            "employee_id": employee_id,
        }
        item = self.table.get(FROZEN.key(**names))
        return _read_frozen(item) if item else None

    def list_frozen(self, period: Period) -> dict[str, list[PayLine]]:
        """All frozen records of a period by employee, read consistently."""
        partition = FROZEN.partition(site_id=period.site_id, first_date=period.first_date.isoformat())
        items = self.table.query(partition, begins="FROZEN#").items
        return {item["employee_id"]: _read_frozen(item) for item in items}

    def list_adjustments_of(self, employee_id: str, first_date: date, last_date: date) -> list[Adjustment]:
        """Those of an employee's records of these dates, wherever they are booked, read consistently."""
        partition = ADJUSTMENT.partition(employee_id=employee_id)
        page = self.table.query(partition, after=f"{first_date}#", until=f"{last_date}#~")
        return [read_adjustment(item) for item in page.items]

    def list_booked(self, employee_id: str, first_date: date, last_date: date) -> list[Adjustment]:
        """Those of an employee that are booked to periods that begin on these dates, read consistently."""
        items = self.table.query(ADJUSTMENT.partition(employee_id=employee_id)).items
        found = [each for each in map(read_adjustment, items) if first_date <= each.booked_on <= last_date]
        return sorted(found, key=lambda each: each.booked_on)  # and by what they are about, as they were

    def book(self, adjustments: Iterable[Adjustment], frontier: Frontier) -> bool:
        """Write adjustments, all or none, while the frontier is where it was read.

        False if it isn't, or somebody else has booked one of them: look again.
        """
        writes: list[Write] = [Put(_adjustment_item(each), ABSENT) for each in adjustments]
        try:
            self._transact([*writes, guard(frontier)])
        except TransactionRefused:
            return False
        return True

    def _transact(self, writes: list[Write]) -> None:
        """Raises TransactionRefused when an expectation did not hold, Unavailable when others are busy."""
        busy = "others are changing the same periods; try again"
        transact_again(self.table, writes, self.backoff, busy=busy)


def count_missing(lines: Iterable[PayLine]) -> int:
    """How many lines miss a punch."""
    return sum(Status.MISSING_PUNCH in line.statuses for line in lines)


def _frontier_update(before: Frontier, after: Frontier) -> Update:
    body = {"type": FRONTIER.name, "v": FRONTIER.version, "site_id": after.site_id, **frontier_body(after)}
    return Update(frontier_key(after.site_id), set=body, expect=still_at(before))


def _still(period: Period) -> Expectation:
    return Expectation(
        equals={
            "state": period.state.value,
            "done_through": period.done_through,
            "employees": period.employees,
        }
    )


def _elsewhere() -> Conflict:
    return Conflict(
        "somebody else is locking the same period; ask again in a moment", code="period_being_locked"
    )


def _period_item(period: Period) -> Item:
    names = {"site_id": period.site_id, "first_date": period.first_date.isoformat()}
    return PERIOD.item(period_body(period), **names)


def _adjustment_item(adjustment: Adjustment) -> Item:
    return ADJUSTMENT.item(
        adjustment_body(adjustment),
        employee_id=adjustment.employee_id,
        local_date=adjustment.local_date.isoformat(),
        shift_id=adjustment.shift_id,
        number=f"{adjustment.number:04}",
    )


def _read_frozen(item: Item) -> list[PayLine]:
    return [read_line(item["employee_id"], line) for line in item["lines"]]
