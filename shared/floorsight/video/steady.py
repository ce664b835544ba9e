"""Steady times: a camera's time stamps without the jumps that its clock makes."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

TOLERATED_SECONDS = 1.0
# H.264 and HEVC (ITU-T H.264, H.265, annex A) never show a picture more than 16 later than it is sent.
_MOST_REORDERED = 16


class SteadyTimes:
    """From a camera's time stamps to seconds since its first picture.

    A camera stamps its pictures by a clock of its own, which it may set at any moment (at start by network
    time, say). Such a jump is told by two signs: stamps that go back further than pictures are ever
    reordered, and stamps ahead of what our monotonic clock allows. Being late is no sign, networks do that.
    After a jump times go on from the last picture by our clock. So they do while stamps stand still: they are
    as good as none.

    `on_jump` is told by how many seconds the stamps jumped.
    """

    def __init__(self, on_jump: Callable[[float], None]) -> None:
        self._on_jump = on_jump
        self._shift: Fraction | None = None
        self._last = Fraction(0)
        self._last_arrived = 0.0
        self._arrival_of_zero = 0.0  # by our clock, as the least delayed picture says
        self._standstill = _Standstill()

    def seconds_of(self, stamp: Fraction | None, arrived: float) -> Fraction:
        """The time of a picture.

        Args:
            stamp: the camera's, in seconds; None when the picture has none.
            arrived: our monotonic clock, in seconds.
        """
        if stamp is not None and self._standstill.lasts(stamp, arrived):
            stamp = None
        if self._shift is None:
            self._shift = -(stamp or Fraction(0))
            self._last_arrived, self._arrival_of_zero = arrived, arrived
            return Fraction(0)
        since_last = Fraction(round(max(arrived - self._last_arrived, 0.0) * 1_000_000), 1_000_000)
        at = self._last + since_last if stamp is None else stamp + self._shift
        by_our_clock = arrived - self._arrival_of_zero
        if stamp is not None and self._jumped(at, by_our_clock):
            self._on_jump(float(at - self._last - since_last))
            at = self._last + since_last
            self._shift = at - stamp
            self._arrival_of_zero = arrived - float(at)
        self._arrival_of_zero = min(self._arrival_of_zero, arrived - float(at))
        if at > self._last:
            self._last, self._last_arrived = at, arrived
        return at

    def _jumped(self, at: Fraction, by_our_clock: float) -> bool:
        return at < self._last - TOLERATED_SECONDS or float(at) > by_our_clock + TOLERATED_SECONDS


class _Standstill:
    """Whether a camera's stamps stand still: none has risen above the highest for a while.

    That takes more pictures than are ever reordered, as arrivals alone may pause.
    """

    def __init__(self) -> None:
        self._highest: Fraction | None = None
        self._since = 0.0
        self._pictures = 0

    def lasts(self, stamp: Fraction, arrived: float) -> bool:
        """Take note of a picture's stamp; whether it is one of too many that have not risen."""
        went_back = self._highest is not None and stamp < self._highest - TOLERATED_SECONDS
        if self._highest is None or stamp > self._highest or went_back:
            self._highest, self._since, self._pictures = stamp, arrived, 0
            return False
        self._pictures += 1
        return self._pictures > _MOST_REORDERED and arrived - self._since > TOLERATED_SECONDS
