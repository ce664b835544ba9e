"""Two at once: who locks, who books, who plans. Nothing is done twice, nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from floorsight.attendance.corrections.service import Entered
from floorsight.attendance.model import PunchSource
from floorsight.attendance.periods.locking import LockingService
from floorsight.attendance.periods.model import PeriodState
from floorsight.attendance.periods.store import PeriodStore
from floorsight.events.attendance import PunchDirection
from floorsight.platform.errors import Conflict
from tests.fakes.table import FaultyTable, MemoryTable
from tests.fakes.workplace import ANN, BEN, IN, OUT, SITE, Workplace, shift_of

FEBRUARY = date(2026, 2, 1), date(2026, 2, 28)


class Race:
    """Two offices on the same tables; what the other does comes just before a write of the first."""

    def __init__(self) -> None:
        registry, presence = MemoryTable(), MemoryTable()
        self.other = Workplace(registry=registry, presence=presence).opened()
        self.other.hire(BEN)
        self.other.is_at("2026-03-02T09:00:00")
        self.other.work("2026-02-10")
        self._faulty = FaultyTable(registry)
        self.first = Workplace(
            registry=registry,
            presence=presence,
            around_registry=lambda _: self._faulty,
            clock=self.other.clock,
        )

    def before_next_write(self, act: Callable[[], object], *, skip: int = 0) -> None:
        """Once, before the transaction after `skip` others."""
        left = [skip]

        def interrupt() -> None:
            if left[0] == 0:
                left[0] = -1
                act()
            left[0] -= 1 if left[0] > 0 else 0

        self._faulty.interrupt = interrupt


@pytest.fixture
def race() -> Race:
    return Race()


def test_two_who_see_the_same_difference_book_it_once(race: Race) -> None:
    race.other.rooms.periods.lock(SITE, *FEBRUARY, by="boss")
    given = {"at": race.other.clock().replace(day=12, month=2), "source": PunchSource.KIOSK, "by": "kiosk"}
    race.before_next_write(lambda: race.other.rooms.settling.settle(ANN, *FEBRUARY))
    result = race.first.rooms.corrections.punch(ANN, IN, **given)
    assert result.adjustments == ()
    [adjustment] = race.other.rooms.periods.store.list_adjustments_of(ANN, *FEBRUARY)
    assert adjustment.number == 1


def test_who_books_while_the_next_period_is_locked_books_to_the_one_after(race: Race) -> None:
    race.other.rooms.periods.lock(SITE, *FEBRUARY, by="boss")
    race.other.is_at("2026-04-02T09:00:00")
    march = date(2026, 3, 1), date(2026, 3, 31)
    race.before_next_write(lambda: race.other.rooms.periods.lock(SITE, *march, by="boss"))
    [adjustment] = race.first.punch("2026-02-12T06:00").adjustments or [None]
    booked = race.other.rooms.periods.store.list_adjustments_of(ANN, *FEBRUARY)
    assert [each.number for each in booked] == [1]
    assert adjustment is None or adjustment == booked[0]
    assert booked[0].booked_on == date(2026, 4, 1)


def test_a_plan_that_comes_as_a_period_is_locked_is_refused(race: Race) -> None:
    race.before_next_write(lambda: race.other.rooms.periods.lock(SITE, *FEBRUARY, by="boss"))
    with pytest.raises(Conflict) as caught:
        race.first.rooms.shifts.change_shift(shift_of(end="15:00", valid_from=date(2026, 2, 20), revision=1))
    assert caught.value.code == "period_locked"


def test_what_still_takes_punches_is_not_frozen_though_the_shift_was_changed_just_before(race: Race) -> None:
    race.other.is_at("2026-03-01T09:00:00")
    longer = shift_of(valid_from=FEBRUARY[1], revision=1, closes_after_minutes=24 * 60)
    race.before_next_write(lambda: race.other.rooms.shifts.change_shift(longer))
    with pytest.raises(Conflict, match="2026-02-28 takes punches until 2026-03-01 14:00") as caught:
        race.first.rooms.periods.lock(SITE, *FEBRUARY, by="boss")
    assert caught.value.code == "period_not_over"
    race.other.work(str(FEBRUARY[1]))
    race.other.is_at("2026-03-01T13:01:00")
    period = race.first.rooms.periods.lock(SITE, *FEBRUARY, by="boss")
    assert period.state is PeriodState.LOCKED
    frozen = race.other.rooms.periods.store.find_frozen(period, ANN) or []
    assert frozen[-1].seconds.worked == 8 * 3600
    assert race.other.rooms.periods.store.list_adjustments_of(ANN, *FEBRUARY) == []


def test_a_rosters_change_is_made_of_what_is_there(race: Race) -> None:
    """Two enter leaves of the same days: the second is refused, though it saw none."""

    def leave(place: Workplace, last: int) -> None:
        place.rooms.rosters.enter_leave(
            ANN, first_date=date(2026, 3, 9), last_date=date(2026, 3, last), kind="annual", by="hr"
        )

    race.before_next_write(lambda: leave(race.other, 12))
    with pytest.raises(Conflict) as caught:
        leave(race.first, 13)
    assert caught.value.code == "leave_overlaps"
    assert len(race.other.rooms.rosters.list_leaves(ANN, date(2026, 3, 9)).items) == 1


def test_an_assignment_that_somebody_changes_meanwhile_is_not_removed(race: Race) -> None:
    """The records of other dates would have to follow."""
    [assignment] = race.other.rooms.rosters.list_assignments(ANN).items
    longer = replace(assignment, last_date=date(2026, 6, 30))
    race.before_next_write(lambda: race.other.rooms.rosters.change_assignment(longer))
    with pytest.raises(Conflict) as caught:
        race.first.rooms.rosters.remove_assignment(ANN, assignment.assignment_id)
    assert caught.value.code == "revision_changed"
    assert race.other.rooms.rosters.list_assignments(ANN).items == [replace(longer, revision=2)]


def test_two_who_lock_at_once_lock_once(race: Race) -> None:
    race.before_next_write(lambda: race.other.rooms.periods.lock(SITE, *FEBRUARY, by="boss"))
    period = race.first.rooms.periods.lock(SITE, *FEBRUARY, by="chief")
    assert (period.state, period.by, period.records) == (PeriodState.LOCKED, "boss", 56)
    assert race.other.rooms.periods.list_periods(SITE).items == [period]


def test_who_goes_on_with_what_somebody_else_finished_finds_it_finished(race: Race) -> None:
    race.before_next_write(lambda: race.other.rooms.periods.lock(SITE, *FEBRUARY, by="boss"), skip=1)
    period = race.first.rooms.periods.lock(SITE, *FEBRUARY, by="chief")
    assert (period.state, period.by, period.records) == (PeriodState.LOCKED, "chief", 56)
    assert race.first.rooms.periods.lock(SITE, *FEBRUARY, by="boss") == period
    frontier = race.other.rooms.periods.store.find_frontier(SITE)
    assert (frontier.last_date, frontier.closing) == (FEBRUARY[1], None)


def test_who_goes_on_with_a_part_that_somebody_else_did_is_told(
    race: Race, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        race.other.hire(f"crew-{number}")

    def small(place: Workplace) -> LockingService:
        rooms = place.rooms
        return LockingService(rooms.periods.store, rooms.shifts, rooms.settling, employees_a_call=2)

    small(race.first).lock(SITE, *FEBRUARY, by="chief")
    store = race.first.rooms.periods.store
    freeze = type(store).freeze

    def overtaken(self: PeriodStore, *what: Any) -> None:
        monkeypatch.undo()
        race.other.clock.advance(60)
        race.other.rooms.periods.lock(SITE, *FEBRUARY, by="boss")
        freeze(self, *what)

    monkeypatch.setattr(type(store), "freeze", overtaken)
    with pytest.raises(Conflict) as caught:
        small(race.first).lock(SITE, *FEBRUARY, by="chief")
    assert caught.value.code == "period_being_locked"
    period = small(race.first).lock(SITE, *FEBRUARY, by="chief")
    assert (period.state, period.employees, period.records) == (PeriodState.LOCKED, 5, 140)


def test_a_kiosks_request_that_is_sent_twice_at_once_is_one_punch() -> None:
    presence = MemoryTable()
    other = Workplace(presence=presence).opened()
    other.is_at("2026-03-02T09:00:00")
    faulty = FaultyTable(presence)
    first = Workplace(registry=other.registry, presence=faulty, clock=other.clock)

    def punch(place: Workplace, direction: PunchDirection = IN) -> Entered:
        given: dict[str, Any] = {
            "at": None,
            "source": PunchSource.KIOSK,
            "by": "kiosk",
            "idempotency_key": "k",
        }
        return place.rooms.corrections.punch(ANN, direction, **given)

    sent: list[Entered] = []

    def meanwhile() -> None:
        if not sent:
            other.clock.advance(1)
            sent.append(punch(other))

    faulty.interrupt = meanwhile
    again = punch(first)
    assert again.punch == sent[0].punch
    with pytest.raises(Conflict, match="other facts"):
        punch(first, OUT)
