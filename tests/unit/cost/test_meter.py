"""What the meter charges, against the rules of the DynamoDB Developer Guide."""

from __future__ import annotations

from typing import Any

import pytest

from floorsight.platform.errors import Conflict
from floorsight.platform.items import Item, Key
from floorsight.platform.table import ABSENT, Put, TransactionRefused, Update
from infra.cost.meter import MeteredTable, item_bytes, value_bytes
from tests.fakes.table import MemoryTable


def item(sk: str = "a", size: int = 100, **more: Any) -> Item:
    """An item of exactly `size` bytes, unless more attributes are given."""
    keys = {"PK": "p", "SK": sk}
    filling = size - item_bytes(keys) - len("filling")
    return {**keys, "filling": "x" * filling, **more}


@pytest.fixture
def table() -> MeteredTable:
    return MeteredTable(MemoryTable())


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ("ä", 2),
        (b"abc", 3),
        (True, 1),
        (None, 1),
        (5, 2),
        (-123, 4),
        (0.25, 3),
        ([1, "a"], 8),
        ({"a": "b"}, 6),
    ],
)
def test_sizes_of_values(value: Any, size: int) -> None:
    assert value_bytes(value) == size


@pytest.mark.parametrize(("size", "units"), [(100, 1), (1024, 1), (1025, 2), (4000, 4)])
def test_a_write_costs_its_kilobytes(table: MeteredTable, size: int, units: int) -> None:
    table.write(Put(item(size=size)))
    assert (table.meter.requests, table.meter.write_units, table.meter.read_units) == (1, units, 0)


def test_a_transaction_costs_twice_and_the_index_once_more(table: MeteredTable) -> None:
    table.transact([Put(item("a")), Put(item("b", GSI1PK="g", GSI1SK="s"))])
    assert (table.meter.requests, table.meter.write_units) == (1, 2 + 4)


def test_an_update_costs_the_whole_item(table: MeteredTable) -> None:
    table.write(Put(item(size=3000)))
    table.write(Update(Key("p", "a"), add={"n": 1}))
    assert table.meter.write_units == 3 + 3


def test_refused_writes_are_charged(table: MeteredTable) -> None:
    table.write(Put(item()))
    with pytest.raises(Conflict):
        table.write(Put(item(), expect=ABSENT))
    with pytest.raises(TransactionRefused):
        table.transact([Put(item("b")), Put(item(), expect=ABSENT)])
    assert table.meter.write_units == 1 + 1 + 4


def test_reads_are_rounded_up_once_and_never_free(table: MeteredTable) -> None:
    for sk in "abcde":
        table.write(Put(item(sk, size=1000, GSI1PK="g", GSI1SK=sk)))
    assert table.get(Key("p", "nothing")) is None
    assert table.meter.read_units == 1
    assert len(table.query("p").items) == 5  # some 5 kB
    assert table.meter.read_units == 1 + 2
    assert len(table.query("g", index=True).items) == 5
    assert table.meter.read_units == 1 + 2 + 1  # eventually consistent: half
