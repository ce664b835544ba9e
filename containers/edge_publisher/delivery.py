"""Delivering chunks: one record each, in order, one in flight a camera."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from floorsight.platform.errors import Forbidden, Unavailable
from floorsight.platform.objects import ObjectStore
from floorsight.platform.retry import Backoff
from floorsight.vision.chunk import MAX_RECORD_BYTES, Chunk, Claim, encode_chunk

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from mypy_boto3_kinesis import KinesisClient

log = logging.getLogger(__name__)

_REFUSALS = {
    "AccessDenied",
    "AccessDeniedException",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}


class Delivery(Protocol):
    """Where chunks go."""

    def send(self, chunk: Chunk) -> int:
        """Send one chunk and wait until it has arrived; the record's bytes.

        Raises:
            Unavailable: it could not be sent, however often it was tried.
            Forbidden: wrong credentials, or not enough rights.
        """


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
        from botocore import exceptions as boto

        fault = "no answer"
        for attempt in self.backoff.tries():
            try:
                return self._send_once(chunk)
            except boto.ClientError as error:
                _raise_for_good(error, self.stream)
                fault = str(error)
            except (boto.NoCredentialsError, boto.PartialCredentialsError) as error:
                raise Forbidden(
                    f"{error}; see the AWS CLI's `aws configure`", code="no_credentials"
                ) from error
            except (boto.ConnectionError, boto.HTTPClientError) as error:
                fault = str(error)
            except Unavailable as error:  # from the bucket of claims
                if isinstance(error.__cause__, boto.ClientError):
                    _raise_for_good(error.__cause__, self.stream)
                fault = error.message
            log.warning("attempt %d failed: %s", attempt, fault)
        raise Unavailable(f"chunk {chunk.header.sequence} could not be sent: {fault}")

    def _send_once(self, chunk: Chunk) -> int:
        record = self._record(chunk)
        self.client.put_record(StreamName=self.stream, Data=record, PartitionKey=chunk.header.camera_id)
        return len(record)

    def _record(self, chunk: Chunk) -> bytes:
        record = encode_chunk(chunk.header, chunk.payload)
        if len(record) <= MAX_RECORD_BYTES:
            return record
        header = chunk.header
        folder = f"claims/{header.site_id}/{header.camera_id}/{header.stream_session}"
        claim = Claim(key=f"{folder}/{header.sequence:010d}.bin")
        self.objects.put(claim.key, chunk.payload, content_type="application/octet-stream")
        return encode_chunk(header.model_copy(update={"claim": claim}), chunk.payload)


def _raise_for_good(error: ClientError, stream: str) -> None:
    """Raise for what no repeat can mend: no such stream, or no right to write to it."""
    code = error.response["Error"]["Code"]
    if code == "ResourceNotFoundException":
        raise Unavailable(f"there is no stream {stream}", code="no_stream") from error
    if code in _REFUSALS:
        raise Forbidden(f"AWS refused to take a chunk: {error}", code="refused_by_aws") from error
