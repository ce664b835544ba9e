"""What payroll gets while others lock and book: each hour once, in the file of one period."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import pytest

from floorsight.attendance.model import Record
from floorsight.attendance.periods.locking import LockingService
from floorsight.attendance.periods.model import PayLine
from floorsight.attendance.periods.payroll import PaySheet, Records
from floorsight.platform.errors import Unavailable
from tests.fakes.table import LateIndex, MemoryTable
from tests.fakes.workplace import ANN, BEN, OUT, SITE, Workplace

FEBRUARY = date(2026, 2, 1), date(2026, 2, 28)
MARCH = date(2026, 3, 1), date(2026, 3, 31)
DAY_OF_WORK, EIGHT_HOURS, ONE_HOUR = "2026-02-10", 8 * 3600, 3600


def staffed(registry: MemoryTable | None = None) -> Workplace:
    """Ann and Ben worked for eight hours in February; it is March."""
    place = Workplace(registry=registry).opened()
    place.hire(BEN)
    place.is_at("2026-03-02T09:00:00")
    for employee_id in (ANN, BEN):
        place.work(DAY_OF_WORK, employee_id=employee_id)
    return place


def correct(place: Workplace) -> None:
    """Ben was there for an hour longer."""
    place.punch(f"{DAY_OF_WORK}T15:00", OUT, BEN)


def lock(place: Workplace) -> None:
    place.rooms.periods.lock(SITE, *FEBRUARY, by="boss")


@dataclass
class Interrupted:
    """Something happens before Ben's records are read."""

    records: Records
    happens: Callable[[], object]

    def list_records(self, employee_id: str, first: date, last: date) -> list[Record]:
        if employee_id == BEN:
            self.happens()
        return self.records.list_records(employee_id, first, last)


def sheets_while(place: Workplace, happens: Callable[[], object]) -> list[PaySheet]:
    payroll = place.rooms.payroll
    interrupted = replace(payroll, records=Interrupted(payroll.records, happens))
    return interrupted.sheets_of(SITE, *FEBRUARY).items


def booked_to_march(place: Workplace) -> int:
    return place.rooms.payroll.sheet_of(BEN, *MARCH).seconds.worked


def test_a_period_that_is_locked_meanwhile_is_frozen_on_every_sheet() -> None:
    place = staffed()
    once = iter([lambda: (lock(place), correct(place))])
    ann, ben = sheets_while(place, lambda: [act() for act in once])
    assert (ann.seconds.worked, ben.seconds.worked) == (EIGHT_HOURS, EIGHT_HOURS)
    assert booked_to_march(place) == ONE_HOUR


def test_who_is_frozen_meanwhile_is_not_paid_twice_for_what_is_booked_then() -> None:
    place = staffed()
    rooms = place.rooms
    LockingService(rooms.periods.store, rooms.shifts, rooms.settling, employees_a_call=1).lock(
        SITE, *FEBRUARY, by="boss"
    )
    [period] = rooms.periods.list_periods(SITE).items

    def freeze_and_correct() -> None:  # how far locking is is told later
        records = rooms.settling.compute(BEN, *FEBRUARY).records
        rooms.periods.store.freeze(period, BEN, map(PayLine.of, records))
        correct(place)

    _, ben = sheets_while(place, freeze_and_correct)
    assert ben.seconds.worked == EIGHT_HOURS
    assert booked_to_march(place) == ONE_HOUR


def test_while_locking_moves_on_there_are_no_sheets() -> None:
    place = staffed()
    for number in range(3):
        place.hire(f"crew-{number}")
    rooms = place.rooms
    small = LockingService(rooms.periods.store, rooms.shifts, rooms.settling, employees_a_call=1)
    with pytest.raises(Unavailable, match="ask again"):
        sheets_while(place, lambda: small.lock(SITE, *FEBRUARY, by="boss"))


def test_what_was_booked_a_moment_ago_is_on_the_sheet() -> None:
    registry = LateIndex()
    place = staffed(registry)
    lock(place)
    registry.fall_behind()
    correct(place)
    assert booked_to_march(place) == ONE_HOUR
