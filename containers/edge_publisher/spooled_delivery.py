"""Delivery that never keeps a live source waiting: chunks are stored, and a thread of its own sends them."""

from __future__ import annotations

import contextlib
import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import TracebackType
from typing import Self

from containers.edge_publisher.delivery import Delivery
from containers.edge_publisher.spool import Spool
from containers.edge_publisher.spool_state import SpoolState, Waiting
from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.errors import FloorsightError, Forbidden, Malformed, Unavailable
from floorsight.platform.retry import Backoff
from floorsight.vision.chunk import Chunk, encode_chunk

log = logging.getLogger(__name__)

# After an outage, thousands of publishers come back within this time, not at once.
PAUSES = Backoff(base_seconds=0.5, cap_seconds=15.0)
HURRIED_SECONDS = 0.5  # between tries once it is told to stop
HANGING_SECONDS = 5.0  # of a try; a chunk takes well under a second
LAST_SECONDS = 5.0  # for what is queued when the publisher is told to stop
LOOK_SECONDS = 5.0  # between looks whether there are drops to tell of, while nothing is to be sent
_MISCONFIGURED = {"no_stream", "no_bucket"}


@dataclass(frozen=True)
class DeliveryStatus:
    """How the sending goes. `bytes_sent` counts from the publisher's start; `spool` is what waits."""

    link_up: bool = True  # whether the last try succeeded, and the present one does not hang
    last_error: str | None = None
    last_error_at: datetime | None = None
    bytes_sent: int = 0
    stream_session: str | None = None  # of the chunk that came last
    spool: SpoolState = field(default_factory=SpoolState)


class SpooledDelivery:
    """`Delivery` by way of a spool: `send` returns as soon as the chunk is stored. A context manager.

    One thread sends, oldest first, one record in flight; so nothing overtakes, not even across restarts.
    What was not confirmed stays in the spool.
    """

    def __init__(
        self,
        spool: Spool,
        delivery: Delivery,
        *,
        pauses: Backoff = PAUSES,
        clock: Clock = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`delivery` should try once and not wait: waiting and trying again are done here."""
        self._spool, self._delivery, self._pauses = spool, delivery, pauses
        self._clock, self._monotonic = clock, monotonic
        self._status = DeliveryStatus()
        self._delivered = spool.marks.was_delivered
        self._trying_since: float | None = None
        self._refused: FloorsightError | None = None
        self._changed = threading.Condition()
        self._hurrying = self._closing = False
        self._sender = threading.Thread(target=self._run, name="spool-sender", daemon=True)

    def __enter__(self) -> Self:
        self._sender.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def status(self) -> DeliveryStatus:
        """As it is now; any thread may ask."""
        status = replace(self._status, spool=self._spool.state())
        if not self._hangs():
            return status
        return replace(status, link_up=False, last_error=status.last_error or "no answer yet")

    def _hangs(self) -> bool:
        """A dead link answers nothing, and a try takes a minute to give up."""
        since = self._trying_since
        return since is not None and self._monotonic() - since > HANGING_SECONDS

    def send(self, chunk: Chunk) -> int:
        """Store one chunk to be sent; the bytes stored.

        Raises:
            Forbidden, Unavailable (`no_stream`, `no_bucket`): nothing was ever sent from this spool, by no
                run, and nothing will be before somebody sets this publisher up properly. What it has is kept.
        """
        if self._refused is not None:
            raise self._refused
        record = encode_chunk(chunk.header, chunk.payload)
        # What is sent at once never reaches the disk, unless it were forced to (ADR 0042).
        self._spool.add(record, durable=self._hangs() or not self._status.link_up)
        self._note_session(chunk.header.stream_session)
        return len(record)

    @property
    def last_session(self) -> str | None:
        """The stream session of the last chunk, of an earlier run if this one has none yet."""
        return self._spool.marks.last_session

    def _note_session(self, stream_session: str) -> None:
        if stream_session != self._status.stream_session:
            self._spool.marks.note_session(stream_session)
        self._note(stream_session=stream_session)

    def wait_until_sent(self, seconds: float, stop: Callable[[], bool] = lambda: False) -> bool:
        """Wait until nothing waits to be sent; whether that came to be. Raises as `send` does."""
        return self._wait(lambda: not self._spool.state().chunks, seconds, stop)

    def wait_for_room(self, chunk: Chunk, stop: Callable[[], bool]) -> bool:
        """Wait until storing a chunk drops no other; whether that came to be. Raises as `send` does."""
        size = len(encode_chunk(chunk.header, chunk.payload))
        return self._wait(lambda: self._spool.has_room(size), math.inf, stop)

    def _wait(self, until: Callable[[], bool], seconds: float, stop: Callable[[], bool]) -> bool:
        deadline = self._monotonic() + seconds
        with self._changed:
            while not until():
                if stop():
                    return False
                if self._refused is not None:
                    raise self._refused
                left = deadline - self._monotonic()
                if left <= 0:
                    return False
                self._changed.wait(min(left, 0.25))  # `stop` does not notify
        return True

    def close(self, seconds: float = LAST_SECONDS) -> None:
        """Send what can be sent within a few seconds; the rest stays on disk for the next run."""
        with self._changed:
            self._hurrying = True
            self._changed.notify_all()
        with contextlib.suppress(Forbidden, Unavailable):  # told by `send`; here it only means: not now
            self.wait_until_sent(seconds)
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        # A try that hangs is not waited for: what it sends may arrive again, which the worker knows.
        self._sender.join(seconds)
        left = self._spool.state()
        if left.chunks:
            log.warning(
                "chunks stay in the spool until the next start",
                extra={"chunks": left.chunks, "bytes": left.bytes},
            )
        self._spool.close()

    def _run(self) -> None:
        failures = 0
        while (waiting := self._next()) is not None:
            failures = 0 if self._send_one(waiting) else failures + 1
            if failures:
                self._pause(self._pauses.pause_seconds(failures + 1))

    def _next(self) -> Waiting | None:
        """The oldest, as soon as there is one; None when it is time to end."""
        with self._changed:
            while not self._closing:
                self._spool.tell_drops_if_due()
                if (waiting := self._spool.take_oldest()) is not None:
                    return waiting
                self._changed.wait(LOOK_SECONDS)
        return None

    def _send_one(self, waiting: Waiting) -> bool:
        """Whether the queue got shorter."""
        self._trying_since = self._monotonic()
        try:
            self._deliver(waiting)
        except Exception as error:  # noqa: BLE001 - whatever it is, nothing is lost and the next try may work
            self._spool.put_back()
            self._note_failure(error)
            return False
        finally:
            self._trying_since = None
        return True

    def _deliver(self, waiting: Waiting) -> None:
        try:
            size = self._delivery.send(self._spool.read(waiting))
        except Malformed as error:
            self._spool.set_aside(waiting, error.message)
            self._note(last_error=error.message, last_error_at=self._clock())
            return
        self._note_delivered()
        with self._changed:  # who waits for the queue's end finds these bytes counted
            self._spool.remove(waiting)
            if not self._status.link_up:
                log.info("the link is up again", extra={"chunks_waiting": self._spool.state().chunks})
            self._note(link_up=True, bytes_sent=self._status.bytes_sent + size)

    def _note_delivered(self) -> None:
        if not self._delivered:
            self._delivered = True
            self._spool.marks.note_delivered()

    def _note_failure(self, error: Exception) -> None:
        ours = isinstance(error, FloorsightError)
        message = error.message if isinstance(error, FloorsightError) else repr(error)
        if self._status.link_up or not ours:
            level = logging.ERROR if isinstance(error, Forbidden) else logging.WARNING
            log.log(level, "chunks can't be sent and are kept: %s", message, exc_info=not ours)
        for_good = isinstance(error, Forbidden) or getattr(error, "code", "") in _MISCONFIGURED
        if for_good and isinstance(error, FloorsightError) and not self._delivered:
            self._refused = error
        self._note(link_up=False, last_error=message, last_error_at=self._clock())

    def _note(self, **changes: object) -> None:
        with self._changed:
            self._status = replace(self._status, **changes)  # type: ignore[arg-type]
            self._changed.notify_all()

    def _pause(self, seconds: float) -> None:
        begun = self._monotonic()
        with self._changed:
            while not self._closing:
                wanted = min(seconds, HURRIED_SECONDS) if self._hurrying else seconds
                left = begun + wanted - self._monotonic()
                if left <= 0:
                    return
                self._changed.wait(left)
