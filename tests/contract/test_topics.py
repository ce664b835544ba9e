"""Subscriptions on the emulator's SNS: made with their filter, changed, ended, and what became of them."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from floorsight.platform.topics import Notice, SnsTopic, SubscriptionState
from infra.local.emulator import Emulator
from tests.cloud import make_client

pytestmark = pytest.mark.cloud
NOTICE = Notice("Hello", {"default": "for people", "sqs": "for machines"}, {"audience": "plant-1/critical"})


@pytest.fixture
def sns(emulator: Emulator) -> Any:
    return make_client("sns", emulator.endpoint)


@pytest.fixture
def topic(sns: Any) -> SnsTopic:
    arn = sns.create_topic(Name=f"contract-{uuid.uuid4().hex[:8]}")["TopicArn"]
    return SnsTopic(arn, lambda: sns)


@pytest.fixture
def queue(emulator: Emulator) -> Any:
    """Messages that arrived, by asking; and its ARN."""
    sqs = make_client("sqs", emulator.endpoint)
    url = sqs.create_queue(QueueName=f"contract-{uuid.uuid4().hex[:8]}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    def receive() -> list[str]:
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for message in found:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"])["Message"] for message in found]

    return arn, receive


def test_a_filter_lets_through_what_it_names_and_can_be_changed(topic: SnsTopic, queue: Any) -> None:
    arn, receive = queue
    subscription = topic.subscribe("sqs", arn, {"audience": ["plant-2/critical"]})
    topic.publish(NOTICE)
    assert receive() == []
    topic.set_filter(subscription, {"audience": ["plant-1/critical", "plant-2/critical"]})
    topic.publish(NOTICE)
    assert receive() == ["for machines"]
    assert topic.subscribe("sqs", arn, {"audience": ["plant-1/critical"]}) == subscription
    topic.unsubscribe(subscription)
    topic.publish(NOTICE)
    assert receive() == []


def test_a_subscription_tells_what_became_of_it(topic: SnsTopic, queue: Any) -> None:
    confirmed = topic.subscribe("sqs", queue[0], {"audience": ["x"]})
    pending = topic.subscribe("https", "https://127.0.0.1:1/x", {"audience": ["x"]})
    assert topic.find_state(confirmed) is SubscriptionState.CONFIRMED
    assert topic.find_state(pending) is SubscriptionState.PENDING
    for subscription in (confirmed, pending):
        topic.unsubscribe(subscription)
        topic.unsubscribe(subscription)
        assert topic.find_state(subscription) is SubscriptionState.LAPSED
        topic.set_filter(subscription, {"audience": ["y"]})
