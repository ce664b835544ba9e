"""The object store port in memory, with faults on demand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from floorsight.platform.errors import NotFound
from floorsight.platform.objects import StoredObject


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
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    modified_at: dict[str, datetime] = field(default_factory=dict)

    def put(self, key: str, body: bytes, *, content_type: str) -> None:
        self.before(key)
        self.stored[key] = body
        self.content_types[key] = content_type
        self.modified_at[key] = self.clock()
        self.after(key)

    def get(self, key: str, *, at_most: int | None = None) -> bytes:
        self.before(key)
        if key not in self.stored:
            raise NotFound(f"there is no object {key}", code="no_such_object")
        self.after(key)
        return self.stored[key][:at_most]

    def list(self, prefix: str) -> Iterator[StoredObject]:
        self.before(prefix)
        for key in self.keys(prefix):
            yield StoredObject(key, len(self.stored[key]), self.modified_at.get(key, self.clock()))

    def delete(self, keys: Sequence[str]) -> None:
        for key in keys:
            self.before(key)
            self.stored.pop(key, None)
            self.after(key)

    def keys(self, prefix: str) -> list[str]:
        """Keys that begin with a prefix, sorted."""
        return sorted(key for key in self.stored if key.startswith(prefix))
