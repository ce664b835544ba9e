"""What AWS's SNS answers and the emulator never does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import CredentialRetrievalError
from botocore.stub import ANY, Stubber

from floorsight.platform.errors import Malformed, Unavailable
from floorsight.platform.topics import Notice, SnsTopic

ARN = "arn:aws:sns:eu-central-1:123456789012:security"
SUBSCRIPTION = f"{ARN}:00000000-0000-0000-0000-000000000000"


@pytest.fixture
def sns() -> Iterator[tuple[SnsTopic, Stubber]]:
    client: Any = boto3.client(
        "sns", region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    with Stubber(client) as stub:
        yield SnsTopic(ARN, lambda: client), stub
        stub.assert_no_pending_responses()


def test_an_address_that_is_subscribed_otherwise_gets_the_new_filter(sns: tuple[SnsTopic, Stubber]) -> None:
    topic, stub = sns
    said = "Invalid parameter: Attributes Reason: Subscription already exists with different attributes"
    stub.add_client_error("subscribe", "InvalidParameter", said)
    stub.add_response("subscribe", {"SubscriptionArn": SUBSCRIPTION})
    stub.add_response(
        "set_subscription_attributes",
        {},
        {
            "SubscriptionArn": SUBSCRIPTION,
            "AttributeName": "FilterPolicy",
            "AttributeValue": '{"audience":["a"]}',
        },
    )
    assert topic.subscribe("sqs", "arn:q", {"audience": ["a"]}) == SUBSCRIPTION


def test_one_that_was_never_confirmed_is_left_to_lapse(sns: tuple[SnsTopic, Stubber]) -> None:
    topic, stub = sns
    said = "Invalid parameter: SubscriptionArn Reason: this subscription is pending confirmation"
    stub.add_client_error("unsubscribe", "InvalidParameter", said)
    topic.unsubscribe(SUBSCRIPTION)


def test_credentials_that_cannot_be_fetched_are_no_answer(
    sns: tuple[SnsTopic, Stubber], monkeypatch: pytest.MonkeyPatch
) -> None:
    topic, stub = sns

    def fail(*_: Any, **__: Any) -> None:
        raise CredentialRetrievalError(provider="container-role", error_msg="time-out")

    monkeypatch.setattr(stub.client, "subscribe", fail)
    with pytest.raises(Unavailable, match="SNS did not answer"):
        topic.subscribe("sqs", "arn:q", {"audience": ["a"]})


def test_an_endpoint_that_sns_refuses_is_the_callers_fault(sns: tuple[SnsTopic, Stubber]) -> None:
    topic, stub = sns
    stub.add_client_error("subscribe", "InvalidParameter", "Invalid parameter: Endpoint")
    with pytest.raises(Malformed) as refused:
        topic.subscribe("email", "x", {"audience": ["a"]})
    assert (refused.value.code, refused.value.field) == ("bad_endpoint", "endpoint")


@pytest.mark.parametrize("code", ["Throttled", "InternalError", "KMSThrottling"])
def test_what_a_repeat_can_mend_is_said(sns: tuple[SnsTopic, Stubber], code: str) -> None:
    topic, stub = sns
    stub.add_client_error("publish", code)
    with pytest.raises(Unavailable):
        topic.publish(Notice("s", {"default": "d"}, {}))


def test_a_subject_is_as_short_as_sns_wants_it(sns: tuple[SnsTopic, Stubber]) -> None:
    topic, stub = sns
    stub.add_response(
        "publish",
        {"MessageId": "1"},
        {
            "TopicArn": ARN,
            "Subject": "x" * 99,
            "Message": '{"default":"d"}',
            "MessageStructure": "json",
            "MessageAttributes": ANY,
        },
    )
    topic.publish(Notice("x" * 200, {"default": "d"}, {"a": "b"}))
