"""A video file's chunks, one after the other, through the stream of its camera."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from containers.recorded_video.reporting import DamageWatch, ProgressReport
from floorsight.platform.errors import Conflict, FloorsightError, Malformed, Unavailable
from floorsight.platform.retry import Backoff
from floorsight.recordings.model import Damage, Recording
from floorsight.video.chunking import ChunkingSettings, StreamRun, chunks_of
from floorsight.video.source import VideoFile
from floorsight.vision.chunk import Chunk
from floorsight.vision.plan import CountingPlan
from floorsight.vision.service import CameraStream, StreamPorts

log = logging.getLogger(__name__)

# About ten minutes of trying, as long as a live worker has patience with a shard.
TAKE_ATTEMPTS, TAKE_BASE_SECONDS, TAKE_CAP_SECONDS = 40, 0.5, 30.0
# A header rounds; what is missing beyond that was cut off.
MISSING_SECONDS, MISSING_SHARE = 1.0, 0.02


class Interrupted(FloorsightError):
    """The attempt was told to stop; the next one goes on after its last commit."""

    code = "interrupted"


@dataclass(frozen=True)
class VideoRun:
    """One attempt at one video: the job's record, its ports, and whether it was told to stop."""

    report: ProgressReport
    ports: StreamPorts
    stop: threading.Event

    def analyse(self, path: Path) -> CameraStream:
        """Take every chunk of the video that can be had, and end the session.

        Raises:
            Malformed: not one chunk of it can be analysed. Conflict: `superseded`. Interrupted.
            Unavailable: something did not answer for minutes.
        """
        with self._open(path) as video:
            self._fix_times(video.duration_seconds)
            stream = self._stream()
            self._take_all(stream, self._chunks(video))
        self._flush(stream)
        self._check_analysed(stream)
        self._note_missing_end()
        stream.end_session(str(self._recording.stream_session))
        self._check_session(stream)
        return stream

    @property
    def _recording(self) -> Recording:
        return self.report.recording

    def _open(self, path: Path) -> VideoFile:
        try:
            return VideoFile(path, self._note_damaged_picture)
        except Malformed as error:
            # Whoever reads it knows the video's address, not where it lies while it is analysed.
            message = error.message.replace(str(path), self._recording.video)
            raise Malformed(message, code=error.code) from error

    def _note_damaged_picture(self, at_seconds: float, explanation: str) -> None:
        self.report.add_damage(Damage(round(at_seconds, 3), explanation))

    def _fix_times(self, seconds_total: float | None) -> None:
        """The first attempt decides when the video began, before anything is counted by it."""
        started_at = self._recording.started_at
        if started_at is None:
            started_at = self.ports.clock() - timedelta(seconds=seconds_total or 0.0)
        self.report.save(started_at=started_at, seconds_total=seconds_total)

    @property
    def _started_at(self) -> datetime:
        started_at = self._recording.started_at
        if started_at is None:
            raise ValueError("the times are fixed before anything else")
        return started_at

    def _stream(self) -> CameraStream:
        watched = DamageWatch(self.ports.bus, self.report, self._started_at)
        ports = replace(self.ports, bus=watched, plan_of=self._plan_of)
        return CameraStream(self._recording.camera_id, ports)

    def _plan_of(self, camera_id: str) -> CountingPlan:
        return replace(self.ports.plan_of(camera_id), recorded=True)

    def _chunks(self, video: VideoFile) -> Iterator[Chunk]:
        """What can be read. Where reading ends for good, that is reported, and what came before counts."""
        recording = self._recording
        run = StreamRun(
            str(recording.site_id), recording.camera_id, str(recording.stream_session), self._started_at
        )
        chunks = chunks_of(video, run, ChunkingSettings())
        none_yet = True
        while True:
            try:
                chunk = next(chunks, None)
            except Malformed as error:
                if none_yet:
                    raise
                seconds = self._recording.progress.seconds
                self.report.add_damage(Damage(seconds, f"nothing can be read from here on: {error.message}"))
                return
            if chunk is None:
                return
            none_yet = False
            yield chunk

    def _take_all(self, stream: CameraStream, chunks: Iterator[Chunk]) -> None:
        begun, before = time.monotonic(), None
        for chunk in chunks:
            self._take(stream, chunk)
            self._check_session(stream)
            if stream.state is None:
                raise ValueError("a stream that took a chunk has a state")
            tally = stream.state.tally
            before = tally.frames if before is None else before
            known = self._recording.progress
            elapsed = max(time.monotonic() - begun, 1e-3)
            self.report.update(
                chunks=max(known.chunks, chunk.header.sequence + 1),  # what was taken before comes again
                seconds=max(known.seconds, round(self._end_of(chunk), 3)),
                frames=tally.frames,
                crossings=tally.crossings,
                rejected=tally.refused,
                frames_per_second=round((tally.frames - before) / elapsed, 2),
            )
            if self.stop.is_set():
                self._interrupt(stream)

    def _end_of(self, chunk: Chunk) -> float:
        """Seconds of video up to a chunk's last frame."""
        return (chunk.header.frame_times()[-1] - self._started_at).total_seconds()

    def _take(self, stream: CameraStream, chunk: Chunk) -> None:
        self._until_answered(lambda: stream.take(chunk), stream)

    def _flush(self, stream: CameraStream) -> None:
        self._until_answered(stream.flush, stream)

    def _until_answered(self, call: Callable[[], None], stream: CameraStream) -> None:
        """Try again for minutes: a chunk may be taken again after any error."""
        fault = Unavailable("no answer")
        for _ in self._backoff().tries():
            try:
                return call()
            except Unavailable as error:
                log.warning("will try again: %s", error.message)
                fault = error
            if self.stop.is_set():
                self._interrupt(stream)
        raise fault

    def _backoff(self) -> Backoff:
        def wait(seconds: float) -> None:
            self.report.save_if_due()
            self.stop.wait(seconds)

        return Backoff(TAKE_ATTEMPTS, TAKE_BASE_SECONDS, TAKE_CAP_SECONDS, wait)

    def _interrupt(self, stream: CameraStream) -> None:
        try:
            stream.flush()
        except Unavailable as error:
            log.warning("what is not committed will be analysed again: %s", error.message)
        raise Interrupted("told to stop; started again under the same job id, it goes on from here")

    def _check_session(self, stream: CameraStream) -> None:
        """Whether the camera is still ours; a stream that began meanwhile leaves this one behind."""
        session = str(self._recording.stream_session)
        if stream.state is not None and stream.state.stream_session > session:
            raise superseded(self._recording, stream.state.stream_session)

    def _check_analysed(self, stream: CameraStream) -> None:
        state = stream.state
        if state is None or self._recording.progress.chunks == 0:
            raise Malformed("not one picture of the video can be had", code="undecodable_source")
        if state.tally.refused >= self._recording.progress.chunks:
            raise Malformed(
                f"not one of the video's {state.tally.refused} chunks can be decoded; they lie in quarantine",
                code="undecodable_source",
            )

    def _note_missing_end(self) -> None:
        total, seconds = self._recording.seconds_total, self._recording.progress.seconds
        if total is not None and total - seconds > max(MISSING_SECONDS, total * MISSING_SHARE):
            self.report.add_damage(
                Damage(seconds, f"the video ends here; its header says that it lasts {total:.1f} s")
            )


def superseded(recording: Recording, session: str) -> Conflict:
    return Conflict(
        f"camera {recording.camera_id} has gone on to a later stream (session {session}). What this job "
        f"counted up to {recording.progress.seconds:.0f} s stays; to have the video whole, analyse it under "
        "a new job id with a camera of its own",
        code="superseded",
    )
