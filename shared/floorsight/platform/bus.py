"""Publishing to the event bus, with EventBridge's partial failures dealt with."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from floorsight.platform.errors import Unavailable
from floorsight.platform.retry import Backoff

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

SOURCE = "floorsight"
MAX_ENTRIES = 10
MAX_BYTES = 240_000  # a request may hold 256 KiB of entries; the rest is for what AWS counts besides


@dataclass(frozen=True)
class Message:
    """What goes over the bus: a detail type such as `LineCrossed.v1` and its detail as JSON text."""

    detail_type: str
    detail: str


class Bus(Protocol):
    """Where events are published."""

    def publish(self, messages: Sequence[Message]) -> None:
        """Publish all, in order. Raises Unavailable if some could not be; publishing again is safe."""


@dataclass(frozen=True)
class EventBridgeBus:
    """`Bus` on EventBridge. `PutEvents` answers 200 with failed entries inside: only those are sent again."""

    name: str
    client: EventBridgeClient
    backoff: Backoff = field(default_factory=Backoff)

    def publish(self, messages: Sequence[Message]) -> None:
        for batch in batches(messages):
            self._publish_batch(batch)

    def _publish_batch(self, batch: list[Message]) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        fault = "no answer"
        for _ in self.backoff.tries():
            try:
                answer = self.client.put_events(Entries=[self._entry(message) for message in batch])
            except (BotoCoreError, ClientError) as error:
                fault = str(error)
                continue
            results = answer["Entries"]
            fault = ", ".join(sorted({result["ErrorCode"] for result in results if "ErrorCode" in result}))
            batch = [message for message, result in zip(batch, results, strict=True) if "ErrorCode" in result]
            if not batch:
                return
        raise Unavailable(f"{len(batch)} events could not be published to {self.name}: {fault}")

    def _entry(self, message: Message) -> Any:
        return {
            "EventBusName": self.name,
            "Source": SOURCE,
            "DetailType": message.detail_type,
            "Detail": message.detail,
        }


def batches(messages: Sequence[Message]) -> Iterator[list[Message]]:
    """Split into requests of at most 10 entries and 240 kB."""
    batch: list[Message] = []
    size = 0
    for message in messages:
        weight = len(message.detail.encode()) + len(message.detail_type) + len(SOURCE) + 32
        if batch and (len(batch) == MAX_ENTRIES or size + weight > MAX_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(message)
        size += weight
    if batch:
        yield batch


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no spaces: the same value is always the same text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
