"""What one run of a publisher leaves for the next to know, beside the chunks."""

from __future__ import annotations

import logging
import os
import re
from dataclasses import dataclass
from pathlib import Path

from floorsight.vision.chunk import SESSION_PATTERN

log = logging.getLogger(__name__)

SESSION, DELIVERED = "session", "delivered"


@dataclass(frozen=True)
class SpoolMarks:
    """In a camera's folder. A disk that does not keep them costs what they are for, and nothing else."""

    folder: Path

    @property
    def last_session(self) -> str | None:
        """The stream session that began last, so that none seems older though the clock was set back."""
        try:
            written = (self.folder / SESSION).read_bytes().decode(errors="replace").strip()
        except OSError:
            return None  # there was none, or the disk has lost it
        if re.fullmatch(SESSION_PATTERN, written):
            return written
        log.warning("the last stream session can't be told from %r; going on without it", written[:40])
        return None

    def note_session(self, stream_session: str) -> None:
        """A stream session begins."""
        partial = self.folder / f"{SESSION}.partial"
        try:
            with partial.open("w", encoding="ascii") as file:
                file.write(stream_session)
                file.flush()
                os.fsync(file.fileno())
            partial.rename(self.folder / SESSION)
        except OSError as error:
            log.warning("the stream session can't be kept for the next run: %s", error)

    @property
    def was_delivered(self) -> bool:
        """Whether any chunk ever arrived: credentials and stream were right once."""
        return (self.folder / DELIVERED).exists()

    def note_delivered(self) -> None:
        """A chunk has arrived."""
        try:
            (self.folder / DELIVERED).touch()
        except OSError as error:
            log.warning("that chunks arrived can't be kept for the next run: %s", error)
