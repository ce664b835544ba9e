"""Parts are those of what they are shown with."""

from __future__ import annotations

import pytest

from floorsight.platform.errors import Unavailable
from floorsight.platform.snapshot import read_unchanged

CHANGED = Unavailable("it changes: ask again")


def test_what_stands_still_is_read_once() -> None:
    asked: list[str] = []

    def parts_of(whole: str) -> str:
        asked.append(whole)
        return f"parts of {whole}"

    found = read_unchanged(lambda: "a", parts_of, tries=range(3), unavailable=CHANGED)
    assert (found, asked) == (("a", "parts of a"), ["a"])


def test_what_changes_is_read_again_as_it_is_then() -> None:
    wholes = iter(["a", "b", "c", "c"])
    found = read_unchanged(
        lambda: next(wholes), lambda whole: f"parts of {whole}", tries=range(3), unavailable=CHANGED
    )
    assert found == ("c", "parts of c")


def test_what_never_stands_still_is_unavailable() -> None:
    wholes = iter("abcdef")
    with pytest.raises(Unavailable, match="ask again"):
        read_unchanged(lambda: next(wholes), lambda whole: whole, tries=range(3), unavailable=CHANGED)
    assert next(wholes) == "e"  # one for each try, and one to compare with
