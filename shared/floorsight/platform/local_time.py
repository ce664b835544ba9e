"""Local times of day as instants, resolved the same way everywhere.

Clocks are put forward and back: some local times happen twice, some never. Which instant is meant is then
the first at or after that local time: the first of two, and the end of a gap. So every local date has each
time of day exactly once, in the order of the dates.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_SECOND = timedelta(seconds=1)


def instant_at(local_date: date, time_of_day: time, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, at which it is `time_of_day` on `local_date` in `zone`."""
    wanted = datetime.combine(local_date, time_of_day)
    instant = wanted.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wanted:
        return instant
    # In a gap, the two readings of a local time (PEP 495) lie on either side of the change of clocks.
    return _change_of_clocks(wanted.replace(tzinfo=zone, fold=1).astimezone(UTC), instant, zone)


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
