"""What the cells of a row mean."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from floorsight.platform.errors import Malformed
from floorsight.platform.local_time import instant_at
from floorsight.vehicles.lists.model import out_of_calendar
from floorsight.vehicles.model import ListName

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d(:\d\d)?)?")
_DAY = timedelta(days=1)


def read_list(cell: str) -> ListName:
    """Raises Malformed (`unknown_list`)."""
    try:
        return ListName(cell.lower())
    except ValueError as error:
        raise Malformed(
            f"{cell[:20]!r} is no list; there are {', '.join(ListName)}", code="unknown_list", field="list"
        ) from error


def read_fields(cells: dict[str, str], zone: ZoneInfo) -> dict[str, Any]:
    """What a row says besides its list and plate. Raises Malformed with the column."""
    visits = cells.get("max_visits")
    return {
        "valid_from": _read_moment("valid_from", cells.get("valid_from"), zone),
        "valid_until": _read_moment("valid_until", cells.get("valid_until"), zone, until=True),
        "max_visits": _read_number("max_visits", visits) if visits else None,
        **{name: cells.get(name) for name in ("reason", "host", "note")},
    }


def _read_moment(field: str, cell: str | None, zone: ZoneInfo, *, until: bool = False) -> datetime | None:
    """Without an offset it is the site's time. A date alone is the whole day, its end for an `until`."""
    if cell is None:
        return None
    try:
        if _DATE.fullmatch(cell):
            day = date.fromisoformat(cell)
            return _local(datetime.combine(day + _DAY if until else day, datetime.min.time()), zone)
        if _MOMENT.fullmatch(cell):
            moment = datetime.fromisoformat(cell)
            return moment.astimezone(UTC) if moment.tzinfo else _local(moment, zone)
    except OverflowError as error:  # 31 December 9999, which some write for `for ever`
        raise out_of_calendar(field) from error
    except ValueError:
        pass  # 31 February
    raise Malformed(
        f"{field} {cell[:40]!r} is no time; write 2026-03-02, 2026-03-02 08:00 or 2026-03-02T08:00:00+01:00",
        code="bad_time",
        field=field,
    )


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    return instant_at(moment.date(), moment.time(), zone)


def _read_number(field: str, cell: str) -> int:
    if not re.fullmatch(r"\d{1,9}", cell, re.ASCII):
        raise Malformed(f"{field} {cell[:20]!r} is no whole number", code="bad_number", field=field)
    return int(cell)
