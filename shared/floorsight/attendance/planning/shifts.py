"""Making shifts, and changing them from a date on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from floorsight.attendance.model import Shift
from floorsight.attendance.periods.frontier import Frontier
from floorsight.attendance.planning.model import ShiftHistory
from floorsight.attendance.planning.rules import check_date, check_shift, retired_from, with_version
from floorsight.attendance.planning.store import PlanningStore
from floorsight.platform.errors import Conflict, Malformed, NotFound
from floorsight.platform.items import Item
from floorsight.platform.revisions import changed_meanwhile
from floorsight.platform.table import Page, TransactionRefused
from floorsight.sites.service import SiteService

# Has the records of a site's employees made anew, from a date on.
FollowSite = Callable[[str, date], None]


@dataclass(frozen=True)
class ShiftService:
    """Use cases of shifts. A change holds from a date on and never within what is locked.

    Errors: NotFound, Malformed (with the field), Conflict (`period_locked`, `revision_changed`, …).
    """

    store: PlanningStore
    sites: SiteService
    follow: FollowSite

    def create_shift(self, shift: Shift) -> ShiftHistory:
        """A new shift. Raises Malformed or Conflict (`shift_exists`, `period_locked`)."""
        check_shift(shift)
        try:
            self.sites.get_site(shift.site_id)
        except NotFound as error:
            raise Malformed(
                f"there is no site {shift.site_id}", code="unknown_site", field="site_id"
            ) from error
        history = ShiftHistory((shift,))
        self._write(history, None, shift.valid_from)
        return history

    def get_shift(self, shift_id: str) -> ShiftHistory:
        """Raises NotFound (`unknown_shift`)."""
        found = self.store.find_shift(shift_id)
        if found is None:
            raise NotFound(f"there is no shift {shift_id}; create it first", code="unknown_shift")
        return found

    def list_shifts(
        self, site_id: str, *, limit: int | None = None, start_key: Item | None = None
    ) -> Page[ShiftHistory]:
        """A site's shifts by id, retired ones too. Raises NotFound (`unknown_site`)."""
        self.sites.get_site(site_id, with_deleted=True)
        return self.store.list_shifts(site_id, limit=limit, start_key=start_key)

    def change_shift(self, version: Shift) -> ShiftHistory:
        """From `valid_from` on, until a later version, the shift is as given; `revision` is the one read.

        Raises:
            NotFound: `unknown_shift`.
            Malformed: a field is wrong.
            Conflict: `revision_changed`, `period_locked`, `shift_retired`, `too_many_versions`.
        """
        check_shift(version)
        before = self._read(version.shift_id, version.revision)
        after = with_version(before, version)
        self._write(after, before, version.valid_from)
        return after

    def retire_shift(self, shift_id: str, *, from_date: date) -> ShiftHistory:
        """Nobody has the shift from a date on. Once more changes nothing.

        Raises NotFound (`unknown_shift`), Malformed, or Conflict (`period_locked`, `revision_changed`).
        """
        check_date("from", from_date)
        before = self.get_shift(shift_id)
        after = retired_from(before, from_date)
        if after != before:
            self._write(after, before, from_date)
        return after

    def _read(self, shift_id: str, revision: int) -> ShiftHistory:
        found = self.get_shift(shift_id)
        if found.revision != revision:
            raise changed_meanwhile()
        return found

    def _write(self, after: ShiftHistory, before: ShiftHistory | None, from_date: date) -> None:
        frontier = self.store.find_frontier(after.site_id)
        frontier.check_open(from_date)
        if before is None:
            self._write_once(after, None, from_date, frontier)
            return  # nobody has it yet
        self.follow(after.site_id, from_date)  # before it too: if this dies, records follow all the same
        self._write_once(after, before, from_date, frontier)
        self.follow(after.site_id, from_date)

    def _write_once(
        self, after: ShiftHistory, before: ShiftHistory | None, from_date: date, frontier: Frontier
    ) -> None:
        try:
            self.store.write([self.store.shift_put(after, instead_of=before)], frontier)
        except TransactionRefused as refused:
            stored = self.store.find_shift(after.shift_id)
            if stored == after:
                return  # it was written before, and the answer got lost
            self.store.find_frontier(after.site_id).check_open(from_date)
            if before is None and stored is not None:
                raise Conflict(f"shift {after.shift_id} exists already", code="shift_exists") from refused
            raise changed_meanwhile() from refused
