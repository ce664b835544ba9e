"""Whose passage a reading belongs to: pure."""

from __future__ import annotations

from collections.abc import Sequence

from floorsight.events.vehicles import PlateRead, VehicleLeft
from floorsight.vehicles.gate.changes import PLATE
from floorsight.vehicles.gate.model import Seen, Track
from floorsight.vehicles.plates import canonical_texts, clean

_MAX_TEXT = 64  # it is part of a key; no plate is nearly so long


def name_subject(read: PlateRead, profiles: Sequence[str]) -> str:
    """The plate, if the text is one; else the text as it was read; else the track: nobody else's passage.

    Raises Malformed (`unknown_profile`).
    """
    text = clean(read.text or "")
    if not text:
        return f"TRACK#{read.camera_id}#{read.stream_session}#{read.track_id}"
    plates = canonical_texts(text, profiles)
    return PLATE + plates[0].plate if len(plates) == 1 else name_text(text)


def name_text(text: str) -> str:
    """The subject of a clean text that is no plate."""
    return f"TEXT#{text[:_MAX_TEXT]}"


def track_of(event: PlateRead | VehicleLeft) -> Track:
    return Track(event.site_id, event.camera_id, event.stream_session, event.track_id)


def seen_of(read: PlateRead) -> Seen:
    """What a decision keeps of the reading that it rests on."""
    return Seen(
        event_id=read.event_id,
        track=track_of(read),
        lane=read.lane,
        direction=read.direction,
        occurred_at=read.occurred_at,
        vehicle_type=read.vehicle_type,
        text=read.text,
        confidence=read.confidence,
        crop_key=read.crop_key,
        snapshot_key=read.snapshot_key,
    )
