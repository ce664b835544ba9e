"""What the source of a publisher is doing, for whoever tells it on (the heartbeat)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from floorsight.vision.chunk import Codec


@dataclass(frozen=True)
class SourceStatus:
    """A camera's connection as it is now. Each change is a new value, so that any thread may keep one.

    Rates are those of what came from the source in the last seconds, before the motion gate; 0 while it is
    disconnected. `last_error` is safe to show (no credentials) and stays after the reconnect that mended it.
    """

    connected: bool = False
    frames_per_second: float = 0.0
    bits_per_second: float = 0.0
    reconnects: int = 0  # connections after the first
    last_error: str | None = None
    codec: Codec | None = None  # as it is published
    width: int | None = None
    height: int | None = None
    chunks_skipped: int = 0  # by the motion gate


OnStatus = Callable[[SourceStatus], None]
"""Called from the thread that publishes, at every change and at every chunk: it must return at once."""
