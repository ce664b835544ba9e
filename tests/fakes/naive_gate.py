"""Passages and visits once more, from docs/gate.md alone: slow, plain, and by another way than the code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from floorsight.events.vehicles import PlateRead, VehicleLeft
from floorsight.events.vision import Direction


@dataclass(frozen=True)
class NaivePassage:
    plate: str
    gate: str
    first: datetime
    last: datetime
    way: Direction | None


@dataclass(frozen=True)
class NaiveVisit:
    """When it began and ended, by the passages' first moments; `is_over` if another passage followed."""

    plate: str
    entry: NaivePassage | None
    exit: NaivePassage | None
    is_over: bool


def find_passages(reads: Sequence[PlateRead], leavings: Sequence[VehicleLeft]) -> set[NaivePassage]:
    """Readings of a plate at a gate less than 60 s apart, together with whatever those are together with."""
    stays = [(read, read.first_seen_at, _end(read, leavings)) for read in reads]
    groups: list[list[int]] = []
    for number in range(len(stays)):
        if any(number in group for group in groups):
            continue
        group = [number]
        for member in group:  # which grows while it is gone through
            for other in range(len(stays)):
                if other not in group and _belong_together(stays[member], stays[other]):
                    group.append(other)
        groups.append(group)
    return {_make_passage([stays[member] for member in group]) for group in groups}


Stay = tuple[PlateRead, datetime, datetime]


def _end(read: PlateRead, leavings: Sequence[VehicleLeft]) -> datetime:
    own = [left.occurred_at for left in leavings if (left.camera_id, left.track_id) == _track(read)]
    return max([read.last_seen_at, *own])


def _track(read: PlateRead) -> tuple[str, int]:
    return read.camera_id, read.track_id


def _belong_together(one: Stay, other: Stay) -> bool:
    if (one[0].text, one[0].gate_id) != (other[0].text, other[0].gate_id):
        return False
    earlier, later = sorted((one, other), key=lambda stay: stay[1])
    return (later[1] - earlier[2]).total_seconds() < 60.0


def _make_passage(stays: Sequence[Stay]) -> NaivePassage:
    read = stays[0][0]
    ways = {stay[0].direction for stay in stays} - {None}
    way = ways.pop() if len(ways) == 1 else None
    first, last = min(stay[1] for stay in stays), max(stay[2] for stay in stays)
    return NaivePassage(read.text or "", read.gate_id, first, last, way)


def find_visits(passages: set[NaivePassage]) -> set[NaiveVisit]:
    """Of each passage in, the visit that it begins; of each passage out, the one that it ends."""
    visits = set()
    for passage in passages:
        if passage.way is None:
            continue
        then, before = _next(passage, passages, 1), _next(passage, passages, -1)
        if passage.way is Direction.IN:
            ends = then is not None and then.way is Direction.OUT
            visits.add(NaiveVisit(passage.plate, passage, then if ends else None, then is not None))
        elif before is None or before.way is Direction.OUT:
            visits.add(NaiveVisit(passage.plate, None, passage, True))
    return visits


def _next(passage: NaivePassage, passages: set[NaivePassage], step: int) -> NaivePassage | None:
    """The plate's next passage at the site of a known way, or the one before."""
    moment = (passage.first, passage.gate)
    known = [each for each in passages if each.plate == passage.plate and each.way is not None]
    after = [each for each in known if (each.first, each.gate) > moment]
    before = [each for each in known if (each.first, each.gate) < moment]
    if step > 0:
        return min(after, key=lambda each: (each.first, each.gate), default=None)
    return max(before, key=lambda each: (each.first, each.gate), default=None)
