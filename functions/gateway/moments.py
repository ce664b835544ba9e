"""Moments in requests: ISO 8601 with an offset, within the years that can be reckoned with."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BeforeValidator

from floorsight.platform.errors import Malformed

# Nothing is counted before; and times near the ends of the calendar can't be moved between zones.
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


def _refuse_numbers(value: Any) -> Any:
    """pydantic reads a bare number as epoch seconds; a time is ISO 8601 with its offset here."""
    if isinstance(value, datetime):
        return value
    try:
        float(value)
    except (TypeError, ValueError):
        return value
    raise ValueError("write a time as ISO 8601 with its offset, such as 2026-03-02T08:00:00Z")


Moment = Annotated[AwareDatetime, BeforeValidator(_refuse_numbers)]


def check_range(start: datetime | None, end: datetime | None) -> None:
    """Raises Malformed (`out_of_range`) with the field, `from` or `to`, that can't be reckoned with."""
    check_moment("from", start)
    check_moment("to", end)


def check_moment(field: str, moment: datetime | None) -> None:
    """Raises Malformed (`out_of_range`) if it can't be reckoned with."""
    if moment is not None and not EARLIEST <= moment <= LATEST:
        raise Malformed(
            f"`{field}` must be between the years {EARLIEST.year} and {LATEST.year}",
            code="out_of_range",
            field=field,
        )
