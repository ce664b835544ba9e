"""What the bus was told of a camera."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from floorsight.platform.bus import Message


@dataclass(frozen=True)
class Outage:
    """What was told of a camera. `since` is when it was found to be offline, None while it is not.

    `number` rises with every write.
    """

    camera_id: str
    number: int = 0
    since: datetime | None = None
    outbox: Message | None = None
