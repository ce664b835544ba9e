"""Vehicle lists as CSV: what an export writes, an import reads, and means the same by.

Written with commas; read with commas, semicolons or tabs, as spreadsheets of other countries write them.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from floorsight.platform.errors import Malformed
from floorsight.vehicles.lists.model import VehicleRef
from floorsight.vehicles.model import ListedVehicle, ListName

COLUMNS = ("list", "plate", "valid_from", "valid_until", "reason", "host", "max_visits", "note")
NEEDED = ("list", "plate")
_DELIMITERS = (",", ";", "\t")
# A cell that a spreadsheet may take for a formula is written with an apostrophe before it. What begins with
# apostrophes and goes on like that gets one more, so that taking one away always gives what was there.
_GUARDED = re.compile(r"'+[=+\-@]")


@dataclass(frozen=True)
class Row:
    """A line with something on it: its number in the file, and its cells by column, without empty ones."""

    line: int
    cells: dict[str, str]


def read_rows(content: bytes, *, max_rows: int) -> list[Row]:
    """The rows of a file.

    Raises Malformed (`not_utf8`, `bad_csv`, `columns_missing`, `unknown_column`, `column_twice`,
    `too_many_rows`, `no_rows`).
    """
    lines = _read_lines(_decode(content))
    _, header = next(lines, (1, []))
    columns = _read_header(header)
    rows: list[Row] = []
    for line, cells in lines:
        if len(rows) == max_rows:
            raise Malformed(
                f"a file has at most {max_rows} rows; cut it into several", code="too_many_rows", field="body"
            )
        rows.append(Row(line, _read_cells(line, columns, cells)))
    if not rows:
        raise Malformed("the file has no rows below its header", code="no_rows", field="body")
    return rows


def write_cells(vehicle: ListedVehicle, zone: ZoneInfo) -> list[str | int]:
    """A row of COLUMNS, to be written by what guards against formulas. Times are the site's, with offset.

    A visitor without a beginning of its own has none in the file either: by that it is found again.
    """
    is_open = vehicle.list_name is ListName.VISITOR and VehicleRef.of(vehicle).since is None
    return [
        vehicle.list_name.value,
        vehicle.plate,
        "" if is_open else _local_text(vehicle.valid_from, zone),
        _local_text(vehicle.valid_until, zone),
        _escape(vehicle.reason),
        _escape(vehicle.host),
        vehicle.max_visits or "",
        _escape(vehicle.note),
    ]


def _decode(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Malformed(
            "the file is not in UTF-8; save it as `CSV UTF-8`", code="not_utf8", field="body"
        ) from error


def _read_lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each record that is not empty; a cell may have line breaks."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_find_delimiter(text), strict=True)
    line = 1
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                yield line, stripped
            line = reader.line_num + 1
    except csv.Error as error:
        raise Malformed(
            f"line {line} is no CSV ({error}); put cells with quotes, commas or line breaks in quotes, and "
            "quotes within them twice",
            code="bad_csv",
            field=f"lines.{line}",
        ) from error


def _find_delimiter(text: str) -> str:
    """The one that parts the names of the header."""
    header = next((line for line in text.splitlines() if line.strip(" ,;\t")), "")
    return max(_DELIMITERS, key=header.count)  # the first of them if there is none


def _read_header(cells: Sequence[str]) -> list[str]:
    columns = [cell.lower() for cell in cells]
    while columns and not columns[-1]:  # spreadsheets like to add empty columns
        columns.pop()
    unknown = [name for name in columns if name not in COLUMNS]
    missing = [name for name in NEEDED if name not in columns]
    if missing:
        raise Malformed(
            f"the first line must name the columns, {' and '.join(missing)} among them; there are "
            f"{', '.join(COLUMNS)}",
            code="columns_missing",
            field="body",
        )
    if unknown:
        raise Malformed(
            f"there is no column {unknown[0]!r}; there are {', '.join(COLUMNS)}",
            code="unknown_column",
            field="body",
        )
    if len(set(columns)) < len(columns):
        raise Malformed("a column is there twice", code="column_twice", field="body")
    return columns


def _read_cells(line: int, columns: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    if any(cells[len(columns) :]):
        raise Malformed(
            f"line {line} has more cells than the header has columns; put text with the separator in quotes",
            code="too_many_cells",
            field=f"lines.{line}",
        )
    return {column: _unescape(cell) for column, cell in zip(columns, cells, strict=False) if cell}


def _escape(text: str | None) -> str:
    if text is None:
        return ""
    return f"'{text}" if _GUARDED.match(text) else text


def _unescape(cell: str) -> str:
    return cell[1:] if _GUARDED.match(cell) else cell


def _local_text(moment: datetime | None, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).isoformat() if moment else ""
