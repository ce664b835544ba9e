"""Item types: where the keys of every stored thing are spelled, once.

Each store declares its items as `ItemType`s and asks them for keys. `docs/tables.md` is made from the
same declarations.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Item = dict[str, Any]


class TableName(StrEnum):
    """The three tables, by life cycle."""

    REGISTRY = "registry"  # people edit it
    PRESENCE = "presence"  # machines write it
    TRAILS = "trails"  # bulky and short-lived


@dataclass(frozen=True)
class Key:
    """Primary key of an item."""

    pk: str
    sk: str

    def attributes(self) -> Item:
        return {"PK": self.pk, "SK": self.sk}


@dataclass(frozen=True)
class ItemType:
    """One kind of item.

    `pk`, `sk`, `gsi1pk`, `gsi1sk` are templates such as `CAMERA#{camera_id}`. `version` is that of the
    item's layout and is stored with it as `v`.
    """

    name: str
    table: TableName
    pk: str
    sk: str
    purpose: str
    writers: tuple[str, ...]
    readers: tuple[str, ...]
    gsi1pk: str | None = None
    gsi1sk: str | None = None
    retention: str = "kept"
    version: int = 1

    def key(self, **parts: str) -> Key:
        """The primary key, with every placeholder of the templates filled in."""
        return Key(self.pk.format_map(parts), self.sk.format_map(parts))

    def partition(self, **parts: str) -> str:
        """The partition key alone."""
        return self.pk.format_map(parts)

    def item(self, body: Item, **parts: str) -> Item:
        """A whole item: keys, type, layout version and body."""
        item = {**self.key(**parts).attributes(), "type": self.name, "v": self.version, **body}
        if self.gsi1pk is not None and self.gsi1sk is not None:
            item["GSI1PK"] = self.gsi1pk.format_map(parts)
            item["GSI1SK"] = self.gsi1sk.format_map(parts)
        return item
