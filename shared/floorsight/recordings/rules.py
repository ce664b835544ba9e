"""What follows for a job that analyses a recorded video: pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from floorsight.platform.errors import Conflict
from floorsight.recordings.model import Damage, Lease, Order, Problem, Recording, RecordingStatus

# A job's record is written no more often, and a running job writes it at least about as often.
PROGRESS_SECONDS = 5.0
# A job that was stopped keeps its camera until its next attempt has found a machine. (Were another video
# analysed in between, the rest of this one would belong to a session of the past.)
LEASE_SECONDS = 1800.0
RENEW_SECONDS = 300.0
# Longer than a chunk's analysis and the waits between tries.
SILENT_SECONDS = 120.0
# A video that is damaged everywhere says so by its number of rejected chunks.
MAX_DAMAGES = 50

SILENT = Problem(
    "no_sign_of_life",
    "the attempt ended without a word; started again under the same job id, it goes on from its last commit",
)


def check_same(known: Recording, order: Order) -> None:
    """Raises Conflict (`other_job`) unless a job that is known is the one that is asked for."""
    begins_elsewhere = None not in (known.started_at, order.started_at) and (
        known.started_at != order.started_at
    )
    if (known.camera_id, known.video) != (order.camera_id, order.video) or begins_elsewhere:
        raise Conflict(
            f"job {order.job_id} is known for camera {known.camera_id} and {known.video} from "
            f"{known.started_at} on: take another job id for another video",
            code="other_job",
        )


def check_free(order: Recording, lease: Lease | None, now: datetime) -> None:
    """Raises Conflict (`camera_busy`) while another job has the camera."""
    if lease is not None and lease.job_id != order.job_id and lease.until > now:
        raise Conflict(
            f"job {lease.job_id} has camera {order.camera_id}, until {lease.until:%H:%M:%S} UTC if it was "
            "given up: a camera takes one video at a time. Start this job when that one is over (AWS Batch: "
            "--depends-on)",
            code="camera_busy",
        )


def as_seen(recording: Recording, now: datetime) -> Recording:
    """A job that claims to run and has said nothing for long does not: it was killed."""
    if recording.status is not RecordingStatus.RUNNING or recording.updated_at is None:
        return recording
    if (now - recording.updated_at).total_seconds() > SILENT_SECONDS:
        return replace(recording, status=RecordingStatus.INTERRUPTED, problem=SILENT)
    return recording


def begun(recording: Recording, *, site_id: str, stream_session: str, now: datetime) -> Recording:
    """The next attempt of a job. The session is that of the first."""
    return replace(
        recording,
        status=RecordingStatus.RUNNING,
        attempts=recording.attempts + 1,
        site_id=site_id,
        stream_session=recording.stream_session or stream_session,
        problem=None,
        finished_at=None,
        lease_until=now + timedelta(seconds=LEASE_SECONDS),
    )


def renewed(recording: Recording, now: datetime) -> Recording:
    """With a longer lease, once a good part of it has passed."""
    fresh_until = now + timedelta(seconds=LEASE_SECONDS)
    due = timedelta(seconds=RENEW_SECONDS)
    if recording.lease_until is not None and fresh_until - recording.lease_until < due:
        return recording
    return replace(recording, lease_until=fresh_until)


def with_damage(recording: Recording, damage: Damage) -> Recording:
    """With one more damaged part, unless that is known (a chunk may be taken twice) or there are too many."""
    known = any((d.sequence, d.at_seconds) == (damage.sequence, damage.at_seconds) for d in recording.damages)
    if known or len(recording.damages) >= MAX_DAMAGES:
        return recording
    return replace(recording, damages=(*recording.damages, damage))
