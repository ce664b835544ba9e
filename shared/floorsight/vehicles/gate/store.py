"""Passages, decisions and visits in the presence table.

All of one plate at a site is read after its book and written in place of the book's revision: what two gates
learn at once comes one after the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from heapq import merge

from floorsight.platform.clock import from_sort_key, read_moment, to_sort_key
from floorsight.platform.items import Item, ItemType
from floorsight.platform.table import Table
from floorsight.vehicles.gate.changes import Book, Change
from floorsight.vehicles.gate.items import (
    BOOK,
    DECISION,
    ON_SITE,
    PASSAGE,
    READING,
    TRACK,
    VISIT,
    VISITS_USED,
)
from floorsight.vehicles.gate.layout import read_decided, read_reading, read_visit
from floorsight.vehicles.gate.model import GateDecision, Reading, Track
from floorsight.vehicles.gate.passages import GAP
from floorsight.vehicles.gate.tracks import FollowedTrack, Placed
from floorsight.vehicles.gate.visits import Visit, find_present, pair_again
from floorsight.vehicles.gate.writes import change_writes, track_put

ITEM_TYPES: tuple[ItemType, ...] = (
    BOOK, PASSAGE, READING, VISIT, ON_SITE, TRACK, DECISION, VISITS_USED,
)  # fmt: skip
_LAST = "~"  # sorts after every key's part
_VISITS_A_PAGE = 5
MAX_EVIDENCE = 50  # readings of a passage that are shown


@dataclass(frozen=True)
class GateStore:
    """What one passage takes; all reads are consistent. Lists are in `log.py`."""

    table: Table

    def load_track(self, track: Track) -> FollowedTrack:
        item = self.table.get(TRACK.key(**{name: str(value) for name, value in vars(track).items()}))
        return _read_track(track, item) if item else FollowedTrack(track)

    def load_book(self, site_id: str, subject: str) -> Book:
        """To be read before anything else of the plate."""
        item = self.table.get(BOOK.key(site_id=site_id, subject=subject))
        if item is None:
            return Book(site_id, subject)
        longest = timedelta(seconds=item["longest_seconds"])
        return Book(site_id, subject, item["revision"], longest, item["expires_at"])

    def load_near(self, book: Book, first: datetime, last: datetime) -> list[GateDecision]:
        """Passages of the plate, at any gate, that may be less than 60 s from this time."""
        if not book.revision:
            return []
        pk = PASSAGE.partition(site_id=book.site_id, subject=book.subject)
        after = f"PASSAGE#{to_sort_key(first - GAP - book.longest)}"
        page = self.table.query(pk, after=after, until=f"PASSAGE#{to_sort_key(last + GAP)}")
        return [read_decided(item) for item in page.items]

    def load_visits(self, book: Book, first: datetime, last: datetime) -> list[Visit]:
        """In order: those that begin within this time, the last one before it, and the first one after."""
        if not book.revision:
            return []
        pk = VISIT.partition(site_id=book.site_id, subject=book.subject)
        since = f"VISIT#{to_sort_key(first)}"
        found = self.table.query(pk, after="VISIT#", until=since, limit=1, newest_first=True).items
        visits = [read_visit(item) for item in found]
        for visit in self._iterate_visits(pk, since, newest_first=False):
            visits.append(visit)
            if visit.place[0] > last:
                break
        return visits

    def count_visits(self, vehicle_ids: Iterable[str]) -> dict[str, int]:
        """How many of its visits each of these entries of visitors has used up: one read of all."""
        keys = {each: VISITS_USED.key(vehicle_id=each) for each in vehicle_ids}
        found = self.table.get_many(keys.values()) if keys else {}
        return {each: found[key]["used"] if key in found else 0 for each, key in keys.items()}

    def is_on_site(self, site_id: str, plate: str) -> bool:
        """Whether the vehicle was let in, and has not gone."""
        return self.table.get(ON_SITE.key(site_id=site_id, plate=plate)) is not None

    def plan(self, book: Book, known: Sequence[GateDecision], after: GateDecision) -> Change:
        """What it takes to write a passage in place of the known ones that it is made of."""
        change = Change(book, tuple(known), after)
        gone = [each.passage for each in known]
        touched = [*gone, after.passage]
        if book.plate is None or all(each.direction is None for each in touched):
            return change
        begins = [each.first_seen for each in touched]
        visits = self.load_visits(book, min(begins), max(begins))
        then = pair_again(visits, gone, after.passage)
        change = replace(change, visits_before=tuple(visits), visits_after=tuple(then))
        return replace(
            change,
            present_before=self._find_present(change, visits),
            present_after=self._find_present(change, then),
        )

    def _find_present(self, change: Change, now: Sequence[Visit]) -> Visit | None:
        """Of a vehicle that is on the site, if its visits are as they are stored but for these."""
        if not any(each.is_refused_exit for each in (*change.visits_before, *now)):
            return find_present(reversed(now))  # the last of these, if any is, is the last of all
        known = {each.place for each in change.visits_before}
        pk = VISIT.partition(site_id=change.book.site_id, subject=change.book.subject)
        stored = self._iterate_visits(pk, "VISIT#", newest_first=True)
        others = (each for each in stored if each.place not in known)
        return find_present(merge(reversed(now), others, key=lambda each: each.place, reverse=True))

    def _iterate_visits(self, pk: str, since: str, *, newest_first: bool) -> Iterator[Visit]:
        start: Item | None = None
        while True:
            page = self.table.query(
                pk,
                after=since,
                until=f"VISIT#{_LAST}",
                limit=_VISITS_A_PAGE,
                newest_first=newest_first,
                start_key=start,
            )
            yield from map(read_visit, page.items)
            start = page.next_key
            if start is None:
                return

    def commit(self, change: Change) -> None:
        """Raises TransactionRefused: the plate, the track or a visitor's visits have changed meanwhile."""
        self.table.transact(change_writes(change))

    def save_track(self, followed: FollowedTrack) -> None:
        """Raises TransactionRefused: it has changed meanwhile."""
        self.table.transact([track_put(followed)])

    def find_decision(self, decision_id: str) -> GateDecision | None:
        """A decision, or the one that it became when passages turned out to be one."""
        place = self._find_place(decision_id)
        while place is not None:
            found = self._find_passage(place)
            if found is not None:
                return found
            before, place = place, self._find_place(decision_id)
            if place == before:
                return None
            # Its passage has moved in between: its vehicle was seen earlier than was known.
        return None

    def _find_place(self, decision_id: str) -> Item | None:
        place = self.table.get(DECISION.key(decision_id=decision_id))
        while place is not None and "became" in place:
            place = self.table.get(DECISION.key(decision_id=place["became"]))
        return place

    def _find_passage(self, place: Item) -> GateDecision | None:
        names = ("site_id", "subject", "gate_id", "first_seen")
        item = self.table.get(PASSAGE.key(**{name: place[name] for name in names}))
        return read_decided(item) if item else None

    def list_readings(self, decided: GateDecision) -> list[Reading]:
        """Of its passage, in order of time: the newest ones, as who is parked in view is read for months."""
        pk = READING.partition(site_id=decided.site_id, subject=decided.subject)
        begins = f"READ#{decided.gate_id}#"
        first, last = to_sort_key(decided.passage.first_seen), to_sort_key(decided.passage.last_seen)
        after, until = f"{begins}{first}", f"{begins}{last}#{_LAST}"
        found = self.table.query(pk, after=after, until=until, limit=MAX_EVIDENCE, newest_first=True)
        return [read_reading(item) for item in reversed(found.items)]


def _read_track(track: Track, item: Item) -> FollowedTrack:
    placed = (
        Placed(
            each["event_id"],
            each["subject"],
            each["gate_id"],
            from_sort_key(each["first_seen"]),
            from_sort_key(each["last_seen"]),
            from_sort_key(each["until"]),
            each["opens"],
        )
        for each in item["placed"]
    )
    return FollowedTrack(track, tuple(placed), read_moment(item.get("left_at")), item["revision"])
