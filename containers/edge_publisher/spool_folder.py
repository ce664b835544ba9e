"""A camera's spool on disk: one file a chunk, numbered as they came.

<spool>/<camera>/
    lock                  held for as long as a publisher uses the folder
    000000000042.chunk    one record (docs/formats/chunk.md), with its payload however large
    000000000043.partial  being written; what a crash leaves of it is removed
    delivered             is there once anything was sent: credentials and stream were right once
    session               the stream session that began last
    damaged/              what could not be read or was refused: the last few, to look at
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from containers.edge_publisher.spool_marks import SpoolMarks
from floorsight.platform.errors import Conflict, Malformed

log = logging.getLogger(__name__)

CHUNK, PARTIAL = ".chunk", ".partial"
DAMAGED_KEPT = 8


@dataclass(frozen=True)
class SpoolFile:
    """A chunk's file. `stored_at` is by this machine's clock."""

    number: int
    size: int
    stored_at: datetime


class SpoolFolder:
    """The files of one camera. One process has it at a time.

    Raises:
        Conflict: `spool_in_use`, another publisher has it. Malformed: `bad_spool`, there can be no folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._damaged = path / "damaged"
        self.marks = SpoolMarks(path)
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)  # it holds video of people
            self._damaged.mkdir(exist_ok=True)
            self._lock = os.open(path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise Malformed(
                f"the spool can't be kept in {path}: {error.strerror}; choose a folder that this user may "
                "write to with --spool",
                code="bad_spool",
            ) from error
        try:
            # The kernel lets go of it when the process ends, however it ends.
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._lock)
            raise Conflict(
                f"another publisher of this camera uses the spool {path}: stop it, or give this one another "
                "folder with --spool",
                code="spool_in_use",
            ) from error
        self._remove_partials()

    def close(self) -> None:
        """Let another publisher have the folder."""
        os.close(self._lock)

    def list_files(self) -> list[SpoolFile]:
        """What is there, oldest first."""
        found = []
        with os.scandir(self.path) as entries:
            for entry in entries:
                stem, suffix = os.path.splitext(entry.name)
                if suffix == CHUNK and stem.isdecimal():
                    stat = entry.stat()
                    stored_at = datetime.fromtimestamp(stat.st_mtime, UTC)
                    found.append(SpoolFile(int(stem), stat.st_size, stored_at))
        return sorted(found, key=lambda file: file.number)

    def write(self, number: int, record: bytes, *, durable: bool) -> None:
        """Write a chunk's file whole or not at all; `durable`: so that it outlives a power cut.

        Raises:
            OSError: the disk is full, or does not work. Nothing is left of the file.
        """
        partial = self._file(number, PARTIAL)
        try:
            with partial.open("wb") as file:
                file.write(record)
                if durable:
                    file.flush()
                    os.fsync(file.fileno())
            partial.rename(self._file(number, CHUNK))
            if durable:
                self._sync_names()
        except OSError:
            with contextlib.suppress(OSError):
                partial.unlink()
            raise

    def read(self, number: int) -> bytes:
        """A chunk's record. Raises OSError."""
        return self._file(number, CHUNK).read_bytes()

    def remove(self, number: int) -> None:
        """Remove a chunk's file; that it is gone already is no fault. Raises OSError."""
        self._file(number, CHUNK).unlink(missing_ok=True)

    def set_aside(self, number: int) -> None:
        """Move a chunk's file to where it blocks nobody; only the last few are kept. Raises OSError."""
        with contextlib.suppress(FileNotFoundError):
            stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
            self._file(number, CHUNK).rename(self._damaged / f"{stamp}-{number:012d}{CHUNK}")
        for old in sorted(self._damaged.iterdir())[:-DAMAGED_KEPT]:
            old.unlink()

    def _file(self, number: int, suffix: str) -> Path:
        return self.path / f"{number:012d}{suffix}"

    def _remove_partials(self) -> None:
        for partial in self._partials():
            log.info("%s was not written to its end by an earlier run; removed", partial.name)
            with contextlib.suppress(OSError):  # it is in nobody's way
                partial.unlink()

    def _partials(self) -> Iterator[Path]:
        return self.path.glob(f"*{PARTIAL}")

    def _sync_names(self) -> None:
        """A renamed file is found after a power cut only once its folder is on disk too."""
        folder = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
