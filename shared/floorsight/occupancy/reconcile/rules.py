"""When a site is quiet: a local time of day on a local date, as an instant. Pure.

Clocks are put forward and back: some local times happen twice, some never. The quiet instant of a local
date is the first instant at or after that local time: the first of two, and the end of a gap. So every
local date has exactly one, in the order of the dates.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_SECOND = timedelta(seconds=1)
# A local date begins at most 14 hours before it does in UTC: tomorrow's quiet instant may be past already.
_DAYS_AHEAD = 1


def quiet_instant(local_date: date, quiet_hour: time, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, at which it is `quiet_hour` on `local_date` in `zone`."""
    wanted = datetime.combine(local_date, quiet_hour)
    instant = wanted.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wanted:
        return instant
    # In a gap, the two readings of a local time (PEP 495) lie on either side of the change of clocks.
    return _change_of_clocks(wanted.replace(tzinfo=zone, fold=1).astimezone(UTC), instant, zone)


def due_date(quiet_hour: time, zone: ZoneInfo, last_done: date | None, now: datetime) -> date | None:
    """The local date whose quiet instant is to be acted on now; None if there is nothing to do.

    At most once a local date: dates up to `last_done` are done, whatever the quiet hour was then. Of
    several missed dates only the latest counts: what was true at an earlier quiet instant is contained in
    what is made true at the latest.
    """
    latest = now.astimezone(zone).date() + timedelta(days=_DAYS_AHEAD)
    while quiet_instant(latest, quiet_hour, zone) > now:
        latest -= timedelta(days=1)
    return latest if last_done is None or latest > last_done else None


def _change_of_clocks(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The first second at which the offset is that of `after`, given that it is not yet at `before`."""
    offset = after.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + timedelta(seconds=(after - before) // (2 * _SECOND))
        if middle.astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after
