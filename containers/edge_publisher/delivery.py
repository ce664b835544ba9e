"""Delivering chunks: one record each, in order, one in flight a camera."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from containers.edge_publisher.clock_offset import ClockOffset
from floorsight.platform.aws import translated
from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.errors import FloorsightError, Forbidden, Malformed, Unavailable
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
# A signature holds its time; AWS takes none that is more than 5 minutes off (S3: 15).
_WRONG_TIMES = {"RequestExpired", "RequestInTheFuture", "RequestTimeTooSkewed"}
_WRONG_TIME_TEXTS = ("Signature expired", "Signature not yet current")
_REFUSED_CHUNKS = {"EntityTooLarge", "InvalidArgumentException", "ValidationException"}
_FAULTY_FIELD = re.compile(r" at '([^']+)' failed to satisfy constraint")


class Delivery(Protocol):
    """Where chunks go."""

    def send(self, chunk: Chunk) -> int:
        """Send one chunk and wait until it has arrived; the record's bytes.

        Raises:
            Unavailable: it could not be sent, however often it was tried; `no_stream`, `no_bucket`: there is
                nothing to send to; `clock_wrong`: this machine's clock is so far off that AWS believes no
                signature.
            Forbidden: wrong credentials, or not enough rights.
            Malformed: this chunk will never be taken; others may be.
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
    clock: Clock = utc_now
    clock_offset: ClockOffset = field(default_factory=ClockOffset)

    def send(self, chunk: Chunk) -> int:
        fault = Unavailable("no answer")
        for attempt in self.backoff.tries():
            try:
                return self._send_once(chunk)
            except Unavailable as error:  # from the stream, or from the bucket of claims
                fault = self._judge(error)
            log.warning("attempt %d failed: %s", attempt, fault.message)
        raise Unavailable(f"chunk {chunk.header.sequence} could not be sent: {fault.message}") from fault

    def _send_once(self, chunk: Chunk) -> int:
        record = self._record(chunk)
        with translated("Kinesis", lambda error: Unavailable(str(error))):
            answer = self.client.put_record(
                StreamName=self.stream, Data=record, PartitionKey=chunk.header.camera_id
            )
        self.clock_offset.note(answer, self.clock())
        return len(record)

    def _judge(self, error: Unavailable) -> Unavailable:
        """The error if a repeat may mend it; raises what it means if none can."""
        from botocore import exceptions as boto

        cause = error.__cause__
        if isinstance(cause, boto.ClientError):
            self.clock_offset.note(cause.response, self.clock())
            meaning = _meaning(cause, self.stream)
        elif isinstance(cause, boto.NoCredentialsError | boto.PartialCredentialsError):
            meaning = Forbidden(f"{cause}; see the AWS CLI's `aws configure`", code="no_credentials")
        else:
            meaning = None
        if meaning is not None:
            raise meaning from cause
        return error

    def _record(self, chunk: Chunk) -> bytes:
        record = encode_chunk(chunk.header, chunk.payload)
        if len(record) <= MAX_RECORD_BYTES:
            return record
        header = chunk.header
        folder = f"claims/{header.site_id}/{header.camera_id}/{header.stream_session}"
        claim = Claim(key=f"{folder}/{header.sequence:010d}.bin")
        self.objects.put(claim.key, chunk.payload, content_type="application/octet-stream")
        return encode_chunk(header.model_copy(update={"claim": claim}), chunk.payload)


def _meaning(error: ClientError, stream: str) -> FloorsightError | None:
    """What AWS's refusal means if no repeat can mend it."""
    code = error.response["Error"]["Code"]
    said = error.response["Error"].get("Message", "")
    if code == "ResourceNotFoundException":
        return Unavailable(f"there is no stream {stream}", code="no_stream")
    if code in _WRONG_TIMES or any(text in said for text in _WRONG_TIME_TEXTS):
        return Unavailable(
            f"this machine's clock is wrong, and AWS takes no request of another time; set it: {said}",
            code="clock_wrong",
        )
    if code in _REFUSALS:
        return Forbidden(f"AWS refused to take a chunk: {error}", code="refused_by_aws")
    if code == "NoSuchBucket":
        return Unavailable(f"there is no bucket for what is too large for a record: {said}", code="no_bucket")
    if code in _REFUSED_CHUNKS and set(_FAULTY_FIELD.findall(said)) - {"data"}:
        # The same of every chunk: whoever put them aside would lose them all.
        return Unavailable(f"AWS takes nothing for the stream {stream!r}: {said}", code="no_stream")
    if code in _REFUSED_CHUNKS:
        return Malformed(f"AWS will never take this chunk: {error}", code="chunk_refused")
    return None
