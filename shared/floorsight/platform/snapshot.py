"""Reads that belong together, as of one moment, though they come one after another."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from floorsight.platform.errors import Unavailable

Whole = TypeVar("Whole")
Parts = TypeVar("Parts")


def read_unchanged(
    read_whole: Callable[[], Whole],
    read_parts: Callable[[Whole], Parts],
    *,
    tries: Iterable[object],
    unavailable: Unavailable,
) -> tuple[Whole, Parts]:
    """Something, and parts that were read while it was the same: read again for each of `tries` until it was.

    Whoever changes the parts must change the whole with them. Raises `unavailable`: it changed each time.
    """
    whole = read_whole()
    for _ in tries:
        parts = read_parts(whole)
        before, whole = whole, read_whole()
        if whole == before:
            return whole, parts
    raise unavailable
