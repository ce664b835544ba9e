"""Finds the passages of a plate that a vehicle belongs to, and lets them know how long it was there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from floorsight.vehicles.gate import passages
from floorsight.vehicles.gate.changes import Book
from floorsight.vehicles.gate.model import GateDecision, Track
from floorsight.vehicles.gate.rules import join
from floorsight.vehicles.gate.store import GateStore
from floorsight.vehicles.gate.tracks import FollowedTrack, Placed

# Passages that become one in a transaction: each takes up to seven writes, of which there may be a hundred.
MAX_JOINED = 10


@dataclass(frozen=True)
class PassageKeeper:
    """All raise Unavailable, and what writes TransactionRefused: something has changed meanwhile."""

    store: GateStore

    def find_touched(
        self, book: Book, gate_id: str, first: datetime, last: datetime
    ) -> tuple[list[GateDecision], datetime]:
        """The passages that a vehicle seen within this time belongs to, and up to when it is that now."""
        near = {each.passage.passage_id: each for each in self.store.load_near(book, first, last)}
        touched = passages.find_touched((each.passage for each in near.values()), gate_id, first, last)
        reached, until = passages.cut_reach(touched, last, MAX_JOINED)
        return [near[passage.passage_id] for passage in reached], until

    def find_own(self, placed: Placed, site_id: str) -> GateDecision | None:
        """The decision of a reading's passage as it is now; None if it was erased."""
        book = self.store.load_book(site_id, placed.subject)
        known, _ = self.find_touched(book, placed.gate_id, placed.first_seen, placed.first_seen)
        return next(iter(known), None)

    def grow(self, track: Track, left_at: datetime | None) -> bool:
        """Let a passage know until when its vehicle was seen. False once there is nothing left to do."""
        stored = self.store.load_track(track)
        followed = stored.with_leaving(left_at) if left_at else stored
        placed = followed.find_behind()
        if placed is not None:
            self._grow_passage(followed, placed)
        elif followed != stored:
            self.store.save_track(followed)
        return placed is not None

    def _grow_passage(self, followed: FollowedTrack, placed: Placed) -> None:
        book = self.store.load_book(followed.track.site_id, placed.subject)
        wanted = followed.last_seen(placed.first_seen, placed.last_seen)
        known, until = self.find_touched(book, placed.gate_id, placed.first_seen, wanted)
        after_track = followed.with_placed(replace(placed, until=until))
        if not known:  # it was erased
            self.store.save_track(after_track)
            return
        own = known[0].passage
        grown = replace(own, last_seen=max(own.last_seen, until))
        change = self.store.plan(book, known, join(known, grown_to=grown))
        self.store.commit(replace(change, track=after_track))
