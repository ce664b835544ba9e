"""When a site is quiet: a local time of day on a local date, as an instant. Pure."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from floorsight.platform.local_time import instant_at

# A local date begins at most 14 hours before it does in UTC: tomorrow's quiet instant may be past already.
_DAYS_AHEAD = 1


def due_date(quiet_hour: time, zone: ZoneInfo, last_done: date | None, now: datetime) -> date | None:
    """The local date whose quiet instant is to be acted on now; None if there is nothing to do.

    At most once a local date: dates up to `last_done` are done, whatever the quiet hour was then. Of
    several missed dates only the latest counts: what was true at an earlier quiet instant is contained in
    what is made true at the latest.
    """
    latest = now.astimezone(zone).date() + timedelta(days=_DAYS_AHEAD)
    while instant_at(latest, quiet_hour, zone) > now:
        latest -= timedelta(days=1)
    return latest if last_done is None or latest > last_done else None
