"""What the occupancy room publishes."""

from __future__ import annotations

from enum import StrEnum

from floorsight.events.envelope import Event


class CounterKind(StrEnum):
    """Whatever has a ledger, a baseline and a live count."""

    CAMERA = "camera"
    ZONE = "zone"


class OccupancyChanged(Event):
    """Crossings of a counter were recorded. It says that something changed, not to what: read the live count.

    `occurred_at` and `stream_session` are those of the latest of these crossings and `cause` is its id; the
    event's own id follows from all of them.
    """

    counter_id: str
    counter_kind: CounterKind
