"""When the pictures of a live stream were captured: the stream's times, anchored to the wall clock."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from fractions import Fraction

from floorsight.platform.clock import Clock, utc_now

Monotonic = Callable[[], float]

WINDOW_SECONDS = 30.0
STEP_SECONDS = 1.0
# 2 ms a second: far more than two quartz clocks drift apart (0.05 ms a second is a bad one), and less than
# would let a frame overtake the one before.
SLEW = 0.002
_LONGEST_SLEWED_SECONDS = 2.0
_NOTICED_SECONDS = 0.5


class Cause(StrEnum):
    """Why capture times were set anew."""

    OUR_CLOCK = "our_clock"  # this machine's clock was set
    LATENESS = "lateness"  # pictures have come later and later, by their own stamps


@dataclass(frozen=True)
class Step:
    """Capture times were moved by `seconds` at once (or will be little by little, if it is little)."""

    cause: Cause
    seconds: float


class CaptureClock:
    """One connection's. Tell it of every arrival; `settle` it before asking for times.

    The picture that came with the least delay, of those of the last half minute, was captured when it
    arrived; all others at their distance from it by the stream's times. What is found to be off by less
    than a second is corrected by 2 ms a second, so that times go on rising; what is more is a step.
    """

    def __init__(self, clock: Clock = utc_now, monotonic: Monotonic = time.monotonic) -> None:
        self._clock, self._monotonic = clock, monotonic
        self._origins: deque[tuple[float, float]] = deque()  # arrival, arrival of the stream's zero by it
        self._zero: float | None = None  # the stream's zero on the wall clock, seconds since 1970
        self._settled_at = 0.0
        self._wall_ahead = 0.0  # wall clock less monotonic clock

    def note(self, at: Fraction, arrived: float) -> None:
        """A picture with this time on the stream's clock arrived, by the monotonic clock."""
        self._origins.append((arrived, arrived - float(at)))
        while self._origins[0][0] < arrived - WINDOW_SECONDS:
            self._origins.popleft()

    def settle(self) -> Step | None:
        """Correct what has drifted; the step that was taken, or that our own clock took.

        Call it between chunks, after at least one `note`.
        """
        now = self._monotonic()
        wall_ahead = self._clock().timestamp() - now
        wanted = min(origin for _, origin in self._origins) + wall_ahead
        if self._zero is None:
            self._zero, self._settled_at, self._wall_ahead = wanted, now, wall_ahead
            return None
        jumped = wall_ahead - self._wall_ahead
        off = wanted - self._zero
        elapsed = min(now - self._settled_at, _LONGEST_SLEWED_SECONDS)
        self._settled_at, self._wall_ahead = now, wall_ahead
        if abs(off) > STEP_SECONDS:
            self._zero = wanted
        else:
            self._zero += max(-SLEW * elapsed, min(off, SLEW * elapsed))
        if abs(jumped) > _NOTICED_SECONDS:
            return Step(Cause.OUR_CLOCK, jumped)
        return Step(Cause.LATENESS, off) if abs(off) > STEP_SECONDS else None

    def time_of(self, at: Fraction) -> datetime:
        """The capture time of a picture, by the wall clock. Only after `settle`."""
        if self._zero is None:
            raise ValueError("the clock has not settled yet")
        return datetime.fromtimestamp(self._zero + float(at), UTC)
