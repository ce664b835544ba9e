"""How the punches of a shift become times at work (docs/attendance.md, rules 6 to 8): pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from floorsight.attendance.model import Pairing, Punch, Stretch
from floorsight.events.attendance import PunchDirection

IN, OUT, UNKNOWN = PunchDirection.IN, PunchDirection.OUT, PunchDirection.UNKNOWN


@dataclass(frozen=True)
class Attended:
    """When somebody came and went. `is_lacking`: a coming has no going, or a going no coming."""

    check_in: datetime | None
    check_out: datetime | None
    stretches: tuple[Stretch, ...]
    is_lacking: bool


def pair(punches: Sequence[Punch], pairing: Pairing) -> Attended:
    """What the debounced punches of an instance, in order, come to."""
    if pairing is Pairing.FIRST_LAST:
        return _pair_first_and_last(punches)
    return _pair_in_turns(resolve_turns(punches))


def resolve_turns(punches: Sequence[Punch]) -> list[Punch]:
    """With directions for the unknown: the opposite of the one before, the first is a coming."""
    resolved: list[Punch] = []
    for punch in punches:
        if punch.direction is UNKNOWN:
            came = bool(resolved) and resolved[-1].direction is IN
            resolved.append(replace(punch, direction=OUT if came else IN))
        else:
            resolved.append(punch)
    return resolved


def _pair_first_and_last(punches: Sequence[Punch]) -> Attended:
    first = next((n for n, punch in enumerate(punches) if punch.direction is not OUT), None)
    begin = 0 if first is None else first + 1
    last = next((n for n in reversed(range(begin, len(punches))) if punches[n].direction is not IN), None)
    stretches = () if first is None or last is None else (_stretch(punches[first], punches[last]),)
    # A going before the check-in, or a coming after the check-out, lacks the other as well.
    whole = bool(stretches) and first == 0 and last == len(punches) - 1
    return Attended(_time_of(punches, first), _time_of(punches, last), stretches, bool(punches) and not whole)


def _pair_in_turns(punches: Sequence[Punch]) -> Attended:
    """Punches whose directions are all known."""
    first = next((n for n, punch in enumerate(punches) if punch.direction is IN), None)
    begin = 0 if first is None else first + 1
    last = next((n for n in reversed(range(begin, len(punches))) if punches[n].direction is OUT), None)
    couples = pairwise(punches)
    stretches = tuple(_stretch(a, b) for a, b in couples if (a.direction, b.direction) == (IN, OUT))
    lacking = 2 * len(stretches) < len(punches)
    return Attended(_time_of(punches, first), _time_of(punches, last), stretches, lacking)


def _stretch(coming: Punch, going: Punch) -> Stretch:
    return Stretch(coming.at, going.at, coming.punch_id, going.punch_id)


def _time_of(punches: Sequence[Punch], number: int | None) -> datetime | None:
    return None if number is None else punches[number].at
