"""Events made from what the pipeline found. Their ids follow from what happened alone."""

from __future__ import annotations

from datetime import datetime

from floorsight.events.identity import FaceSeen
from floorsight.events.vision import (
    ChunkRejected,
    ChunksMissed,
    LineCrossed,
    Rejection,
    StreamHealth,
    TrackEnded,
    ZoneEntered,
    ZoneLeft,
)
from floorsight.platform.clock import to_sort_key
from floorsight.platform.ids import derived_id
from floorsight.vision.counting import Crossing
from floorsight.vision.detections import ObjectClass
from floorsight.vision.minutes import StreamMinute, minute_of
from floorsight.vision.plan import CountingPlan
from floorsight.vision.stream_state import StreamState
from floorsight.vision.track_log import FaceLog, TrackLog
from floorsight.vision.visits import Visit, VisitBegan, VisitEnded


def crossing_event(
    crossing: Crossing, plan: CountingPlan, stream_session: str, occurred_at: datetime, cause: str
) -> LineCrossed:
    """`occurred_at` is the capture time of the frame in which the track settled."""
    line = crossing.line
    event_id = derived_id(
        LineCrossed.detail_type(),
        plan.camera_id,
        stream_session,
        crossing.track_id,
        line.line_id,
        line.revision,
        crossing.number,
    )
    return LineCrossed(
        event_id=event_id,
        occurred_at=occurred_at,
        site_id=plan.site_id,
        camera_id=plan.camera_id,
        stream_session=stream_session,
        cause=cause,
        line_id=line.line_id,
        line_revision=line.revision,
        track_id=crossing.track_id,
        crossing_number=crossing.number,
        direction=crossing.direction,
        object_class=ObjectClass.PERSON.label,
        confidence=fraction(crossing.confidence),
        anchor=crossing.anchor,
        snapshot_key=snapshot_key(plan, occurred_at, event_id),
    )


def entered_event(visit: VisitBegan, plan: CountingPlan, state: StreamState, cause: str) -> ZoneEntered:
    """`occurred_at` is the capture time of the first of the frames that settled it."""
    event_id = _visit_id(ZoneEntered.detail_type(), visit, plan, state)
    occurred_at = state.time_of(visit.zone.state.entered_ms)
    return ZoneEntered(
        event_id=event_id,
        occurred_at=occurred_at,
        site_id=plan.site_id,
        camera_id=plan.camera_id,
        stream_session=state.stream_session,
        cause=cause,
        zone_id=visit.zone_id,
        zone_revision=visit.zone.revision,
        restricted=visit.zone.restricted,
        track_id=visit.track_id,
        visit_number=visit.zone.visits,
        object_class=ObjectClass.PERSON.label,
        confidence=fraction(visit.confidence),
        anchor=visit.anchor,
        snapshot_key=snapshot_key(plan, occurred_at, event_id),
    )


def left_event(visit: VisitEnded, plan: CountingPlan, state: StreamState, cause: str) -> ZoneLeft:
    """Its picture is that of the entering, found by its id: of a track that was lost there is no other."""
    entered_ms = visit.zone.state.entered_ms
    entered_at = state.time_of(entered_ms)
    entered_id = _visit_id(ZoneEntered.detail_type(), visit, plan, state)
    return ZoneLeft(
        event_id=_visit_id(ZoneLeft.detail_type(), visit, plan, state),
        occurred_at=state.time_of(visit.at_ms),
        site_id=plan.site_id,
        camera_id=plan.camera_id,
        stream_session=state.stream_session,
        cause=cause,
        zone_id=visit.zone_id,
        zone_revision=visit.zone.revision,
        restricted=visit.zone.restricted,
        track_id=visit.track_id,
        visit_number=visit.zone.visits,
        object_class=ObjectClass.PERSON.label,
        confidence=fraction(visit.confidence),
        anchor=visit.anchor,
        snapshot_key=snapshot_key(plan, entered_at, entered_id),
        entered_at=entered_at,
        dwell_seconds=max(visit.at_ms - entered_ms, 0) / 1000.0,
        reason=visit.reason,
    )


def health_event(minute: StreamMinute, plan: CountingPlan, state: StreamState, cause: str) -> StreamHealth:
    """`occurred_at` is the capture time of the minute's last analysed frame."""
    begins_at = minute_of(state.time_of(minute.first_ms))
    return StreamHealth(
        event_id=derived_id(
            StreamHealth.detail_type(), plan.camera_id, state.stream_session, to_sort_key(begins_at)
        ),
        occurred_at=state.time_of(minute.last_ms),
        site_id=plan.site_id,
        camera_id=plan.camera_id,
        stream_session=state.stream_session,
        cause=cause,
        minute=begins_at,
        frames_analysed=minute.frames,
        frames_per_second=minute.frames_per_second,
        recorded=plan.recorded,
    )


def ended_event(
    track_id: int, log: TrackLog, plan: CountingPlan, state: StreamState, cause: str
) -> TrackEnded:
    """`occurred_at` is the last time that the track was seen."""
    return TrackEnded(
        event_id=derived_id(TrackEnded.detail_type(), plan.camera_id, state.stream_session, track_id),
        occurred_at=state.time_of(log.last_seen_ms),
        site_id=plan.site_id,
        camera_id=plan.camera_id,
        stream_session=state.stream_session,
        cause=cause,
        track_id=track_id,
        object_class=log.object_class.label,
        started_at=state.time_of(log.started_ms),
        observations=log.observations,
        path=log.simplified_path(),
    )


def face_event(track_id: int, faces: FaceLog, plan: CountingPlan, state: StreamState, cause: str) -> FaceSeen:
    """Of a track with one good face at least. `occurred_at` is when the best of them was seen."""
    return FaceSeen(
        event_id=derived_id(FaceSeen.detail_type(), plan.camera_id, state.stream_session, track_id),
        occurred_at=state.time_of(faces.best_ms),
        site_id=plan.site_id,
        camera_id=plan.camera_id,
        stream_session=state.stream_session,
        cause=cause,
        track_id=track_id,
        faces=faces.kept,
        first_seen_at=state.time_of(faces.first_ms),
        last_seen_at=state.time_of(faces.last_ms),
        record_keys=faces.keys,
    )


def missed_event(
    plan: CountingPlan, stream_session: str, first: int, last: int, noticed_at: datetime
) -> ChunksMissed:
    """`noticed_at` is the capture time of the chunk after the gap."""
    return ChunksMissed(
        event_id=derived_id(ChunksMissed.detail_type(), plan.camera_id, stream_session, first, last),
        occurred_at=noticed_at,
        site_id=plan.site_id,
        camera_id=plan.camera_id,
        stream_session=stream_session,
        cause=f"chunk/{last + 1}",
        first_sequence=first,
        last_sequence=last,
    )


def rejected_event(
    *,
    site_id: str,
    camera_id: str,
    stream_session: str,
    sequence: int | None,
    occurred_at: datetime,
    reason: Rejection,
    explanation: str,
    quarantine_key: str,
) -> ChunkRejected:
    """The id follows from where the chunk is kept, which follows from its content."""
    return ChunkRejected(
        event_id=derived_id(ChunkRejected.detail_type(), quarantine_key),
        occurred_at=occurred_at,
        site_id=site_id,
        camera_id=camera_id,
        stream_session=stream_session,
        cause=f"chunk/{sequence}" if sequence is not None else "record",
        sequence=sequence,
        reason=reason,
        explanation=explanation,
        quarantine_key=quarantine_key,
    )


def _visit_id(kind: str, visit: Visit, plan: CountingPlan, state: StreamState) -> str:
    zone = visit.zone
    return derived_id(
        kind,
        plan.camera_id,
        state.stream_session,
        visit.track_id,
        visit.zone_id,
        zone.revision,
        zone.visits,
    )


def snapshot_key(plan: CountingPlan, occurred_at: datetime, event_id: str) -> str:
    """Where an event's picture is kept."""
    day = occurred_at.strftime("%Y-%m-%d")
    return f"snapshots/{plan.site_id}/{plan.camera_id}/{day}/{event_id}.jpg"


def fraction(score: float) -> float:
    """0..1, whatever rounding made of it."""
    return min(max(score, 0.0), 1.0)
