"""Telling that chunks were lost, without a line for each."""

from __future__ import annotations

import logging
from collections.abc import Callable

from floorsight.platform.observability import emit_metrics

log = logging.getLogger(__name__)

REPORT_SECONDS = 60.0


class DropReport:
    """Tells of the first drop at once, and of those that follow once a minute."""

    def __init__(self, camera_id: str, monotonic: Callable[[], float]) -> None:
        self._camera_id, self._monotonic = camera_id, monotonic
        self._chunks = self._bytes = 0
        self._why = ""
        self._told_at = float("-inf")

    def note(self, chunks: int, size: int, why: str) -> None:
        """`size` in bytes."""
        self._chunks += chunks
        self._bytes += size
        self._why = why
        self.tell_if_due()

    def tell_if_due(self) -> None:
        """Tell of what was not told yet if the last word is a minute ago; to be called now and then."""
        if self._monotonic() - self._told_at >= REPORT_SECONDS:
            self.tell()

    def tell(self) -> None:
        """Tell of what was not told yet."""
        if not self._chunks:
            return
        log.error(
            "chunks are lost, the oldest first: %s",
            self._why,
            extra={"camera_id": self._camera_id, "chunks": self._chunks, "bytes": self._bytes},
        )
        emit_metrics({"SpoolDropped": self._chunks}, dimensions={"camera": self._camera_id})
        self._chunks = self._bytes = 0
        self._told_at = self._monotonic()
