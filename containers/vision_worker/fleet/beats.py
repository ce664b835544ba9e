"""Signs of life: each process of a shard touches a file of its own, the parent looks at all of them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from containers.vision_worker.fleet.protocol import DaemonGone

_SUFFIX = ".beat"


class ShardBeat:
    """The file of this process. It is there from the first beat until `end`."""

    def __init__(self, folder: str | None) -> None:
        """`folder` None: nobody looks."""
        self._file = Path(folder) / f"{os.getpid()}{_SUFFIX}" if folder is not None else None

    def beat(self) -> None:
        """Raises DaemonGone when the folder is gone, and with it the parent: this process should not be."""
        if self._file is not None:
            try:
                self._file.touch()
            except FileNotFoundError as error:
                raise DaemonGone("the parent has ended") from error

    def end(self) -> None:
        if self._file is not None:
            self._file.unlink(missing_ok=True)


def find_silent(folder: Path, limit_seconds: float, now: Callable[[], float] = time.time) -> list[int]:
    """The ids of processes that run and have not touched their file for longer than the limit."""
    silent = []
    for file in folder.glob(f"*{_SUFFIX}"):
        process_id = int(file.stem)
        try:
            quiet_seconds = now() - file.stat().st_mtime
        except FileNotFoundError:  # it has just ended
            continue
        if quiet_seconds > limit_seconds and Path(f"/proc/{process_id}").exists():
            silent.append(process_id)
    return sorted(silent)
