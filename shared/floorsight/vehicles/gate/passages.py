"""When readings of one plate are one passage: pure (docs/gate.md)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from floorsight.events.vision import Direction

GAP = timedelta(seconds=60)  # seen again after less than this, it has not been away


@dataclass(frozen=True)
class Passage:
    """One plate at one gate, from when it was seen first until last, with no gap of 60 s between.

    Passages of a plate at a gate only grow, and only merge: they lie at least 60 s apart, in whichever order
    their readings were learnt. `number` is the order in which those of a plate became known; `directions`
    are all that its readings told; `admitted` says whether the vehicle was let through.
    """

    passage_id: str
    gate_id: str
    number: int
    first_seen: datetime
    last_seen: datetime
    directions: frozenset[Direction]
    admitted: bool

    @property
    def direction(self) -> Direction | None:
        """The one that its readings told; None if none did, or if they contradict each other.

        Who turns round within the gate has neither come nor gone.
        """
        return next(iter(self.directions)) if len(self.directions) == 1 else None

    @property
    def place(self) -> tuple[datetime, str]:
        """Where it stands among the passages of its plate at all gates of the site; no two share one."""
        return self.first_seen, self.gate_id

    def grown_by(self, others: Iterable[Passage]) -> Passage:
        """The one that it is together with these, as itself."""
        parts = [self, *others]
        return replace(
            self,
            first_seen=min(part.first_seen for part in parts),
            last_seen=max(part.last_seen for part in parts),
            directions=frozenset[Direction]().union(*(part.directions for part in parts)),
        )


def find_touched(passages: Iterable[Passage], gate_id: str, first: datetime, last: datetime) -> list[Passage]:
    """Those of this gate that a vehicle seen from `first` to `last` belongs to, in order of time."""
    touched = [
        each
        for each in passages
        if each.gate_id == gate_id and each.first_seen - last < GAP and first - each.last_seen < GAP
    ]
    return sorted(touched, key=lambda each: each.place)


def cut_reach(touched: Sequence[Passage], last: datetime, most: int) -> tuple[Sequence[Passage], datetime]:
    """The first `most` of the passages that are touched, and until when to be seen so as to touch no others.

    What is seen for hours beside many short passages becomes one with them step by step.
    """
    if len(touched) <= most:
        return touched, last
    return touched[:most], touched[most - 1].last_seen
