"""Transactions that are tried again, and those that are not."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from floorsight.platform.contention import transact_again
from floorsight.platform.errors import Unavailable
from floorsight.platform.items import Key
from floorsight.platform.retry import Backoff
from floorsight.platform.table import ABSENT, Put, Refusal, TransactionRefused, Write
from tests.fakes.table import MemoryTable

WRITE = Put({"PK": "A", "SK": "B"}, ABSENT)
BACKOFF = Backoff(attempts=3, sleep=lambda _: None)
CONTENDED = (Refusal.CONTENTION,)


class Contended(MemoryTable):
    """Refuses transactions for the given reasons, one after the other, before it does them."""

    def __init__(self, *refusals: tuple[Refusal, ...]) -> None:
        super().__init__()
        self.refusals = list(refusals)

    def transact(self, writes: Sequence[Write]) -> None:
        if self.refusals:
            raise TransactionRefused(self.refusals.pop(0))
        super().transact(writes)


def test_contention_passes() -> None:
    table = Contended(CONTENDED, CONTENDED)
    transact_again(table, [WRITE], BACKOFF, busy="busy")
    assert table.get(Key("A", "B")) is not None


def test_contention_that_lasts_is_said() -> None:
    table = Contended(*[CONTENDED] * 3)
    with pytest.raises(Unavailable, match="too busy") as error:
        transact_again(table, [WRITE], BACKOFF, busy="too busy")
    assert error.value.code == "contention"
    assert table.get(Key("A", "B")) is None


def test_an_expectation_is_not_tried_again() -> None:
    table = Contended((Refusal.EXPECTATION,), CONTENDED)
    with pytest.raises(TransactionRefused):
        transact_again(table, [WRITE], BACKOFF, busy="busy")
    assert table.refusals == [CONTENDED]
