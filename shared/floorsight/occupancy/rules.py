"""The arithmetic of counting: plain sums, so that no order of arrival can change them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from floorsight.events.vision import Direction
from floorsight.occupancy.model import Baseline, Count, Crossing, Tally

ONE_CROSSING = {Direction.IN: Tally(entries=1), Direction.OUT: Tally(exits=1)}
# Every zone's offset from UTC is a multiple of it, so that a local hour is made of whole quarters.
QUARTER = timedelta(minutes=15)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def crossings_since(baseline: Baseline, crossings: Iterable[Crossing]) -> list[Crossing]:
    """Those that the baseline does not contain: later than it by when they happened."""
    return [crossing for crossing in crossings if crossing.occurred_at > baseline.at]


def count_crossings(baseline: Baseline, crossings: Iterable[Crossing]) -> Count:
    """The count that follows from a baseline and the crossings since; earlier ones are left out."""
    by_line: dict[str, Tally] = defaultdict(Tally)
    for crossing in crossings_since(baseline, crossings):
        by_line[crossing.line_id] += ONE_CROSSING[crossing.direction]
    return Count(baseline, sum(by_line.values(), Tally()), dict(by_line))


def with_crossings(count: Count, crossings: Iterable[Crossing]) -> Count:
    """The count after crossings that are not in it yet."""
    more = count_crossings(count.baseline, crossings)
    by_line = {
        line_id: count.by_line.get(line_id, Tally()) + more.by_line.get(line_id, Tally())
        for line_id in (*count.by_line, *more.by_line)
    }
    return replace(count, total=count.total + more.total, by_line=by_line)


def raw_count(count: Count) -> int:
    """Baseline and entries less exits. Negative when crossings were missed."""
    return count.baseline.count + net_change(count.total)


def net_change(tally: Tally) -> int:
    """By how much these crossings change a count."""
    return tally.entries - tally.exits


def shown_count(raw: int) -> int:
    """What a person is shown: nobody believes in fewer than nobody.

    The raw number itself is never cut off: that would lose exits and make later counts too high.
    """
    return max(0, raw)


def explain_count(count: Count) -> str:
    """The sum in words, such as `baseline 0 + 12 in - 5 out = 7`."""
    raw = raw_count(count)
    text = f"baseline {count.baseline.count} + {count.total.entries} in - {count.total.exits} out = {raw}"
    return text if raw >= 0 else f"{text}, shown as {shown_count(raw)}"


def quarter_of(moment: datetime) -> datetime:
    """The beginning, in UTC, of the quarter hour that a moment lies in."""
    return moment.astimezone(UTC) - (moment - _EPOCH) % QUARTER


def dirty_quarters(crossings: Iterable[Crossing]) -> dict[datetime, str]:
    """The quarter hours that crossings fall into, each with the id of one of them."""
    return {quarter_of(crossing.occurred_at): crossing.crossing_id for crossing in crossings}


def cut_batches(crossings: Iterable[Crossing], most_writes: int) -> Iterator[list[Crossing]]:
    """Cut distinct crossings of one counter into what one transaction takes, in order of time.

    A transaction writes the crossings, a mark for each quarter hour that they fall into, and the counter.
    """
    batch: list[Crossing] = []
    quarters: set[datetime] = set()
    for crossing in sorted(crossings, key=lambda each: (each.occurred_at, each.crossing_id)):
        quarter = quarter_of(crossing.occurred_at)
        if len(batch) + len(quarters | {quarter}) + 2 > most_writes:
            yield batch
            batch, quarters = [], set()
        batch.append(crossing)
        quarters.add(quarter)
    if batch:
        yield batch
