"""What DynamoDB answers on its bad days, which no emulator does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import (
    ClientError,
    CredentialRetrievalError,
    EndpointConnectionError,
    IncompleteReadError,
    NoCredentialsError,
    ParamValidationError,
)
from botocore.stub import Stubber

from floorsight.platform import dynamo
from floorsight.platform.dynamo import DynamoTable
from floorsight.platform.errors import Conflict, Unavailable
from floorsight.platform.items import Key
from floorsight.platform.retry import Backoff
from floorsight.platform.table import Put, Refusal, TransactionRefused

WRITES = [Put({"PK": "P", "SK": str(number)}) for number in range(3)]


@pytest.fixture
def client() -> Any:
    return boto3.client(
        "dynamodb",
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
        config=Config(retries={"total_max_attempts": 1}, connect_timeout=1),
    )


@pytest.fixture
def stub(client: Any) -> Iterator[Stubber]:
    with Stubber(client) as stub:
        yield stub


def cancel(stub: Stubber, *reasons: str) -> None:
    stub.add_client_error(
        "transact_write_items",
        "TransactionCanceledException",
        modeled_fields={"CancellationReasons": [{"Code": reason} for reason in reasons]},
    )


@pytest.mark.parametrize(
    ("reasons", "refusals", "contended_only"),
    [
        (["None", "None", "TransactionConflict"], "none none contention", True),
        (["ThrottlingError", "None", "None"], "contention none none", True),
        (["ProvisionedThroughputExceeded", "None", "None"], "contention none none", True),
        (["None", "ConditionalCheckFailed", "TransactionConflict"], "none expectation contention", False),
    ],
)
def test_cancellations_say_which_write_and_why(
    client: Any, stub: Stubber, reasons: list[str], refusals: str, contended_only: bool
) -> None:
    cancel(stub, *reasons)
    with pytest.raises(TransactionRefused) as caught:
        DynamoTable("t", client).transact(WRITES)
    assert caught.value.refusals == tuple(map(Refusal, refusals.split()))
    assert caught.value.contended_only is contended_only


def test_a_cancellation_that_is_our_fault_is_not_dressed_up(client: Any, stub: Stubber) -> None:
    cancel(stub, "None", "ValidationError", "None")
    with pytest.raises(ClientError):
        DynamoTable("t", client).transact(WRITES)


@pytest.mark.parametrize(
    "code",
    [
        "ProvisionedThroughputExceededException",
        "ThrottlingException",
        "InternalServerError",
        "TransactionConflictException",
    ],
)
def test_what_passes_is_unavailable(client: Any, stub: Stubber, code: str) -> None:
    stub.add_client_error("put_item", code)
    with pytest.raises(Unavailable, match=code):
        DynamoTable("t", client).write(WRITES[0])


def test_keys_that_a_batch_leaves_are_asked_for_again(client: Any, stub: Stubber) -> None:
    keys = [Key("P", str(number)) for number in range(3)]
    typed = [{"PK": {"S": key.pk}, "SK": {"S": key.sk}} for key in keys]

    def expect(asked: list[Any], answered: list[Any]) -> None:
        left = [key for key in asked if key not in answered]
        unread = {"t": {"Keys": left, "ConsistentRead": True}} if left else {}
        stub.add_response(
            "batch_get_item",
            {"Responses": {"t": answered}, "UnprocessedKeys": unread},
            {"RequestItems": {"t": {"Keys": asked, "ConsistentRead": True}}},
        )

    expect(typed, typed[:1])
    expect(typed[1:], [])
    expect(typed[1:], typed[1:])
    assert set(DynamoTable("t", client).get_many(keys)) == set(keys)


def test_a_batch_that_is_never_read_is_unavailable(
    client: Any, stub: Stubber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dynamo, "_PATIENCE", Backoff(attempts=3, sleep=lambda _: None))
    unread = {"t": {"Keys": [{"PK": {"S": "P"}, "SK": {"S": "S"}}]}}
    for _ in range(3):
        stub.add_response("batch_get_item", {"Responses": {}, "UnprocessedKeys": unread})
    with pytest.raises(Unavailable, match="unread"):
        DynamoTable("t", client).get_many([Key("P", "S")])
    stub.assert_no_pending_responses()


def test_a_failed_condition_is_a_conflict(client: Any, stub: Stubber) -> None:
    stub.add_client_error("put_item", "ConditionalCheckFailedException")
    with pytest.raises(Conflict):
        DynamoTable("t", client).write(WRITES[0])


def test_a_refusal_that_no_repeat_mends_rises_as_it_is(client: Any, stub: Stubber) -> None:
    stub.add_client_error("get_item", "AccessDeniedException")
    with pytest.raises(ClientError, match="AccessDenied"):
        DynamoTable("t", client).get(Key("P", "S"))


def test_no_network_is_unavailable(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise EndpointConnectionError(endpoint_url="http://127.0.0.1:1")

    monkeypatch.setattr(client, "get_item", refuse)
    with pytest.raises(Unavailable, match="did not answer"):
        DynamoTable("t", client).get(Key("P", "S"))


@pytest.mark.parametrize(
    "fault",
    [
        CredentialRetrievalError(provider="container-role", error_msg="time-out"),
        NoCredentialsError(),
        IncompleteReadError(actual_bytes=1, expected_bytes=2),
    ],
)
def test_any_other_fault_on_the_way_is_unavailable_too(
    client: Any, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise fault

    monkeypatch.setattr(client, "get_item", fail)
    with pytest.raises(Unavailable, match="did not answer"):
        DynamoTable("t", client).get(Key("P", "S"))


def test_a_call_that_is_wrong_in_itself_is_not_repeated(client: Any) -> None:
    with pytest.raises(ParamValidationError):
        DynamoTable(None, client).get(Key("P", "S"))  # type: ignore[arg-type]
