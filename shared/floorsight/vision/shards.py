"""The record processor of one shard, shaped as the Kinesis Client Library calls it.

Cameras of a shard are independent: what one camera's stream has not settled holds back the checkpoint,
never another camera.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Protocol

from floorsight.platform.bus import Bus
from floorsight.platform.errors import Malformed
from floorsight.platform.objects import ObjectStore
from floorsight.vision.chunk import Chunk, decode_chunk
from floorsight.vision.quarantine import Quarantine
from floorsight.vision.service import CameraStream


@dataclass(frozen=True)
class Record:
    """A Kinesis record."""

    sequence_number: str
    partition_key: str
    data: bytes
    arrived_at: datetime


class Checkpointer(Protocol):
    """Remembers how far a shard was processed."""

    def checkpoint(self, sequence_number: str) -> None:
        """All records up to and including this one are settled."""


@dataclass(frozen=True)
class _Outstanding:
    number: int
    sequence_number: str  # as Kinesis wrote it: what is checkpointed must be that text, zeros included
    camera_id: str | None  # None when it was no chunk


class ShardProcessor:
    """Takes a shard's records in order. Every method may be repeated after Unavailable.

    `stream_of` makes the stream of a camera when its first chunk comes.
    """

    def __init__(
        self,
        stream_of: Callable[[str], CameraStream],
        objects: ObjectStore,
        bus: Bus,
        checkpointer: Checkpointer,
    ) -> None:
        self._stream_of = stream_of
        self._quarantine = Quarantine(objects)
        self._bus = bus
        self._checkpointer = checkpointer
        self._streams: dict[str, CameraStream] = {}
        self._outstanding: deque[_Outstanding] = deque()
        # By camera: the last record taken, and the last that had settled with all before it.
        self._last_taken: dict[str, int] = {}
        self._settled: dict[str, int] = {}
        self._taken = -1

    def process_records(self, records: Sequence[Record]) -> None:
        """Take records in order; those already taken by an earlier, failed call are skipped.

        Raises:
            Unavailable: call again with the same records.
        """
        for record in records:
            number = int(record.sequence_number)
            if number <= self._taken:
                continue
            camera_id = self._take(record)
            self._outstanding.append(_Outstanding(number, record.sequence_number, camera_id))
            self._taken = number
            if camera_id is not None:
                self._last_taken[camera_id] = number
                self._note_settled(camera_id)
        self.tick()

    def tick(self) -> None:
        """Flush streams whose commit is due and checkpoint what is settled. Raises Unavailable."""
        for camera_id, stream in self._streams.items():
            stream.flush_if_due()
            self._note_settled(camera_id)
        self._checkpoint()

    def shutdown(self) -> None:
        """Settle everything, for a clean stop. Raises Unavailable."""
        for camera_id, stream in self._streams.items():
            stream.flush()
            self._note_settled(camera_id)
        self._checkpoint()

    def _take(self, record: Record) -> str | None:
        try:
            chunk = decode_chunk(record.data)
        except Malformed as error:
            self._put_aside(record, error.message)
            return None
        stream = self._stream(chunk)
        stream.note_arrival(chunk, record.arrived_at)
        stream.take(chunk)
        return chunk.header.camera_id

    def _stream(self, chunk: Chunk) -> CameraStream:
        camera_id = chunk.header.camera_id
        if camera_id not in self._streams:
            self._streams[camera_id] = self._stream_of(camera_id)
        return self._streams[camera_id]

    def _put_aside(self, record: Record, explanation: str) -> None:
        event = self._quarantine.keep_record(
            record.data, record.partition_key, record.arrived_at, explanation
        )
        self._bus.publish([event.to_message()])

    def _note_settled(self, camera_id: str) -> None:
        """Remember how far a camera has settled: it may hold newer chunks again by the next checkpoint."""
        if camera_id in self._last_taken and self._streams[camera_id].settled:
            self._settled[camera_id] = self._last_taken[camera_id]

    def _checkpoint(self) -> None:
        settled = list(takewhile(self._is_settled, self._outstanding))
        if settled:
            self._checkpointer.checkpoint(settled[-1].sequence_number)
            for _ in settled:
                self._outstanding.popleft()

    def _is_settled(self, record: _Outstanding) -> bool:
        return record.camera_id is None or record.number <= self._settled.get(record.camera_id, -1)
