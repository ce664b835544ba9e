"""A site's holidays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from floorsight.attendance.model import Holiday
from floorsight.attendance.planning.model import MAX_HOLIDAYS_AT_ONCE
from floorsight.attendance.planning.rules import check_date, check_dates
from floorsight.attendance.planning.shifts import FollowSite
from floorsight.attendance.planning.store import PlanningStore
from floorsight.platform.errors import Malformed, Unavailable
from floorsight.platform.items import Item
from floorsight.platform.table import Page, TransactionRefused, Write
from floorsight.sites.fields import check_range, check_text
from floorsight.sites.service import SiteService


@dataclass(frozen=True)
class HolidayService:
    """Use cases of holidays. Errors: NotFound (`unknown_site`), Malformed, Conflict (`period_locked`)."""

    store: PlanningStore
    sites: SiteService
    follow: FollowSite

    def put_holidays(self, holidays: Sequence[Holiday], *, site_id: str) -> None:
        """Enter many at once, each in place of what its date had; all or none."""
        self.sites.get_site(site_id)
        check_range("holidays", len(holidays), MAX_HOLIDAYS_AT_ONCE)
        for number, holiday in enumerate(holidays):
            check_date(f"holidays.{number}.on", holiday.on)
            check_text(f"holidays.{number}.name", holiday.name)
        if len({holiday.on for holiday in holidays}) < len(holidays):
            raise Malformed("each date has one holiday", code="date_twice", field="holidays")
        first = min(holiday.on for holiday in holidays)
        self._write(site_id, first, [self.store.holiday_put(holiday) for holiday in holidays])

    def list_holidays(
        self,
        site_id: str,
        first_date: date,
        last_date: date,
        *,
        limit: int | None = None,
        start_key: Item | None = None,
    ) -> Page[Holiday]:
        """By date, both dates included."""
        check_dates(first_date, last_date)
        self.sites.get_site(site_id)
        return self.store.list_holidays(site_id, first_date, last_date, limit=limit, start_key=start_key)

    def remove_holiday(self, site_id: str, on: date) -> None:
        """Removing what is not there changes nothing."""
        self.sites.get_site(site_id)
        check_date("on", on)
        if self.store.list_holidays(site_id, on, on).items:
            self._write(site_id, on, [self.store.holiday_delete(site_id, on)])

    def _write(self, site_id: str, from_date: date, writes: list[Write]) -> None:
        for _ in self.store.backoff.tries():
            frontier = self.store.find_frontier(site_id)
            frontier.check_open(from_date)
            self.follow(site_id, from_date)  # before it too: if this dies, records follow all the same
            try:
                self.store.write(writes, frontier)
                self.follow(site_id, from_date)
                return
            except TransactionRefused:
                continue  # a period was locked this very moment: look again
        raise Unavailable("others are changing the same plans; try again", code="contention")
