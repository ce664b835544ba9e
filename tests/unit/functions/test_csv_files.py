"""Downloads as CSV."""

from __future__ import annotations

import pytest

from floorsight.platform.errors import Malformed
from floorsight.platform.items import Item
from floorsight.platform.table import Page
from functions.query_api.csv_files import MAX_ANSWER_BYTES, answer_csv
from functions.query_api.routers.vehicle_fields import collect_rows

LINE = len("note\r\n")


def test_a_file_that_no_answer_can_carry_is_refused_in_bytes_not_letters() -> None:
    fits = "ü" * ((MAX_ANSWER_BYTES - 2 * LINE) // 2)
    assert len(bytes(answer_csv("notes", ["note"], [[fits]]).body)) <= MAX_ANSWER_BYTES
    with pytest.raises(Malformed) as refused:
        answer_csv("notes", ["note"], [[fits + "ü" * LINE]])
    assert refused.value.code == "file_too_large"


def test_a_file_of_something_rare_is_not_looked_for_without_end() -> None:
    """Each page ends after many that are none of it."""
    pages = 0

    def ask(limit: int, start_key: Item | None) -> Page[str]:
        nonlocal pages
        pages += 1
        return Page([], {"PK": "a", "SK": str(pages)} if pages < 1000 else None)

    with pytest.raises(Malformed) as refused:
        collect_rows(ask)
    assert (refused.value.code, refused.value.field) == ("too_many_rows", "from")
    assert pages < 100
