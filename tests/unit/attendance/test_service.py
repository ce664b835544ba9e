"""Punches are kept, and the records that follow from them."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest

from floorsight.attendance.model import DayPlan, Status
from floorsight.attendance.store import AttendanceStore
from floorsight.platform.errors import NotFound, Unavailable
from tests.fakes.table import FaultyTable, MemoryTable
from tests.fakes.workday import EMPLOYEE, IN, MONDAY, OUT, SITE, at, punch_of
from tests.fakes.workforce import Workforce

DAY = timedelta(days=1)


@pytest.fixture
def plant() -> Workforce:
    plant = Workforce()
    plant.add_shift()
    plant.hire(EMPLOYEE, "day")
    return plant


def test_a_punch_makes_its_record_at_once(plant: Workforce) -> None:
    kept, outcome = plant.attendance.record_punch(punch_of("08:10", IN, "p"))
    assert kept == punch_of("08:10", IN, "p")
    assert [record.statuses for record in outcome.records] == [(Status.LATE,)]
    assert plant.record_of() == outcome.records[0]
    assert plant.store.list_site_records(SITE, MONDAY).items == list(outcome.records)
    plant.attendance.record_punch(punch_of("16:00", OUT, "q"))
    assert plant.record_of().worked_seconds == (7 * 60 + 50) * 60


def test_the_same_punch_again_changes_nothing_but_the_fence(plant: Workforce) -> None:
    plant.attendance.record_punch(punch_of("08:00", IN, "p"))
    before = plant.memory.dump()
    plant.clock.advance(60)
    plant.attendance.record_punch(replace(punch_of("08:00", IN, "p"), recorded_at=plant.clock()))
    after = plant.memory.dump()
    assert {key for key in after if after[key] != before.get(key)} == {
        key for key in after if key.sk == "FENCE"
    }


def test_a_punch_in_no_window_is_told_as_unplaced(plant: Workforce) -> None:
    _, outcome = plant.attendance.record_punch(punch_of("05:00", IN, "p"))
    assert [punch.punch_id for punch in outcome.unplaced] == ["p"]


def test_a_correction_to_another_day_mends_both_days(plant: Workforce) -> None:
    plant.clock.now = at("2026-03-05T00:00")
    plant.attendance.record_punch(punch_of("08:00", IN, "in"))
    plant.attendance.record_punch(punch_of("16:00", OUT, "wrong"))
    plant.attendance.record_punch(punch_of("2026-03-03T08:00", IN, "in-2"))
    right = punch_of("2026-03-03T16:00", OUT, "right", supersedes="wrong", reason="it was Tuesday")
    _, outcome = plant.attendance.record_punch(right)
    assert outcome.records == (plant.record_of(MONDAY + DAY),)
    assert plant.record_of(MONDAY).statuses == (Status.MISSING_PUNCH,)
    assert plant.record_of(MONDAY + DAY).statuses == (Status.PRESENT,)


def test_a_withdrawn_punch_leaves_an_absence(plant: Workforce) -> None:
    plant.clock.now = at("2026-03-03T00:00")
    plant.attendance.record_punch(punch_of("08:00", IN, "p"))
    gone = punch_of("08:00", IN, "q", supersedes="p", withdrawn=True, reason="somebody else")
    plant.attendance.record_punch(gone)
    assert plant.record_of().statuses == (Status.ABSENT,)


def test_a_night_shifts_morning_punch_is_in_the_evenings_record() -> None:
    plant = Workforce()
    plant.add_shift("22:00", "06:00", "night")
    plant.hire(EMPLOYEE, "night")
    plant.clock.now = at("2026-03-03T06:30")
    plant.attendance.record_punch(punch_of("22:00", IN, "p"))
    _, outcome = plant.attendance.record_punch(punch_of("2026-03-03T06:00", OUT, "q"))
    assert [record.instance.local_date for record in outcome.records] == [MONDAY]
    assert plant.record_of().worked_seconds == 8 * 3600


def test_records_of_a_long_time_are_made_anew_and_those_of_the_future_are_not(plant: Workforce) -> None:
    plant.clock.now = at("2026-06-01T12:00")
    records = plant.attendance.recompute(EMPLOYEE, MONDAY, date(2026, 12, 31))
    assert [records[0].instance.local_date, records[-1].instance.local_date] == [MONDAY, date(2026, 6, 3)]
    assert len(records) == (date(2026, 6, 3) - MONDAY).days + 1
    assert plant.store.list_records(EMPLOYEE, MONDAY, date(2026, 12, 31)) == records
    assert plant.attendance.recompute(EMPLOYEE, MONDAY, date(2026, 12, 31)) == records


def test_a_shift_that_is_planned_away_leaves_no_record_and_nothing_due(plant: Workforce) -> None:
    plant.rooms.rosters.plan_day(DayPlan(EMPLOYEE, MONDAY, (), "day off", "hr"))
    assert plant.store.list_records(EMPLOYEE, MONDAY, MONDAY) == []
    due = plant.store.list_due(SITE, at("2026-03-10T00:00"))
    assert (EMPLOYEE, MONDAY) not in due
    assert (EMPLOYEE, MONDAY + DAY) in due


def test_nobody_unknown_has_records(plant: Workforce) -> None:
    with pytest.raises(NotFound) as caught:
        plant.attendance.recompute("nobody", MONDAY, MONDAY)
    assert caught.value.code == "unknown_employee"


def test_of_two_recomputations_at_once_the_one_that_knows_less_begins_again(plant: Workforce) -> None:
    """The punch comes after the punches were read, and its record is written first."""
    coming, going = punch_of("08:00", IN, "p"), punch_of("16:00", OUT, "q")
    plant.attendance.record_punch(coming)
    pending = [going]

    def meanwhile() -> None:
        if pending:
            plant.attendance.record_punch(pending.pop())

    slow = replace(plant.attendance, store=AttendanceStore(FaultyTable(plant.memory, interrupt=meanwhile)))
    (record,) = slow.recompute(EMPLOYEE, MONDAY, MONDAY)
    assert record.check_out == at("16:00")
    assert plant.record_of() == record


def test_four_who_write_at_once_lose_nothing(plant: Workforce) -> None:
    plant.clock.now = at("18:00")
    punches = [punch_of(at("08:00") + timedelta(minutes=15 * n), IN, f"p{n:02}") for n in range(32)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # so that they are in each other's way
    try:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(plant.attendance.record_punch, punches))
    finally:
        sys.setswitchinterval(interval)
    assert plant.record_of().punch_ids == tuple(punch.punch_id for punch in punches)


def test_a_busy_table_is_waited_for_and_then_said() -> None:
    table = MemoryTable()
    plant = Workforce(presence=FaultyTable(table, contention=0.3, unavailable=0.05, answer_lost=0.05))
    plant.add_shift()
    plant.hire(EMPLOYEE, "day")
    for number in range(20):
        plant.attendance.record_punch(
            punch_of(at("08:00") + timedelta(minutes=5 * number), IN, f"p{number:02}")
        )
    record = Workforce(registry=plant.registry, presence=table).record_of()
    assert len(record.punch_ids) == 20
    dead = replace(plant.attendance, store=AttendanceStore(FaultyTable(table, unavailable=1.1)))
    with pytest.raises(Unavailable):
        dead.record_punch(punch_of("12:00", OUT, "z"))
