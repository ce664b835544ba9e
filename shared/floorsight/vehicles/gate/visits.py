"""Which passages are a visit: pure (docs/gate.md)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from floorsight.events.vision import Direction
from floorsight.vehicles.gate.passages import Passage


class VisitState(StrEnum):
    """What is known of a visit's ends."""

    OPEN = "open"  # nothing is known of the vehicle after it came in
    ENDED = "ended"
    END_UNKNOWN = "end_unknown"  # it came in again
    BEGIN_UNKNOWN = "begin_unknown"  # it went, and nobody knows when it had come


@dataclass(frozen=True)
class Visit:
    """A passage in, and the site's next one of that plate if it is one out; one of both may be missing."""

    entry: Passage | None
    exit: Passage | None
    state: VisitState

    @property
    def passages(self) -> tuple[Passage, ...]:
        return tuple(each for each in (self.entry, self.exit) if each is not None)

    @property
    def visit_id(self) -> str:
        """That of the passage that it begins with."""
        return self.passages[0].passage_id

    @property
    def place(self) -> tuple[datetime, str]:
        """That of the passage that it begins with."""
        return self.passages[0].place

    @property
    def admitted(self) -> bool:
        """Whether the vehicle was let in."""
        return self.entry is not None and self.entry.admitted

    @property
    def is_refused_exit(self) -> bool:
        """Whether it ended, as visits are reckoned, at a barrier that stayed shut."""
        return self.exit is not None and not self.exit.admitted


def pair(passages: Iterable[Passage], *, is_followed: bool = False) -> list[Visit]:
    """The visits of one plate at one site; `is_followed` says that more passages come after these.

    Passages without one direction are of no visit, and part none.
    """
    visits: list[Visit] = []
    entry: Passage | None = None
    for passage in sorted(passages, key=lambda each: each.place):
        if passage.direction is Direction.IN:
            if entry is not None:
                visits.append(Visit(entry, None, VisitState.END_UNKNOWN))
            entry = passage
        elif passage.direction is Direction.OUT:
            state = VisitState.BEGIN_UNKNOWN if entry is None else VisitState.ENDED
            visits.append(Visit(entry, passage, state))
            entry = None
    if entry is not None:
        visits.append(Visit(entry, None, VisitState.END_UNKNOWN if is_followed else VisitState.OPEN))
    return visits


def find_present(newest_first: Iterable[Visit]) -> Visit | None:
    """The visit of a vehicle that was let in and has not gone, of all that there are of it.

    Who is refused on the way out is still there, however often.
    """
    for visit in newest_first:
        if not visit.is_refused_exit:
            return visit if visit.state is VisitState.OPEN and visit.admitted else None
        if visit.entry is not None:
            return visit if visit.admitted else None
    return None


def pair_again(visits: Sequence[Visit], gone: Collection[Passage], come: Passage) -> list[Visit]:
    """What becomes of neighbouring visits when passages are replaced by one that lies among them.

    `visits`, in order, are all that begin between these passages, the last one before and the first one
    after: no passage decides about more than its neighbours.
    """
    names = {passage.passage_id for passage in gone}
    left = [each for visit in visits for each in visit.passages if each.passage_id not in names]
    is_followed = bool(visits) and visits[-1].state is VisitState.END_UNKNOWN
    return pair([*left, come], is_followed=is_followed)
