"""Transactions that others get in the way of for a moment."""

from __future__ import annotations

from collections.abc import Sequence

from floorsight.platform.errors import Unavailable
from floorsight.platform.retry import Backoff
from floorsight.platform.table import Table, TransactionRefused, Write


def transact_again(table: Table, writes: Sequence[Write], backoff: Backoff, *, busy: str) -> None:
    """All writes or none; tried again while nothing but contention stands in the way.

    Raises:
        TransactionRefused: an expectation does not hold.
        Unavailable: `contention`, with `busy` as what is said; it still was so at the last try.
    """
    fault: TransactionRefused | None = None
    for _ in backoff.tries():
        try:
            table.transact(writes)
            return
        except TransactionRefused as refused:
            if not refused.contended_only:
                raise
            fault = refused
    raise Unavailable(busy, code="contention") from fault
