"""Standard input and output as the protocol's channel, and nothing else's."""

from __future__ import annotations

import os
import select
import sys
import time
from collections.abc import Callable

from containers.vision_worker.fleet.protocol import DaemonGone
from containers.vision_worker.reader import STUCK_SECONDS, Stuck

BEAT_SECONDS = 5.0
_READ_BYTES = 1 << 20


def take_standard_streams() -> tuple[int, int]:
    """Descriptors to read from and write to the daemon.

    What else writes to standard output from now on, Python or a library, writes to standard error: logs and
    metrics, which the daemon passes on.
    """
    sys.stdout.flush()
    read_from, write_to = os.dup(0), os.dup(1)
    os.dup2(2, 1)
    return read_from, write_to


class PipeLines:
    """`Lines` over two descriptors. Waiting it beats, so that a silent daemon is not taken for a hang."""

    def __init__(
        self,
        read_from: int,
        write_to: int,
        beat: Callable[[], None] = lambda: None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read_from, self._write_to = read_from, write_to
        self._beat, self._monotonic = beat, monotonic
        self._read = bytearray()
        self._searched = 0

    def read(self) -> str:
        """The next line.

        Raises:
            DaemonGone: the daemon closed the pipe. Stuck: it said nothing for too long, and it asks even
                an idle shard every second: it does not get on.
        """
        began = self._monotonic()
        while (end := self._read.find(b"\n", self._searched)) < 0:
            self._searched = len(self._read)
            if not select.select([self._read_from], [], [], BEAT_SECONDS)[0]:
                self._beat()
                if self._monotonic() - began >= STUCK_SECONDS:
                    raise Stuck(f"the daemon has asked nothing for {STUCK_SECONDS / 60:g} minutes")
                continue
            piece = os.read(self._read_from, _READ_BYTES)
            if not piece:
                raise DaemonGone("the daemon has closed the pipe")
            self._read += piece
        line = self._read[:end].decode()
        del self._read[: end + 1]
        self._searched = 0
        return line

    def write(self, line: str) -> None:
        """Send a line. Raises DaemonGone."""
        rest = memoryview(line.encode() + b"\n")
        try:
            while rest:
                rest = rest[os.write(self._write_to, rest) :]
        except BrokenPipeError as error:
            raise DaemonGone("the daemon has closed the pipe") from error
