"""Ids that follow from what happened."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorsight.platform.errors import Malformed
from floorsight.platform.ids import derived_id

PARTS = st.lists(st.text(max_size=5), min_size=1, max_size=4)


@given(PARTS, PARTS)
def test_different_parts_give_different_ids(first: list[str], second: list[str]) -> None:
    assert (derived_id("crossing", *first) == derived_id("crossing", *second)) == (first == second)


def test_an_id_never_changes() -> None:
    """Stored ledgers hold such ids: another value here would count everything twice on replay."""
    assert derived_id("crossing", "door-1", 7) == derived_id("crossing", "door-1", "7")
    assert derived_id("crossing", "door-1", 7) == "084a8fbbe14be5dea22d66eb3f8ff53f"


def test_the_kind_counts() -> None:
    assert derived_id("crossing", "a") != derived_id("track", "a")


def test_an_id_of_nothing_is_refused() -> None:
    with pytest.raises(Malformed):
        derived_id("crossing")
