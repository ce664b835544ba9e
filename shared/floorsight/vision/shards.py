"""The record processor of one shard, shaped as the Kinesis Client Library calls it.

Cameras of a shard are independent: what one camera's stream has not settled holds back the checkpoint,
never another camera.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
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
    sequence_number: str
    camera_id: str | None  # None once settled


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
        self._taken: str | None = None

    def process_records(self, records: Sequence[Record]) -> None:
        """Take records in order; those already taken by an earlier, failed call are skipped.

        Raises:
            Unavailable: call again with the same records.
        """
        for record in records:
            if self._taken is not None and int(record.sequence_number) <= int(self._taken):
                continue
            camera_id = self._take(record)
            self._outstanding.append(_Outstanding(record.sequence_number, camera_id))
            self._taken = record.sequence_number
        self.tick()

    def tick(self) -> None:
        """Flush streams whose commit is due and checkpoint what is settled. Raises Unavailable."""
        for stream in self._streams.values():
            stream.flush_if_due()
        self._checkpoint()

    def shutdown(self) -> None:
        """Settle everything, for a clean stop. Raises Unavailable."""
        for stream in self._streams.values():
            stream.flush()
        self._checkpoint()

    def _take(self, record: Record) -> str | None:
        try:
            chunk = decode_chunk(record.data)
        except Malformed as error:
            self._put_aside(record, error.message)
            return None
        self._stream(chunk).take(chunk)
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

    def _checkpoint(self) -> None:
        settled: str | None = None
        while self._outstanding and self._is_settled(self._outstanding[0]):
            settled = self._outstanding.popleft().sequence_number
        if settled is not None:
            self._checkpointer.checkpoint(settled)

    def _is_settled(self, record: _Outstanding) -> bool:
        return record.camera_id is None or self._streams[record.camera_id].settled
