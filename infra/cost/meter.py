"""A table that counts what DynamoDB would charge for.

Item sizes and capacity units as the DynamoDB Developer Guide describes them ("Item sizes and formats",
"Read and write operations"): a write unit is a kilobyte, a read unit four, twice as many in a
transaction; each item that is in the index is written there once more; a query is rounded up once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from floorsight.platform.items import Item, Key
from floorsight.platform.table import Page, Put, Table, Update, Write

WRITE_UNIT_BYTES = 1024
READ_UNIT_BYTES = 4096
IN_TRANSACTION = 2


@dataclass
class Meter:
    """What was used so far: requests to DynamoDB, and its request units."""

    requests: int = 0
    write_units: float = 0.0
    read_units: float = 0.0
    bytes_put: int = 0


@dataclass(frozen=True)
class MeteredTable:
    """Any `Table`, metered. An update is charged by the whole item, which is read aside for its size."""

    table: Table
    meter: Meter = field(default_factory=Meter)

    def get(self, key: Key) -> Item | None:
        item = self.table.get(key)
        self._read(item_bytes(item) if item else 0)
        return item

    def query(self, pk: str, **how: Any) -> Page[Item]:
        page = self.table.query(pk, **how)
        size = sum(item_bytes(item) for item in page.items)
        self._read(size, share=0.5 if how.get("index") else 1.0)
        return page

    def write(self, write: Write) -> None:
        try:
            self.table.write(write)
        finally:  # a refused write is charged too
            self.meter.requests += 1
            self._written(write, 1)

    def transact(self, writes: Sequence[Write]) -> None:
        try:
            self.table.transact(writes)
        finally:
            self.meter.requests += 1
            for write in writes:
                self._written(write, IN_TRANSACTION)

    def _read(self, size: int, share: float = 1.0) -> None:
        self.meter.requests += 1
        self.meter.read_units += share * max(1, math.ceil(size / READ_UNIT_BYTES))

    def _written(self, write: Write, factor: int) -> None:
        item = write.item if isinstance(write, Put) else self.table.get(write.key) or {}
        size = item_bytes(item)
        copies = 2 if "GSI1PK" in item else 1
        self.meter.write_units += factor * copies * max(1, math.ceil(size / WRITE_UNIT_BYTES))
        if not isinstance(write, Update):
            self.meter.bytes_put += copies * size


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
