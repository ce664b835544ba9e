"""A table that counts what DynamoDB would charge for.

Item sizes and capacity units as the DynamoDB Developer Guide describes them ("Item sizes and formats",
"Read and write operations"): a write unit is a kilobyte, a read unit four, twice as many in a
transaction; each item that is in the index is written there once more; a query is rounded up once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from floorsight.platform.items import Item, Key
from floorsight.platform.table import MAX_BATCH_KEYS, Page, Put, Table, Write

WRITE_UNIT_BYTES = 1024
READ_UNIT_BYTES = 4096
IN_TRANSACTION = 2


@dataclass
class Meter:
    """What was used so far: requests to DynamoDB, its request units, and by how much the data grew."""

    requests: int = 0
    write_units: float = 0.0
    read_units: float = 0.0
    bytes_stored: int = 0

    def __add__(self, other: Meter) -> Meter:
        return Meter(**{name: value + getattr(other, name) for name, value in vars(self).items()})

    def __sub__(self, earlier: Meter) -> Meter:
        """What was used since."""
        return Meter(**{name: value - getattr(earlier, name) for name, value in vars(self).items()})


@dataclass(frozen=True)
class MeteredTable:
    """Any `Table`, metered. Items are read aside before and after a write: they are charged by their size."""

    table: Table
    meter: Meter = field(default_factory=Meter)

    def get(self, key: Key) -> Item | None:
        item = self.table.get(key)
        self._read(item_bytes(item) if item else 0)
        return item

    def get_many(self, keys: Iterable[Key]) -> dict[Key, Item]:
        wanted = list(dict.fromkeys(keys))
        found = self.table.get_many(wanted)
        for key in wanted:  # each is charged as if it were read by itself
            self._read(item_bytes(found[key]) if key in found else 0)
        self.meter.requests += math.ceil(len(wanted) / MAX_BATCH_KEYS) - len(wanted)
        return found

    def query(self, pk: str, **how: Any) -> Page[Item]:
        page = self.table.query(pk, **how)
        size = sum(item_bytes(item) for item in page.items)
        self._read(size, share=0.5 if how.get("index") else 1.0)
        return page

    def write(self, write: Write) -> None:
        with self._charging([write], 1):
            self.table.write(write)

    def transact(self, writes: Sequence[Write]) -> None:
        with self._charging(writes, IN_TRANSACTION):
            self.table.transact(writes)

    def _read(self, size: int, share: float = 1.0) -> None:
        self.meter.requests += 1
        self.meter.read_units += share * max(1, math.ceil(size / READ_UNIT_BYTES))

    @contextmanager
    def _charging(self, writes: Sequence[Write], factor: int) -> Iterator[None]:
        """Charge for writes, also for those that are refused."""
        before = [self._stored_bytes(write) for write in writes]
        try:
            yield
        finally:
            self.meter.requests += 1
            for write, size_before in zip(writes, before, strict=True):
                size = self._stored_bytes(write)
                self.meter.write_units += factor * self._write_units(write, max(size, size_before))
                self.meter.bytes_stored += size - size_before

    def _stored_bytes(self, write: Write) -> int:
        item = self.table.get(write.key)
        return copies(item) * item_bytes(item) if item else 0

    def _write_units(self, write: Write, stored_bytes: int) -> int:
        item = write.item if isinstance(write, Put) else self.table.get(write.key) or {}
        number = copies(item)
        return number * max(1, math.ceil(stored_bytes / number / WRITE_UNIT_BYTES))


def copies(item: Item) -> int:
    """How often an item is stored: in the table, and in the index if it is there."""
    return 2 if "GSI1PK" in item else 1


def item_bytes(item: Item) -> int:
    """The size that DynamoDB charges for: names and values."""
    return sum(len(name.encode()) + value_bytes(value) for name, value in item.items())


def value_bytes(value: Any) -> int:
    """The size of one attribute's value."""
    if value is None or isinstance(value, bool):
        return 1
    if isinstance(value, str):
        return len(value.encode())
    if isinstance(value, bytes | bytearray):
        return len(value)
    if isinstance(value, int | float | Decimal):
        digits = sum(letter.isdigit() for letter in str(value))
        return math.ceil(digits / 2) + 1 + (value < 0)
    if isinstance(value, dict):
        return 3 + len(value) + item_bytes(value)
    if isinstance(value, list | tuple):
        return 3 + len(value) + sum(value_bytes(each) for each in value)
    raise TypeError(f"DynamoDB has no type for {type(value).__name__}")
