"""The table port: what a store may ask of a table.

Writes are values, not expression strings, so that stores stay readable and the in-memory table of the
tests can mean exactly the same; one contract suite holds both to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

from floorsight.platform.errors import Conflict, Malformed
from floorsight.platform.items import Item, Key

MAX_TRANSACTION_WRITES = 100
MAX_BATCH_KEYS = 100
MAX_SORT_KEY_BYTES = 1024

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True)
class Expectation:
    """What must hold of an item for a write to happen.

    `absent`: there is no such item. `equals`: these attributes have these values; None means that the
    attribute is missing (which holds for a missing item too). `at_most`: these numbers are no larger; a
    missing one counts as 0, as for `Update.add`.
    """

    absent: bool = False
    equals: Mapping[str, Any] = field(default_factory=dict)
    at_most: Mapping[str, int] = field(default_factory=dict)


NOTHING_EXPECTED = Expectation()
ABSENT = Expectation(absent=True)


def at_revision(revision: int | None) -> Expectation:
    """That an item is still at the `revision` that was read; 0 or None: that there still is none."""
    return Expectation(equals={"revision": revision}) if revision else ABSENT


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

    `add` adds numbers to attributes (missing counts as 0); `set` overwrites, None removes.
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
class Page(Generic[T]):
    """Part of a list and, exactly when there are more, the key to go on after."""

    items: list[T]
    next_key: Item | None = None

    def map(self, change: Callable[[T], U]) -> Page[U]:
        """The same page of something else."""
        return Page([change(item) for item in self.items], self.next_key)


def key_names(*, index: bool) -> tuple[str, ...]:
    """The attributes that place an item in the table, or in GSI1: partition, sort, then the rest."""
    return ("GSI1PK", "GSI1SK", "PK", "SK") if index else ("PK", "SK")


@dataclass(frozen=True)
class Range:
    """Which sort keys a query wants: `after` < SK <= `until`, or those that begin with `begins`."""

    begins: str | None = None
    after: str | None = None
    until: str | None = None

    def __contains__(self, sort: str) -> bool:
        if self.begins is not None:
            return sort.startswith(self.begins)
        return (self.after is None or sort > self.after) and (self.until is None or sort <= self.until)


def check_start_key(start_key: Item, pk: str, wanted: Range, *, index: bool) -> None:
    """Raises Malformed (`bad_cursor`) unless `start_key` is a place in the list that is asked for.

    Cursors come from outside: what DynamoDB would refuse as a fault of ours is a fault of the caller's.
    """
    names = key_names(index=index)
    if set(start_key) != set(names) or not all(map(_is_key_value, start_key.values())):
        raise Malformed("the cursor is damaged; begin without one", code="bad_cursor", field="cursor")
    if start_key[names[0]] != pk or start_key[names[1]] not in wanted:
        raise Malformed(
            "the cursor belongs to another list, or the list begins later now; begin without one",
            code="bad_cursor",
            field="cursor",
        )


def _is_key_value(value: object) -> bool:
    """Whether it may be part of a key: text no longer than the shorter of the two limits, sort keys'."""
    return isinstance(value, str) and 0 < len(value.encode(errors="replace")) <= MAX_SORT_KEY_BYTES


def check_transaction(writes: Sequence[Write]) -> None:
    """Raises ValueError for what DynamoDB would refuse: no writes, too many, two on one item."""
    if not 1 <= len(writes) <= MAX_TRANSACTION_WRITES:
        raise ValueError(f"a transaction has 1 to {MAX_TRANSACTION_WRITES} writes, not {len(writes)}")
    if len({write.key for write in writes}) < len(writes):
        raise ValueError("a transaction can't write an item twice")


class Table(Protocol):
    """A table with PK, SK and the index GSI1 (GSI1PK, GSI1SK)."""

    def get(self, key: Key) -> Item | None:
        """The item, read consistently, or None."""

    def get_many(self, keys: Iterable[Key]) -> dict[Key, Item]:
        """Those of the items that there are, each read consistently; any number of keys."""

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
    ) -> Page[Item]:
        """Items of one partition in sort-key order: `after` < SK <= `until`, or SK begins with `begins`.

        Without `limit` (at least 1) every item is returned. With `index`, GSI1 is asked (eventually
        consistent). `start_key` is an earlier page's `next_key`; Malformed if it isn't of this list.
        """

    def write(self, write: Write) -> None:
        """One write. Raises Conflict (`expectation_failed`) when its expectation does not hold."""

    def transact(self, writes: Sequence[Write]) -> None:
        """All writes or none; at most 100, of different items. Raises TransactionRefused."""
