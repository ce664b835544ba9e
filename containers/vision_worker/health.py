"""What the worker says of itself, once a minute: where its time goes and how far behind it is."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path

from floorsight.diagnostics.measuring import ProcessingReport
from floorsight.platform.observability import emit_metrics
from floorsight.vision.service import CameraStream
from floorsight.vision.timing import Stage

log = logging.getLogger(__name__)

REPORT_SECONDS = 60.0
# Clocks of machines that ask the time over a network agree better than this.
CLOCK_AHEAD_SECONDS = 2.0


class HealthReport:
    """Sums up the streams of one process."""

    def __init__(
        self, processing: ProcessingReport | None = None, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """`processing` is told the same, and tells the bus."""
        self._processing, self._monotonic = processing, monotonic
        self._streams: dict[str, CameraStream] = {}
        self._since = monotonic()

    def watch(self, stream: CameraStream) -> None:
        self._streams[stream.camera_id] = stream

    def report_if_due(self) -> None:
        elapsed = self._monotonic() - self._since
        if elapsed >= REPORT_SECONDS:
            self.report(elapsed)
            self._since = self._monotonic()

    def finish(self, elapsed_seconds: float) -> None:
        """The last report of this process."""
        self.report(elapsed_seconds)
        if self._processing:
            self._processing.tell()

    def report(self, elapsed_seconds: float) -> None:
        """Log the stages' milliseconds a frame; emit each camera's lag behind capture, once a chunk of it."""
        frames = sum(stream.frames_analysed for stream in self._streams.values())
        seconds = {
            stage: sum(stream.stopwatch.seconds[stage] for stream in self._streams.values())
            for stage in Stage
        }
        a_frame = {
            stage.value: round(spent * 1000.0 / frames, 3) for stage, spent in seconds.items() if frames
        }
        log.info(
            "health",
            extra={
                "cameras": len(self._streams),
                "frames": frames,
                "frames_per_second": round(frames / elapsed_seconds, 2) if elapsed_seconds else 0.0,
                "stage_ms_a_frame": a_frame,
            },
        )
        for stream in self._streams.values():
            if self._processing:
                self._processing.note(stream)
            _report_times(stream)
            stream.frames_analysed = 0
            stream.stopwatch.reset()
        if self._processing:
            self._processing.tell_if_due()


def _report_times(stream: CameraStream) -> None:
    """Emit how far the stream's times are off. Without a new chunk there is nothing to say."""
    values = {}
    if stream.lag_seconds is not None:
        values["CaptureLagSeconds"] = round(stream.lag_seconds, 3)
    if stream.clock_ahead_seconds > CLOCK_AHEAD_SECONDS:
        values["ClockSkewSeconds"] = round(stream.clock_ahead_seconds, 3)
    if values:
        emit_metrics(values, dimensions={"camera": stream.camera_id}, units=dict.fromkeys(values, "Seconds"))
    stream.lag_seconds, stream.clock_ahead_seconds = None, 0.0


class Heartbeat:
    """A file that is touched while the worker gets on, for its container's health check."""

    def __init__(self, file: str | None) -> None:
        """`file` None: nobody looks."""
        self._file = Path(file) if file is not None else None

    def beat(self) -> None:
        if self._file is not None:
            self._file.touch()
