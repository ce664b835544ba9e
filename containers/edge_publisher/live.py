"""Publishing a live camera: connected again and again, for ever unless told otherwise."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from containers.edge_publisher.delivery import Delivery
from containers.edge_publisher.status import OnStatus, SourceStatus
from containers.edge_publisher.watching import RateMeter
from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.errors import FloorsightError, Forbidden, Malformed, Unavailable
from floorsight.platform.observability import emit_metrics
from floorsight.platform.retry import Backoff
from floorsight.video.addresses import CameraAddress
from floorsight.video.camera import Arrival, Camera, CameraHooks, CameraTimeouts
from floorsight.video.capture_clock import CaptureClock, Monotonic, Step
from floorsight.video.chunking import ChunkingSettings, Stamped, check_identifiers, cuts_of, numbered
from floorsight.video.gate import GateSettings, MotionGate
from floorsight.video.sessions import LiveSessions
from floorsight.vision.chunk import Chunk

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LiveSettings:
    """How a camera is published.

    `give_up_seconds`: give up when no picture came for so long; None: never. A camera that refuses the
    password is asked again after `refused_seconds` at the earliest, as many lock an account after a few
    wrong ones. `after_session` is the last stream session of an earlier run, if it is known.
    """

    site_id: str
    camera_id: str
    chunking: ChunkingSettings = field(default_factory=ChunkingSettings)
    timeouts: CameraTimeouts = field(default_factory=CameraTimeouts)
    gate: GateSettings | None = None
    give_up_seconds: float | None = None
    refused_seconds: float = 60.0
    backoff: Backoff = field(default_factory=lambda: Backoff(base_seconds=0.5, cap_seconds=30.0))
    after_session: str | None = None


@dataclass(frozen=True)
class LiveClocks:
    """This machine's clocks, as arguments for tests."""

    wall: Clock = utc_now
    monotonic: Monotonic = time.monotonic


class LivePublisher:
    """One camera, from connection to connection."""

    def __init__(
        self,
        address: CameraAddress,
        settings: LiveSettings,
        delivery: Delivery,
        stop: threading.Event,
        on_status: OnStatus = lambda _: None,
        clocks: LiveClocks | None = None,
    ) -> None:
        """Raises Malformed: `bad_identifier`."""
        check_identifiers(settings.site_id, settings.camera_id)
        self._address, self._settings, self._delivery, self._stop = address, settings, delivery, stop
        self._on_status, self._clocks = on_status, clocks or LiveClocks()
        self._status = SourceStatus()
        self._sessions = LiveSessions(
            self._clocks.wall, after=settings.after_session, on_step=self._note_step
        )
        self._gate = MotionGate(settings.gate) if settings.gate is not None else None
        self._capture = CaptureClock(self._clocks.wall, self._clocks.monotonic)
        self._rates = RateMeter()
        self._connections = 0
        self._last_arrived = self._clocks.monotonic()

    def run(self) -> None:
        """Publish until told to stop.

        Raises:
            Forbidden, NotFound, Malformed: the camera can't be published as it is set up; only before its
                first picture, later it may mend itself.
            Unavailable: no picture came for `give_up_seconds`; or as `Delivery.send`.
        """
        attempt = 1
        while not self._stop.is_set():
            begun_at = self._clocks.monotonic()
            fault = self._publish_connection()
            if fault is None or self._stop.is_set():
                return
            self._note_fault(fault)
            self._raise_if_final(fault)
            lasted = self._clocks.monotonic() - begun_at
            attempt = 2 if lasted > self._settings.backoff.cap_seconds else attempt + 1
            self._pause(attempt, fault)

    def _publish_connection(self) -> FloorsightError | None:
        """Why it ended; None when it was told to."""
        self._capture = CaptureClock(self._clocks.wall, self._clocks.monotonic)
        self._sessions.begin()
        try:
            camera = Camera(self._address, self._settings.timeouts, self._hooks())
        except FloorsightError as error:
            return error
        with camera:
            chunks = self._chunks(camera)
            while True:
                try:
                    chunk = next(chunks, None)
                except Malformed as error:
                    return camera.ended_by or error
                if chunk is None:
                    return camera.ended_by
                self._delivery.send(chunk)

    def _chunks(self, camera: Camera) -> Iterator[Chunk]:
        cuts = cuts_of(camera, self._settings.chunking)
        stamped: Iterable[Stamped] = self._watched(self._sessions.stamp(cuts, self._capture))
        if self._gate is not None:
            stamped = self._gate.pass_on(stamped)
        return numbered(stamped, self._settings.site_id, self._settings.camera_id)

    def _hooks(self) -> CameraHooks:
        return CameraHooks(
            on_arrival=self._note_arrival,
            on_jump=self._note_jump,
            keep_reading=lambda: not self._stop.is_set(),
            monotonic=self._clocks.monotonic,
        )

    def _note_arrival(self, arrival: Arrival) -> None:
        self._capture.note(arrival.at, arrival.arrived)
        self._rates.note(arrival)
        self._last_arrived = arrival.arrived
        if not self._status.connected:
            self._connections += 1
            log.info("connected to %s", self._address)
            self._tell(
                replace(
                    self._status,
                    connected=True,
                    reconnects=self._connections - 1,
                )
            )

    def _watched(self, stamped: Iterable[Stamped]) -> Iterator[Stamped]:
        """The same, while the status follows."""
        for each in stamped:
            coding, rates = each.cut.coding, self._rates.rates()
            self._tell(
                replace(
                    self._status,
                    frames_per_second=rates.frames_per_second,
                    bits_per_second=rates.bits_per_second,
                    codec=coding.codec,
                    width=coding.width,
                    height=coding.height,
                    chunks_skipped=self._gate.skipped if self._gate is not None else 0,
                )
            )
            yield each

    def _tell(self, status: SourceStatus) -> None:
        self._status = status
        self._on_status(status)

    def _note_fault(self, fault: FloorsightError) -> None:
        log.warning("%s", fault.message, extra={"code": fault.code})
        self._rates = RateMeter()
        self._tell(
            replace(
                self._status,
                connected=False,
                frames_per_second=0.0,
                bits_per_second=0.0,
                last_error=fault.message,
            )
        )

    def _raise_if_final(self, fault: FloorsightError) -> None:
        if not self._connections and not isinstance(fault, Unavailable):
            raise fault
        longest = self._settings.give_up_seconds
        if longest is not None and self._clocks.monotonic() - self._last_arrived >= longest:
            raise Unavailable(f"{fault.message}; no picture for {longest:g} s: giving up", code="camera_gone")

    def _pause(self, attempt: int, fault: FloorsightError) -> None:
        seconds = self._settings.backoff.pause_seconds(attempt)
        if isinstance(fault, Forbidden):
            seconds = max(seconds, self._settings.refused_seconds)
        log.info("connecting again in %.1f s", seconds)
        self._stop.wait(seconds)

    def _note_jump(self, seconds: float) -> None:
        log.warning("the camera's clock jumped by %.1f s: times go on by ours. Set its time by NTP", seconds)
        self._count({"CameraClockJumps": 1})

    def _note_step(self, step: Step) -> None:
        log.warning("capture times are %.1f s off: corrected", step.seconds, extra={"cause": step.cause})
        self._count({"CaptureClockSteps": 1})

    def _count(self, values: dict[str, float]) -> None:
        emit_metrics(values, dimensions={"camera": self._settings.camera_id})
