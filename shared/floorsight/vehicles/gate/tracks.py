"""What is known of a vehicle's track, whichever of its events comes first: pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from floorsight.vehicles.gate.model import Track
from floorsight.vehicles.gate.moments import LONGEST_TRACK


@dataclass(frozen=True)
class Placed:
    """A reading that was taken: whose passage it belongs to, until when the vehicle was seen as it says, and
    until when its passage knows of that. `opens`: the gate would open for it alone (opening.py)."""

    event_id: str
    subject: str
    gate_id: str
    first_seen: datetime
    last_seen: datetime
    until: datetime
    opens: bool = False


@dataclass(frozen=True)
class FollowedTrack:
    """A track's readings and when it left; `revision` is 0 as long as nothing is stored."""

    track: Track
    placed: tuple[Placed, ...] = ()
    left_at: datetime | None = None
    revision: int = 0

    def find(self, event_id: str) -> Placed | None:
        return next((each for each in self.placed if each.event_id == event_id), None)

    @property
    def newest(self) -> Placed | None:
        """The reading that saw the vehicle last."""
        return max(self.placed, key=lambda each: (each.last_seen, each.event_id), default=None)

    def with_placed(self, placed: Placed) -> FollowedTrack:
        others = tuple(each for each in self.placed if each.event_id != placed.event_id)
        return replace(self, placed=(*others, placed))

    def with_leaving(self, left_at: datetime) -> FollowedTrack:
        return replace(self, left_at=max(left_at, self.left_at or left_at))

    def last_seen(self, first: datetime, told: datetime) -> datetime:
        """When it was seen last, by when a reading says that it was, and by when it left."""
        return max(told, min(self.left_at or told, first + LONGEST_TRACK))

    def place_of(self, event_id: str) -> Placed:
        """Raises LookupError: it was not taken."""
        placed = self.find(event_id)
        if placed is None:
            raise LookupError(f"the reading {event_id} was not taken")
        return placed

    def find_behind(self) -> Placed | None:
        """A reading whose passage does not know yet how long the vehicle was seen."""
        return next((each for each in self.placed if each.until < self._seen_until(each)), None)

    def _seen_until(self, placed: Placed) -> datetime:
        return self.last_seen(placed.first_seen, placed.last_seen)
