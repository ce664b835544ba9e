"""How frozen records, adjustments and periods lie in the registry table."""

from __future__ import annotations

from dataclasses import astuple
from datetime import date

from floorsight.attendance.model import Status
from floorsight.attendance.periods.model import Adjustment, PayLine, Period, PeriodState, Seconds
from floorsight.platform.clock import from_sort_key, moment_text, read_moment, to_sort_key
from floorsight.platform.items import Item


def line_body(line: PayLine) -> Item:
    """Of an item that says already whose line it is."""
    return {
        "local_date": line.local_date.isoformat(),
        "shift_id": line.shift_id,
        "shift_name": line.shift_name,
        "starts_at": to_sort_key(line.starts_at),
        "ends_at": to_sort_key(line.ends_at),
        "check_in": moment_text(line.check_in),
        "check_out": moment_text(line.check_out),
        "statuses": [status.value for status in line.statuses],
        "seconds": list(astuple(line.seconds)),
    }


def read_line(employee_id: str, stored: Item) -> PayLine:
    return PayLine(
        employee_id=employee_id,
        local_date=date.fromisoformat(stored["local_date"]),
        shift_id=stored["shift_id"],
        shift_name=stored["shift_name"],
        starts_at=from_sort_key(stored["starts_at"]),
        ends_at=from_sort_key(stored["ends_at"]),
        check_in=read_moment(stored["check_in"]),
        check_out=read_moment(stored["check_out"]),
        statuses=_read_statuses(stored["statuses"]),
        seconds=Seconds(*stored["seconds"]),
    )


def adjustment_body(adjustment: Adjustment) -> Item:
    return {
        "adjustment_id": adjustment.adjustment_id,
        "site_id": adjustment.site_id,
        "employee_id": adjustment.employee_id,
        "local_date": adjustment.local_date.isoformat(),
        "shift_id": adjustment.shift_id,
        "shift_name": adjustment.shift_name,
        "number": adjustment.number,
        "booked_on": adjustment.booked_on.isoformat(),
        "created_at": to_sort_key(adjustment.created_at),
        "difference": list(astuple(adjustment.difference)),
        "statuses_before": [status.value for status in adjustment.statuses_before],
        "statuses": [status.value for status in adjustment.statuses],
    }


def read_adjustment(item: Item) -> Adjustment:
    return Adjustment(
        adjustment_id=item["adjustment_id"],
        site_id=item["site_id"],
        employee_id=item["employee_id"],
        local_date=date.fromisoformat(item["local_date"]),
        shift_id=item["shift_id"],
        shift_name=item["shift_name"],
        number=item["number"],
        booked_on=date.fromisoformat(item["booked_on"]),
        created_at=from_sort_key(item["created_at"]),
        difference=Seconds(*item["difference"]),
        statuses_before=_read_statuses(item["statuses_before"]),
        statuses=_read_statuses(item["statuses"]),
    )


def period_body(period: Period) -> Item:
    return {
        "site_id": period.site_id,
        "first_date": period.first_date.isoformat(),
        "last_date": period.last_date.isoformat(),
        "begun_at": to_sort_key(period.begun_at),
        "by": period.by,
        "state": period.state.value,
        "locked_at": moment_text(period.locked_at),
        "done_through": period.done_through,
        "employees": period.employees,
        "records": period.records,
        "missing_punches": period.missing_punches,
    }


def read_period(item: Item) -> Period:
    return Period(
        site_id=item["site_id"],
        first_date=date.fromisoformat(item["first_date"]),
        last_date=date.fromisoformat(item["last_date"]),
        begun_at=from_sort_key(item["begun_at"]),
        by=item["by"],
        state=PeriodState(item["state"]),
        locked_at=read_moment(item.get("locked_at")),
        done_through=item.get("done_through"),
        employees=item["employees"],
        records=item["records"],
        missing_punches=item["missing_punches"],
    )


def _read_statuses(names: list[str]) -> tuple[Status, ...]:
    return tuple(Status(name) for name in names)
