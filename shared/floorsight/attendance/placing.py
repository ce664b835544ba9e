"""Which punches count, and for which shift (docs/attendance.md, rules 1, 4 and 5): pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from floorsight.attendance.calendar import instance_order
from floorsight.attendance.model import Instance, Punch
from floorsight.events.attendance import PunchDirection


@dataclass(frozen=True)
class Placed:
    """Punches by instance, in order, and those that are in no window."""

    by_instance: dict[str, list[Punch]]
    unplaced: tuple[Punch, ...]


def current_punches(punches: Iterable[Punch]) -> list[Punch]:
    """Those that count, each once, in order of time, then of id."""
    distinct = {punch.punch_id: punch for punch in punches}
    gone = {punch.supersedes for punch in distinct.values()}
    counting = [each for each in distinct.values() if each.punch_id not in gone and not each.withdrawn]
    return sorted(counting, key=_punch_order)


def place(punches: Sequence[Punch], instances: Sequence[Instance]) -> Placed:
    """Each of the current punches at its instance."""
    by_instance: dict[str, list[Punch]] = {each.instance_id: [] for each in instances}
    unplaced = []
    for punch in punches:
        chosen = choose_instance(punch, instances)
        if chosen is None:
            unplaced.append(punch)
        else:
            by_instance[chosen.instance_id].append(punch)
    return Placed(by_instance, tuple(unplaced))


def choose_instance(punch: Punch, instances: Iterable[Instance]) -> Instance | None:
    """The instance that a punch belongs to, if it is in any window."""
    holding = [each for each in instances if each.opens_at <= punch.at <= each.closes_at]
    return min(holding, key=lambda each: _preference(punch, each), default=None)


def debounce(punches: Sequence[Punch], debounce_seconds: int) -> list[Punch]:
    """One punch for each run of the same direction: its first, or its last if they are goings."""
    runs: list[list[Punch]] = []
    for punch in punches:
        if runs and _goes_on(runs[-1][-1], punch, debounce_seconds):
            runs[-1].append(punch)
        else:
            runs.append([punch])
    return [run[-1] if run[0].direction is PunchDirection.OUT else run[0] for run in runs]


def _goes_on(before: Punch, punch: Punch, debounce_seconds: int) -> bool:
    near = punch.at - before.at <= timedelta(seconds=debounce_seconds)
    return near and punch.direction is before.direction


def _preference(punch: Punch, instance: Instance) -> tuple[object, ...]:
    """Lower is better: the nearest boundary, that of the punch's direction, then the order of instances."""
    to_start, to_end = abs(punch.at - instance.starts_at), abs(punch.at - instance.ends_at)
    nearest = min(to_start, to_end)
    own = {PunchDirection.IN: to_start, PunchDirection.OUT: to_end}.get(punch.direction, nearest)
    return nearest, own != nearest, *instance_order(instance)


def _punch_order(punch: Punch) -> tuple[datetime, str]:
    return punch.at, punch.punch_id
