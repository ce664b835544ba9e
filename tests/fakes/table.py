"""The table port in memory, and one that fails as DynamoDB does."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from floorsight.platform.dynamo_values import deserialise, from_dynamo, serialise, to_dynamo
from floorsight.platform.errors import Conflict, Unavailable
from floorsight.platform.items import Item, Key
from floorsight.platform.table import (
    Expectation,
    Page,
    Put,
    Range,
    Refusal,
    Table,
    TransactionRefused,
    Update,
    Write,
    check_start_key,
    check_transaction,
    key_names,
)

Stored = dict[str, Any]  # in DynamoDB's typed form, so that values change as they would there


class MemoryTable:
    """`Table` in memory; safe for threads."""

    def __init__(self) -> None:
        self._partitions: defaultdict[str, dict[str, Stored]] = defaultdict(dict)
        self._lock = Lock()

    def get(self, key: Key) -> Item | None:
        with self._lock:
            found = self._stored(key)
            return from_dynamo(found) if found is not None else None

    def get_many(self, keys: Iterable[Key]) -> dict[Key, Item]:
        return {key: item for key in keys if (item := self.get(key)) is not None}

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
        names = key_names(index=index)
        wanted = Range(begins, after, until)
        if start_key is not None:
            check_start_key(start_key, pk, wanted, index=index)

        def position(item: Stored) -> tuple[str, ...]:
            return tuple(item[name]["S"] for name in names[1:])

        with self._lock:
            stored = self._indexed(pk) if index else list(self._partitions.get(pk, {}).values())
        found = [item for item in stored if item[names[1]]["S"] in wanted]
        found.sort(key=position, reverse=newest_first)
        if start_key is not None:
            start = tuple(start_key[name] for name in names[1:])
            found = [i for i in found if (position(i) < start if newest_first else position(i) > start)]
        more = limit is not None and len(found) > limit
        items = [from_dynamo(item) for item in found[:limit]]
        return Page(items, {name: items[-1][name] for name in names} if more else None)

    def write(self, write: Write) -> None:
        with self._lock:
            if not self._holds(write):
                raise Conflict("the stored item is not as expected", code="expectation_failed")
            self._apply(write)

    def transact(self, writes: Sequence[Write]) -> None:
        check_transaction(writes)
        with self._lock:
            refusals = [Refusal.NONE if self._holds(write) else Refusal.EXPECTATION for write in writes]
            if any(refusal is not Refusal.NONE for refusal in refusals):
                raise TransactionRefused(refusals)
            for write in writes:
                self._apply(write)

    def dump(self) -> dict[Key, Item]:
        """Everything that is stored, for comparing states."""
        with self._lock:
            return {
                Key(pk, sk): from_dynamo(item)
                for pk, partition in self._partitions.items()
                for sk, item in partition.items()
            }

    def _stored(self, key: Key) -> Stored | None:
        return self._partitions.get(key.pk, {}).get(key.sk)

    def _indexed(self, pk: str) -> list[Stored]:
        every = (item for partition in self._partitions.values() for item in partition.values())
        return [item for item in every if item.get("GSI1PK") == {"S": pk}]

    def _holds(self, write: Write) -> bool:
        expect: Expectation = write.expect
        stored = self._stored(write.key)
        if expect.absent and stored is not None:
            return False
        attributes: Mapping[str, Any] = stored or {}
        if any(deserialise(attributes.get(n, {"N": "0"})) > most for n, most in expect.at_most.items()):
            return False
        return all(
            name not in attributes if value is None else attributes.get(name) == serialise(value)
            for name, value in expect.equals.items()
        )

    def _apply(self, write: Write) -> None:
        partition = self._partitions[write.key.pk]
        if isinstance(write, Put):
            partition[write.key.sk] = to_dynamo(write.item)
        elif isinstance(write, Update):
            partition[write.key.sk] = _updated(self._stored(write.key), write)
        else:
            partition.pop(write.key.sk, None)


class LateIndex(MemoryTable):
    """Its index shows what there was when it fell behind, as DynamoDB's may for a moment."""

    def __init__(self) -> None:
        super().__init__()
        self._behind: MemoryTable | None = None

    def fall_behind(self) -> None:
        self._behind = MemoryTable()
        for pk, partition in self._partitions.items():
            self._behind._partitions[pk] = dict(partition)

    def catch_up(self) -> None:
        self._behind = None

    def query(self, pk: str, *, index: bool = False, **wanted: Any) -> Page[Item]:
        if index and self._behind is not None:
            return self._behind.query(pk, index=True, **wanted)
        return super().query(pk, index=index, **wanted)


def _updated(stored: Stored | None, write: Update) -> Stored:
    item = dict(stored) if stored is not None else to_dynamo(write.key.attributes())
    for name, value in write.set.items():
        if value is None:
            item.pop(name, None)
        else:
            item[name] = serialise(value)
    for name, value in write.add.items():
        before = deserialise(item[name]) if name in item else 0
        item[name] = serialise(before + value)
    return item


@dataclass
class FaultyTable:
    """A table in front of which DynamoDB's bad moments happen, drawn from `dice` (0..1).

    Contention refuses a transaction before it happened. `Unavailable` comes before the write or, as when
    only the answer is lost, after it.
    """

    table: Table
    dice: Callable[[], float] = field(default_factory=lambda: random.Random(0).random)
    contention: float = 0.0
    unavailable: float = 0.0
    answer_lost: float = 0.0
    interrupt: Callable[[], None] | None = None  # what somebody else does just before a transaction

    def get(self, key: Key) -> Item | None:
        self._maybe_unavailable()
        return self.table.get(key)

    def get_many(self, keys: Iterable[Key]) -> dict[Key, Item]:
        self._maybe_unavailable()
        return self.table.get_many(keys)

    def query(self, pk: str, **how: Any) -> Page[Item]:
        self._maybe_unavailable()
        return self.table.query(pk, **how)

    def write(self, write: Write) -> None:
        self._maybe_unavailable()
        self.table.write(write)
        self._maybe_lose_answer()

    def transact(self, writes: Sequence[Write]) -> None:
        self._maybe_unavailable()
        if self.interrupt:
            self.interrupt()
        if self.dice() < self.contention:
            # DynamoDB names the item in conflict; the last one is the counter that everybody wants.
            raise TransactionRefused([*[Refusal.NONE] * (len(writes) - 1), Refusal.CONTENTION])
        self.table.transact(writes)
        self._maybe_lose_answer()

    def _maybe_unavailable(self) -> None:
        if self.dice() < self.unavailable:
            raise Unavailable("DynamoDB is busy: injected")

    def _maybe_lose_answer(self) -> None:
        if self.dice() < self.answer_lost:
            raise Unavailable("DynamoDB did not answer: injected")
