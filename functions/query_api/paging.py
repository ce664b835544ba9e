"""Lists in pages, with an opaque cursor."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel, Field

from floorsight.platform.bus import canonical_json
from floorsight.platform.errors import Malformed
from floorsight.platform.items import Item
from floorsight.platform.table import Page

DEFAULT_LIMIT = 50
MAX_LIMIT = 500
T = TypeVar("T", bound=BaseModel)
Found = TypeVar("Found")


class Listing(BaseModel, Generic[T]):
    """A page of a list."""

    items: list[T]
    next_cursor: str | None = Field(description="Give it as `cursor` to get the next page; null on the last.")


@dataclass(frozen=True)
class Paging:
    """Which page is asked for."""

    limit: int
    start_key: Item | None


def encode_cursor(next_key: Item | None) -> str | None:
    """Text for a table's `next_key` that fits into a URL."""
    if next_key is None:
        return None
    return base64.urlsafe_b64encode(canonical_json(next_key).encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> Item:
    """What `encode_cursor` was given; the table checks that it fits the list.

    Raises:
        Malformed: no cursor of ours (`bad_cursor`).
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        key = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError) as error:
        raise _damaged() from error
    if not isinstance(key, dict):
        raise _damaged()
    return key


def cut_page(
    items: Sequence[Found], page: Paging, place: Callable[[Found], tuple[str, str]], names: tuple[str, str]
) -> Page[Found]:
    """A page of a list that was read whole, by each item's place in it; cursors have it under these names.

    Raises:
        Malformed: the cursor is of another list (`bad_cursor`).
    """
    after = _read_place(page.start_key, names)
    rest = [each for each in items if place(each) > after]
    shown = rest[: page.limit]
    more = len(rest) > page.limit
    return Page(shown, dict(zip(names, place(shown[-1]), strict=True)) if more else None)


def _read_place(start_key: Item | None, names: tuple[str, str]) -> tuple[str, str]:
    if start_key is None:
        return "", ""
    first, second = (start_key.get(name) for name in names)
    if not isinstance(first, str) or not isinstance(second, str):
        raise Malformed(
            "the cursor belongs to another list; begin without one", code="bad_cursor", field="cursor"
        )
    return first, second


def _damaged() -> Malformed:
    return Malformed("the cursor is damaged; begin without one", code="bad_cursor", field="cursor")


def _read_paging(
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query(max_length=2000, description="A page's `next_cursor`.")] = None,
) -> Paging:
    return Paging(limit, decode_cursor(cursor) if cursor else None)


RequestedPage = Annotated[Paging, Depends(_read_paging)]
