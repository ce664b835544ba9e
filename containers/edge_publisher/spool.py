"""A camera's chunks that have not arrived yet: oldest first, on disk, within a bound (ADR 0042)."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable

from containers.edge_publisher.drop_report import DropReport
from containers.edge_publisher.spool_folder import SpoolFolder
from containers.edge_publisher.spool_marks import SpoolMarks
from containers.edge_publisher.spool_state import SpoolState, Waiting
from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.errors import Malformed, Unavailable
from floorsight.platform.observability import emit_metrics
from floorsight.vision.chunk import Chunk, decode_chunk

log = logging.getLogger(__name__)

DEFAULT_SPOOL_BYTES = 2 * 1024**3
MIN_SPOOL_BYTES = 16 * 1024**2  # a few chunks of the highest bitrates
MEMORY_BYTES = 32 * 1024**2  # of what the disk does not take: half a minute at 8 Mbit/s


class Spool:
    """One thread adds, another takes: `take_oldest`, `read`, then `remove`, `set_aside` or `put_back`.

    Numbers, and with them the order, are those of adding; they outlive the process with the files.

    Raises:
        Malformed: `bad_spool`, a bound that holds next to nothing.
    """

    def __init__(
        self,
        folder: SpoolFolder,
        camera_id: str,
        *,
        max_bytes: int = DEFAULT_SPOOL_BYTES,
        memory_bytes: int = MEMORY_BYTES,
        clock: Clock = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        if max_bytes < MIN_SPOOL_BYTES:
            raise Malformed(
                f"the spool must be allowed {MIN_SPOOL_BYTES} bytes or more, not {max_bytes}",
                code="bad_spool",
            )
        self._folder, self._camera_id, self._clock = folder, camera_id, clock
        self._max_bytes, self._memory_bytes = max_bytes, memory_bytes
        self._guard = threading.RLock()
        self._queue: OrderedDict[int, Waiting] = OrderedDict()
        self._unwritten: OrderedDict[int, bytes] = OrderedDict()  # records of the queue that are in no file
        self._bytes = self._bytes_unwritten = 0
        self._next = 1
        self._in_flight: int | None = None
        self._dropped = self._damaged = 0
        self._disk_error: str | None = None
        self._drops = DropReport(camera_id, monotonic)
        self._find_files()

    @property
    def marks(self) -> SpoolMarks:
        """What runs leave for each other to know."""
        return self._folder.marks

    def state(self) -> SpoolState:
        with self._guard:
            oldest = next(iter(self._queue.values()), None)
            return SpoolState(
                chunks=len(self._queue),
                bytes=self._bytes,
                oldest_at=oldest.stored_at if oldest else None,
                chunks_in_memory=len(self._unwritten),
                chunks_dropped=self._dropped,
                chunks_damaged=self._damaged,
                disk_error=self._disk_error,
            )

    def has_room(self, size: int) -> bool:
        """Whether a record of so many bytes can be added and none is dropped for it."""
        with self._guard:
            fits = self._bytes + size <= self._max_bytes
            fits_in_memory = self._bytes_unwritten + size <= self._memory_bytes  # lest the disk not take it
            return not self._queue or (fits and fits_in_memory)

    def add(self, record: bytes, *, durable: bool) -> None:
        """Keep a record at the queue's end, and drop the oldest where that goes beyond the bound.

        `durable`: so that it outlives a power cut, not only the end of this process. A disk that does not
        take it is no error: the record stays in memory, as many as fit there.
        """
        with self._guard:
            self._drop_beyond(self._max_bytes - len(record))
            self._append(Waiting(self._next, len(record), self._clock()))
            self._unwritten[self._next] = record
            self._bytes_unwritten += len(record)
            self._next += 1
            self._write_files(durable=durable)
            if self._bytes_unwritten > self._memory_bytes:
                self._relieve_memory()

    def take_oldest(self) -> Waiting | None:
        """The next to be sent, which is not dropped until it is given back in one way or another."""
        with self._guard:
            oldest = next(iter(self._queue.values()), None)
            self._in_flight = oldest.number if oldest else None
            return oldest

    def read(self, waiting: Waiting) -> Chunk:
        """Its chunk.

        Raises:
            Malformed: `spool_damaged`, it is gone or is not what was stored.
            Unavailable: `spool_unreadable`, the disk does not give it now.
        """
        number = waiting.number
        try:
            record = self._unwritten.get(number)
            chunk = decode_chunk(self._folder.read(number) if record is None else record)
            chunk.verify()
        except (FileNotFoundError, Malformed) as error:
            raise Malformed(f"stored chunk {number} is damaged: {error}", code="spool_damaged") from error
        except OSError as error:
            raise Unavailable(
                f"stored chunk {number} can't be read now: {error}", code="spool_unreadable"
            ) from error
        return chunk

    def put_back(self) -> None:
        """What was taken could not be sent; it stays the oldest."""
        with self._guard:
            self._in_flight = None

    def remove(self, waiting: Waiting) -> None:
        """What was taken has arrived."""
        with self._guard:
            self._in_flight = None
            self._remove_file(waiting.number)  # else sent again after a restart: known by its sequence
            self._forget(waiting.number)

    def set_aside(self, waiting: Waiting, why: str) -> None:
        """What was taken can never be sent: keep it for people to look at, report it, and go on."""
        with self._guard:
            self._in_flight = None
            self._damaged += 1
            try:
                self._folder.set_aside(waiting.number)
            except OSError as error:
                self._note_disk_error(error)
            self._remove_file(waiting.number)
            self._forget(waiting.number)
        log.error("a chunk is put aside: %s", why, extra={"camera_id": self._camera_id})
        emit_metrics({"SpoolDamaged": 1}, dimensions={"camera": self._camera_id})

    def tell_drops_if_due(self) -> None:
        """Log and count what was dropped in the last minute; to be called now and then."""
        with self._guard:
            self._drops.tell_if_due()

    def close(self) -> None:
        """Give the folder free. What is in memory only gets a last chance."""
        with self._guard:
            self._write_files(durable=True)
            self._dropped += len(self._unwritten)
            self._drops.note(len(self._unwritten), self._bytes_unwritten, self._why_in_memory())
            self._drops.tell()
            self._folder.close()

    def _find_files(self) -> None:
        files = self._folder.list_files()
        for file in files:
            self._append(Waiting(file.number, file.size, file.stored_at))
        if files:
            self._next = files[-1].number + 1
            log.info(
                "an earlier run left chunks to be sent",
                extra={"camera_id": self._camera_id, "chunks": len(files), "bytes": self._bytes},
            )
        self._drop_beyond(self._max_bytes)

    def _append(self, waiting: Waiting) -> None:
        self._queue[waiting.number] = waiting
        self._bytes += waiting.size

    def _forget(self, number: int) -> None:
        self._bytes -= self._queue.pop(number).size
        self._bytes_unwritten -= len(self._unwritten.pop(number, b""))

    def _remove_file(self, number: int) -> bool:
        """Whether no file is left of it."""
        if number in self._unwritten:
            return True
        try:
            self._folder.remove(number)
        except OSError as error:
            self._note_disk_error(error)
            return False
        return True

    def _write_files(self, *, durable: bool) -> None:
        """Write what is in memory only, oldest first, as far as the disk takes it."""
        while self._unwritten:
            number, record = next(iter(self._unwritten.items()))
            try:
                self._folder.write(number, record, durable=durable)
            except OSError as error:
                self._note_disk_error(error)
                return
            del self._unwritten[number]
            self._bytes_unwritten -= len(record)
            if not self._unwritten:
                self._note_disk_works()

    def _note_disk_error(self, error: OSError) -> None:
        said = error.strerror or str(error)
        if said != self._disk_error:
            log.error(
                "the spool %s can't be written: %s; up to %d MiB are kept in memory meanwhile",
                self._folder.path,
                said,
                self._memory_bytes // 1024**2,
                extra={"camera_id": self._camera_id},
            )
        self._disk_error = said

    def _note_disk_works(self) -> None:
        if self._disk_error is not None:
            log.info("the spool can be written again", extra={"camera_id": self._camera_id})
            self._disk_error = None

    def _relieve_memory(self) -> None:
        """The oldest of all goes: newer ones may take its room on the disk. Else memory's oldest go."""
        if self._drop_oldest(self._queue, self._why_in_memory()):
            self._write_files(durable=True)
        while self._bytes_unwritten > self._memory_bytes:
            if not self._drop_oldest(self._unwritten, self._why_in_memory()):
                return

    def _why_in_memory(self) -> str:
        return f"the disk takes no more ({self._disk_error})"

    def _drop_beyond(self, limit: int) -> None:
        while self._bytes > limit and self._drop_oldest(self._queue, "the spool is full"):
            pass

    def _drop_oldest(self, numbers: Iterable[int], why: str) -> bool:
        """Whether one was dropped: not what is being sent, nor what the disk does not let go of.

        A file that can't be removed makes no room, and is there to be sent once the disk works again.
        """
        oldest = next((number for number in numbers if number != self._in_flight), None)
        if oldest is None or not self._remove_file(oldest):
            return False
        size = self._queue[oldest].size
        self._forget(oldest)
        self._dropped += 1
        self._drops.note(1, size, why)
        return True
