"""Workbooks for a spreadsheet, the same bytes for the same tables."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from fastapi import Response

from functions.query_api.csv_files import Cell

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MIN_WIDTH, _MAX_WIDTH = 8, 40


@dataclass(frozen=True)
class Sheet:
    """A table with a name; the first row is its header."""

    name: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def answer_xlsx(name: str, body: bytes) -> Response:
    """A download. `name` is plain text that is safe in a file name, without the ending."""
    disposition = {"Content-Disposition": f'attachment; filename="{name}.xlsx"'}
    return Response(body, media_type=XLSX_TYPE, headers=disposition)


def write_xlsx(sheets: Iterable[Sheet], *, made_at: datetime) -> bytes:
    """The workbook. Text stays text, whatever it begins with; `made_at` is what its properties say."""
    # Here, as only exports need it: the function starts without.
    import xlsxwriter

    file = io.BytesIO()
    # In memory its parts get a fixed time (1980-01-01) in the zip file, and no temporary files are made.
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    # Without a time of its own a workbook says when it was written.
    book.set_properties({"created": made_at.replace(tzinfo=None)})
    bold = book.add_format({"bold": True})
    for sheet in sheets:
        page = book.add_worksheet(sheet.name)
        for column, title in enumerate(sheet.header):
            page.write_string(0, column, title, bold)
            page.set_column(column, column, _width(sheet, column))
        for number, row in enumerate(sheet.rows, start=1):
            for column, cell in enumerate(row):
                _write_cell(page, number, column, cell)
        page.freeze_panes(1, 0)
    book.close()
    return file.getvalue()


def _width(sheet: Sheet, column: int) -> int:
    longest = max((len(str(row[column])) for row in sheet.rows), default=0)
    return max(_MIN_WIDTH, min(_MAX_WIDTH, max(longest, len(sheet.header[column])) + 1))


def _write_cell(page: Worksheet, row: int, column: int, cell: Cell) -> None:
    if isinstance(cell, bool):
        page.write_boolean(row, column, cell)
    elif isinstance(cell, str):
        page.write_string(row, column, cell)
    else:
        page.write_number(row, column, cell)
