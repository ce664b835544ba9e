"""What payroll pays by: a line for each record, periods that are locked, and what was learnt too late."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Self

from floorsight.attendance.model import Record, Status


@dataclass(frozen=True)
class Seconds:
    """The sums that payroll needs, in whole seconds. Those of an adjustment are differences."""

    worked: int = 0
    regular: int = 0
    overtime: int = 0
    unpaid_break: int = 0
    late: int = 0
    early: int = 0

    def __add__(self, other: Seconds) -> Seconds:
        return Seconds(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(Seconds)))

    def __sub__(self, other: Seconds) -> Seconds:
        return Seconds(*(getattr(self, f.name) - getattr(other, f.name) for f in fields(Seconds)))


@dataclass(frozen=True)
class PayLine:
    """A record as payroll gets it, and as it is frozen."""

    employee_id: str
    local_date: date
    shift_id: str
    shift_name: str
    starts_at: datetime
    ends_at: datetime
    check_in: datetime | None
    check_out: datetime | None
    statuses: tuple[Status, ...]
    seconds: Seconds

    @property
    def instance_id(self) -> str:
        return f"{self.employee_id}.{self.local_date.isoformat()}.{self.shift_id}"

    @classmethod
    def of(cls, record: Record) -> Self:
        instance = record.instance
        return cls(
            employee_id=instance.employee_id,
            local_date=instance.local_date,
            shift_id=instance.shift.shift_id,
            shift_name=instance.shift.name,
            starts_at=instance.starts_at,
            ends_at=instance.ends_at,
            check_in=record.check_in,
            check_out=record.check_out,
            statuses=record.statuses,
            seconds=Seconds(
                record.worked_seconds,
                record.regular_seconds,
                record.overtime_seconds,
                record.unpaid_break_seconds,
                record.late_seconds,
                record.early_seconds,
            ),
        )


@dataclass(frozen=True)
class Adjustment:
    """By how much a frozen record is off, by what was learnt after it was frozen.

    It is booked to the open period that begins on `booked_on`. A record's adjustments are numbered from 1;
    frozen seconds and the `difference` of all of them together are what the punches say. `statuses` are
    those that hold now, `statuses_before` those of what was paid until then.
    """

    adjustment_id: str
    site_id: str
    employee_id: str
    local_date: date
    shift_id: str
    shift_name: str
    number: int
    booked_on: date
    created_at: datetime
    difference: Seconds
    statuses_before: tuple[Status, ...]
    statuses: tuple[Status, ...]

    @property
    def instance_id(self) -> str:
        return f"{self.employee_id}.{self.local_date.isoformat()}.{self.shift_id}"


class PeriodState(StrEnum):
    """How far locking is."""

    LOCKING = "locking"  # not all records are frozen yet; lock again to go on
    LOCKED = "locked"


@dataclass(frozen=True)
class Period:
    """A pay period of a site, both dates included, by the local date on which shifts start.

    `employees` and `records` have been frozen so far, those of employees up to `done_through`;
    `missing_punches` of the records have one that nobody corrected in time.
    """

    site_id: str
    first_date: date
    last_date: date
    begun_at: datetime
    by: str
    state: PeriodState = PeriodState.LOCKING
    locked_at: datetime | None = None
    done_through: str | None = None
    employees: int = 0
    records: int = 0
    missing_punches: int = 0

    def is_past(self, employee_id: str) -> bool:
        """Whether locking has come past an employee, so that nobody freezes their records any more."""
        if self.state is PeriodState.LOCKED:
            return True
        return self.done_through is not None and employee_id <= self.done_through
