"""Pay sheets as tables, for CSV and for a workbook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import astuple, fields
from datetime import datetime
from zoneinfo import ZoneInfo

from floorsight.attendance.explaining.rules import duration_text
from floorsight.attendance.model import Status
from floorsight.attendance.periods.model import Adjustment, PayLine, Seconds
from floorsight.attendance.periods.payroll import PaySheet
from floorsight.employees.model import Employee
from functions.query_api.csv_files import Cell
from functions.query_api.xlsx_files import Sheet

_SECONDS = [f"{field.name}_seconds" for field in fields(Seconds)]
HEADER = [
    "row",
    "employee_id",
    "payroll_number",
    "name",
    "local_date",
    "shift_id",
    "shift_name",
    "starts_at",
    "ends_at",
    "check_in",
    "check_out",
    "statuses",
    *_SECONDS,
    "booked_on",
    "statuses_before",
    "id",
]
TOTALS_HEADER = [
    "employee_id",
    "payroll_number",
    "name",
    "records",
    "adjustments",
    *(status.value for status in Status),
    *_SECONDS,
    "worked",
    "regular",
    "overtime",
]


def list_rows(sheets: Sequence[PaySheet], zone: ZoneInfo) -> Iterator[list[Cell]]:
    """A row for each record, then one for each adjustment, by employee. Times are the site's."""
    for sheet in sheets:
        yield from (_record_row(sheet.employee, line, zone) for line in sheet.lines)
        yield from (_adjustment_row(sheet.employee, each) for each in sheet.adjustments)


def make_workbook(sheets: Sequence[PaySheet], zone: ZoneInfo) -> list[Sheet]:
    """Records, adjustments and totals, each on a sheet."""
    rows = list(list_rows(sheets, zone))
    return [
        Sheet("Records", HEADER, [row for row in rows if row[0] == "record"]),
        Sheet("Adjustments", HEADER, [row for row in rows if row[0] == "adjustment"]),
        Sheet("Totals", TOTALS_HEADER, [_total_row(sheet) for sheet in sheets]),
    ]


def _record_row(employee: Employee, line: PayLine, zone: ZoneInfo) -> list[Cell]:
    times = (line.starts_at, line.ends_at, line.check_in, line.check_out)
    return [
        "record",
        *_person(employee),
        line.local_date.isoformat(),
        line.shift_id,
        line.shift_name,
        *(_local_text(moment, zone) for moment in times),
        _join(line.statuses),
        *astuple(line.seconds),
        "",
        "",
        line.instance_id,
    ]


def _adjustment_row(employee: Employee, adjustment: Adjustment) -> list[Cell]:
    return [
        "adjustment",
        *_person(employee),
        adjustment.local_date.isoformat(),
        adjustment.shift_id,
        adjustment.shift_name,
        "",
        "",
        "",
        "",
        _join(adjustment.statuses),
        *astuple(adjustment.difference),
        adjustment.booked_on.isoformat(),
        _join(adjustment.statuses_before),
        adjustment.adjustment_id,
    ]


def _total_row(sheet: PaySheet) -> list[Cell]:
    seconds, days = sheet.seconds, sheet.days
    hours = (duration_text(each) for each in (seconds.worked, seconds.regular, seconds.overtime))
    return [
        *_person(sheet.employee),
        len(sheet.lines),
        len(sheet.adjustments),
        *(days[status] for status in Status),
        *astuple(seconds),
        *hours,
    ]


def _person(employee: Employee) -> list[Cell]:
    return [employee.employee_id, employee.payroll_number or "", employee.name]


def _join(statuses: Sequence[Status]) -> str:
    return " ".join(status.value for status in statuses)


def _local_text(moment: datetime | None, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).isoformat() if moment else ""
