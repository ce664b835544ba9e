"""What the occupancy room keeps in the presence table."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from floorsight.events.vision import Direction
from floorsight.occupancy.model import Baseline, Count, Crossing, Tally
from floorsight.platform.clock import from_sort_key, to_sort_key
from floorsight.platform.errors import Conflict, Unavailable
from floorsight.platform.items import Item, ItemType, TableName
from floorsight.platform.table import (
    ABSENT,
    MAX_TRANSACTION_WRITES,
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
    pk="LEDGER#{camera_id}",
    sk="{occurred_at}#{crossing_id}",
    purpose="One crossing of a line, as it was counted. Never changed; in order of when it happened.",
    writers=("update_occupancy",),
    readers=("query_api",),
)
LIVE = ItemType(
    name="live_count",
    table=TableName.PRESENCE,
    pk="LIVE#{site_id}",
    sk="CAMERA#{camera_id}",
    purpose="A camera's baseline and what was counted since: `entries` and `exits` in all, "
    "`entries:<line_id>` and `exits:<line_id>` by line. One consistent query reads a whole site. "
    "Changed only in one transaction with the ledger or the baseline that it follows from.",
    writers=("update_occupancy",),
    readers=("query_api",),
)
BASELINE = ItemType(
    name="baseline",
    table=TableName.PRESENCE,
    pk="BASELINE#{camera_id}",
    sk="{at}",
    purpose="A true number of people that somebody gave for a moment: who, when and why. History is kept.",
    writers=("query_api",),
    readers=("query_api",),
)
ITEM_TYPES: tuple[ItemType, ...] = (LEDGER, LIVE, BASELINE)

MAX_CROSSINGS_PER_WRITE = MAX_TRANSACTION_WRITES - 1  # the counter is the last write


class CountChanged(Conflict):
    """The live count is not the one that was loaded: load it and decide again."""

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
    """Ledger, live counts and baselines in the presence table."""

    table: Table

    def load_count(self, site_id: str, camera_id: str) -> Count:
        """A camera's count; the first one if nothing was counted yet."""
        item = self.table.get(LIVE.key(site_id=site_id, camera_id=camera_id))
        return _read_count(item) if item else Count()

    def load_counts(self, site_id: str) -> dict[str, Count]:
        """The counts of a site's cameras by camera id; those where nothing was counted yet are missing."""
        items = self.table.query(LIVE.partition(site_id=site_id)).items
        return {item["camera_id"]: _read_count(item) for item in items}

    def record(self, site_id: str, loaded: Count, change: Count, crossings: Sequence[Crossing]) -> None:
        """Write crossings of one camera and add `change` to the count that was `loaded`, all or nothing.

        At most 99 crossings, each once.

        Raises:
            CrossingsKnown: the ledger has some of them already.
            CountChanged: another baseline was set since `loaded` was loaded.
            Unavailable: contention, or no answer: it may have been written, and the same may be tried again.
        """
        writes: list[Put | Update] = [Put(_ledger_item(crossing), expect=ABSENT) for crossing in crossings]
        if change.total != Tally():
            writes.append(_counter_update(site_id, crossings[0].camera_id, loaded, change))
        try:
            self.table.transact(writes)
        except TransactionRefused as refused:
            raise _outcome(refused, crossings) from refused

    def list_crossings(
        self,
        camera_id: str,
        *,
        after: datetime | None = None,
        newest_first: bool = False,
        limit: int | None = None,
        start_key: Item | None = None,
    ) -> Page[Crossing]:
        """A camera's crossings in order of time; those later than `after`, if it is given."""
        page = self.table.query(
            LEDGER.partition(camera_id=camera_id),
            # `$` follows `#`: later than every crossing of that very moment.
            after=to_sort_key(after) + "$" if after else None,
            newest_first=newest_first,
            limit=limit,
            start_key=start_key,
        )
        return page.map(_read_crossing)

    def find_last_crossing_time(self, camera_id: str) -> datetime | None:
        """When the latest crossing happened: read from the ledger, as counters know only arrival."""
        crossings = self.list_crossings(camera_id, newest_first=True, limit=1).items
        return crossings[0].occurred_at if crossings else None

    def set_baseline(self, site_id: str, camera_id: str, loaded: Count, new: Count) -> None:
        """Keep the new count's baseline and make it the live count, if that is still the one `loaded`.

        Raises:
            CountChanged: a crossing was counted or a baseline set since.
            Unavailable: contention, or no answer.
        """
        history = Put(_baseline_item(camera_id, new.baseline))
        live = Update(
            LIVE.key(site_id=site_id, camera_id=camera_id),
            set=_identity(site_id, camera_id, new) | dict.fromkeys(_counters(loaded)) | _counters(new),
            expect=Expectation(equals=_expected_baseline(loaded) | _expected_totals(loaded)),
        )
        try:
            self.table.transact([history, live])
        except TransactionRefused as refused:
            raise _outcome(refused, ()) from refused

    def keep_baseline(self, camera_id: str, baseline: Baseline) -> None:
        """Keep a baseline in the history only."""
        self.table.write(Put(_baseline_item(camera_id, baseline)))

    def list_baselines(self, camera_id: str) -> list[Baseline]:
        """All baselines that were given, in order of the time they hold for."""
        items = self.table.query(BASELINE.partition(camera_id=camera_id)).items
        return [_read_baseline(item) for item in items]


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


def _counter_update(site_id: str, camera_id: str, loaded: Count, change: Count) -> Update:
    return Update(
        LIVE.key(site_id=site_id, camera_id=camera_id),
        add=_counters(change),
        # The same values again once the item exists: so the first write needs no form of its own.
        set=_identity(site_id, camera_id, loaded),
        expect=Expectation(equals=_expected_baseline(loaded)),
    )


def _counters(count: Count) -> dict[str, int]:
    """The count's numbers by attribute name. A zero is not stored."""
    numbers = {"entries": count.total.entries, "exits": count.total.exits}
    for line_id, tally in count.by_line.items():
        numbers |= {f"entries:{line_id}": tally.entries, f"exits:{line_id}": tally.exits}
    return {name: number for name, number in numbers.items() if number}


def _expected_baseline(loaded: Count) -> Item:
    return {"baseline_revision": loaded.baseline_revision or None}


def _expected_totals(loaded: Count) -> Item:
    return {"entries": loaded.total.entries or None, "exits": loaded.total.exits or None}


def _identity(site_id: str, camera_id: str, count: Count) -> Item:
    return {
        "type": LIVE.name,
        "v": LIVE.version,
        "site_id": site_id,
        "camera_id": camera_id,
        "baseline_revision": count.baseline_revision or None,
        **{f"baseline_{name}": value for name, value in _baseline_body(count.baseline).items()},
    }


def _read_count(item: Item) -> Count:
    line_ids = {name.partition(":")[2] for name in item if name.startswith(("entries:", "exits:"))}
    return Count(
        baseline=_read_baseline({name: item[f"baseline_{name}"] for name in ("count", "at", "by", "reason")}),
        total=Tally(item.get("entries", 0), item.get("exits", 0)),
        by_line={
            line_id: Tally(item.get(f"entries:{line_id}", 0), item.get(f"exits:{line_id}", 0))
            for line_id in line_ids
        },
        baseline_revision=item.get("baseline_revision", 0),
    )


def _baseline_body(baseline: Baseline) -> Item:
    return {
        "count": baseline.count,
        "at": to_sort_key(baseline.at),
        "by": baseline.by,
        "reason": baseline.reason,
    }


def _baseline_item(camera_id: str, baseline: Baseline) -> Item:
    body = {"camera_id": camera_id, **_baseline_body(baseline)}
    return BASELINE.item(body, camera_id=camera_id, at=to_sort_key(baseline.at))


def _read_baseline(item: Item) -> Baseline:
    return Baseline(item["count"], from_sort_key(item["at"]), item["by"], item["reason"])


def _ledger_item(crossing: Crossing) -> Item:
    occurred_at = to_sort_key(crossing.occurred_at)
    body = vars(crossing) | {"direction": crossing.direction.value, "occurred_at": occurred_at}
    return LEDGER.item(
        body, camera_id=crossing.camera_id, occurred_at=occurred_at, crossing_id=crossing.crossing_id
    )


def _read_crossing(item: Item) -> Crossing:
    x, y = item["anchor"]
    return Crossing(
        crossing_id=item["crossing_id"],
        site_id=item["site_id"],
        camera_id=item["camera_id"],
        stream_session=item["stream_session"],
        line_id=item["line_id"],
        line_revision=item["line_revision"],
        track_id=item["track_id"],
        crossing_number=item["crossing_number"],
        direction=Direction(item["direction"]),
        occurred_at=from_sort_key(item["occurred_at"]),
        object_class=item["object_class"],
        confidence=float(item["confidence"]),  # a whole number comes back as int
        anchor=(float(x), float(y)),
        snapshot_key=item.get("snapshot_key"),
    )
