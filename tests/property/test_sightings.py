"""The same events give the same punches, in any order, any number of times, over a table that fails."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from floorsight.attendance.model import Punch, Record
from floorsight.events.attendance import PunchDirection, PunchRecorded
from floorsight.events.identity import PersonRecognised
from floorsight.events.vision import LineCrossed
from floorsight.platform.errors import Unavailable
from tests.fakes.table import FaultyTable, MemoryTable
from tests.fakes.workday import EMPLOYEE, IN, MONDAY, OUT, at
from tests.fakes.workforce import BOTH_WAYS, ENTRY, Workforce, crossed, recognised

SeenEvent = PersonRecognised | LineCrossed
CAMERAS = {"gate": BOTH_WAYS, "entry": ENTRY}


@st.composite
def days(draw: st.DrawFn) -> list[SeenEvent]:
    """What the cameras saw of one or two employees: each track with some crossings, near or far."""
    events: list[SeenEvent] = []
    for track in range(draw(st.integers(1, 4))):
        camera_id = draw(st.sampled_from(["gate", "gate", "entry"]))
        moment = at("07:30") + timedelta(minutes=draw(st.integers(0, 540)))
        names = draw(st.sampled_from([(EMPLOYEE,), ("bob",), (EMPLOYEE, "bob"), ()]))
        events += [recognised(moment, name, camera_id, track) for name in names]
        offsets = draw(st.permutations([-35, -20, -1, 3, 25]))[: draw(st.integers(0, 4))]
        for number, offset in enumerate(offsets, 1):
            way = draw(st.sampled_from([IN, OUT]))
            events.append(crossed(moment + timedelta(seconds=offset), way, camera_id, track, number))
    return events


def plant_on(table: MemoryTable) -> Workforce:
    plant = Workforce(presence=table)
    plant.add_shift()
    for name in (EMPLOYEE, "bob"):
        plant.hire(name, "day")
    for camera_id, role in CAMERAS.items():
        plant.add_camera(camera_id, role)
    return plant


def deliver(plant: Workforce, events: list[SeenEvent]) -> None:
    """As a queue does: what fails is delivered again."""
    waiting = list(events)
    while waiting:
        event = waiting.pop(0)
        try:
            if isinstance(event, PersonRecognised):
                plant.sightings.record_sighting(event)
            else:
                plant.sightings.record_crossing(event)
        except Unavailable:
            waiting.append(event)


def state_of(plant: Workforce) -> tuple[list[Punch], list[Record]]:
    punches = [punch for name in (EMPLOYEE, "bob") for punch in plant.punches(name)]
    records = [each for name in (EMPLOYEE, "bob") for each in plant.store.list_records(name, MONDAY, MONDAY)]
    return punches, records


def last_words(events: list[PunchRecorded]) -> dict[str, set[PunchDirection]]:
    """What was told of each punch, in all."""
    told: dict[str, set[PunchDirection]] = {}
    for event in events:
        told.setdefault(event.punch_id, set()).add(event.direction)
    return told


@settings(max_examples=40, deadline=None)
@given(days(), st.integers(0, 2**32))
def test_any_order_and_number_of_deliveries_gives_the_same_punches(
    events: list[SeenEvent], seed: int
) -> None:
    dice, plain = Random(seed), plant_on(MemoryTable())
    deliver(plain, events)
    table = MemoryTable()
    behind = plant_on(table)
    rough = FaultyTable(table, dice.random, contention=0.1, unavailable=0.02, answer_lost=0.05)
    mixed = events + [each for each in events if dice.random() < 0.4]
    dice.shuffle(mixed)
    hostile = Workforce.beside(behind, presence=rough)
    deliver(hostile, mixed)
    assert state_of(behind) == state_of(plain)
    punches = state_of(plain)[0]
    sightings = [each for each in events if isinstance(each, PersonRecognised)]
    assert len(punches) == len(sightings)
    for told in (last_words(plain.told()), last_words(hostile.told())):
        assert {punch.punch_id for punch in punches} == set(told)
        assert all(punch.direction in told[punch.punch_id] for punch in punches)
    by_id: dict[str, PunchRecorded] = {}
    for event in [*plain.told(), *hostile.told()]:
        assert by_id.setdefault(event.event_id, event) == event  # an id says one thing
