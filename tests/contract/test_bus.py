"""EventBridge answers 200 with failed entries inside; no emulator does, so its answers are scripted here."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.stub import Stubber

from floorsight.platform.bus import EventBridgeBus, Message
from floorsight.platform.errors import Unavailable
from floorsight.platform.retry import Backoff

ATTEMPTS = 3


@pytest.fixture
def client() -> Any:
    return boto3.client(
        "events",
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
        config=Config(retries={"total_max_attempts": 1}),
    )


@pytest.fixture
def stub(client: Any) -> Iterator[Stubber]:
    with Stubber(client) as stub:
        yield stub


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def bus(client: Any, waits: list[float]) -> EventBridgeBus:
    return EventBridgeBus("bus", client, Backoff(attempts=ATTEMPTS, sleep=waits.append))


def messages(*names: str) -> list[Message]:
    return [Message("LineCrossed.v1", json.dumps({"event_id": name})) for name in names]


def expect_entries(stub: Stubber, sent: Sequence[Message], failed: Sequence[Message] = ()) -> None:
    """One request with `sent`, in order, of which `failed` fail inside a 200."""
    entries = [
        {
            "EventBusName": "bus",
            "Source": "floorsight",
            "DetailType": message.detail_type,
            "Detail": message.detail,
        }
        for message in sent
    ]
    results = [
        {"ErrorCode": "ThrottlingException", "ErrorMessage": "slow down"} if m in failed else {"EventId": "e"}
        for m in sent
    ]
    stub.add_response(
        "put_events", {"FailedEntryCount": len(failed), "Entries": results}, {"Entries": entries}
    )


def test_only_failed_entries_are_sent_again(bus: EventBridgeBus, stub: Stubber, waits: list[float]) -> None:
    a, b, c = messages("a", "b", "c")
    expect_entries(stub, [a, b, c], failed=[a, c])
    expect_entries(stub, [a, c], failed=[c])
    expect_entries(stub, [c])
    bus.publish([a, b, c])
    stub.assert_no_pending_responses()
    assert len(waits) == 2


def test_what_fails_for_ever_is_unavailable(bus: EventBridgeBus, stub: Stubber) -> None:
    a, b = messages("a", "b")
    expect_entries(stub, [a, b], failed=[b])
    for _ in range(ATTEMPTS - 1):
        expect_entries(stub, [b], failed=[b])
    with pytest.raises(Unavailable, match="1 events could not be published to bus: ThrottlingException"):
        bus.publish([a, b])
    stub.assert_no_pending_responses()


def test_a_refused_request_is_sent_whole_again(bus: EventBridgeBus, stub: Stubber) -> None:
    a, b = messages("a", "b")
    stub.add_client_error("put_events", "InternalException")
    expect_entries(stub, [a, b])
    bus.publish([a, b])
    stub.assert_no_pending_responses()


def test_requests_hold_ten_entries_in_order(bus: EventBridgeBus, stub: Stubber) -> None:
    sent = messages(*map(str, range(23)))
    for start in (0, 10, 20):
        expect_entries(stub, sent[start : start + 10])
    bus.publish(sent)
    stub.assert_no_pending_responses()


def test_requests_stay_under_the_size_limit(bus: EventBridgeBus, stub: Stubber) -> None:
    large = [Message("LineCrossed.v1", json.dumps({"event_id": n, "x": "x" * 100_000})) for n in "abc"]
    expect_entries(stub, large[:2])
    expect_entries(stub, large[2:])
    bus.publish(large)
    stub.assert_no_pending_responses()


def test_nothing_to_publish_asks_nothing(bus: EventBridgeBus) -> None:
    bus.publish([])
