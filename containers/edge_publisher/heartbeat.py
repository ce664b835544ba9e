"""What a publisher says of itself, once a minute and whenever its camera or its link comes or goes."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from containers.edge_publisher.clock_offset import ClockOffset
from containers.edge_publisher.spooled_delivery import DeliveryStatus
from containers.edge_publisher.status import SourceStatus
from floorsight import __version__
from floorsight.events.publishing import PublisherReported
from floorsight.platform.bus import Bus
from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.errors import Unavailable
from floorsight.platform.ids import derived_id
from floorsight.platform.observability import emit_metrics

log = logging.getLogger(__name__)

REPORT_SECONDS = 60.0
# A camera that comes and goes every second is told of this often at most.
SHORTEST_SECONDS = 10.0
LOOK_SECONDS = 1.0
LAST_SECONDS = 3.0  # for the report that says that there will be no more
MAX_ERROR_LENGTH = 500


@dataclass(frozen=True)
class Reporter:
    """Who reports on what. `publisher` names this run; ids of runs sort by their start."""

    site_id: str
    camera_id: str
    publisher: str
    clock_offset: ClockOffset
    clock: Clock = utc_now

    def compose(
        self, number: int, source: SourceStatus, delivery: DeliveryStatus, *, stopping: bool
    ) -> PublisherReported:
        """The report of this moment. Its id follows from the run and the number."""
        now, spool = self.clock(), delivery.spool
        waited = (now - spool.oldest_at).total_seconds() if spool.oldest_at else 0.0
        ahead = self.clock_offset.seconds
        return PublisherReported(
            event_id=derived_id("publisher_reported", self.camera_id, self.publisher, number),
            occurred_at=self.clock_offset.correct(now),
            site_id=self.site_id,
            camera_id=self.camera_id,
            stream_session=delivery.stream_session or self.publisher,
            cause=f"publisher/{self.publisher}",
            publisher=self.publisher,
            number=number,
            publisher_version=__version__,
            connected=source.connected,
            frames_per_second=round(source.frames_per_second, 3),
            bits_per_second=round(source.bits_per_second),
            reconnects=source.reconnects,
            camera_error=_shortened(source.last_error),
            link_up=delivery.link_up,
            link_error=_shortened(delivery.last_error),
            queue_chunks=spool.chunks,
            queue_bytes=spool.bytes,
            queue_seconds=max(0.0, round(waited, 1)),
            chunks_dropped=spool.chunks_dropped,
            chunks_damaged=spool.chunks_damaged,
            chunks_skipped=source.chunks_skipped,
            disk_error=_shortened(spool.disk_error),
            clock_ahead_seconds=None if ahead is None else round(ahead, 1),
            stopping=stopping,
        )


class Heartbeat:
    """Publishes reports from a thread of its own. A context manager; any thread may call `note_source`.

    A report that can't be published is forgotten: the next says more.
    """

    def __init__(
        self,
        reporter: Reporter,
        bus: Bus,
        delivery: Callable[[], DeliveryStatus],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`bus` should try once: whoever tries again would tell what was."""
        self._reporter, self._bus, self._delivery, self._monotonic = reporter, bus, delivery, monotonic
        self._source = SourceStatus()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)
        self._number = 0
        self._told: tuple[bool, bool] | None = None
        self._told_at = float("-inf")
        self._failing = False

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(LAST_SECONDS)  # a bus that does not answer is not waited for
        if self._thread.is_alive():
            log.warning(
                "the last report was not taken in %g s: the API does not say that it stopped", LAST_SECONDS
            )

    def note_source(self, status: SourceStatus) -> None:
        """What the source is doing now; told with the next report, which a change brings about."""
        self._source = status

    def report_if_due(self) -> None:
        """Report if a minute is over, or something came or went and the last report is a while ago."""
        delivery = self._delivery()
        since = self._monotonic() - self._told_at
        changed = self._told != (self._source.connected, delivery.link_up)
        if since >= REPORT_SECONDS or (changed and since >= SHORTEST_SECONDS):
            self.report(delivery)

    def report(self, delivery: DeliveryStatus, *, stopping: bool = False) -> None:
        """Publish a report, or drop it if the bus does not take it."""
        source = self._source
        self._number += 1
        self._told, self._told_at = (source.connected, delivery.link_up), self._monotonic()
        event = self._reporter.compose(self._number, source, delivery, stopping=stopping)
        self._warn_of_clock()
        try:
            self._bus.publish([event.to_message()])
        except Unavailable as error:
            if not self._failing:
                log.warning("reports can't be published and are dropped: %s", error.message)
            self._failing = True
        else:
            self._failing = False

    def _warn_of_clock(self) -> None:
        offset = self._reporter.clock_offset
        if offset.seconds is None or not offset.is_wrong:
            return
        log.warning(
            "this machine's clock is %.1f s %s: set it by a time service, counts are filed under its time",
            abs(offset.seconds),
            "ahead" if offset.seconds > 0 else "behind",
        )
        emit_metrics(
            {"PublisherClockOffsetSeconds": round(abs(offset.seconds), 1)},
            dimensions={"camera": self._reporter.camera_id},
            units={"PublisherClockOffsetSeconds": "Seconds"},
        )

    def _run(self) -> None:
        while not self._stop.wait(LOOK_SECONDS):
            try:
                self.report_if_due()
            except Exception:
                log.exception("a report failed; the next is tried in its time")
        self.report(self._delivery(), stopping=True)


def _shortened(text: str | None) -> str | None:
    return text if text is None else text[:MAX_ERROR_LENGTH]
