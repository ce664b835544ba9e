"""A request dies right after it has written something new: the next tick does what follows from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pytest

from floorsight.attendance.model import Holiday, Status
from floorsight.attendance.periods.model import Adjustment
from floorsight.platform.errors import Unavailable
from floorsight.platform.table import TransactionRefused
from tests.fakes.table import FaultyTable, MemoryTable
from tests.fakes.workplace import ANN, OUT, SITE, Workplace, shift_of

DAYS = date(2026, 2, 1), date(2026, 2, 28)
SOME_DAY = date(2026, 2, 10)


class Died(BaseException):
    """The process is gone: nothing catches this."""


@dataclass
class Dying:
    """A table that takes no write after some more."""

    table: MemoryTable = field(default_factory=MemoryTable)
    writes_left: int | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.table, name)

    def write(self, write: Any) -> None:
        self._count()
        self.table.write(write)

    def transact(self, writes: Any) -> None:
        self._count()
        self.table.transact(writes)

    def _count(self) -> None:
        if self.writes_left is not None:
            if not self.writes_left:
                raise Died
            self.writes_left -= 1


@pytest.fixture
def place() -> Workplace:
    """Ann worked on the 10th of February, long ago."""
    place = Workplace(registry=Dying(), presence=Dying()).opened()
    place.is_at("2026-03-02T09:00:00")
    place.work(SOME_DAY.isoformat())
    place.rooms.closing.close_site(SITE)
    return place


def lock(place: Workplace) -> None:
    place.rooms.periods.lock(SITE, *DAYS, by="boss")


def die(place: Workplace, act: Callable[[], object], *, presence: int, registry: int) -> None:
    """After so many writes to each table."""
    tables = (place.presence, presence), (place.registry, registry)
    for table, writes in tables:
        assert isinstance(table, Dying)
        table.writes_left = writes
    with pytest.raises(Died):
        act()
    for table, _ in tables:
        table.writes_left = None  # type: ignore[attr-defined]


def tick(place: Workplace) -> None:
    place.clock.advance(15 * 60)
    place.rooms.closing.close_site(SITE)


def booked(place: Workplace) -> list[Adjustment]:
    return place.rooms.periods.store.list_adjustments_of(ANN, *DAYS)


def test_a_punch_in_a_locked_day_is_booked_though_nobody_repeats_it(place: Workplace) -> None:
    lock(place)
    die(place, lambda: place.punch("2026-02-10T15:00", OUT), presence=1, registry=0)
    assert booked(place) == []
    tick(place)
    assert [each.difference.overtime for each in booked(place)] == [3600]
    tick(place)
    assert len(booked(place)) == 1


@pytest.mark.parametrize("presence", [1, 2, 3])
def test_a_correction_that_moves_a_punch_to_another_day_is_booked_on_both(
    place: Workplace, presence: int
) -> None:
    lock(place)
    (_, gone) = place.rooms.service.store.list_punches(ANN, *_all_of_february(place))
    correct = place.rooms.corrections.replace
    later = gone.at.replace(day=20)
    die(
        place,
        lambda: correct(ANN, gone.punch_id, at=later, direction=None, by="hr", reason="other day"),
        presence=presence,
        registry=0,
    )
    tick(place)
    assert [each.local_date.day for each in booked(place)] == [10, 20]
    records = place.rooms.service.store.list_records(ANN, *DAYS)
    now = place.rooms.lists.outcome(ANN, *DAYS).records
    assert records == list(now)


def _all_of_february(place: Workplace) -> tuple[Any, Any]:
    now = place.clock()
    return now.replace(month=2, day=1), now.replace(month=2, day=28)


def test_what_was_entered_to_the_end_leaves_no_mark(place: Workplace) -> None:
    assert place.rooms.service.store.pending.list_of_site(SITE) == []
    place.rooms.rosters.enter_leave(ANN, first_date=DAYS[0], last_date=DAYS[1], kind="sick", by="hr")
    assert place.rooms.service.store.pending.list_of_site(SITE) == []


def test_a_leave_in_locked_days_is_booked_though_nobody_repeats_it(place: Workplace) -> None:
    lock(place)
    days = {"first_date": date(2026, 2, 11), "last_date": date(2026, 2, 12)}
    enter = place.rooms.rosters.enter_leave
    die(place, lambda: enter(ANN, **days, kind="sick", by="hr"), presence=1, registry=1)
    assert booked(place) == []
    tick(place)
    assert [each.statuses for each in booked(place)] == [(Status.ON_LEAVE,)] * 2
    [leave] = place.rooms.rosters.list_leaves(ANN, DAYS[0]).items
    remove = place.rooms.rosters.remove_leave
    die(place, lambda: remove(ANN, leave.leave_id), presence=1, registry=1)
    tick(place)
    assert [each.statuses for each in booked(place)] == [(Status.ON_LEAVE,), (Status.ABSENT,)] * 2


def test_a_leave_in_locked_days_is_booked_by_the_next_tick_if_the_table_is_too_busy_for_it_now() -> None:
    registry, presence = MemoryTable(), MemoryTable()
    calm = Workplace(registry=registry, presence=presence).opened()
    calm.is_at("2026-03-02T09:00:00")
    calm.rooms.closing.close_site(SITE)
    lock(calm)

    class Busy(FaultyTable):
        """Records can't be written."""

        def transact(self, writes: Any) -> None:
            raise TransactionRefused([])

    busy = Workplace(registry=registry, presence=Busy(presence), clock=calm.clock)
    days = {"first_date": SOME_DAY, "last_date": SOME_DAY}
    busy.rooms.rosters.enter_leave(ANN, **days, kind="sick", by="hr")
    assert booked(calm) == []
    tick(calm)
    assert [each.statuses for each in booked(calm)] == [(Status.ON_LEAVE,)]


def test_the_last_day_of_an_employment_is_followed_though_the_request_died(place: Workplace) -> None:
    lock(place)
    before = place.employees.get_employee(ANN)
    after = replace(before, employed_until=date(2026, 2, 9))

    def end() -> None:
        with place.rooms.follow.employment(before, after):
            place.employees.update_employee(after)

    die(place, end, presence=1, registry=1)
    tick(place)
    assert len(booked(place)) == 19
    assert place.rooms.service.store.list_records(ANN, SOME_DAY, DAYS[1]) == []


def test_a_change_whose_dates_can_not_be_marked_is_not_made() -> None:
    table = MemoryTable()
    calm = Workplace(registry=table).opened()
    calm.is_at("2026-03-02T09:00:00")

    class Out(FaultyTable):
        def write(self, write: Any) -> None:
            raise Unavailable("injected")

    busy = Workplace(registry=table, presence=Out(MemoryTable()), clock=calm.clock)
    before = table.dump()
    with pytest.raises(Unavailable):
        busy.rooms.rosters.enter_leave(ANN, first_date=SOME_DAY, last_date=SOME_DAY, kind="sick", by="hr")
    assert table.dump() == before


def test_a_holiday_and_a_shifts_version_are_followed_though_the_request_died(place: Workplace) -> None:
    def statuses() -> tuple[Status, ...]:
        [record] = place.rooms.service.store.list_records(ANN, yesterday, yesterday)
        return record.statuses

    def follow_until_it_is_written(site_id: str, first: date) -> None:
        if place.registry.writes_left == 0:  # type: ignore[attr-defined]
            raise Died
        place.rooms.closing.reopen(site_id, first)

    yesterday = date(2026, 3, 1)
    put = replace(place.rooms.holidays, follow=follow_until_it_is_written).put_holidays
    change = replace(place.rooms.shifts, follow=follow_until_it_is_written).change_shift
    assert statuses() == (Status.ABSENT,)
    die(place, lambda: put([Holiday(SITE, yesterday, "Day")], site_id=SITE), presence=1, registry=1)
    tick(place)
    assert statuses() == (Status.HOLIDAY,)
    shift = place.rooms.shifts.get_shift("early").versions[0]
    later = replace(shift, valid_from=yesterday, days=frozenset({1}))  # yesterday was a Sunday
    die(place, lambda: change(later), presence=1, registry=1)
    tick(place)
    assert place.rooms.service.store.list_records(ANN, yesterday, yesterday) == []


def test_a_new_shift_has_nobodys_records_made_anew(place: Workplace) -> None:
    before = place.presence.dump()  # type: ignore[attr-defined]
    place.rooms.shifts.create_shift(shift_of("late", "14:00", "22:00"))
    assert place.presence.dump() == before  # type: ignore[attr-defined]
