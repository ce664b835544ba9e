"""Rolling up on the table in memory and on DynamoDB's adapter: keys, ranges and the fence fit together."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from floorsight.events.vision import Direction
from floorsight.occupancy.series.fence import LONGEST_RUN, Superseded
from floorsight.platform.table import Table
from tests.fakes.plant import COUNTERS, Crashed, MortalTable, Plant
from tests.fakes.scene import SITE


def happen(plant: Plant, dice: random.Random, size: int) -> None:
    """Crossings of every counter over three days, and a baseline."""
    start = plant.clock.now - timedelta(days=3)

    def moment() -> timedelta:
        return timedelta(seconds=dice.randrange(3 * 86_400))

    for counter_id in COUNTERS:
        plant.record(counter_id, [(start + moment(), dice.choice(list(Direction))) for _ in range(size)])
    plant.set_baseline(dice.choice(COUNTERS), start + moment(), dice.randrange(9))


def rows_are_right(plant: Plant) -> None:
    assert plant.marks() == []
    assert plant.rows() == plant.expected_rows()


def test_twice_and_after_late_events_the_rows_are_those_of_the_definitions(table: Table) -> None:
    plant, dice = Plant(table=table), random.Random(1)
    for _ in range(2):
        happen(plant, dice, 12)
        plant.service().roll_up(SITE)
        rows_are_right(plant)
        assert sum(plant.service().roll_up(SITE).rows.values()) == 0
        rows_are_right(plant)


def test_a_crash_leaves_no_trace(table: Table) -> None:
    plant, dice = Plant(table=table), random.Random(2)
    for writes in (1, 3, 6, 9):
        happen(plant, dice, 4)
        with pytest.raises(Crashed):
            plant.service(MortalTable(table, writes_left=writes)).roll_up(SITE)
        plant.clock.now += LONGEST_RUN
    plant.service().roll_up(SITE)
    rows_are_right(plant)


def test_a_run_that_was_overtaken_is_refused(table: Table) -> None:
    plant, dice = Plant(table=table), random.Random(3)
    happen(plant, dice, 5)
    overtaken = False

    def overtake() -> None:
        nonlocal overtaken
        if not overtaken:
            overtaken = True
            return
        table_of_first.before_write = lambda: None
        plant.clock.now += LONGEST_RUN
        happen(plant, dice, 3)
        plant.service().roll_up(SITE)

    table_of_first = MortalTable(table, before_write=overtake)
    with pytest.raises(Superseded):
        plant.service(table_of_first).roll_up(SITE)
    rows_are_right(plant)


def test_runs_at_the_same_time_with_writers_beside_them(table: Table) -> None:
    plant = Plant(table=table)
    start = plant.clock.now - timedelta(days=1)

    def write(counter_id: str) -> None:
        dice = random.Random(counter_id)
        for _ in range(6):
            at = [start + timedelta(seconds=dice.randrange(86_400)) for _ in range(4)]
            plant.record(counter_id, [(moment, dice.choice(list(Direction))) for moment in at])

    def roll_up(_: int) -> None:
        for _again in range(3):
            plant.service().roll_up(SITE)

    with ThreadPoolExecutor(len(COUNTERS) + 2) as pool:
        tasks = [pool.submit(write, counter_id) for counter_id in COUNTERS]
        tasks += [pool.submit(roll_up, number) for number in range(2)]
        for task in tasks:
            task.result()
    plant.service().roll_up(SITE)
    rows_are_right(plant)
