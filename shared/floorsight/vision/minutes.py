"""The minutes of a stream: how many frames were analysed in each."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class StreamMinute(NamedTuple):
    """A capture minute so far. Times in milliseconds since the stream session's first analysed frame."""

    first_ms: int
    last_ms: int
    frames: int = 1

    def with_frame(self, at_ms: int) -> StreamMinute:
        return StreamMinute(self.first_ms, max(self.last_ms, at_ms), self.frames + 1)

    @property
    def frames_per_second(self) -> float:
        """From the first frame to the last; 0 for a single one."""
        span_ms = self.last_ms - self.first_ms
        return round((self.frames - 1) * 1000.0 / span_ms, 3) if span_ms else 0.0


def minute_of(moment: datetime) -> datetime:
    """The first moment of its minute."""
    return moment.replace(second=0, microsecond=0)
