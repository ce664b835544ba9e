"""The object store port in memory, with faults on demand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from floorsight.platform.errors import NotFound


def _no_fault(_: str) -> None:
    """Nothing goes wrong."""


@dataclass
class MemoryObjects:
    """`ObjectStore` in memory. `before` and `after` are told the key of every call and may raise.

    What raises in `before` prevents the call; what raises in `after` is an answer that got lost.
    """

    stored: dict[str, bytes] = field(default_factory=dict)
    content_types: dict[str, str] = field(default_factory=dict)
    before: Callable[[str], None] = _no_fault
    after: Callable[[str], None] = _no_fault

    def put(self, key: str, body: bytes, *, content_type: str) -> None:
        self.before(key)
        self.stored[key] = body
        self.content_types[key] = content_type
        self.after(key)

    def get(self, key: str, *, at_most: int | None = None) -> bytes:
        self.before(key)
        if key not in self.stored:
            raise NotFound(f"there is no object {key}", code="no_such_object")
        self.after(key)
        return self.stored[key][:at_most]

    def keys(self, prefix: str) -> list[str]:
        """Keys that begin with a prefix, sorted."""
        return sorted(key for key in self.stored if key.startswith(prefix))
