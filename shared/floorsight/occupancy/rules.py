"""The arithmetic of counting: plain sums, so that no order of arrival can change them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from floorsight.events.vision import Direction
from floorsight.occupancy.model import Baseline, Count, Crossing, Tally

_ONE = {Direction.IN: Tally(entries=1), Direction.OUT: Tally(exits=1)}


def crossings_since(baseline: Baseline, crossings: Iterable[Crossing]) -> list[Crossing]:
    """Those that the baseline does not contain: later than it by when they happened."""
    return [crossing for crossing in crossings if crossing.occurred_at > baseline.at]


def count_crossings(baseline: Baseline, crossings: Iterable[Crossing]) -> Count:
    """The count that follows from a baseline and the crossings since; earlier ones are left out."""
    by_line: dict[str, Tally] = defaultdict(Tally)
    for crossing in crossings_since(baseline, crossings):
        by_line[crossing.line_id] += _ONE[crossing.direction]
    return Count(baseline, sum(by_line.values(), Tally()), dict(by_line))


def raw_count(count: Count) -> int:
    """Baseline and entries less exits. Negative when crossings were missed."""
    return count.baseline.count + count.total.entries - count.total.exits


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
