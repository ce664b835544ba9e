"""Rolling up gives the same rows whenever, however often and with whatever mishaps it is done."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floorsight.events.vision import Direction
from floorsight.occupancy.series.buckets import start_of_date
from floorsight.occupancy.series.fence import LONGEST_RUN, Superseded
from floorsight.occupancy.series.model import SubjectKind
from tests.fakes.plant import COUNTERS, Crashed, MortalTable, Plant
from tests.fakes.scene import SITE
from tests.thoroughness import drawn

DAYS = (
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Asia/Kolkata", date(2026, 3, 31)),
)
HOURS = (0, 1, 2, 3, 5, 23, 24, 25, 30, 49, 72)


@st.composite
def plants(draw: st.DrawFn) -> Plant:
    name, day = draw(st.sampled_from(DAYS))
    plant = Plant(time_zone=name)
    plant.clock.now = start_of_date(day, plant.zone) + timedelta(days=4)
    return plant


def happen(data: st.DataObject, plant: Plant) -> None:
    """Some crossings or a baseline of a counter, at any moment of the days before the clock's now."""
    start = plant.clock.now - timedelta(days=4)
    moments = st.tuples(st.sampled_from(HOURS), st.integers(0, 3599), st.sampled_from((0, 1, 999_999))).map(
        lambda parts: start + timedelta(hours=parts[0], seconds=parts[1], microseconds=parts[2])
    )
    counter_id = data.draw(st.sampled_from(COUNTERS))
    if data.draw(st.integers(0, 4)):
        moves = data.draw(st.lists(st.tuples(moments, st.sampled_from(Direction)), min_size=1, max_size=6))
        plant.record(counter_id, moves)
    else:
        plant.set_baseline(counter_id, data.draw(moments), data.draw(st.integers(0, 9)))


def rows_are_right(plant: Plant) -> None:
    assert plant.marks() == []
    assert plant.rows() == plant.expected_rows()


@settings(max_examples=drawn(500), deadline=None)
@given(st.data())
def test_late_events_are_taken_in_wherever_they_fall(data: st.DataObject) -> None:
    plant = data.draw(plants())
    for _ in range(data.draw(st.integers(1, 4))):
        for _ in range(data.draw(st.integers(1, 3))):
            happen(data, plant)
        plant.service().roll_up(SITE)
    rows_are_right(plant)
    before = plant.stored()
    report = plant.service().roll_up(SITE)
    assert (report.marks, sum(report.rows.values())) == (0, 0)
    assert plant.stored() == before


@settings(max_examples=drawn(500), deadline=None)
@given(st.data())
def test_a_crash_between_any_two_writes_leaves_no_trace(data: st.DataObject) -> None:
    plant = data.draw(plants())
    for _ in range(data.draw(st.integers(1, 4))):
        for _ in range(data.draw(st.integers(1, 3))):
            happen(data, plant)
        mortal = MortalTable(plant.table, writes_left=data.draw(st.integers(1, 12)))
        try:
            plant.service(mortal).roll_up(SITE)
        except Crashed:
            plant.clock.now += LONGEST_RUN
    plant.service().roll_up(SITE)
    rows_are_right(plant)


@settings(max_examples=drawn(500), deadline=None)
@given(st.data())
def test_what_comes_while_it_runs_is_taken_in_by_it_or_by_the_next(data: st.DataObject) -> None:
    plant = data.draw(plants())
    happen(data, plant)
    plant.service().roll_up(SITE)
    happen(data, plant)
    moments = data.draw(st.lists(st.booleans(), max_size=8))

    def interrupt() -> None:
        if moments and moments.pop():
            happen(data, plant)

    plant.service(MortalTable(plant.table, before_write=interrupt)).roll_up(SITE)
    plant.service().roll_up(SITE)
    rows_are_right(plant)


@settings(max_examples=drawn(500), deadline=None)
@given(st.data())
def test_a_run_that_was_overtaken_writes_nothing_stale(data: st.DataObject) -> None:
    """It stops anywhere, later events come, another run takes them in; then the first one goes on."""
    plant = data.draw(plants())
    happen(data, plant)
    plant.service().roll_up(SITE)
    happen(data, plant)
    writes_before = data.draw(st.integers(0, 6))

    def overtake() -> None:
        nonlocal writes_before
        writes_before -= 1
        if writes_before == -1:
            plant.clock.now += LONGEST_RUN
            happen(data, plant)
            plant.service().roll_up(SITE)

    with suppress(Superseded):
        plant.service(MortalTable(plant.table, before_write=overtake)).roll_up(SITE)
    plant.service().roll_up(SITE)
    rows_are_right(plant)


@settings(max_examples=drawn(500), deadline=None)
@given(st.data())
def test_rows_that_are_lost_are_made_anew_from_the_ledger(data: st.DataObject) -> None:
    """As for what was counted before there were series: only the newest hour is still marked."""
    plant = data.draw(plants())
    for _ in range(4):
        happen(data, plant)
    store = plant.scene.occupancy.store
    newest: dict[str, Any] = {mark.counter_id: mark for mark in plant.marks()}
    for mark in plant.marks():
        if mark != newest[mark.counter_id]:
            store.clear_mark(mark)
    mortal = MortalTable(plant.table, writes_left=data.draw(st.integers(1, 12)))
    try:
        plant.service(mortal).roll_up(SITE)
    except Crashed:
        plant.clock.now += LONGEST_RUN
    plant.service().roll_up(SITE)
    rows_are_right(plant)


@pytest.mark.parametrize("seed", range(4))
def test_runs_at_the_same_time_with_writers_beside_them(seed: int) -> None:
    plant = Plant()
    dice = random.Random(seed)
    start = plant.clock.now - timedelta(days=2)

    def record(counter_id: str) -> Callable[[], None]:
        moves = [
            (start + timedelta(seconds=dice.randrange(2 * 86_400)), dice.choice(list(Direction)))
            for _ in range(60)
        ]
        return lambda: [plant.record(counter_id, moves[n : n + 6]) for n in range(0, 60, 6)] and None

    tasks = [record(counter_id) for counter_id in COUNTERS]
    tasks += [lambda: [plant.service().roll_up(SITE) for _ in range(5)] and None] * 3
    with ThreadPoolExecutor(len(tasks)) as pool:
        for done in [pool.submit(task) for task in tasks]:
            done.result()
    plant.service().roll_up(SITE)
    rows_are_right(plant)
    assert any(subject.kind is SubjectKind.SITE for subject, _, _ in plant.rows())


def test_a_second_run_at_the_same_time_leaves_it_to_the_first() -> None:
    plant = Plant()
    plant.record("door-1", [(plant.clock.now, Direction.IN)])
    seen: list[bool] = []

    def try_as_well() -> None:
        seen.append(plant.service().roll_up(SITE).already_running)

    table = MortalTable(plant.table)
    service = plant.service(table)
    fence = service.fences.begin(SITE, plant.clock.now)
    assert fence is not None
    try_as_well()
    service.fences.end(fence, plant.clock.now)
    try_as_well()
    assert seen == [True, False]
    rows_are_right(plant)


def test_a_dead_run_holds_the_next_up_for_no_longer_than_it_could_have_lived() -> None:
    plant = Plant()
    fences = plant.service().fences
    first = fences.begin(SITE, plant.clock.now)
    assert fences.begin(SITE, plant.clock.now + LONGEST_RUN - timedelta.resolution) is None
    second = fences.begin(SITE, plant.clock.now + LONGEST_RUN)
    assert first is not None
    assert second is not None
    assert (first.number, second.number) == (1, 2)
    fences.end(first, plant.clock.now)  # must not end the second
    assert not fences.is_held(first)
    assert fences.is_held(second)
    assert fences.begin(SITE, plant.clock.now + LONGEST_RUN) is None


@pytest.mark.parametrize("writes", range(1, 9))
def test_a_crash_amid_more_rows_than_one_write_holds_is_healed(writes: int) -> None:
    """Some hours that follow are new already, later ones are not: all are to be looked at."""
    plant = Plant()
    begins = start_of_date(date(2026, 3, 2), plant.zone) + timedelta(hours=8)
    plant.clock.now = begins + timedelta(days=1)
    busy = [(begins + timedelta(minutes=minute), Direction.IN) for minute in range(0, 7 * 60, 2)]
    plant.record(COUNTERS[0], busy)
    plant.service().roll_up(SITE)
    plant.record(COUNTERS[0], [(begins + timedelta(seconds=30), Direction.IN)])
    with suppress(Crashed):
        plant.service(MortalTable(plant.table, writes_left=writes)).roll_up(SITE)
    plant.clock.now += LONGEST_RUN
    plant.service().roll_up(SITE)
    rows_are_right(plant)
