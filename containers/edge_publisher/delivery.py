"""Delivering chunks: one record each, in order, one in flight a camera."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from floorsight.platform.errors import Unavailable
from floorsight.platform.objects import ObjectStore
from floorsight.platform.retry import Backoff
from floorsight.vision.chunk import MAX_RECORD_BYTES, Chunk, Claim, encode_chunk

if TYPE_CHECKING:
    from mypy_boto3_kinesis import KinesisClient

log = logging.getLogger(__name__)


class Delivery(Protocol):
    """Where chunks go."""

    def send(self, chunk: Chunk) -> int:
        """Send one chunk and wait until it has arrived; the record's bytes. Raises Unavailable."""


@dataclass(frozen=True)
class KinesisDelivery:
    """`Delivery` to a Kinesis stream, partition key = camera.

    One put a chunk: a batch put that fails in part would reorder. A put that was answered too late is
    repeated and may arrive twice, which the worker knows by the sequence.
    """

    stream: str
    client: KinesisClient
    objects: ObjectStore
    backoff: Backoff = field(default_factory=lambda: Backoff(attempts=8, base_seconds=0.2, cap_seconds=5.0))

    def send(self, chunk: Chunk) -> int:
        record = self._record(chunk)
        from botocore import exceptions as boto

        fault = "no answer"
        for attempt in self.backoff.tries():
            try:
                self.client.put_record(
                    StreamName=self.stream, Data=record, PartitionKey=chunk.header.camera_id
                )
                return len(record)
            except self.client.exceptions.ResourceNotFoundException as error:
                raise Unavailable(f"there is no stream {self.stream}", code="no_stream") from error
            except (boto.ClientError, boto.ConnectionError, boto.HTTPClientError) as error:
                fault = str(error)
                log.warning("attempt %d failed: %s", attempt, fault)
        raise Unavailable(f"chunk {chunk.header.sequence} could not be sent: {fault}")

    def _record(self, chunk: Chunk) -> bytes:
        record = encode_chunk(chunk.header, chunk.payload)
        if len(record) <= MAX_RECORD_BYTES:
            return record
        header = chunk.header
        folder = f"claims/{header.site_id}/{header.camera_id}/{header.stream_session}"
        claim = Claim(key=f"{folder}/{header.sequence:010d}.bin")
        self.objects.put(claim.key, chunk.payload, content_type="application/octet-stream")
        return encode_chunk(header.model_copy(update={"claim": claim}), chunk.payload)
