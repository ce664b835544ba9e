"""Counting does not depend on how crossings arrive."""

from __future__ import annotations

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floorsight.events.vision import Direction
from floorsight.occupancy.model import Baseline, CountedEvent, Crossing
from floorsight.occupancy.rules import count_crossings
from floorsight.platform.errors import Unavailable
from floorsight.platform.items import Key
from floorsight.platform.retry import Backoff
from tests.fakes.clock import NOON
from tests.fakes.scene import CAMERA, Scene, line_crossed, no_wait
from tests.fakes.table import FaultyTable, MemoryTable
from tests.fakes.zones import CORNER, zone_entered, zone_left
from tests.thoroughness import drawn

LINES = ("door-1.aaaaaa", "door-1.bbbbbb")
ZONES = ("door-1.yyyyyy", "door-1.zzzzzz")
COUNTERS = (CAMERA, *ZONES)
MAX_DELIVERIES = 400


def crossing_of(
    counter_id: str, number: int, way: Direction, line_id: str, occurred_at: datetime
) -> Crossing:
    """A crossing of a camera's line, or the beginning or end of a visit to a zone."""
    event: CountedEvent
    if counter_id == CAMERA:
        event = line_crossed(number, way, line_id=line_id, occurred_at=occurred_at)
    elif way is Direction.IN:
        event = zone_entered(number, counter_id, occurred_at=occurred_at)
    else:
        event = zone_left(number, counter_id, occurred_at=occurred_at)
    return Crossing.of(event)


@st.composite
def crossing_sets(
    draw: st.DrawFn, max_size: int = 30, counter_ids: Sequence[str] = (CAMERA,)
) -> list[Crossing]:
    """Distinct crossings around noon, several at the same moment, on both sides of a quarter hour."""
    return [
        crossing_of(
            draw(st.sampled_from(counter_ids)),
            number,
            draw(st.sampled_from(Direction)),
            draw(st.sampled_from(LINES)),
            NOON + timedelta(seconds=draw(st.integers(-5, 5))),
        )
        for number in range(draw(st.integers(0, max_size)))
    ]


@st.composite
def deliveries(draw: st.DrawFn, crossings: Sequence[Crossing]) -> list[list[Crossing]]:
    """Every crossing at least once, some several times, in any order, cut into any batches."""
    repeats = draw(st.lists(st.sampled_from(crossings), max_size=20)) if crossings else []
    order = draw(st.permutations([*crossings, *repeats]))
    cuts = sorted(draw(st.lists(st.integers(0, len(order)), max_size=8)))
    bounds = [0, *cuts, len(order)]
    return [list(order[start:end]) for start, end in pairwise(bounds)]


# What tells of the way there: how many baselines came in between, what was known when they were given, and
# which crossing marked a quarter hour last.
OF_THE_WAY = {"baseline_revision", "baseline_replaced_raw", "replaced_raw", "token"}


def state(table: MemoryTable) -> dict[Key, Any]:
    """All that is stored, but what tells of the way there."""
    return {
        key: {name: value for name, value in item.items() if name not in OF_THE_WAY}
        for key, item in table.dump().items()
    }


def scene_on(table: MemoryTable, faults: FaultyTable | None = None) -> Scene:
    scene = Scene(
        presence=table,
        around_presence=lambda inner: faults or inner,
        backoff=Backoff(attempts=3, sleep=no_wait),
    ).with_camera()
    scene.clock.advance(3600)  # baselines tell of moments that are over
    return scene


def with_zones(scene: Scene) -> Scene:
    for zone_id in ZONES:
        suffix = zone_id.partition(".")[2]
        replace(scene.sites, suffix=partial(str, suffix)).create_zone(CAMERA, name="Corner", polygon=CORNER)
    return scene


def deliver(scene: Scene, batch: list[Crossing]) -> None:
    """As a queue does, by counter: again and again until it is taken."""
    for _ in range(MAX_DELIVERIES):
        try:
            for counter_id in COUNTERS:
                own = [crossing for crossing in batch if crossing.counter_id == counter_id]
                if own:
                    scene.occupancy.record_crossings(counter_id, own)
            return
        except Unavailable:
            continue
    raise AssertionError("never taken")


@settings(max_examples=drawn(500), deadline=None)
@given(st.data())
def test_any_order_batching_and_repetition_gives_the_same_state(data: st.DataObject) -> None:
    """Of crossings, visits to zones and baselines of both: what is stored is the same to the last item."""
    crossings = data.draw(crossing_sets(counter_ids=COUNTERS))
    places = st.tuples(st.sampled_from(COUNTERS), st.integers(-6, 6))
    baselines = data.draw(st.lists(places, unique=True, max_size=6))
    undisturbed, disturbed = MemoryTable(), MemoryTable()
    run(with_zones(scene_on(undisturbed)), [crossings, *sorted(baselines)])
    repeated = data.draw(st.lists(st.sampled_from(baselines), max_size=3)) if baselines else []
    batches: list[Step] = list(data.draw(deliveries(crossings)))
    run(with_zones(scene_on(disturbed)), data.draw(st.permutations([*batches, *baselines, *repeated])))
    assert state(disturbed) == state(undisturbed)


Step = list[Crossing] | tuple[str, int]


def run(scene: Scene, steps: Sequence[Step]) -> None:
    """Deliver batches of crossings; set baselines given as (counter, seconds after noon)."""
    for step in steps:
        if isinstance(step, list):
            deliver(scene, step)
        else:
            counter_id, second = step
            set_baseline(scene, counter_id, second=second)


@settings(max_examples=drawn(500), deadline=None)
@given(st.data(), st.randoms(use_true_random=False))
def test_faults_on_the_way_change_nothing(data: st.DataObject, dice: random.Random) -> None:
    """Contention, no answer before and no answer after the write, at any moment, with redelivery."""
    crossings = data.draw(crossing_sets())
    table = MemoryTable()
    faults = FaultyTable(
        table, random.Random(dice.randrange(2**32)).random, contention=0.3, unavailable=0.15, answer_lost=0.15
    )
    scene = scene_on(table, faults)
    for batch in data.draw(deliveries(crossings)):
        deliver(scene, batch)
    reader = scene_on(table).occupancy
    ledger = reader.store.list_crossings(CAMERA).items
    assert sorted(ledger, key=lambda c: c.crossing_id) == sorted(crossings, key=lambda c: c.crossing_id)
    assert reader.get_camera_occupancy(CAMERA).count == count_crossings(
        reader.explain_count(CAMERA).count.baseline, crossings
    )
    latest = max((crossing.occurred_at for crossing in crossings), default=None)
    assert reader.get_camera_occupancy(CAMERA).last_crossing_at == latest


@settings(max_examples=drawn(500), deadline=None)
@given(st.data(), st.randoms(use_true_random=False))
def test_baselines_may_come_at_any_moment(data: st.DataObject, dice: random.Random) -> None:
    """The count is the last baseline by time and the crossings after it, whatever came when."""
    crossings = data.draw(crossing_sets())
    steps: list[Any] = data.draw(deliveries(crossings))
    moments = data.draw(st.lists(st.integers(-6, 6), unique=True, max_size=4))
    inside = moments[: data.draw(st.integers(0, len(moments)))]
    steps = data.draw(st.permutations([*steps, *moments[len(inside) :]]))
    draw = random.Random(dice.randrange(2**32)).random
    table, done = MemoryTable(), set(moments) - set(inside)
    faults = FaultyTable(table, draw, contention=0.2, unavailable=0.1, answer_lost=0.1)
    scene, somebody_else = scene_on(table, faults), scene_on(table)

    def set_baseline_inside() -> None:
        """Between the reading of a count and the transaction that builds on it."""
        if inside and draw() < 0.5:
            done.add(inside[-1])
            set_baseline(somebody_else, CAMERA, second=inside.pop())

    faults.interrupt = set_baseline_inside
    for step in steps:
        if isinstance(step, list):
            deliver(scene, step)
        else:
            set_baseline(scene, CAMERA, second=step)
    reader = scene_on(table).occupancy
    count = reader.get_camera_occupancy(CAMERA).count
    if done:
        assert count.baseline.at == NOON + timedelta(seconds=max(done))
        assert count.baseline.count == 100 + max(done)
    expected = count_crossings(count.baseline, crossings)
    assert (count.total, count.by_line) == (expected.total, expected.by_line)
    kept = [baseline.at for baseline in reader.store.list_baselines(CAMERA).items]
    assert kept == [NOON + timedelta(seconds=moment) for moment in sorted(done)]


def set_baseline(scene: Scene, counter_id: str, *, second: int) -> None:
    baseline = Baseline(100 + second, NOON + timedelta(seconds=second), "olga", "counted")
    for _ in range(MAX_DELIVERIES):
        try:
            scene.occupancy.set_baseline_at(counter_id, baseline)
            return
        except Unavailable:
            continue
    raise AssertionError("never taken")


@settings(max_examples=drawn(500), deadline=None)
@given(st.data(), st.integers(1, 7))
def test_an_explanation_can_be_added_up_by_hand(data: st.DataObject, limit: int) -> None:
    crossings = data.draw(crossing_sets())
    scene = scene_on(MemoryTable())
    scene.occupancy.record_crossings(CAMERA, crossings)
    if data.draw(st.booleans()):
        set_baseline(scene, CAMERA, second=data.draw(st.integers(-6, 6)))
    listed: list[Crossing] = []
    start_key = None
    while True:
        page = scene.occupancy.explain_count(CAMERA, limit=limit, start_key=start_key)
        listed += page.crossings
        start_key = page.next_key
        if start_key is None:
            break
    assert [c.occurred_at for c in listed] == sorted(c.occurred_at for c in listed)
    ways = [crossing.direction for crossing in listed]
    assert page.count.total.entries == ways.count(Direction.IN)
    assert page.count.total.exits == ways.count(Direction.OUT)


@pytest.mark.parametrize("seed", range(5))
def test_writers_at_the_same_time_lose_nothing(seed: int) -> None:
    """Eight queues deliver overlapping parts of 300 crossings while baselines are set."""
    dice = random.Random(seed)
    crossings = [
        Crossing.of(
            line_crossed(
                number,
                dice.choice(list(Direction)),
                line_id=dice.choice(LINES),
                occurred_at=NOON + timedelta(seconds=dice.randrange(-50, 50)),
            )
        )
        for number in range(300)
    ]
    table = MemoryTable()
    scene = scene_on(table)
    parts = [dice.sample(crossings, dice.randrange(1, 120)) for _ in range(12)] + [crossings]
    with ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(deliver, scene, part) for part in parts]
        for second in (-40, -20, 0, 20):
            set_baseline(scene, CAMERA, second=second)
        for job in jobs:
            job.result()
    count = scene.occupancy.get_camera_occupancy(CAMERA).count
    expected = count_crossings(count.baseline, crossings)
    assert count.baseline.at == NOON + timedelta(seconds=20)
    assert (count.total, count.by_line) == (expected.total, expected.by_line)
    assert len(scene.occupancy.store.list_crossings(CAMERA).items) == 300
