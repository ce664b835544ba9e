"""Who never came is absent: records are opened for everybody, and closed when they come due."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from floorsight.attendance.closing import ClosingService, NotAllClosed
from floorsight.attendance.model import Facts, Holiday, Record, Status
from floorsight.attendance.openings import OpeningStore
from floorsight.attendance.pending import Pending
from floorsight.attendance.planning.store import PlanningStore
from floorsight.platform.errors import Unavailable
from tests.fakes.table import FaultyTable, MemoryTable
from tests.fakes.workday import EMPLOYEE, IN, MONDAY, OUT, SITE, assigned, at, punch_of
from tests.fakes.workforce import ENTRY, Workforce, recognised

DAY = timedelta(days=1)
NEW_YORK = "America/New_York"


def plant_with(*employees: str, presence: MemoryTable | None = None) -> Workforce:
    """Everybody has the day shift, planned long ago: nobody has records yet."""
    plant = Workforce(presence=presence)
    plant.add_shift()
    for name in employees:
        plant.hire(name)
        assign(plant, name, "day")
    return plant


def assign(plant: Workforce, name: str, *shift_ids: str) -> None:
    """Behind the backs of those who make records."""
    plan = replace(assigned(*shift_ids), employee_id=name)
    plant.registry.write(PlanningStore(plant.registry).assignment_put(plan))


def records(plant: Workforce, names: Iterable[str] = (EMPLOYEE,), days: int = 6) -> list[Record]:
    return [
        record
        for name in names
        for record in plant.store.list_records(name, MONDAY - DAY, MONDAY + days * DAY)
    ]


def test_everybody_gets_a_record_of_what_they_are_to_work() -> None:
    plant = plant_with("ann", "bob")
    assert plant.closing.close_site(SITE)["opened"] == 2
    found = records(plant, ("ann", "bob"))
    assert [(r.instance.employee_id, r.instance.local_date.day, r.closed) for r in found] == [
        ("ann", 1, True),  # yesterday's: night shifts may still go on when a site begins
        ("ann", 2, False),
        ("bob", 1, True),
        ("bob", 2, False),
    ]
    assert plant.closing.close_site(SITE) == {"opened": 0, "closed": 0, "absent": 0, "missing_punches": 0}


def test_who_never_came_is_absent_and_who_never_went_lacks_a_punch() -> None:
    plant = plant_with("ann", "bob", "cleo")
    plant.closing.close_site(SITE)
    plant.attendance.record_punch(punch_of("08:00", IN))
    plant.attendance.record_punch(punch_of("16:00", OUT))
    plant.attendance.record_punch(punch_of("08:00", IN, employee_id="bob"))
    plant.clock.now = at("20:00:00")  # the window's last second
    assert plant.closing.close_site(SITE)["closed"] == 0
    plant.clock.now = at("20:00:01")
    done = plant.closing.close_site(SITE)
    assert done == {"opened": 0, "closed": 3, "absent": 1, "missing_punches": 1}
    said = [plant.record_of(employee_id=name).statuses for name in ("ann", "bob", "cleo")]
    assert said == [(Status.PRESENT,), (Status.MISSING_PUNCH,), (Status.ABSENT,)]


def test_closing_twice_changes_nothing() -> None:
    plant = plant_with("ann", "bob")
    plant.closing.close_site(SITE)
    plant.clock.now = at("21:00")
    plant.closing.close_site(SITE)
    before = plant.memory.dump()
    assert plant.closing.close_site(SITE)["closed"] == 0
    assert plant.memory.dump() == before


def test_a_downtime_of_days_is_made_up_for() -> None:
    plant = plant_with("ann")
    plant.closing.close_site(SITE)
    plant.clock.now = at("2026-03-07T12:00")
    done = plant.closing.close_site(SITE)
    assert (done["opened"], done["absent"]) == (1, 1)  # of those that were due; the others never were
    said = [record.statuses for record in records(plant)]
    assert said == [(Status.ABSENT,)] * 6 + [()]


def test_a_tick_reads_little_when_nothing_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    plant = plant_with(*(f"worker-{number}" for number in range(9)))
    plant.closing.close_site(SITE)
    reads: list[str] = []
    for name in ("get", "query"):
        real = getattr(plant.memory, name)

        def counted(*args: object, name: str = name, real: object = real, **how: object) -> object:
            reads.append(name)
            return real(*args, **how)  # type: ignore[operator]

        monkeypatch.setattr(plant.memory, name, counted)
    plant.closing.close_site(SITE)
    assert reads == ["query", "get", "query"]


def test_only_those_are_opened_who_are_employed() -> None:
    plant = plant_with()
    plant.hire("gone", employed_until=MONDAY - 2 * DAY)
    plant.hire("last-day", employed_until=MONDAY)
    plant.hire("to-come", employed_from=MONDAY + DAY)
    for name in ("gone", "last-day", "to-come"):
        assign(plant, name, "day")
    assert plant.closing.close_site(SITE)["opened"] == 1
    assert len(records(plant, ("last-day",))) == 2


def test_todays_date_is_the_sites() -> None:
    plant = Workforce(zone=NEW_YORK)
    plant.add_shift()
    plant.hire(EMPLOYEE)
    assign(plant, EMPLOYEE, "day")
    plant.clock.now = at("23:30", NEW_YORK)  # Tuesday in UTC
    plant.closing.close_site(SITE)
    assert [record.instance.local_date for record in records(plant)] == [MONDAY - DAY, MONDAY]
    plant.clock.advance(1800)
    plant.closing.close_site(SITE)
    assert records(plant)[-1].instance.local_date == MONDAY + DAY


def test_a_night_shift_is_closed_the_next_morning() -> None:
    plant = Workforce()
    plant.add_shift("22:00", "06:00", "night")
    plant.hire(EMPLOYEE)
    assign(plant, EMPLOYEE, "night")
    plant.clock.now = at("12:00")
    plant.closing.close_site(SITE)
    plant.clock.now = at("2026-03-03T10:00:01")
    assert plant.closing.close_site(SITE)["absent"] == 1
    assert plant.record_of(MONDAY).statuses == (Status.ABSENT,)
    assert plant.record_of(MONDAY + DAY).statuses == ()


def test_a_punch_that_comes_late_takes_the_absence_back() -> None:
    plant = plant_with("ann")
    plant.closing.close_site(SITE)
    plant.clock.now = at("21:00")
    plant.closing.close_site(SITE)
    assert plant.record_of().statuses == (Status.ABSENT,)
    plant.attendance.record_punch(punch_of("08:00", IN))
    plant.attendance.record_punch(punch_of("16:00", OUT))
    assert (plant.record_of().statuses, plant.record_of().closed) == ((Status.PRESENT,), True)


def test_a_camera_that_was_heard_late_changes_what_was_paid_by_an_adjustment() -> None:
    plant = plant_with("ann")
    plant.add_camera("entry", ENTRY)
    plant.closing.close_site(SITE)
    plant.clock.now = at("2026-03-04T00:30")
    plant.closing.close_site(SITE)
    plant.rooms.periods.lock(SITE, MONDAY, MONDAY, by="hr")
    assert plant.rooms.periods.store.list_adjustments_of("ann", MONDAY, MONDAY) == []
    plant.sightings.record_sighting(recognised("08:00", camera_id="entry"))
    plant.closing.close_site(SITE)
    (booked,) = plant.rooms.periods.store.list_adjustments_of("ann", MONDAY, MONDAY)
    assert booked.local_date == MONDAY
    assert plant.store.pending.list_of_site(SITE) == []
    plant.closing.close_site(SITE)
    assert plant.rooms.periods.store.list_adjustments_of("ann", MONDAY, MONDAY) == [booked]


def test_what_can_not_be_booked_now_is_booked_by_the_next_tick() -> None:
    plant = plant_with("ann")
    plant.closing.close_site(SITE)
    mark = Pending(SITE, "ann", MONDAY, MONDAY, "p", plant.clock())
    plant.store.pending.add(mark)
    settled: list[tuple[str, date, date]] = []

    def refuse(*_: object) -> None:
        raise Unavailable("injected")

    with pytest.raises(NotAllClosed):
        replace(plant.closing, settle=refuse).close_site(SITE)
    assert plant.store.pending.list_of_site(SITE) == [mark]
    replace(plant.closing, settle=lambda *dates: settled.append(dates)).close_site(SITE)
    assert (settled, plant.store.pending.list_of_site(SITE)) == ([("ann", MONDAY, MONDAY)], [])


def test_what_is_announced_is_waited_for_as_long_as_a_request_may_take() -> None:
    plant = plant_with("ann")
    mark = Pending(SITE, "ann", MONDAY, MONDAY, "p", plant.clock() + timedelta(minutes=1))
    plant.store.pending.add(mark)
    plant.closing.close_site(SITE)
    assert plant.store.pending.list_of_site(SITE) == [mark]
    plant.clock.advance(60)
    plant.closing.close_site(SITE)
    assert plant.store.pending.list_of_site(SITE) == []


def test_reopened_dates_are_made_anew_for_everybody() -> None:
    plant = plant_with("ann", "bob")
    plant.closing.close_site(SITE)
    plant.clock.now = at("2026-03-04T21:00")
    plant.closing.close_site(SITE)
    store = PlanningStore(plant.registry)
    plant.registry.write(store.holiday_put(Holiday(SITE, MONDAY + DAY, "Carnival")))
    plant.closing.reopen(SITE, MONDAY + DAY)
    assert plant.closing.close_site(SITE)["opened"] == 2
    assert plant.record_of(MONDAY, "bob").statuses == (Status.ABSENT,)
    assert plant.record_of(MONDAY + DAY, "bob").statuses == (Status.HOLIDAY,)
    assert plant.closing.close_site(SITE)["opened"] == 0


class Stumbling:
    """Plans that can't be read of some employees."""

    def __init__(self, plant: Workforce, *stumbles: str) -> None:
        self.plans, self.stumbles = plant.attendance.plans, set(stumbles)
        self.asked: list[str] = []

    def facts_for(self, employee_id: str, first: date, last: date) -> Facts:
        self.asked.append(employee_id)
        if employee_id in self.stumbles:
            raise RuntimeError("injected")
        return self.plans.facts_for(employee_id, first, last)


def closing_with(plant: Workforce, plans: Stumbling) -> ClosingService:
    return replace(plant.closing, attendance=replace(plant.attendance, plans=plans))


class Interrupted(Stumbling):
    """Something else happens once the plans of somebody were read."""

    def __init__(self, plant: Workforce, after: str, happens: Callable[[], object]) -> None:
        super().__init__(plant)
        self.after, self.happens = after, happens

    def facts_for(self, employee_id: str, first: date, last: date) -> Facts:
        facts = super().facts_for(employee_id, first, last)
        if employee_id == self.after and self.asked.count(employee_id) == 1:
            self.happens()
        return facts


@pytest.mark.parametrize("opened_before", [True, False])
def test_what_is_reopened_during_a_tick_is_made_anew_even_where_it_was_open_already(
    opened_before: bool,
) -> None:
    plant = plant_with("ann", "bob")
    plant.clock.now = at("2026-03-04T21:00")
    if opened_before:
        plant.closing.close_site(SITE)
        plant.rooms.holidays.put_holidays([Holiday(SITE, MONDAY + DAY, "Carnival")], site_id=SITE)

    def enter_another() -> None:
        plant.rooms.holidays.put_holidays([Holiday(SITE, MONDAY + 2 * DAY, "Ash Wednesday")], site_id=SITE)

    closing_with(plant, Interrupted(plant, "ann", enter_another)).close_site(SITE)
    plant.closing.close_site(SITE)
    on = MONDAY + 2 * DAY
    assert [plant.record_of(on, name).statuses for name in ("ann", "bob")] == [(Status.HOLIDAY,)] * 2


def test_reopening_what_was_never_opened_changes_nothing() -> None:
    plant = plant_with("ann")
    plant.closing.reopen(SITE, MONDAY - 30 * DAY)
    assert plant.memory.dump() == {}
    plant.closing.close_site(SITE)
    before = plant.memory.dump()
    for days in (3, 9):
        plant.closing.reopen(SITE, MONDAY + days * DAY)
    assert plant.memory.dump() == before


def test_one_employees_fault_stops_no_other_and_is_mended_by_the_next_tick() -> None:
    plant = plant_with("ann", "bob", "cleo")
    plans = Stumbling(plant, "bob")
    with pytest.raises(NotAllClosed):
        closing_with(plant, plans).close_site(SITE)
    assert [len(records(plant, (name,))) for name in ("ann", "bob", "cleo")] == [2, 0, 2]
    plans.stumbles.clear()
    plans.asked.clear()
    closing_with(plant, plans).close_site(SITE)
    assert plans.asked == ["bob"]
    assert len(records(plant, ("bob",))) == 2


def test_one_employees_lasting_fault_does_not_keep_the_others_from_their_next_days() -> None:
    plant = plant_with("ann", "bob", "cleo")
    plans = Stumbling(plant, "bob")
    for day in range(3):
        plant.clock.now = at("06:00") + day * DAY
        with pytest.raises(NotAllClosed):
            closing_with(plant, plans).close_site(SITE)
    assert [len(records(plant, (name,))) for name in ("ann", "bob", "cleo")] == [4, 0, 4]
    plans.stumbles.clear()
    closing_with(plant, plans).close_site(SITE)
    assert len(records(plant, ("bob",))) == 4


def test_a_tick_that_has_no_time_left_is_gone_on_with() -> None:
    names = [f"worker-{number:03}" for number in range(250)]
    plant = plant_with(*names)
    plans = Stumbling(plant)
    service = closing_with(plant, plans)
    started, real = plant.clock(), plans.facts_for

    def slowly(employee_id: str, first: date, last: date) -> Facts:
        plant.clock.advance(5)
        return real(employee_id, first, last)

    plans.facts_for = slowly  # type: ignore[method-assign]
    assert service.close_site(SITE)["opened"] == 120
    assert plant.clock() - started == timedelta(minutes=10)
    assert service.close_site(SITE)["opened"] == 120
    assert service.close_site(SITE)["opened"] == 10
    assert sorted(plans.asked) == names
    assert service.close_site(SITE)["opened"] == 0


def test_ticks_at_the_same_time_do_the_same() -> None:
    """Another tick does all of it while this one has just begun."""
    plant = plant_with("ann", "bob")
    plans = Stumbling(plant)
    real = plans.facts_for

    def meanwhile(employee_id: str, first: date, last: date) -> Facts:
        if not plans.asked:
            plans.asked.append("begun")
            plant.closing.close_site(SITE)
        return real(employee_id, first, last)

    plans.facts_for = meanwhile  # type: ignore[method-assign]
    closing_with(plant, plans).close_site(SITE)
    assert len(records(plant, ("ann", "bob"))) == 4
    opening = OpeningStore(plant.memory).find(SITE)
    assert opening is not None
    assert (opening.until, opening.target, opening.after) == (MONDAY, None, None)


def test_a_busy_table_only_delays() -> None:
    table = MemoryTable()
    calm = plant_with("ann", "bob", "cleo", presence=table)
    calm.closing.close_site(SITE)
    calm.clock.now = at("21:00")
    rough = FaultyTable(table, contention=0.3, unavailable=0.03, answer_lost=0.1)
    plant = Workforce.beside(calm, presence=rough)
    for _ in range(30):
        try:
            plant.closing.close_site(SITE)
        except (Unavailable, NotAllClosed):
            continue
    said = [calm.record_of(employee_id=name).statuses for name in ("ann", "bob", "cleo")]
    assert said == [(Status.ABSENT,)] * 3
