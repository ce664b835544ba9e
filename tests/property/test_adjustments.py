"""Whatever is learnt after a period was locked: frozen and adjustments together are what the punches say."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from floorsight.attendance.model import Status
from floorsight.attendance.periods.model import PayLine, Seconds
from floorsight.events.attendance import PunchDirection
from floorsight.platform.errors import Conflict
from floorsight.platform.table import Table
from tests.fakes.table import FaultyTable
from tests.fakes.workplace import ANN, SITE, Workplace

FIRST, LAST = date(2026, 2, 9), date(2026, 2, 12)
BEGIN = datetime.fromisoformat("2026-02-09")  # the site's time

moments = st.integers(0, 4 * 24 * 12 - 1).map(lambda number: BEGIN + number * timedelta(minutes=5))
punches = st.tuples(moments, st.sampled_from(PunchDirection))
acts = st.one_of(
    st.tuples(st.just("punch"), moments, st.sampled_from(PunchDirection)),
    st.tuples(st.just("move"), st.integers(0, 9), moments),
    st.tuples(st.just("withdraw"), st.integers(0, 9), st.none()),
    st.tuples(st.just("leave"), st.integers(0, 3), st.none()),
)


def do(place: Workplace, act: tuple[str, object, object]) -> None:
    """Something that is learnt late."""
    kind, what, more = act
    current = [each.punch for each in place.rooms.lists.list_punches(ANN, FIRST, LAST) if each.is_current]
    match kind, what, more:
        case "punch", datetime() as at, PunchDirection() as direction:
            place.punch(at.isoformat(), direction)
        case "move", int(number), datetime() as at if number < len(current):
            punch = current[number]
            place.rooms.corrections.replace(
                ANN, punch.punch_id, at=at, direction=None, by="hr", reason="list"
            )
        case "withdraw", int(number), _ if number < len(current):
            place.rooms.corrections.withdraw(ANN, current[number].punch_id, by="hr", reason="list")
        case "leave", int(number), _:
            day = FIRST + timedelta(days=number)
            place.rooms.rosters.enter_leave(ANN, first_date=day, last_date=day, kind="sick", by="hr")


def paid(place: Workplace) -> dict[str, tuple[Seconds, tuple[Status, ...]]]:
    """What payroll has been told of each record, frozen and adjusted."""
    store = place.rooms.periods.store
    period = store.find_period(SITE, FIRST)
    assert period is not None
    lines = store.find_frozen(period, ANN) or []
    told = {line.instance_id: (line.seconds, line.statuses) for line in lines}
    for each in store.list_adjustments_of(ANN, FIRST, LAST):
        before = told.get(each.instance_id, (Seconds(), ()))
        assert each.statuses_before == before[1]
        told[each.instance_id] = (before[0] + each.difference, each.statuses)
    return told


def today(place: Workplace) -> dict[str, tuple[Seconds, tuple[Status, ...]]]:
    """What the punches say now."""
    lines = map(PayLine.of, place.rooms.lists.outcome(ANN, FIRST, LAST).records)
    return {line.instance_id: (line.seconds, line.statuses) for line in lines}


@given(before=st.lists(punches, max_size=6), after=st.lists(acts, max_size=5), busy=st.integers(0, 1000))
@settings(max_examples=15, deadline=None)
def test_frozen_and_adjustments_are_what_the_punches_say(
    before: list[tuple[datetime, PunchDirection]],
    after: list[tuple[str, object, object]],
    busy: int,
) -> None:
    dice = Random(busy).random

    def around(table: Table) -> Table:
        return FaultyTable(table, dice=dice, contention=0.2)

    place = Workplace(around_registry=around).opened()
    place.is_at("2026-02-20T12:00:00")
    for at, direction in before:
        place.punch(at.isoformat(), direction)
    place.rooms.periods.lock(SITE, FIRST, LAST, by="boss")
    period = place.rooms.periods.store.find_period(SITE, FIRST)
    assert period is not None
    frozen = place.rooms.periods.store.find_frozen(period, ANN)
    for act in after:
        try:
            do(place, act)
        except Conflict as conflict:  # the same leave, or a correction that was made before
            assert conflict.code in {"leave_overlaps", "punch_superseded", "punch_exists"}  # noqa: PT017
    assert paid(place) == today(place)
    assert place.rooms.periods.store.find_frozen(period, ANN) == frozen
    booked = place.rooms.periods.store.list_adjustments_of(ANN, FIRST, LAST)
    assert place.rooms.settling.settle(ANN, FIRST, LAST) == []
    assert place.rooms.periods.store.list_adjustments_of(ANN, FIRST, LAST) == booked
    assert place.rooms.periods.store.list_booked(ANN, FIRST, date(2026, 2, 13)) == booked
