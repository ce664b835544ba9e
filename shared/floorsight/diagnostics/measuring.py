"""What analysing a camera's video takes, measured where it happens."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from floorsight.diagnostics.model import WORKER
from floorsight.events.diagnostics import ProcessingMeasured
from floorsight.platform.bus import Bus, Message
from floorsight.platform.call_counts import CallCounts, calls_for
from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.errors import Unavailable
from floorsight.platform.ids import derived_id
from floorsight.sites.counting_plans import RegistryPlans
from floorsight.vision.chunk import Chunk
from floorsight.vision.service import CameraStream
from floorsight.vision.timing import Stage

log = logging.getLogger(__name__)

REPORT_SECONDS = 300.0
# An hour of a worker's cameras while the bus is away; the rest is given up: it is measurements, not counts.
MESSAGES_KEPT = 1000


class MeasuredStream(CameraStream):
    """A camera's stream that counts what it takes. Its stopwatch is its own: the time is the camera's."""

    site_id: str = ""
    stream_session: str = ""
    chunks_taken: int = 0
    bytes_taken: int = 0

    def take(self, chunk: Chunk) -> None:
        with calls_for(self.camera_id):
            super().take(chunk)
        self.site_id, self.stream_session = chunk.header.site_id, chunk.header.stream_session
        self.chunks_taken += 1
        self.bytes_taken += chunk.header.payload_bytes

    def flush_if_due(self) -> None:
        with calls_for(self.camera_id):
            super().flush_if_due()

    def flush(self) -> None:
        with calls_for(self.camera_id):
            super().flush()


@dataclass
class _Sums:
    """Of one camera since the last report."""

    chunks: int = 0
    bytes: int = 0
    frames: int = 0
    stage_ms: Counter[str] = field(default_factory=Counter)
    lag_seconds: float | None = None


class ProcessingReport:
    """Adds up what streams took and tells the bus every five minutes, once for each camera."""

    def __init__(
        self, worker: str, bus: Bus, plans: RegistryPlans, calls: CallCounts, clock: Clock = utc_now
    ) -> None:
        self._worker, self._bus, self._plans, self._calls, self._clock = worker, bus, plans, calls, clock
        self._since, self._number = clock(), 1
        self._sums: dict[str, tuple[MeasuredStream, _Sums]] = {}
        self._unsent: list[Message] = []

    def note(self, stream: CameraStream) -> None:
        """Take a stream's numbers, before they are reset."""
        if not isinstance(stream, MeasuredStream):
            return
        _, sums = self._sums.setdefault(stream.camera_id, (stream, _Sums()))
        sums.chunks += stream.chunks_taken
        sums.bytes += stream.bytes_taken
        sums.frames += stream.frames_analysed
        sums.stage_ms.update({stage.value: stream.stopwatch.seconds[stage] * 1000.0 for stage in Stage})
        sums.lag_seconds = stream.lag_seconds if stream.lag_seconds is not None else sums.lag_seconds
        stream.chunks_taken = stream.bytes_taken = 0

    def tell_if_due(self) -> None:
        if (self._clock() - self._since).total_seconds() >= REPORT_SECONDS:
            self.tell()

    def tell(self) -> None:
        """Publish what was measured since it was told last. What can't be sent is sent with the next."""
        now, calls = self._clock(), self._calls.take()
        events = [
            self._event(stream, sums, calls.get(camera_id, Counter()), now)
            for camera_id, (stream, sums) in self._sums.items()
            if sums.chunks
        ]
        if events and (own := calls.get(None)):
            events.append(self._event_of_worker(events[0], own))
        self._unsent = [*self._unsent, *(event.to_message() for event in events)][-MESSAGES_KEPT:]
        self._since, self._sums, self._number = now, {}, self._number + 1
        try:
            self._bus.publish(self._unsent)
        except Unavailable as error:
            log.warning("measurements wait for the bus: %s", error.message)
            return
        self._unsent = []

    def _event(
        self, stream: MeasuredStream, sums: _Sums, calls: Counter[str], now: datetime
    ) -> ProcessingMeasured:
        hits, misses = self._plans.take_counts(stream.camera_id)
        return ProcessingMeasured(
            event_id=self._event_id(stream.camera_id),
            occurred_at=now,
            site_id=stream.site_id,
            camera_id=stream.camera_id,
            stream_session=stream.stream_session,
            cause=self._worker,
            worker=self._worker,
            started_at=self._since,
            chunks=sums.chunks,
            frames=sums.frames,
            bytes=sums.bytes,
            stage_ms={stage: round(spent, 3) for stage, spent in sums.stage_ms.items() if spent},
            aws_calls=dict(calls),
            plan_hits=hits,
            plan_misses=misses,
            lag_seconds=sums.lag_seconds,
        )

    def _event_of_worker(self, other: ProcessingMeasured, calls: Counter[str]) -> ProcessingMeasured:
        """What belongs to no camera: the same period, and nothing but calls."""
        nothing = {"chunks": 0, "frames": 0, "bytes": 0, "stage_ms": {}, "lag_seconds": None}
        names = {"event_id": self._event_id(WORKER), "site_id": WORKER, "camera_id": WORKER}
        caches = {"plan_hits": 0, "plan_misses": 0}
        return other.model_copy(update={**nothing, **names, **caches, "aws_calls": dict(calls)})

    def _event_id(self, camera_id: str) -> str:
        kind = ProcessingMeasured.detail_type()
        return derived_id(kind, self._worker, camera_id, self._number)
