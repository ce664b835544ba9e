"""Telling people and machines outside: a topic, and who subscribes to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from floorsight.platform.aws import translated
from floorsight.platform.bus import canonical_json
from floorsight.platform.errors import Malformed, Unavailable

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from mypy_boto3_sns import SNSClient

FilterPolicy = Mapping[str, Sequence[str]]
MAX_SUBJECT_LENGTH = 99  # SNS: fewer than 100 characters


class SubscriptionState(StrEnum):
    """Whether a subscriber gets anything."""

    CONFIRMED = "confirmed"
    PENDING = "pending"  # the owner of the address has not confirmed it yet
    LAPSED = "lapsed"  # never confirmed, or ended by its owner


@dataclass(frozen=True)
class Notice:
    """One message: a subject (ASCII, one line), a text by protocol (`default` is a must), attributes."""

    subject: str
    texts: Mapping[str, str]
    attributes: Mapping[str, str]


class Topic(Protocol):
    """Where notices go, and who gets them. Each raises Unavailable when there is no answer."""

    def publish(self, notice: Notice) -> None:
        """Send to every subscriber whose filter lets it through; at least once."""

    def subscribe(self, protocol: str, endpoint: str, policy: FilterPolicy) -> str:
        """Subscribe an endpoint, or give its subscription this filter; returns the subscription's ARN.

        Raises Malformed (`bad_endpoint`) when the endpoint can't be subscribed.
        """

    def set_filter(self, subscription: str, policy: FilterPolicy) -> None:
        """Change what a subscription lets through. One that lapsed is left as it is."""

    def unsubscribe(self, subscription: str) -> None:
        """End a subscription; ending what is not there is no error."""

    def find_state(self, subscription: str) -> SubscriptionState:
        """What became of a subscription."""


@dataclass(frozen=True)
class SnsTopic:
    """`Topic` on SNS. `connect` is asked for the client when there is something to say."""

    arn: str
    connect: Callable[[], SNSClient]

    def publish(self, notice: Notice) -> None:
        with translated("SNS", _translate):
            self.connect().publish(
                TopicArn=self.arn,
                Subject=notice.subject[:MAX_SUBJECT_LENGTH],
                Message=canonical_json(dict(notice.texts)),
                MessageStructure="json",
                MessageAttributes={
                    name: {"DataType": "String", "StringValue": value}
                    for name, value in notice.attributes.items()
                },
            )

    def subscribe(self, protocol: str, endpoint: str, policy: FilterPolicy) -> str:
        # With its filter from the first moment: an endpoint that needs no confirmation gets nothing else.
        try:
            return self._subscribe(protocol, endpoint, {"FilterPolicy": canonical_json(dict(policy))})
        except _SubscribedOtherwise:
            subscription = self._subscribe(protocol, endpoint, {})
            self.set_filter(subscription, policy)
            return subscription

    def _subscribe(self, protocol: str, endpoint: str, attributes: dict[str, str]) -> str:
        for _ in range(2):
            with translated("SNS", _translate):
                answer = self.connect().subscribe(
                    TopicArn=self.arn,
                    Protocol=protocol,
                    Endpoint=endpoint,
                    Attributes=attributes,
                    ReturnSubscriptionArn=True,
                )
            subscription = answer["SubscriptionArn"]
            # The emulator gives the ARN of one that is to be confirmed only when it is asked again.
            if subscription.startswith("arn:"):
                return subscription
        raise Unavailable(f"SNS did not tell the ARN of the subscription of {endpoint}")

    def set_filter(self, subscription: str, policy: FilterPolicy) -> None:
        try:
            with translated("SNS", _translate):
                self.connect().set_subscription_attributes(
                    SubscriptionArn=subscription,
                    AttributeName="FilterPolicy",
                    AttributeValue=canonical_json(dict(policy)),
                )
        except _SubscriptionMissing:
            return

    def unsubscribe(self, subscription: str) -> None:
        try:
            with translated("SNS", _translate):
                self.connect().unsubscribe(SubscriptionArn=subscription)
        except (_SubscriptionMissing, _NotYetConfirmed):
            # SNS keeps one that nobody confirms for two days and then drops it itself.
            return

    def find_state(self, subscription: str) -> SubscriptionState:
        try:
            with translated("SNS", _translate):
                answer = self.connect().get_subscription_attributes(SubscriptionArn=subscription)
        except _SubscriptionMissing:
            return SubscriptionState.LAPSED
        pending = answer["Attributes"].get("PendingConfirmation") == "true"
        return SubscriptionState.PENDING if pending else SubscriptionState.CONFIRMED


class _SubscribedOtherwise(Exception):
    """The endpoint has a subscription with other attributes."""


class _SubscriptionMissing(Exception):
    """There is no such subscription."""


class _NotYetConfirmed(Exception):
    """SNS does not let go of a subscription that is still to be confirmed."""


def _translate(error: ClientError) -> Exception:
    code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
    if code.startswith("NotFound"):
        return _SubscriptionMissing(message)
    if code.startswith("InvalidParameter"):
        if "already exists with different attributes" in message:
            return _SubscribedOtherwise(message)
        if "pending confirmation" in message.lower():
            return _NotYetConfirmed(message)
        if "Endpoint" in message:
            return Malformed(f"SNS refuses the endpoint: {message}", code="bad_endpoint", field="endpoint")
    if code in {"InternalError", "KMSThrottling", "Throttled", "Throttling", "ThrottlingException"}:
        return Unavailable(f"SNS is busy: {code}")
    return error
