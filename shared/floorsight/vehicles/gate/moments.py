"""What is believed of when a vehicle was seen: cameras' clocks go wrong. Pure.

What would join days into one passage, or hide a vehicle until its camera's clock was right, is held to the
time at which it came. What came is kept as it came, as evidence.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from floorsight.events.vehicles import PlateRead

LATE_AFTER = timedelta(seconds=30)
AHEAD = timedelta(seconds=5)  # of our clock: no two clocks are the same
LONGEST_TRACK = timedelta(days=1)  # nobody is followed for longer


def hold_read(read: PlateRead, now: datetime) -> PlateRead:
    """The reading with times that can be: not after now (and a little), in order, and no more than a day."""
    last = hold_moment(max(read.last_seen_at, read.first_seen_at), now)
    first = max(min(read.first_seen_at, last), last - LONGEST_TRACK)
    at = max(first, min(read.occurred_at, last))
    return read.model_copy(update={"first_seen_at": first, "last_seen_at": last, "occurred_at": at})


def hold_moment(moment: datetime, now: datetime) -> datetime:
    return min(moment, now + AHEAD)


def is_late(last_seen: datetime, now: datetime) -> bool:
    """Whether nothing is to be opened any more for a vehicle that was seen last then."""
    return now - last_seen > LATE_AFTER or is_ahead(last_seen, now)


def is_ahead(seen: datetime, now: datetime) -> bool:
    """Whether it was seen by a clock that is wrong: nobody knows when that was."""
    return seen - now > AHEAD
