"""One step of what is known of a plate at a site, before and after: pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from floorsight.vehicles.gate.model import GateDecision, Reading
from floorsight.vehicles.gate.tracks import FollowedTrack
from floorsight.vehicles.gate.visits import Visit

PLATE = "PLATE#"


@dataclass(frozen=True)
class Book:
    """All of one plate at a site, as it was at a revision; 0: nothing is known. `longest` is how long its
    longest passage was, hence how far back those that go on begin; it is kept until `expires_at`."""

    site_id: str
    subject: str
    revision: int = 0
    longest: timedelta = timedelta()
    expires_at: int = 0

    @property
    def plate(self) -> str | None:
        """None where there is no one plate, hence no visits."""
        return self.subject.removeprefix(PLATE) if self.subject.startswith(PLATE) else None


@dataclass(frozen=True)
class Change:
    """Passages that become one, with the visits about them, and what that follows from.

    `before` are the passages that `after` takes the place of; `present_…` is the visit of a vehicle that is
    on the site. `limits` says how many visits the entries have of which one may be used; the others are
    without end.
    """

    book: Book
    before: tuple[GateDecision, ...]
    after: GateDecision
    visits_before: tuple[Visit, ...] = ()
    visits_after: tuple[Visit, ...] = ()
    present_before: Visit | None = None
    present_after: Visit | None = None
    track: FollowedTrack | None = None
    reading: Reading | None = None
    limits: Mapping[str, int] = field(default_factory=dict)

    @property
    def visits_used(self) -> dict[str, int]:
        """By how many each entry's used visits become more; fewer where two entries turn out to be one."""
        used = Counter({self.after.visit_used: 1})
        used.subtract(each.visit_used for each in self.before)
        return {vehicle_id: more for vehicle_id, more in used.items() if vehicle_id is not None and more}

    @property
    def longest(self) -> timedelta:
        passage = self.after.passage
        return max(self.book.longest, passage.last_seen - passage.first_seen)
