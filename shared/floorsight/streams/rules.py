"""When a stream was live, and when it was seen last."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from floorsight.events.vision import StreamHealth
from floorsight.streams.model import Seen

HEARTBEAT_MINUTES = 5


def heartbeat_slot(moment: datetime) -> datetime:
    """The beginning, in UTC, of the five minutes that a moment lies in."""
    utc = moment.astimezone(UTC)
    return utc.replace(minute=utc.minute - utc.minute % HEARTBEAT_MINUTES, second=0, microsecond=0)


def newly_seen(before: Seen | None, event: StreamHealth, now: datetime) -> Seen:
    """What was seen last of a camera after a minute of it, which may come late, twice, or from the future."""
    alive_at = min(event.occurred_at, now)
    if before is None or event.occurred_at > before.last_seen_at:
        if before is not None:
            alive_at = max(alive_at, before.alive_at)
        return Seen(
            event.camera_id, event.occurred_at, alive_at, event.frames_per_second, event.stream_session
        )
    if event.occurred_at > now:  # heard of before, when it lay further ahead: nothing new
        return before
    return replace(before, alive_at=max(alive_at, before.alive_at))
