"""The job: from an order to its end, resumed where an earlier attempt was stopped."""

from __future__ import annotations

import logging
import shutil
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from containers.recorded_video.analysing import Interrupted, VideoRun, superseded
from containers.recorded_video.reporting import ProgressReport
from floorsight.events.recordings import RecordingAnalysed
from floorsight.platform.downloads import Downloads, Location, RemoteObject
from floorsight.platform.errors import Conflict, FloorsightError, Malformed, Unavailable
from floorsight.platform.ids import derived_id
from floorsight.recordings.model import Order, Problem, Recording, RecordingStatus
from floorsight.recordings.service import Overtaken, RecordingService
from floorsight.sites.service import SiteService
from floorsight.vision.chunk import later_stream_session
from floorsight.vision.service import CameraStream, StreamPorts
from floorsight.vision.stream_state import StreamState

log = logging.getLogger(__name__)

GIB = 1024**3


@dataclass(frozen=True)
class Scratch:
    """Where the video lies while it is analysed, and how large it may be."""

    folder: Path | None
    limit_gib: int

    def check(self, remote: RemoteObject) -> None:
        """Raises Malformed (`video_too_large`) or Unavailable (`scratch_full`)."""
        if remote.size_bytes > self.limit_gib * GIB:
            raise Malformed(
                f"{remote.location} has {remote.size_bytes / GIB:.1f} GiB, more than the "
                f"{self.limit_gib} that fit: cut it, or deploy with -c recordings_scratch_gib=N",
                code="video_too_large",
            )
        free = shutil.disk_usage(self.folder or tempfile.gettempdir()).free
        if remote.size_bytes > free:
            raise Unavailable(
                f"{remote.location} has {remote.size_bytes / GIB:.1f} GiB and {free / GIB:.1f} are free",
                code="scratch_full",
            )


@dataclass(frozen=True)
class RecordedVideoJob:
    """One attempt at one job. `connect` loads what analysing takes, once the order was found good.

    It is attempt `attempt_number`, from 1 on, of a submission's `max_attempts`. Submitted anew, a job has all
    of them again, however many its record has seen.
    """

    recordings: RecordingService
    sites: SiteService
    downloads: Downloads
    scratch: Scratch
    connect: Callable[[], StreamPorts]
    max_attempts: int
    attempt_number: int
    stop: threading.Event

    def run(self, order: Order) -> Recording:
        """Analyse the video to its end; a job that has succeeded is left as it is.

        Raises FloorsightError; the job's record says the same.
        """
        recording = self.recordings.submit(order)
        if recording.status is RecordingStatus.SUCCEEDED:
            log.info("the job was done before", extra={"job": order.job_id})
            return recording
        report = ProgressReport(self.recordings, recording)
        try:
            self._run(report)
        except Overtaken:
            raise
        except Exception as error:
            self._close_failed(report.recording, error)
            raise
        return self.recordings.close(report.recording, RecordingStatus.SUCCEEDED)

    def _run(self, report: ProgressReport) -> None:
        location = Location.parse(report.recording.video)
        camera = self.sites.get_camera(report.recording.camera_id)
        ports = self.connect()
        before = ports.store.load(camera.camera_id).state
        report.recording = self._begin(report.recording, camera.site_id, before, ports.clock())
        with tempfile.TemporaryDirectory(prefix="floorsight-", dir=self.scratch.folder) as folder:
            path = Path(folder) / "video"
            counted = before is not None and before.stream_session == report.recording.stream_session
            self._fetch(location, path, report, counted=counted)
            stream = VideoRun(report, ports, self.stop).analyse(path)
        ports.bus.publish([_analysed_event(report.recording, stream).to_message()])

    def _begin(
        self, recording: Recording, site_id: str, before: StreamState | None, now: datetime
    ) -> Recording:
        current, known = before.stream_session if before else None, recording.stream_session
        if current is not None and known is not None and current > known:
            raise superseded(recording, current)
        salt = int(derived_id("recording", recording.job_id)[:4], 16)
        begun = self.recordings.begin(
            recording,
            site_id=site_id,
            stream_session=later_stream_session(current, now, salt),
            current_session=current,
        )
        log.info("begun", extra={"job": begun.job_id, "attempt": begun.attempts})
        return begun

    def _fetch(self, location: Location, path: Path, report: ProgressReport, *, counted: bool) -> None:
        remote = self.downloads.describe(location)
        self.scratch.check(remote)
        known = report.recording.video_tag
        if counted and known != remote.tag:
            raise Conflict(f"{location} was replaced since the job's first attempt", code="object_replaced")
        report.save(video_bytes=remote.size_bytes, video_tag=remote.tag)

        def note(fetched: int) -> None:
            report.update(fetched_bytes=fetched)
            if self.stop.is_set():
                raise Interrupted("told to stop while the video was fetched")

        self.downloads.fetch(remote, path, note)

    def _close_failed(self, recording: Recording, error: Exception) -> None:
        """Keep why. What may pass is left to the next attempt, if there is to be one."""
        log.error("%s", error, extra={"job": recording.job_id, "code": getattr(error, "code", "internal")})
        problem = Problem(getattr(error, "code", "internal"), str(error) or repr(error))
        again = self.attempt_number < self.max_attempts and may_pass(error)
        stopped = isinstance(error, Interrupted)
        status = RecordingStatus.INTERRUPTED if again or stopped else RecordingStatus.FAILED
        try:
            self.recordings.close(recording, status, problem)
        except (Unavailable, Overtaken) as fault:
            log.error("the job's record could not be closed: %s", fault.message)


def may_pass(error: Exception) -> bool:
    """Whether the same job may succeed later: the order is good, something else was not."""
    return isinstance(error, Unavailable | Interrupted) or not isinstance(error, FloorsightError)


def _analysed_event(recording: Recording, stream: CameraStream) -> RecordingAnalysed:
    """Of what is committed alone, so that every attempt says the same."""
    state = stream.state
    if state is None or recording.started_at is None:
        raise ValueError("an analysed video has a state and a time")
    ended_at = recording.started_at.timestamp() + recording.progress.seconds
    return RecordingAnalysed(
        event_id=derived_id(RecordingAnalysed.detail_type(), recording.job_id),
        occurred_at=datetime.fromtimestamp(ended_at, recording.started_at.tzinfo),
        site_id=str(recording.site_id),
        camera_id=recording.camera_id,
        stream_session=state.stream_session,
        cause="session-end",
        job_id=recording.job_id,
        video=recording.video,
        started_at=recording.started_at,
        seconds=recording.progress.seconds,
        chunks=recording.progress.chunks,
        chunks_rejected=state.tally.refused,
        frames_analysed=state.tally.frames,
        crossings=state.tally.crossings,
    )
