"""What a spool says of itself and of the chunks in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Waiting:
    """A chunk in the queue."""

    number: int
    size: int
    stored_at: datetime


@dataclass(frozen=True)
class SpoolState:
    """The queue as it is, and what was lost since the publisher began."""

    chunks: int = 0
    bytes: int = 0
    oldest_at: datetime | None = None  # when the oldest came into the queue
    chunks_in_memory: int = 0
    chunks_dropped: int = 0
    chunks_damaged: int = 0  # put aside: torn on disk, or sound and refused by AWS for good
    disk_error: str | None = None
