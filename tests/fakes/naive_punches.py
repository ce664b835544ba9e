"""What the punches of a shift say: rules 5 to 8, naively."""

from __future__ import annotations

from floorsight.attendance.model import Pairing, Punch, Shift
from tests.fakes.naive_shifts import COMING, GOING, UNKNOWN


def debounced(punches: list[Punch], seconds: int) -> list[Punch]:
    kept: list[Punch] = []
    before: Punch | None = None
    for punch in punches:
        again = (
            before is not None
            and before.direction is punch.direction
            and (punch.at - before.at).total_seconds() <= seconds
        )
        if not again:
            kept.append(punch)
        elif punch.direction is GOING:
            kept[-1] = punch
        before = punch
    return kept


def first_and_last(punches: list[Punch]) -> tuple[Punch | None, Punch | None]:
    check_in = None
    for punch in punches:
        if check_in is None and punch.direction in (COMING, UNKNOWN):
            check_in = punch
    check_out = None
    for punch in punches:
        later = check_in is None or punches.index(punch) > punches.index(check_in)
        if later and punch.direction in (GOING, UNKNOWN):
            check_out = punch
    return check_in, check_out


def in_turns(punches: list[Punch]) -> list[tuple[Punch, bool]]:
    """Each punch, and whether it is a coming."""
    turns: list[tuple[Punch, bool]] = []
    for punch in punches:
        coming = punch.direction is COMING
        if punch.direction is UNKNOWN:
            coming = not turns[-1][1] if turns else True
        turns.append((punch, coming))
    return turns


class Day:
    """What the punches of an instance say: check-in, check-out, stretches, and whether a punch is missing."""

    def __init__(self, shift: Shift, punches: list[Punch]) -> None:
        self.check_in: Punch | None = None
        self.check_out: Punch | None = None
        self.pairs: list[tuple[Punch, Punch]] = []
        self.incomplete = False
        kept = debounced(punches, shift.debounce_seconds)
        if shift.pairing is Pairing.FIRST_LAST:
            self.read_first_and_last(kept)
        else:
            self.read_in_turns(in_turns(kept))

    def read_first_and_last(self, punches: list[Punch]) -> None:
        self.check_in, self.check_out = first_and_last(punches)
        if self.check_in is not None and self.check_out is not None:
            self.pairs = [(self.check_in, self.check_out)]
            before = punches[: punches.index(self.check_in)]
            after = punches[punches.index(self.check_out) :]
            self.incomplete = any(each.direction is GOING for each in before) or any(
                each.direction is COMING for each in after
            )
        else:
            self.incomplete = len(punches) > 0

    def read_in_turns(self, turns: list[tuple[Punch, bool]]) -> None:
        inside: Punch | None = None
        for punch, coming in turns:
            if coming:
                self.incomplete = self.incomplete or inside is not None
                self.check_in = self.check_in or punch
                inside = punch
            elif inside is not None:
                self.pairs.append((inside, punch))
                inside = None
            else:
                self.incomplete = True
        self.incomplete = self.incomplete or inside is not None
        for place, (punch, coming) in enumerate(turns):
            came_before = self.check_in is None or any(each is self.check_in for each, _ in turns[:place])
            if not coming and came_before:
                self.check_out = punch
