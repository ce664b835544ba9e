"""The bus port in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from floorsight.platform.bus import Message


@dataclass
class MemoryBus:
    """`Bus` that keeps what was published, in order."""

    messages: list[Message] = field(default_factory=list)

    def publish(self, messages: Sequence[Message]) -> None:
        self.messages.extend(messages)
