"""Which stream session a live camera's cuts belong to, and when they were captured."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from floorsight.platform.clock import Clock, utc_now
from floorsight.video.capture_clock import CaptureClock, Step
from floorsight.video.chunking import Cut, Stamped
from floorsight.video.coding import Coding
from floorsight.vision.chunk import later_stream_session

log = logging.getLogger(__name__)


class LiveSessions:
    """One camera's, over all its connections.

    A session begins with each connection, where size or codec change, and where capture times would not
    rise otherwise (this machine's clock was set back). Ids rise even then: a worker takes a lower one for
    a stream that is over.
    """

    def __init__(
        self, clock: Clock = utc_now, *, after: str | None = None, on_step: Callable[[Step], None]
    ) -> None:
        """`after`: the last session of an earlier run, if it is known. `on_step` is told of clocks set."""
        self._clock, self._on_step = clock, on_step
        self._last_session = after
        self._current: str | None = None
        self._coding: Coding | None = None
        self._ended_at: datetime | None = None

    def begin(self) -> None:
        """The next cut is the first of a new connection."""
        self._current = None

    def stamp(self, cuts: Iterable[Cut], capture: CaptureClock) -> Iterator[Stamped]:
        """The cuts of a connection, whose pictures `capture` was told of as they arrived."""
        for cut in cuts:
            step = capture.settle()
            if step is not None:
                self._on_step(step)
            stamped = Stamped(cut, self._session_of(cut, capture), capture.time_of(cut.times[0]))
            self._coding, self._ended_at = cut.coding, stamped.ended_at
            yield stamped

    def _session_of(self, cut: Cut, capture: CaptureClock) -> str:
        reason = self._reason_to_begin(cut, capture.time_of(cut.times[0]))
        if self._current is None or reason is not None:
            if reason is not None:
                log.warning("a new stream session begins: %s", reason)
            self._current = later_stream_session(self._last_session, self._clock(), secrets.randbits(16))
            self._last_session = self._current
        return self._current

    def _reason_to_begin(self, cut: Cut, captured_at: datetime) -> str | None:
        """Why this cut can't go on in the session of the one before; None when it can, or none is open."""
        if self._current is None:
            return None
        if cut.coding != self._coding:
            return "size or codec changed"
        if self._ended_at is not None and captured_at <= self._ended_at:
            return "capture times would go back"
        return None
