"""Tables as CSV (RFC 4180) that a spreadsheet opens without running anything."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from fastapi import Response

from floorsight.platform.errors import Malformed

# A function answers with 6 MB at most, its own marks around the text included.
MAX_ANSWER_BYTES = 5_500_000
# What a spreadsheet takes for the beginning of a formula (OWASP, "CSV Injection").
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")

Cell = str | int | float | bool


def answer_csv(name: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    """A download. `name` is plain text that is safe in a file name, without the ending.

    Raises Malformed (`file_too_large`).
    """
    content = write_csv(header, rows).encode()
    if len(content) > MAX_ANSWER_BYTES:
        raise Malformed(
            f"the file would have {len(content) / 1e6:.1f} MB, and an answer has {MAX_ANSWER_BYTES / 1e6} "
            "at most: ask for less, by time or by list",
            code="file_too_large",
        )
    return Response(
        content,
        media_type="text/csv; charset=utf-8; header=present",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def write_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """The table as text, with CRLF after every line."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_write_cell(cell) for cell in row] for row in rows)
    return text.getvalue()


def _write_cell(cell: Cell) -> str | int | float:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS):
        return f"'{cell}"  # a number may begin with a minus: it is no text
    return cell
