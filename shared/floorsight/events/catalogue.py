"""Every event class, for documentation and for reading by detail type."""

from __future__ import annotations

from floorsight.events.envelope import Event
from floorsight.events.vision import ChunkRejected, ChunksMissed, LineCrossed, TrackEnded

EVENTS: tuple[type[Event], ...] = (LineCrossed, TrackEnded, ChunkRejected, ChunksMissed)
BY_DETAIL_TYPE: dict[str, type[Event]] = {event.detail_type(): event for event in EVENTS}
