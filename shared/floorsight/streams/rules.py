"""When a stream was live, to five minutes."""

from __future__ import annotations

from datetime import UTC, datetime

HEARTBEAT_MINUTES = 5


def heartbeat_slot(moment: datetime) -> datetime:
    """The beginning, in UTC, of the five minutes that a moment lies in."""
    utc = moment.astimezone(UTC)
    return utc.replace(minute=utc.minute - utc.minute % HEARTBEAT_MINUTES, second=0, microsecond=0)
