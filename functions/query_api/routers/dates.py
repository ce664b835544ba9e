"""Local dates and times of day in requests: ISO 8601, without an offset, as plans have them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Depends, Query
from pydantic import AfterValidator, BeforeValidator, Field

from floorsight.attendance.planning.rules import check_dates
from floorsight.platform.errors import Malformed


def _refuse_numbers(value: Any) -> Any:
    """pydantic reads a bare number as seconds since 1970."""
    if isinstance(value, date):
        return value
    try:
        float(value)
    except (TypeError, ValueError):
        return value
    raise ValueError("write it as ISO 8601, such as 2026-03-02")


def _is_date_alone(value: Any) -> Any:
    if isinstance(value, datetime) or (isinstance(value, str) and len(value) != len("2026-03-02")):
        raise ValueError("write a date as ISO 8601, such as 2026-03-02")
    return value


LocalDate = Annotated[date, BeforeValidator(_is_date_alone), BeforeValidator(_refuse_numbers)]
TimeOfDay = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["22:00"])]
# With or without an offset; what it means without one is the route's business.
TimeAtSite = Annotated[datetime, BeforeValidator(_refuse_numbers)]

MAX_DAYS = 62


@dataclass(frozen=True)
class Dates:
    """Local dates, both included."""

    first: date
    last: date


def _read_dates(
    first_date: Annotated[LocalDate, Query(description="By the date on which shifts start.")],
    last_date: Annotated[LocalDate, Query(description=f"Included; at most {MAX_DAYS} dates.")],
) -> Dates:
    return check_length(Dates(first_date, last_date))


def check_length(dates: Dates) -> Dates:
    """Raises Malformed (`dates_out_of_order`, `too_many_days`, `out_of_range`)."""
    check_dates(dates.first, dates.last)
    days = (dates.last - dates.first).days + 1
    if days > MAX_DAYS:
        raise Malformed(
            f"at most {MAX_DAYS} dates at once, not {days}", code="too_many_days", field="last_date"
        )
    return dates


RequestedDates = Annotated[Dates, Depends(_read_dates)]


def _check_month(text: str) -> str:
    date.fromisoformat(f"{text}-01")
    return text


Month = Annotated[
    str,
    Query(pattern=r"^(19(7[1-9]|[89][0-9])|2[0-9]{3})-(0[1-9]|1[0-2])$", examples=["2026-03"]),
    AfterValidator(_check_month),
]
