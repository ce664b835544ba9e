"""How crossings, baselines, counts and marks lie in the presence table.

Items of layout 1 come from before there were zones: their counter is their camera, and nobody wrote down
what a baseline replaced.
"""

from __future__ import annotations

from floorsight.events.vision import Direction
from floorsight.occupancy.model import Baseline, Count, Counter, Crossing, Mark, Tally
from floorsight.platform.clock import from_sort_key, to_sort_key
from floorsight.platform.items import Item

_BASELINE_FIELDS = ("count", "at", "by", "reason", "replaced_raw")


def crossing_body(crossing: Crossing) -> Item:
    return vars(crossing) | {
        "direction": crossing.direction.value,
        "occurred_at": to_sort_key(crossing.occurred_at),
    }


def read_crossing(stored: Item) -> Crossing:
    x, y = stored["anchor"]
    dwell_seconds = stored.get("dwell_seconds")
    return Crossing(
        crossing_id=stored["crossing_id"],
        site_id=stored["site_id"],
        camera_id=stored["camera_id"],
        counter_id=stored.get("counter_id") or stored["camera_id"],
        stream_session=stored["stream_session"],
        line_id=stored["line_id"],
        line_revision=stored["line_revision"],
        track_id=stored["track_id"],
        crossing_number=stored["crossing_number"],
        direction=Direction(stored["direction"]),
        occurred_at=from_sort_key(stored["occurred_at"]),
        object_class=stored["object_class"],
        confidence=float(stored["confidence"]),  # a whole number comes back as int
        anchor=(float(x), float(y)),
        snapshot_key=stored.get("snapshot_key"),
        dwell_seconds=None if dwell_seconds is None else float(dwell_seconds),
    )


def baseline_body(baseline: Baseline) -> Item:
    return vars(baseline) | {"at": to_sort_key(baseline.at)}


def read_baseline(stored: Item) -> Baseline:
    return Baseline(
        count=stored["count"],
        at=from_sort_key(stored["at"]),
        by=stored["by"],
        reason=stored["reason"],
        replaced_raw=stored.get("replaced_raw"),
    )


def count_identity(counter: Counter, count: Count) -> Item:
    """Whose count it is and from which baseline: all but the numbers, which are added to."""
    baseline = baseline_body(count.baseline)
    return {
        "site_id": counter.site_id,
        "counter_id": counter.counter_id,
        "baseline_revision": count.baseline_revision or None,
        **{f"baseline_{name}": baseline[name] for name in _BASELINE_FIELDS},
    }


def count_numbers(count: Count) -> dict[str, int]:
    """The count's numbers by attribute name. A zero is not stored."""
    numbers = {"entries": count.total.entries, "exits": count.total.exits}
    for line_id, tally in count.by_line.items():
        numbers |= {f"entries:{line_id}": tally.entries, f"exits:{line_id}": tally.exits}
    return {name: number for name, number in numbers.items() if number}


def read_count(stored: Item) -> Count:
    line_ids = {name.partition(":")[2] for name in stored if name.startswith(("entries:", "exits:"))}
    return Count(
        baseline=read_baseline({name: stored.get(f"baseline_{name}") for name in _BASELINE_FIELDS}),
        total=Tally(stored.get("entries", 0), stored.get("exits", 0)),
        by_line={
            line_id: Tally(stored.get(f"entries:{line_id}", 0), stored.get(f"exits:{line_id}", 0))
            for line_id in line_ids
        },
        baseline_revision=stored.get("baseline_revision", 0),
    )


def mark_body(mark: Mark) -> Item:
    return vars(mark) | {"quarter": to_sort_key(mark.quarter)}


def read_mark(stored: Item) -> Mark:
    return Mark(stored["site_id"], stored["counter_id"], from_sort_key(stored["quarter"]), stored["token"])
