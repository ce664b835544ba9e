"""Delivery: one record a chunk, in order, claims for large ones, and errors that say what to do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

import boto3
import pytest
from botocore.exceptions import (
    ClientError,
    CredentialRetrievalError,
    EndpointConnectionError,
    NoCredentialsError,
)
from botocore.stub import Stubber

from containers.edge_publisher.delivery import KinesisDelivery
from floorsight.platform.errors import FloorsightError, Forbidden, Malformed, Unavailable
from floorsight.platform.retry import Backoff
from floorsight.vision.chunk import MAX_RECORD_BYTES, Chunk, decode_chunk, encode_chunk
from tests.fakes.clock import NOON, ManualClock
from tests.fakes.objects import MemoryObjects
from tests.fakes.scene import no_wait
from tests.fakes.streams import CAMERA, FIRST, SITE, header_of

STREAM = "chunks"


class FakeKinesis:
    """`put_record` that fails as told, first fault first."""

    def __init__(self, *faults: Exception | None, lose_answers: bool = False) -> None:
        self.records: list[dict[str, Any]] = []
        self.attempts = 0
        self._faults, self._lose_answers = list(faults), lose_answers

    def put_record(self, **record: Any) -> dict[str, Any]:
        self.attempts += 1
        fault = self._faults.pop(0) if self._faults else None
        if fault is None or self._lose_answers:
            self.records.append(record)
        if fault is not None:
            raise fault
        return {}


def client_error(code: str, status: int = 400, message: str = "x") -> ClientError:
    said = {"Code": code, "Message": message}
    answer: Any = {"Error": said, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "PutRecord")


def delivery(kinesis: Any, objects: MemoryObjects | None = None) -> KinesisDelivery:
    return KinesisDelivery(
        STREAM,
        cast("Any", kinesis),
        objects or MemoryObjects(),
        Backoff(attempts=4, sleep=no_wait),
        ManualClock(),
    )


def chunk_of(payload: bytes, sequence: int = 0) -> Chunk:
    return Chunk(header_of(payload, sequence=sequence), payload)


def test_the_real_client_is_called_as_it_wants() -> None:
    kinesis = boto3.client(
        "kinesis", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    with Stubber(kinesis) as stubber:
        stubber.add_client_error("put_record", "ProvisionedThroughputExceededException")
        stubber.add_response("put_record", {"ShardId": "s", "SequenceNumber": "1"})
        assert delivery(kinesis).send(chunk_of(b"payload")) > 0
        stubber.assert_no_pending_responses()
        stubber.add_client_error("put_record", "ResourceNotFoundException")
        with pytest.raises(Unavailable, match=STREAM):
            delivery(kinesis).send(chunk_of(b"payload"))


def test_the_partition_key_is_the_camera() -> None:
    kinesis = FakeKinesis()
    size = delivery(kinesis).send(chunk_of(b"payload"))
    (record,) = kinesis.records
    assert (record["PartitionKey"], record["StreamName"]) == (CAMERA, STREAM)
    assert size == len(record["Data"])
    assert decode_chunk(record["Data"]) == chunk_of(b"payload")


@pytest.mark.parametrize(
    "fault",
    [
        client_error("ProvisionedThroughputExceededException"),
        client_error("InternalFailure", 500),
        EndpointConnectionError(endpoint_url="http://127.0.0.1:1"),
    ],
)
def test_a_passing_fault_is_tried_again_and_the_order_kept(fault: Exception) -> None:
    kinesis = FakeKinesis(fault, fault, None, fault, None)
    sender = delivery(kinesis)
    for sequence in range(3):
        sender.send(chunk_of(b"payload", sequence))
    assert [decode_chunk(r["Data"]).header.sequence for r in kinesis.records] == [0, 1, 2]


def test_an_answer_that_was_lost_means_a_duplicate_never_a_disorder() -> None:
    fault = EndpointConnectionError(endpoint_url="http://127.0.0.1:1")
    kinesis = FakeKinesis(fault, None, None, lose_answers=True)
    sender = delivery(kinesis)
    sender.send(chunk_of(b"payload", 0))
    sender.send(chunk_of(b"payload", 1))
    assert [decode_chunk(r["Data"]).header.sequence for r in kinesis.records] == [0, 0, 1]


def test_it_gives_up_at_last() -> None:
    kinesis = FakeKinesis(*[client_error("InternalFailure", 500)] * 9)
    with pytest.raises(Unavailable, match="chunk 7"):
        delivery(kinesis).send(chunk_of(b"payload", 7))
    assert kinesis.attempts == 4


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        (client_error("ResourceNotFoundException"), Unavailable, "no_stream"),
        (client_error("AccessDeniedException"), Forbidden, "refused_by_aws"),
        (client_error("UnrecognizedClientException"), Forbidden, "refused_by_aws"),
        (client_error("ExpiredTokenException"), Forbidden, "refused_by_aws"),
        (NoCredentialsError(), Forbidden, "no_credentials"),
    ],
)
def test_what_no_repeat_can_mend_is_not_repeated(
    fault: Exception, kind: type[FloorsightError], code: str
) -> None:
    kinesis = FakeKinesis(fault)
    with pytest.raises(kind) as error:
        delivery(kinesis).send(chunk_of(b"payload"))
    assert error.value.code == code
    assert kinesis.attempts == 1


class TestClaims:
    LARGE = bytes(MAX_RECORD_BYTES)

    def test_a_bucket_that_refuses_for_good_is_not_asked_again(self) -> None:
        objects = MemoryObjects()
        asked: list[str] = []

        def refuse(key: str) -> None:
            asked.append(key)
            raise Unavailable("S3 refused") from client_error("AccessDenied", 403)

        objects.before = refuse
        with pytest.raises(Forbidden, match="AccessDenied"):
            delivery(FakeKinesis(), objects).send(chunk_of(self.LARGE))
        assert len(asked) == 1

    def test_a_bucket_that_is_not_there_is_told_as_a_stream_that_is_not(self) -> None:
        objects = MemoryObjects()

        def refuse(key: str) -> None:
            raise Unavailable("S3 refused") from client_error("NoSuchBucket", 404)

        objects.before = refuse
        with pytest.raises(Unavailable, match="no bucket") as error:
            delivery(FakeKinesis(), objects).send(chunk_of(self.LARGE))
        assert error.value.code == "no_bucket"

    def test_a_large_payload_is_left_in_the_bucket(self) -> None:
        kinesis, objects = FakeKinesis(), MemoryObjects()
        delivery(kinesis, objects).send(chunk_of(self.LARGE))
        claimed = decode_chunk(kinesis.records[0]["Data"])
        assert claimed.payload == b""
        assert claimed.header.claim is not None
        assert claimed.header.claim.key == f"claims/{SITE}/{CAMERA}/{FIRST}/0000000000.bin"
        assert objects.stored[claimed.header.claim.key] == self.LARGE
        Chunk(claimed.header, self.LARGE).verify()

    def test_what_just_fits_needs_no_claim(self) -> None:
        overhead = len(encode_chunk(header_of(self.LARGE), b""))
        sizes = range(MAX_RECORD_BYTES - overhead - 4, MAX_RECORD_BYTES - overhead + 4)
        claims = []
        for payload in map(bytes, sizes):
            kinesis, objects = FakeKinesis(), MemoryObjects()
            whole = len(encode_chunk(header_of(payload), payload))
            assert delivery(kinesis, objects).send(chunk_of(payload)) <= MAX_RECORD_BYTES
            assert bool(objects.stored) == (whole > MAX_RECORD_BYTES)
            claims.append(len(objects.stored))
        assert set(claims) == {0, 1}

    def test_a_bucket_that_does_not_answer_is_tried_again(self) -> None:
        faults = [Unavailable("S3 is busy"), Unavailable("S3 is busy")]

        def fail(key: str) -> None:
            if faults:
                raise faults.pop()

        kinesis, objects = FakeKinesis(), MemoryObjects(before=fail)
        delivery(kinesis, objects).send(chunk_of(self.LARGE))
        assert len(kinesis.records) == 1


class TestClock:
    @pytest.mark.parametrize(
        ("code", "message"),
        [
            (
                "InvalidSignatureException",
                "Signature expired: 20260302T1200Z is now earlier than 20260302T1255Z",
            ),
            (
                "InvalidSignatureException",
                "Signature not yet current: 20260302T1300Z is still later than 1205Z",
            ),
            (
                "RequestTimeTooSkewed",
                "The difference between the request time and the server's is too large.",
            ),
        ],
    )
    def test_a_wrong_clock_is_no_wrong_credential(self, code: str, message: str) -> None:
        answer: Any = {"Error": {"Code": code, "Message": message}}
        with pytest.raises(Unavailable, match="clock is wrong") as error:
            delivery(FakeKinesis(ClientError(answer, "PutRecord"))).send(chunk_of(b"payload"))
        assert error.value.code == "clock_wrong"

    def test_a_wrong_signature_is_no_wrong_clock(self) -> None:
        answer: Any = {
            "Error": {"Code": "InvalidSignatureException", "Message": "The request signature does not match"}
        }
        with pytest.raises(Forbidden):
            delivery(FakeKinesis(ClientError(answer, "PutRecord"))).send(chunk_of(b"payload"))

    def test_every_answer_tells_how_far_off_it_is(self) -> None:
        headers = {"date": "Mon, 02 Mar 2026 11:00:00 GMT"}  # an hour before NOON
        refusal: Any = {
            "Error": {"Code": "AccessDenied", "Message": "x"},
            "ResponseMetadata": {"HTTPHeaders": headers},
        }
        sender = delivery(FakeKinesis(ClientError(refusal, "PutRecord")))
        assert sender.clock_offset.seconds is None
        with pytest.raises(Forbidden):
            sender.send(chunk_of(b"payload"))
        assert sender.clock_offset.seconds == pytest.approx(3600, abs=0.5)
        assert sender.clock_offset.is_wrong
        assert sender.clock_offset.correct(NOON) == NOON - timedelta(seconds=3599.5)


WRONG_DATA = (
    "1 validation error detected: Value 'java.nio.HeapByteBuffer[pos=0 lim=2097152 cap=2097152]' at 'data' "
    "failed to satisfy constraint: Member must have length less than or equal to 1048576"
)
WRONG_STREAM = (
    "1 validation error detected: Value 'chunks dev' at 'streamName' failed to satisfy constraint: Member "
    "must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
)
WRONG_BOTH = (
    "2 validation errors detected: Value 'java.nio.HeapByteBuffer[pos=0 lim=9 cap=9]' at 'data' failed to "
    "satisfy constraint: x; Value 'chunks dev' at 'streamName' failed to satisfy constraint: x"
)


@pytest.mark.parametrize("message", ["x", WRONG_DATA])
def test_a_chunk_that_aws_never_takes_is_not_repeated(message: str) -> None:
    kinesis = FakeKinesis(client_error("ValidationException", message=message))
    with pytest.raises(Malformed, match="never take"):
        delivery(kinesis).send(chunk_of(b"payload"))
    assert kinesis.attempts == 1


@pytest.mark.parametrize("code", ["ValidationException", "InvalidArgumentException"])
@pytest.mark.parametrize("message", [WRONG_STREAM, WRONG_BOTH, WRONG_STREAM.replace("streamName", "other")])
def test_a_wrong_name_of_the_stream_is_no_fault_of_the_chunk(code: str, message: str) -> None:
    kinesis = FakeKinesis(client_error(code, message=message))
    with pytest.raises(Unavailable, match="chunks dev") as error:
        delivery(kinesis).send(chunk_of(b"payload"))
    assert error.value.code == "no_stream"
    assert kinesis.attempts == 1


def test_credentials_that_can_not_be_fetched_now_may_be_later() -> None:
    fault = CredentialRetrievalError(provider="iam-role", error_msg="no answer")
    kinesis = FakeKinesis(fault, None)
    delivery(kinesis).send(chunk_of(b"payload"))
    assert kinesis.attempts == 2
