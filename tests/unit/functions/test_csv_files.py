"""Downloads as CSV."""

from __future__ import annotations

import pytest

from floorsight.platform.errors import Malformed
from functions.query_api.csv_files import MAX_ANSWER_BYTES, answer_csv

LINE = len("note\r\n")


def test_a_file_that_no_answer_can_carry_is_refused_in_bytes_not_letters() -> None:
    fits = "ü" * ((MAX_ANSWER_BYTES - 2 * LINE) // 2)
    assert len(bytes(answer_csv("notes", ["note"], [[fits]]).body)) <= MAX_ANSWER_BYTES
    with pytest.raises(Malformed) as refused:
        answer_csv("notes", ["note"], [[fits + "ü" * LINE]])
    assert refused.value.code == "file_too_large"
