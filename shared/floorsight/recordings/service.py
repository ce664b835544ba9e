"""Keeping the record of a job, and its camera for it alone while it runs."""

from __future__ import annotations

from dataclasses import dataclass, replace

from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.errors import Conflict, NotFound
from floorsight.platform.table import Write
from floorsight.recordings.model import Lease, Order, Problem, Recording, RecordingStatus
from floorsight.recordings.rules import as_seen, begun, check_free, check_same, renewed
from floorsight.recordings.store import RecordingStore


class Overtaken(Conflict):
    """Another attempt of the same job has begun, or another job has the camera: this one must end."""

    code = "overtaken"


@dataclass(frozen=True)
class RecordingService:
    """Use cases of the recordings room. Every call raises Unavailable while the table does not answer."""

    store: RecordingStore
    clock: Clock = utc_now

    def submit(self, order: Order) -> Recording:
        """The job that is asked for, made as queued if it is new.

        Raises:
            Conflict: `other_job`, when the id is known for another video or camera.
        """
        known = self.store.find(order.job_id) or self._queue(order)
        check_same(known, order)
        return known

    def _queue(self, order: Order) -> Recording:
        """A new job; or the one that is there by now, which may be this very one: boto3 repeats what it got
        no answer to, and is refused by its own success."""
        now = self.clock()
        new = Recording(order.job_id, order.camera_id, order.video, now, order.started_at, updated_at=now)
        try:
            self.store.write([self.store.recording_put(new, attempts_before=None)])
        except Conflict:
            return self.get(order.job_id)
        return new

    def get(self, job_id: str) -> Recording:
        """A job as it is now. Raises NotFound (`unknown_recording`)."""
        found = self.store.find(job_id)
        if found is None:
            raise NotFound(f"there is no recording job {job_id}", code="unknown_recording")
        return as_seen(found, self.clock())

    def begin(
        self, recording: Recording, *, site_id: str, stream_session: str, current_session: str | None
    ) -> Recording:
        """Begin the next attempt: the camera is this job's alone from now on.

        `stream_session` is taken if this is the first attempt; `current_session` is what the camera's stream
        is in. An attempt of the same job that still runs is overtaken.

        Raises:
            Conflict: `camera_busy`, while another job has the camera; `camera_is_live`, when its stream was
                made by a publisher.
        """
        now = self.clock()
        lease = self.store.find_lease(recording.camera_id)
        check_free(recording, lease, now)
        self._check_not_live(recording.camera_id, current_session)
        new = replace(
            begun(recording, site_id=site_id, stream_session=stream_session, now=now), updated_at=now
        )
        try:
            self.store.write(
                [
                    self.store.recording_put(new, attempts_before=recording.attempts),
                    self.store.lease_put(_lease(new), instead_of=lease),
                    self.store.session_put(new),
                ]
            )
        except Conflict as error:
            raise Conflict(
                f"camera {recording.camera_id} or job {recording.job_id} was taken this very moment",
                code="camera_busy",
            ) from error
        return new

    def _check_not_live(self, camera_id: str, current_session: str | None) -> None:
        if current_session is not None and not self.store.is_recorded(camera_id, current_session):
            raise Conflict(
                f"camera {camera_id} has a live stream (session {current_session}): one of the two would be "
                "refused as older than the other. Use a camera of its own for recorded video",
                code="camera_is_live",
            )

    def save(self, recording: Recording) -> Recording:
        """Keep how far a running attempt is, and its camera. Raises Overtaken."""
        now = self.clock()
        new = renewed(replace(recording, updated_at=now), now)
        writes: list[Write] = [self.store.recording_put(new, attempts_before=new.attempts)]
        if new.lease_until != recording.lease_until:
            writes.append(self.store.lease_put(_lease(new), instead_of=_lease(new)))
        self._write(writes, new)
        return new

    def close(
        self, recording: Recording, status: RecordingStatus, problem: Problem | None = None
    ) -> Recording:
        """Keep how an attempt ended, and give its camera back unless there is to be another attempt.

        Raises Overtaken.
        """
        now = self.clock()
        new = replace(recording, status=status, problem=problem, updated_at=now)
        over = status is not RecordingStatus.INTERRUPTED
        if over:
            new = replace(new, finished_at=now, lease_until=None)
        writes: list[Write] = [self.store.recording_put(new, attempts_before=new.attempts)]
        if over and recording.lease_until is not None:
            writes.append(self.store.lease_end(_lease(recording), now))
        self._write(writes, new)
        return new

    def _write(self, writes: list[Write], recording: Recording) -> None:
        try:
            self.store.write(writes)
        except Conflict as error:
            raise Overtaken(
                f"attempt {recording.attempts} of job {recording.job_id} is not the one that counts any more"
            ) from error


def _lease(recording: Recording) -> Lease:
    if recording.lease_until is None:
        raise ValueError("only a running attempt has a lease")
    return Lease(recording.camera_id, recording.job_id, recording.attempts, recording.lease_until)
