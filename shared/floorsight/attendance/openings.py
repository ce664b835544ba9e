"""Up to which date a site's records have been opened, in the presence table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from floorsight.attendance.items import OPENED
from floorsight.platform.items import Item
from floorsight.platform.table import Expectation, Put, Table


@dataclass(frozen=True)
class Opening:
    """`until`: dates up to it are opened. `target`: those up to it are being opened, done up to `after`.

    `revision` is 0 while nothing is stored.
    """

    site_id: str
    until: date
    target: date | None = None
    after: str | None = None
    revision: int = 0

    def begun(self, today: date) -> Opening:
        """Going on with what was begun, or with all dates up to today."""
        return self if self.target is not None else replace(self, target=today)

    def done(self) -> Opening:
        """With all employees."""
        return replace(self, until=self.target or self.until, target=None, after=None)

    def moved_back(self, first: date) -> Opening:
        """Dates from `first` on are to be opened again; whoever is at it is stopped."""
        before = date.fromordinal(first.toordinal() - 1)
        return replace(self, until=min(self.until, before), target=None, after=None)


@dataclass(frozen=True)
class OpeningStore:
    """One item a site."""

    table: Table

    def find(self, site_id: str) -> Opening | None:
        item = self.table.get(OPENED.key(site_id=site_id))
        if item is None:
            return None
        target = item.get("target")
        return Opening(
            site_id=site_id,
            until=date.fromisoformat(item["until"]),
            target=date.fromisoformat(target) if target else None,
            after=item.get("after"),
            revision=item["revision"],
        )

    def save(self, opening: Opening) -> Opening:
        """Keep it as the next revision. Raises Conflict (`expectation_failed`) if somebody was faster."""
        saved = replace(opening, revision=opening.revision + 1)
        body: Item = {
            "site_id": saved.site_id,
            "until": saved.until.isoformat(),
            "target": saved.target.isoformat() if saved.target else None,
            "after": saved.after,
            "revision": saved.revision,
        }
        unchanged = Expectation(equals={"revision": opening.revision or None})
        self.table.write(Put(OPENED.item(body, site_id=saved.site_id), expect=unchanged))
        return saved
