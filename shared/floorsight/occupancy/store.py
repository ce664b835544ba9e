"""What the occupancy room keeps in the presence table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from floorsight.occupancy.layout import (
    baseline_body,
    count_identity,
    count_numbers,
    crossing_body,
    mark_body,
    read_baseline,
    read_count,
    read_crossing,
    read_mark,
)
from floorsight.occupancy.model import FIRST_BASELINE, Baseline, Count, Counter, Crossing, Mark, Tally
from floorsight.occupancy.rules import dirty_quarters, quarter_of
from floorsight.platform.clock import moment_text, to_sort_key
from floorsight.platform.errors import Conflict, Unavailable
from floorsight.platform.ids import derived_id
from floorsight.platform.items import Item, ItemType, Key, TableName
from floorsight.platform.table import (
    ABSENT,
    Delete,
    Expectation,
    Page,
    Put,
    Refusal,
    Table,
    TransactionRefused,
    Update,
)

LEDGER = ItemType(
    name="crossing",
    table=TableName.PRESENCE,
    pk="LEDGER#{counter_id}",
    sk="{occurred_at}#{crossing_id}",
    purpose="One crossing of a camera's line, or of a zone's border (entering is `in`, leaving `out`), as it "
    "was counted. Never changed; in order of when it happened. A counter is a camera or a zone.",
    writers=("update_occupancy",),
    readers=("query_api", "run_job"),
    version=2,
)
LIVE = ItemType(
    name="live_count",
    table=TableName.PRESENCE,
    pk="LIVE#{site_id}",
    sk="{kind}#{counter_id}",
    purpose="A counter's baseline and what was counted since: `entries` and `exits` in all, "
    "`entries:<line_id>` and `exits:<line_id>` by line. Its kind is CAMERA or ZONE. One consistent query "
    "reads a whole site. Changed only in one transaction with the ledger or the baseline that it follows "
    "from.",
    writers=("update_occupancy", "query_api", "run_job"),
    readers=("query_api", "raise_alert", "run_job"),
    version=2,
)
BASELINE = ItemType(
    name="baseline",
    table=TableName.PRESENCE,
    pk="BASELINE#{counter_id}",
    sk="{at}",
    purpose="A true number of people that somebody gave for a moment: who, when and why, and the raw count "
    "that it replaced. Never changed; history is kept.",
    writers=("query_api", "run_job"),
    readers=("query_api", "run_job"),
    version=2,
)
DIRTY = ItemType(
    name="dirty_mark",
    table=TableName.PRESENCE,
    pk="DIRTY#{site_id}",
    sk="{quarter}#{counter_id}",
    purpose="A quarter hour of a counter in which the ledger or a baseline is newer than the roll-ups. "
    "Written in the same transaction as these, with the id of what was written as `token`; removed by the "
    "roll-up that has read it, unless the token has changed meanwhile.",
    writers=("update_occupancy", "query_api", "run_job"),
    readers=("run_job",),
    retention="until it is rolled up",
)
ITEM_TYPES: tuple[ItemType, ...] = (LEDGER, LIVE, BASELINE, DIRTY)


class CountChanged(Conflict):
    """The count or the baselines are not those that were loaded: load them and decide again."""

    code = "count_changed"

    def __init__(self) -> None:
        super().__init__("the count has changed meanwhile; try again")


class CrossingsKnown(Conflict):
    """The ledger has these crossings already, and nothing was written."""

    code = "crossings_known"

    def __init__(self, crossing_ids: Set[str]) -> None:
        super().__init__(f"{len(crossing_ids)} crossings are in the ledger already")
        self.crossing_ids = frozenset(crossing_ids)


@dataclass(frozen=True)
class OccupancyStore:
    """Ledger, live counts, baselines and dirty marks in the presence table."""

    table: Table

    def load_count(self, counter: Counter) -> Count:
        """A counter's count; the first one if nothing was counted yet."""
        item = self.table.get(_live_key(counter))
        return read_count(item) if item else Count()

    def load_counts(self, site_id: str) -> dict[str, Count]:
        """The counts of a site's cameras and zones by counter id, deleted ones too.

        Those where nothing was counted yet are missing.
        """
        items = self.table.query(LIVE.partition(site_id=site_id)).items
        return {item["SK"].partition("#")[2]: read_count(item) for item in items}

    def record(self, counter: Counter, loaded: Count, change: Count, crossings: Sequence[Crossing]) -> None:
        """Write a counter's crossings and add `change` to the count that was `loaded`, all or nothing.

        Each crossing once, and no more than one transaction takes (`rules.cut_batches`).

        Raises:
            CrossingsKnown: the ledger has some of them already.
            CountChanged: another baseline was set since `loaded` was loaded.
            Unavailable: contention, or no answer: it may have been written, and the same may be tried again.
        """
        writes: list[Put | Update] = [
            Put(_ledger_item(counter, crossing), expect=ABSENT) for crossing in crossings
        ]
        writes += _marks(counter, dirty_quarters(crossings))
        if change.total != Tally():
            writes.append(_counter_update(counter, loaded, change))
        try:
            self.table.transact(writes)
        except TransactionRefused as refused:
            raise _outcome(refused, crossings) from refused

    def list_crossings(
        self,
        counter_id: str,
        *,
        after: datetime | None = None,
        until: datetime | None = None,
        newest_first: bool = False,
        limit: int | None = None,
        start_key: Item | None = None,
    ) -> Page[Crossing]:
        """A counter's crossings in order of time, with `after` < `occurred_at` <= `until`."""
        page = self.table.query(
            LEDGER.partition(counter_id=counter_id),
            # `$` follows `#`: later than every crossing of that very moment.
            after=to_sort_key(after) + "$" if after else None,
            until=to_sort_key(until) + "$" if until else None,
            newest_first=newest_first,
            limit=limit,
            start_key=start_key,
        )
        return page.map(read_crossing)

    def find_last_crossing_time(self, counter_id: str) -> datetime | None:
        """When the latest crossing happened: read from the ledger, as counters know only arrival."""
        crossings = self.list_crossings(counter_id, newest_first=True, limit=1).items
        return crossings[0].occurred_at if crossings else None

    def set_baseline(self, counter: Counter, loaded: Count, new: Count) -> None:
        """Keep the new count's baseline and make it the live count, if that is still the one `loaded`.

        Raises:
            CountChanged: a crossing was counted or a baseline set since.
            Unavailable: contention, or no answer.
        """
        live = Update(
            _live_key(counter),
            set=_live_identity(counter, new) | dict.fromkeys(count_numbers(loaded)) | count_numbers(new),
            expect=Expectation(equals=_expected_baseline(loaded) | _expected_totals(loaded)),
        )
        self._write_baseline(counter, new.baseline, live)

    def keep_baseline(self, counter: Counter, baseline: Baseline) -> None:
        """Keep a baseline in the history only. Raises as `set_baseline`."""
        self._write_baseline(counter, baseline)

    def _write_baseline(self, counter: Counter, baseline: Baseline, *more: Update) -> None:
        at = to_sort_key(baseline.at)
        body = {"counter_id": counter.counter_id, **baseline_body(baseline)}
        history = Put(BASELINE.item(body, counter_id=counter.counter_id, at=at), expect=ABSENT)
        token = derived_id(BASELINE.name, counter.counter_id, at)
        marks = _marks(counter, {quarter_of(baseline.at): token})
        try:
            self.table.transact([history, *marks, *more])
        except TransactionRefused as refused:
            raise _outcome(refused, ()) from refused

    def find_baseline(self, counter_id: str, until: datetime) -> Baseline:
        """The baseline that holds at a moment: the last one at or before it, or the first of all."""
        found = self.list_baselines(counter_id, until=until, newest_first=True, limit=1).items
        return found[0] if found else FIRST_BASELINE

    def list_baselines(
        self,
        counter_id: str,
        *,
        after: datetime | None = None,
        until: datetime | None = None,
        newest_first: bool = False,
        limit: int | None = None,
        start_key: Item | None = None,
    ) -> Page[Baseline]:
        """The baselines that were given, in order of the time they hold for; `after` < `at` <= `until`."""
        page = self.table.query(
            BASELINE.partition(counter_id=counter_id),
            after=moment_text(after),
            until=moment_text(until),
            newest_first=newest_first,
            limit=limit,
            start_key=start_key,
        )
        return page.map(read_baseline)

    def load_marks(self, site_id: str) -> list[Mark]:
        """What a site's roll-ups have not taken in yet, oldest quarter first."""
        return [read_mark(item) for item in self.table.query(DIRTY.partition(site_id=site_id)).items]

    def add_mark(self, mark: Mark) -> None:
        """Have a quarter hour rolled up; again, or beside a mark that is there, changes nothing."""
        try:
            self.table.write(Put(_mark_item(mark), expect=ABSENT))
        except Conflict:
            return

    def clear_mark(self, mark: Mark) -> bool:
        """Remove a mark that was rolled up. False if something was written since: then it stays."""
        try:
            self.table.write(Delete(_mark_key(mark), expect=Expectation(equals={"token": mark.token})))
        except Conflict:
            return False
        return True


def _outcome(refused: TransactionRefused, crossings: Sequence[Crossing]) -> Exception:
    """What a refused transaction means; its first writes are those of the crossings."""
    known = {
        crossing.crossing_id
        for crossing, refusal in zip(crossings, refused.refusals, strict=False)
        if refusal is Refusal.EXPECTATION
    }
    if known:
        return CrossingsKnown(known)
    if refused.contended_only:
        return Unavailable("others are writing the same count", code="contention")
    return CountChanged()


def _live_key(counter: Counter) -> Key:
    return LIVE.key(site_id=counter.site_id, kind=counter.kind.upper(), counter_id=counter.counter_id)


def _live_identity(counter: Counter, count: Count) -> Item:
    return {"type": LIVE.name, "v": LIVE.version, **count_identity(counter, count)}


def _counter_update(counter: Counter, loaded: Count, change: Count) -> Update:
    return Update(
        _live_key(counter),
        add=count_numbers(change),
        # The same values again once the item exists: so the first write needs no form of its own.
        set=_live_identity(counter, loaded),
        expect=Expectation(equals=_expected_baseline(loaded)),
    )


def _expected_baseline(loaded: Count) -> Item:
    return {"baseline_revision": loaded.baseline_revision or None}


def _expected_totals(loaded: Count) -> Item:
    return {"entries": loaded.total.entries or None, "exits": loaded.total.exits or None}


def _ledger_item(counter: Counter, crossing: Crossing) -> Item:
    return LEDGER.item(
        crossing_body(crossing),
        counter_id=counter.counter_id,
        occurred_at=to_sort_key(crossing.occurred_at),
        crossing_id=crossing.crossing_id,
    )


def _marks(counter: Counter, quarters: Mapping[datetime, str]) -> list[Put]:
    marks = [Mark(counter.site_id, counter.counter_id, *entry) for entry in quarters.items()]
    return [mark_put(mark) for mark in marks]


def mark_put(mark: Mark) -> Put:
    """Writes a mark: a part of the transaction that the mark tells of."""
    return Put(_mark_item(mark))


def _mark_item(mark: Mark) -> Item:
    return DIRTY.item(
        mark_body(mark),
        site_id=mark.site_id,
        quarter=to_sort_key(mark.quarter),
        counter_id=mark.counter_id,
    )


def _mark_key(mark: Mark) -> Key:
    return DIRTY.key(site_id=mark.site_id, quarter=to_sort_key(mark.quarter), counter_id=mark.counter_id)
