"""Putting aside what can't be analysed: kept, reported, and out of the way."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime

from floorsight.events.vision import ChunkRejected, Rejection
from floorsight.platform.objects import ObjectStore
from floorsight.platform.observability import emit_metrics
from floorsight.vision.chunk import Chunk, encode_chunk
from floorsight.vision.facts import rejected_event

log = logging.getLogger(__name__)

# What an event says where a record is too broken to tell.
UNKNOWN = "unknown"
MAX_EXPLANATION = 500


@dataclass(frozen=True)
class Quarantine:
    """The bucket's quarantine prefix. Keys follow from content, so a repeat replaces itself."""

    objects: ObjectStore

    def keep_chunk(self, chunk: Chunk, reason: Rejection, explanation: str) -> ChunkRejected:
        """Keep a chunk whose header could be read, with its payload where that is at hand."""
        header = chunk.header
        if chunk.payload:
            # What was claimed lives for a day only; here it is kept as long as the rest.
            header = header.model_copy(update={"claim": None})
        record = encode_chunk(header, chunk.payload)
        folder = f"{header.site_id}/{header.camera_id}/{header.stream_session}"
        key = self._keep(folder, f"{header.sequence:010d}", record)
        event = rejected_event(
            site_id=header.site_id,
            camera_id=header.camera_id,
            stream_session=header.stream_session,
            sequence=header.sequence,
            occurred_at=header.captured_at,
            reason=reason,
            explanation=explanation[:MAX_EXPLANATION],
            quarantine_key=key,
        )
        return _reported(event)

    def keep_record(
        self, record: bytes, partition_key: str, arrived_at: datetime, explanation: str
    ) -> ChunkRejected:
        """Keep a record that is no chunk. Its partition key should be the camera's id."""
        key = self._keep("unreadable", arrived_at.strftime("%Y-%m-%d"), record)
        event = rejected_event(
            site_id=UNKNOWN,
            camera_id=partition_key,
            stream_session=UNKNOWN,
            sequence=None,
            occurred_at=arrived_at,
            reason=Rejection.NOT_A_CHUNK,
            explanation=explanation[:MAX_EXPLANATION],
            quarantine_key=key,
        )
        return _reported(event)

    def _keep(self, folder: str, name: str, record: bytes) -> str:
        digest = hashlib.sha256(record).hexdigest()[:16]
        key = f"quarantine/{folder}/{name}-{digest}.chunk"
        self.objects.put(key, record, content_type="application/octet-stream")
        return key


def _reported(event: ChunkRejected) -> ChunkRejected:
    log.warning(
        "chunk put aside: %s",
        event.explanation,
        extra={"camera_id": event.camera_id, "reason": event.reason, "quarantine_key": event.quarantine_key},
    )
    emit_metrics({"ChunksRejected": 1}, dimensions={"reason": event.reason.value})
    return event
