"""The table port: what a store may ask of a table.

Writes are values, not expression strings, so that stores stay readable and the in-memory table of the
tests can mean exactly the same; one contract suite holds both to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from floorsight.platform.errors import Conflict
from floorsight.platform.items import Item, Key

MAX_TRANSACTION_WRITES = 100


@dataclass(frozen=True)
class Expectation:
    """What must hold of an item for a write to happen.

    `absent`: there is no such item. `equals`: these attributes have these values; None means that the
    attribute is missing (which holds for a missing item too).
    """

    absent: bool = False
    equals: Mapping[str, Any] = field(default_factory=dict)


NOTHING_EXPECTED = Expectation()
ABSENT = Expectation(absent=True)


@dataclass(frozen=True)
class Put:
    """Write a whole item."""

    item: Item
    expect: Expectation = NOTHING_EXPECTED

    @property
    def key(self) -> Key:
        return Key(self.item["PK"], self.item["SK"])


@dataclass(frozen=True)
class Update:
    """Change attributes of an item, making it if it is missing.

    `add` adds numbers to attributes (missing counts as 0); `set` overwrites.
    """

    key: Key
    add: Mapping[str, int] = field(default_factory=dict)
    set: Mapping[str, Any] = field(default_factory=dict)
    expect: Expectation = NOTHING_EXPECTED


@dataclass(frozen=True)
class Delete:
    """Remove an item; removing what is not there is no error."""

    key: Key
    expect: Expectation = NOTHING_EXPECTED


Write = Put | Update | Delete


class Refusal(StrEnum):
    """Why one write of a transaction stood in its way."""

    NONE = "none"
    EXPECTATION = "expectation"
    CONTENTION = "contention"


class TransactionRefused(Conflict):
    """No write of the transaction happened. `refusals` has one entry per write, in order."""

    code = "transaction_refused"

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        super().__init__(f"transaction refused: {', '.join(refusals)}")
        self.refusals = tuple(refusals)

    @property
    def contended_only(self) -> bool:
        """True when nothing but contention was in the way: the same transaction may succeed later."""
        return set(self.refusals) <= {Refusal.NONE, Refusal.CONTENTION}


@dataclass(frozen=True)
class Page:
    """Items of a query and, when there are more, the key to go on after."""

    items: list[Item]
    next_key: Item | None = None


class Table(Protocol):
    """A table with PK, SK and the index GSI1 (GSI1PK, GSI1SK)."""

    def get(self, key: Key) -> Item | None:
        """The item, read consistently, or None."""

    def query(
        self,
        pk: str,
        *,
        begins: str | None = None,
        after: str | None = None,
        until: str | None = None,
        limit: int | None = None,
        newest_first: bool = False,
        start_key: Item | None = None,
        index: bool = False,
    ) -> Page:
        """Items of one partition in sort-key order: `after` < SK <= `until`, or SK begins with `begins`.

        Without `limit` every item is returned. With `index`, GSI1 is asked (eventually consistent).
        """

    def write(self, write: Write) -> None:
        """One write. Raises Conflict (`expectation_failed`) when its expectation does not hold."""

    def transact(self, writes: Sequence[Write]) -> None:
        """All writes or none; at most 100. Raises TransactionRefused."""
