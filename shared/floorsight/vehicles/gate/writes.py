"""What one change of a plate's passages writes: one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from math import ceil

from floorsight.platform.clock import moment_text, to_sort_key
from floorsight.platform.items import Item, Key
from floorsight.platform.table import Delete, Expectation, Put, Update, Write, at_revision
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
    expiry_seconds,
)
from floorsight.vehicles.gate.layout import decided_body, reading_body, visit_body
from floorsight.vehicles.gate.model import GateDecision
from floorsight.vehicles.gate.passages import Passage
from floorsight.vehicles.gate.tracks import FollowedTrack
from floorsight.vehicles.gate.visits import Visit

_DAY_SECONDS = 86_400


def change_writes(change: Change) -> list[Write]:
    """All that a change writes, refused if anything of the plate has changed since it was read."""
    writes: list[Write] = [_book_put(change)]
    if change.track is not None:
        writes.append(track_put(change.track))
    if change.reading is not None:
        writes.append(_reading_put(change))
    writes += _passage_writes(change)
    writes += _decision_puts(change)
    writes += _visits_used_updates(change)
    if change.book.plate is not None:
        writes += _visit_writes(change, change.book.plate)
        writes += _on_site_writes(change, change.book.plate)
    return writes


def track_put(followed: FollowedTrack) -> Put:
    """Writes what is known of a track in place of the revision that was read."""
    moments = [moment for each in followed.placed for moment in (each.until, each.last_seen)]
    moments += [followed.left_at] if followed.left_at else []
    body: Item = {
        "left_at": moment_text(followed.left_at),
        "placed": [
            {
                **vars(each),
                **{name: to_sort_key(getattr(each, name)) for name in ("first_seen", "last_seen", "until")},
            }
            for each in followed.placed
        ],
        "revision": followed.revision + 1,
        "expires_at": expiry_seconds(max(moments)),
    }
    names = {name: str(value) for name, value in vars(followed.track).items()}
    return Put(TRACK.item(body, **names), at_revision(followed.revision))


def passage_keys(book: Book, passage: Passage) -> dict[str, str]:
    return {
        "site_id": book.site_id,
        "subject": book.subject,
        "gate_id": passage.gate_id,
        "first_seen": to_sort_key(passage.first_seen),
    }


def _book_put(change: Change) -> Put:
    book = change.book
    body: Item = {
        "revision": book.revision + 1,
        "longest_seconds": ceil(change.longest / timedelta(seconds=1)),
        # It outlives all that it is about.
        "expires_at": max(book.expires_at, expiry_seconds(change.after.passage.last_seen)),
    }
    return Put(BOOK.item(body, site_id=book.site_id, subject=book.subject), at_revision(book.revision))


def _reading_put(change: Change) -> Put:
    reading, followed = change.reading, change.track
    placed = followed.find(reading.read.event_id) if reading and followed else None
    if reading is None or placed is None:
        raise ValueError("no reading to write, or it has no place")
    read = reading.read
    keys = passage_keys(change.book, change.after.passage) | {"first_seen": to_sort_key(placed.first_seen)}
    body = reading_body(reading) | {"expires_at": expiry_seconds(placed.last_seen)}
    return Put(READING.item(body, event_id=read.event_id, **keys))


def _passage_writes(change: Change) -> Iterator[Write]:
    passage = change.after.passage
    body = decided_body(change.after) | {"expires_at": expiry_seconds(passage.last_seen)}
    keys = passage_keys(change.book, passage)
    put = Put(PASSAGE.item(body, passage_id=passage.passage_id, **keys))
    yield put
    for each in change.before:
        key = PASSAGE.key(**passage_keys(change.book, each.passage))
        if key != put.key:
            yield Delete(key)


def _decision_puts(change: Change) -> Iterator[Put]:
    """Where each decision is from now on."""
    after = change.after
    stands = [each for each in change.before if each.decision_id == after.decision_id]
    if not stands or _place_of(stands[0]) != _place_of(after):
        yield _decision_put(after, after.decision_id, passage_keys(change.book, after.passage))
    for each in change.before:
        if each.decision_id != after.decision_id:
            yield _decision_put(after, each.decision_id, {"became": after.decision_id})


def _place_of(decided: GateDecision) -> tuple[datetime, int]:
    return decided.passage.first_seen, _pointer_expiry(decided)


def _pointer_expiry(decided: GateDecision) -> int:
    """In whole days, a day or less after the passage's: it grows with that, and is not written each time."""
    return (expiry_seconds(decided.passage.last_seen) // _DAY_SECONDS + 1) * _DAY_SECONDS


def _decision_put(after: GateDecision, decision_id: str, body: Item) -> Put:
    kept = {"expires_at": _pointer_expiry(after)}
    return Put(DECISION.item(body | kept, decision_id=decision_id))


def _visits_used_updates(change: Change) -> Iterator[Update]:
    for vehicle_id, more in change.visits_used.items():
        limit = change.limits.get(vehicle_id)
        yield Update(
            VISITS_USED.key(vehicle_id=vehicle_id),
            add={"used": more},
            set={"type": VISITS_USED.name, "v": VISITS_USED.version},
            expect=Expectation(at_most={"used": limit - more}) if limit and more > 0 else Expectation(),
        )


def _visit_writes(change: Change, plate: str) -> Iterator[Write]:
    before = {_visit_key(change.book, each): each for each in change.visits_before}
    after = {_visit_key(change.book, each): each for each in change.visits_after}
    for key in before.keys() - after.keys():
        yield Delete(key)
    for key, visit in after.items():
        if before.get(key) != visit:
            keys = passage_keys(change.book, visit.passages[0])
            yield Put(VISIT.item(_visit_body(visit, plate), visit_id=visit.visit_id, **keys))


def _on_site_writes(change: Change, plate: str) -> Iterator[Write]:
    before, after = change.present_before, change.present_after
    names = {"site_id": change.book.site_id, "plate": plate}
    if after is not None and after != before:
        yield Put(ON_SITE.item(_visit_body(after, plate), **names))
    elif before is not None and after is None:
        yield Delete(ON_SITE.key(**names))


def _visit_key(book: Book, visit: Visit) -> Key:
    return VISIT.key(**passage_keys(book, visit.passages[0]))


def _visit_body(visit: Visit, plate: str) -> Item:
    return visit_body(visit, plate) | {"expires_at": expiry_seconds(visit.passages[-1].last_seen)}
