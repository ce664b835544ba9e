"""Which periods can be locked, and what is booked to the next one: pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from floorsight.attendance.model import Status
from floorsight.attendance.periods.frontier import Frontier
from floorsight.attendance.periods.model import Adjustment, PayLine, Seconds
from floorsight.platform.errors import Conflict, Malformed
from floorsight.platform.ids import derived_id

MAX_PERIOD_DAYS = 62
_DAY = timedelta(days=1)


def check_period(frontier: Frontier, first_date: date, last_date: date) -> None:
    """That a period of these dates is the next one.

    Raises:
        Malformed: `dates_out_of_order`, `period_too_long`.
        Conflict: `period_overlaps` or `period_gap`, when it does not begin right after the last one.
    """
    days = (last_date - first_date).days + 1
    if days < 1:
        raise Malformed(
            f"last_date ({last_date}) is before first_date ({first_date})",
            code="dates_out_of_order",
            field="last_date",
        )
    if days > MAX_PERIOD_DAYS:
        raise Malformed(
            f"a period has at most {MAX_PERIOD_DAYS} days, not {days}",
            code="period_too_long",
            field="last_date",
        )
    expected = frontier.open_from
    if expected is None or first_date == expected:
        return
    code = "period_overlaps" if first_date < expected else "period_gap"
    raise Conflict(
        f"site {frontier.site_id} is locked up to {frontier.locked_until}: the next period begins on "
        f"{expected}",
        code=code,
    )


def find_adjustments(
    *,
    site_id: str,
    frozen: Iterable[PayLine],
    booked: Iterable[Adjustment],
    now_lines: Iterable[PayLine],
    booked_on: date,
    at: datetime,
) -> list[Adjustment]:
    """What must be booked so that frozen lines and all adjustments together say what the punches say now.

    All of them are one employee's, of the same dates. A record that was not frozen counts as nothing, and
    so does one that is no more.
    """
    was = {line.instance_id: line for line in frozen}
    current = {line.instance_id: line for line in now_lines}
    earlier: dict[str, list[Adjustment]] = {}
    for adjustment in sorted(booked, key=lambda each: each.number):
        earlier.setdefault(adjustment.instance_id, []).append(adjustment)
    found = (
        _adjust(site_id, was.get(name), earlier.get(name, []), current.get(name), booked_on, at)
        for name in sorted({*was, *current, *earlier})
    )
    return [adjustment for adjustment in found if adjustment is not None]


def _adjust(
    site_id: str,
    frozen: PayLine | None,
    earlier: list[Adjustment],
    current: PayLine | None,
    booked_on: date,
    at: datetime,
) -> Adjustment | None:
    paid = sum((each.difference for each in earlier), frozen.seconds if frozen else Seconds())
    paid_statuses = earlier[-1].statuses if earlier else _statuses(frozen)
    difference = (current.seconds if current else Seconds()) - paid
    if difference == Seconds() and paid_statuses == _statuses(current):
        return None
    about = current or frozen or earlier[-1]
    number = len(earlier) + 1
    return Adjustment(
        adjustment_id=derived_id("adjustment", about.instance_id, number),
        site_id=site_id,
        employee_id=about.employee_id,
        local_date=about.local_date,
        shift_id=about.shift_id,
        shift_name=about.shift_name,
        number=number,
        booked_on=booked_on,
        created_at=at,
        difference=difference,
        statuses_before=paid_statuses,
        statuses=_statuses(current),
    )


def _statuses(line: PayLine | None) -> tuple[Status, ...]:
    return line.statuses if line else ()


def split_dates(
    frontier: Frontier, first_date: date, last_date: date
) -> tuple[tuple[date, date] | None, list[tuple[date, date]]]:
    """The locked part of a range of dates, and the open parts before and after it; each first and last."""
    if frontier.first_date is None or frontier.locked_until is None:
        return None, [(first_date, last_date)]
    begin, end = max(first_date, frontier.first_date), min(last_date, frontier.locked_until)
    if begin > end:
        return None, [(first_date, last_date)]
    around = [(first_date, begin - _DAY), (end + _DAY, last_date)]
    return (begin, end), [(first, last) for first, last in around if first <= last]
