"""Events made from what the pipeline found. Their ids follow from what happened alone."""

from __future__ import annotations

from datetime import datetime

from floorsight.events.vision import ChunkRejected, ChunksMissed, LineCrossed, Rejection, TrackEnded
from floorsight.platform.ids import derived_id
from floorsight.vision.counting import Crossing
from floorsight.vision.detections import ObjectClass
from floorsight.vision.plan import CountingPlan
from floorsight.vision.stream_state import StreamState
from floorsight.vision.track_log import TrackLog


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
    day = occurred_at.strftime("%Y-%m-%d")
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
        confidence=min(max(crossing.confidence, 0.0), 1.0),
        anchor=crossing.anchor,
        snapshot_key=f"snapshots/{plan.site_id}/{plan.camera_id}/{day}/{event_id}.jpg",
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
