"""Rates of what comes from a source."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from floorsight.video.camera import Arrival

WINDOW_SECONDS = 5.0
MOST_PICTURES = 1200  # 5 s of 240; a camera's times may hardly rise


@dataclass(frozen=True)
class Rates:
    """Of the last seconds."""

    frames_per_second: float
    bits_per_second: float


class RateMeter:
    """Rates by the stream's own times: what waited somewhere and came in a burst came no faster for that."""

    def __init__(self) -> None:
        self._recent: deque[Arrival] = deque()
        self._bytes = 0

    def note(self, arrival: Arrival) -> None:
        """A picture came."""
        self._recent.append(arrival)
        self._bytes += arrival.size
        while self._recent[0].at < arrival.at - WINDOW_SECONDS or len(self._recent) > MOST_PICTURES:
            self._bytes -= self._recent.popleft().size

    def rates(self) -> Rates:
        """As they are now; 0 before the second picture."""
        if len(self._recent) < 2:
            return Rates(0.0, 0.0)
        seconds = float(self._recent[-1].at - self._recent[0].at)
        if seconds <= 0.0:
            return Rates(0.0, 0.0)
        # The first picture is the fence post: what came in the seconds is those after it.
        return Rates(
            round((len(self._recent) - 1) / seconds, 2),
            round((self._bytes - self._recent[0].size) * 8 / seconds, 1),
        )
