"""The topic port in memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from floorsight.platform.topics import FilterPolicy, Notice, SubscriptionState


@dataclass
class MemoryTopic:
    """`Topic` that keeps what was published, in order, and its subscriptions by ARN.

    `before` and `after` are called around each publication: they may raise, as a network or a crash does.
    """

    notices: list[Notice] = field(default_factory=list)
    subscriptions: dict[str, tuple[str, str, dict[str, list[str]]]] = field(default_factory=dict)
    states: dict[str, SubscriptionState] = field(default_factory=dict)
    before: Callable[[], None] = lambda: None
    after: Callable[[], None] = lambda: None

    @property
    def documents(self) -> list[dict[str, Any]]:
        """What machines got, in order."""
        return [json.loads(notice.texts["https"]) for notice in self.notices]

    @property
    def steps(self) -> list[tuple[str, str, str]]:
        """Kind, step and severity of what was published, in order."""
        return [(each["kind"], each["step"], each["severity"]) for each in self.documents]

    def publish(self, notice: Notice) -> None:
        self.before()
        self.notices.append(notice)
        self.after()

    def heard_by(self, subscription: str) -> list[Notice]:
        """What this subscription's filter let through."""
        policy = self.subscriptions[subscription][2]
        return [notice for notice in self.notices if _lets_through(policy, notice.attributes)]

    def subscribe(self, protocol: str, endpoint: str, policy: FilterPolicy) -> str:
        known = (arn for arn, held in self.subscriptions.items() if held[:2] == (protocol, endpoint))
        arn = next(known, None) or f"arn:aws:sns:us-east-1:000000000000:security:{len(self.states)}"
        pending = protocol not in ("sqs", "sms")
        self.subscriptions[arn] = (protocol, endpoint, _plain(policy))
        self.states.setdefault(arn, SubscriptionState.PENDING if pending else SubscriptionState.CONFIRMED)
        return arn

    def set_filter(self, subscription: str, policy: FilterPolicy) -> None:
        if subscription in self.subscriptions:
            protocol, endpoint, _ = self.subscriptions[subscription]
            self.subscriptions[subscription] = (protocol, endpoint, _plain(policy))

    def unsubscribe(self, subscription: str) -> None:
        self.subscriptions.pop(subscription, None)
        self.states[subscription] = SubscriptionState.LAPSED

    def find_state(self, subscription: str) -> SubscriptionState:
        return self.states.get(subscription, SubscriptionState.LAPSED)


def _plain(policy: FilterPolicy) -> dict[str, list[str]]:
    return {name: list(values) for name, values in policy.items()}


def _lets_through(policy: Mapping[str, Sequence[str]], attributes: Mapping[str, str]) -> bool:
    return all(attributes.get(name) in values for name, values in policy.items())
