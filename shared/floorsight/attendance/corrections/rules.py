"""What people may enter as a punch: pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from floorsight.attendance.planning.model import FIRST_DATE, LAST_DATE
from floorsight.platform.errors import Malformed
from floorsight.platform.local_time import instant_at

# Clocks of kiosks are not quite right.
MAX_AHEAD = timedelta(minutes=1)


def resolve_time(at: datetime, zone: ZoneInfo) -> datetime:
    """The instant that is meant, in UTC, to the second (cut): a time without an offset is the site's.

    Local times that don't exist or exist twice are resolved as those of shifts are. Raises Malformed
    (`out_of_range`).
    """
    if not FIRST_DATE < at.date() < LAST_DATE:
        raise Malformed(f"`at` must be between {FIRST_DATE} and {LAST_DATE}", code="out_of_range", field="at")
    whole = at.replace(microsecond=0)
    return instant_at(whole.date(), whole.time(), zone) if whole.tzinfo is None else whole.astimezone(UTC)


def check_not_ahead(at: datetime, now: datetime) -> None:
    """Raises Malformed (`punch_in_future`)."""
    if at > now + MAX_AHEAD:
        raise Malformed(
            f"it is {now:%Y-%m-%d %H:%M:%S} UTC: nobody has come or gone at {at.isoformat()} yet",
            code="punch_in_future",
            field="at",
        )
