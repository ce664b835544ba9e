"""One run of a site's roll-up at a time, and no late write of an earlier one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from floorsight.platform.clock import from_sort_key, to_sort_key
from floorsight.platform.errors import Conflict
from floorsight.platform.items import Item, ItemType, TableName
from floorsight.platform.table import Expectation, Table, Update

# A Lambda function can't run longer: what began earlier and has not ended, has died.
LONGEST_RUN = timedelta(minutes=15)

FENCE = ItemType(
    name="roll_up_fence",
    table=TableName.PRESENCE,
    pk="ROLLUP#{site_id}",
    sk="FENCE",
    purpose="The number of the last run that rolled up a site, when it began and when it ended. Every write "
    "of rows is conditional on the number, so that a run that was overtaken writes nothing.",
    writers=("run_job",),
    readers=("run_job",),
)


@dataclass(frozen=True)
class Fence:
    """The right of one run to write a site's rows, as long as no later run has begun."""

    site_id: str
    number: int


class Superseded(Conflict):
    """A later run of the site's roll-up has begun: this one must stop. Nothing is lost."""

    code = "roll_up_superseded"

    def __init__(self, fence: Fence) -> None:
        super().__init__(f"roll-up {fence.number} of site {fence.site_id} took too long; another one goes on")


@dataclass(frozen=True)
class FenceStore:
    """Who rolls up which site, in the presence table."""

    table: Table

    def begin(self, site_id: str, now: datetime) -> Fence | None:
        """The next run's fence; None if another run is at it."""
        key = FENCE.key(site_id=site_id)
        item = self.table.get(key) or {}
        if _is_running(item, now):
            return None
        before: int | None = item.get("fence")
        fence = Fence(site_id, (before or 0) + 1)
        start: Item = {
            "type": FENCE.name,
            "v": FENCE.version,
            "fence": fence.number,
            "began_at": to_sort_key(now),
            "ended_at": None,
        }
        try:
            self.table.write(Update(key, set=start, expect=Expectation(equals={"fence": before})))
        except Conflict:
            return None
        return fence

    def renew(self, fence: Fence, now: datetime) -> Fence:
        """The same run's next fence: what it writes now is newer than what it wrote. Raises Superseded."""
        following = Fence(fence.site_id, fence.number + 1)
        change = {"fence": following.number, "began_at": to_sort_key(now)}
        expect = Expectation(equals={"fence": fence.number})
        try:
            self.table.write(Update(FENCE.key(site_id=fence.site_id), set=change, expect=expect))
        except Conflict as error:
            raise Superseded(fence) from error
        return following

    def is_held(self, fence: Fence) -> bool:
        """Whether no later run has begun."""
        item = self.table.get(FENCE.key(site_id=fence.site_id)) or {}
        return item.get("fence") == fence.number

    def end(self, fence: Fence, now: datetime) -> None:
        """Let the next run begin at once. Without it, that waits until this one must have died."""
        try:
            self.table.write(fence_update(fence, ended_at=to_sort_key(now)))
        except Conflict:
            return  # overtaken: it is the later run's to end


def fence_update(fence: Fence, **changes: str) -> Update:
    """A write that is refused when a later run has begun, to stand in one transaction with others."""
    return Update(
        FENCE.key(site_id=fence.site_id),
        set={"fence": fence.number, **changes},
        expect=Expectation(equals={"fence": fence.number}),
    )


def _is_running(item: Item, now: datetime) -> bool:
    if "began_at" not in item or "ended_at" in item:
        return False
    return now - from_sort_key(item["began_at"]) < LONGEST_RUN
