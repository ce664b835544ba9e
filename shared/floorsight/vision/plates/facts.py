"""Events made from what was read of a vehicle. Their ids follow from the track alone."""

from __future__ import annotations

from floorsight.events.vehicles import PlateRead, PlateReading, VehicleLeft
from floorsight.platform.ids import derived_id
from floorsight.vision.facts import fraction, snapshot_key
from floorsight.vision.plan import CountingPlan, GateView
from floorsight.vision.plates.consensus import combine
from floorsight.vision.plates.direction import find_direction
from floorsight.vision.stream_state import StreamState
from floorsight.vision.track_log import PlateLog, TrackLog


def plate_event(
    track_id: int,
    log: TrackLog,
    plan: CountingPlan,
    gate: GateView,
    state: StreamState,
    cause: str,
    *,
    announced: bool = False,
) -> PlateRead:
    """What all readings of a track come to, or that there was none; `announced`: it is told again later."""
    plates, found = log.plates, combine(log.plates.readings)
    vehicle_key, plate_key = picture_keys(track_id, log, plan, state)
    return PlateRead(
        event_id=_plate_id(track_id, plan, state, *(["behind"] if announced else [])),
        occurred_at=state.time_of(plates.pictured_ms if plates.readings else log.last_seen_ms),
        site_id=plan.site_id,
        camera_id=plan.camera_id,
        stream_session=state.stream_session,
        cause=cause,
        gate_id=gate.gate_id,
        lane=gate.lane,
        direction=gate.direction or find_direction(plan, log.path),
        track_id=track_id,
        vehicle_type=plates.kind.label,
        text=found.text,
        confidence=fraction(found.confidence),
        character_confidences=tuple(map(fraction, found.confidences)),
        reads=found.reads,
        agreeing=found.agreeing,
        readings=tuple(
            PlateReading(
                text=each.text, confidence=fraction(each.confidence), seen_at=state.time_of(each.at_ms)
            )
            for each in plates.readings
        ),
        reader=plates.reader,
        first_seen_at=state.time_of(log.started_ms),
        last_seen_at=state.time_of(log.last_seen_ms),
        behind=plates.behind,
        crop_key=plate_key if plates.readings else None,
        snapshot_key=vehicle_key if plates.pictured else None,
    )


def vehicle_left_event(
    track_id: int, log: TrackLog, plan: CountingPlan, gate: GateView, state: StreamState, cause: str
) -> VehicleLeft:
    """Of a track whose plate was told. `occurred_at` is the last time that it was seen."""
    return VehicleLeft(
        event_id=derived_id(VehicleLeft.detail_type(), plan.camera_id, state.stream_session, track_id),
        occurred_at=state.time_of(log.last_seen_ms),
        site_id=plan.site_id,
        camera_id=plan.camera_id,
        stream_session=state.stream_session,
        cause=cause,
        gate_id=gate.gate_id,
        lane=gate.lane,
        track_id=track_id,
        text=log.plates.text,
        first_seen_at=state.time_of(log.started_ms),
    )


def picture_keys(track_id: int, log: TrackLog, plan: CountingPlan, state: StreamState) -> tuple[str, str]:
    """Where the pictures of a track's vehicle and of its plate are kept, by the day on which it came.

    A better picture takes the place of the one before.
    """
    event_id = _plate_id(track_id, plan, state)
    began_at = state.time_of(log.started_ms)
    return snapshot_key(plan, began_at, event_id), snapshot_key(plan, began_at, f"{event_id}-plate")


def gate_of(plates: PlateLog, now: GateView | None) -> GateView:
    """The gate at which a vehicle was seen: that of the first look, whatever the camera's is now.

    Its `gate_id` is empty where neither is known.
    """
    if plates.gate_id:
        return GateView(plates.gate_id, plates.lane, plates.direction)
    return now or GateView("", "")


def _plate_id(track_id: int, plan: CountingPlan, state: StreamState, *more: str) -> str:
    return derived_id(PlateRead.detail_type(), plan.camera_id, state.stream_session, track_id, *more)
