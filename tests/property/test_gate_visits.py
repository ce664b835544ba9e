"""The history of visits does not depend on how readings arrive."""

from __future__ import annotations

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Lock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floorsight.events.vehicles import OverrideAction, PlateRead, VehicleLeft
from floorsight.events.vision import Direction
from floorsight.platform.errors import Conflict, Unavailable
from floorsight.vehicles.gate.deciding import DecidingService
from floorsight.vehicles.gate.passages import Passage
from floorsight.vehicles.gate.visits import VisitState, pair
from floorsight.vehicles.model import ListedVehicle
from tests.fakes.clock import ManualClock
from tests.fakes.gatehouse import NORTH, OTHER, PLATE, SOUTH, Gatehouse, after_noon, left_after, plate_read
from tests.fakes.naive_gate import NaivePassage, NaiveVisit, find_passages, find_visits
from tests.fakes.scene import SITE
from tests.fakes.table import FaultyTable

Facts = list[PlateRead | VehicleLeft]
WAYS = (Direction.IN, Direction.OUT, None)


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    """Readings at two gates, dense enough that gaps of just below, exactly and just above 60 s occur."""
    found: Facts = []
    for track in range(1, draw(st.integers(1, 12)) + 1):
        begin = draw(st.integers(0, 40)) * 20
        seen = draw(st.sampled_from((0, 1, 20, 40, 200)))
        read = plate_read(
            draw(st.sampled_from((PLATE, PLATE, OTHER))),
            begin + draw(st.sampled_from((0, 0, 0.000001))),
            until=begin + seen + 0.000001,
            gate=draw(st.sampled_from((NORTH, SOUTH))),
            way=draw(st.sampled_from(WAYS)),
            track=track,
        )
        found.append(read)
        if draw(st.booleans()):
            found.append(left_after(read, begin + seen + draw(st.sampled_from((0, 20, 60, 300)))))
    return found


def naive(events: Facts) -> tuple[set[NaivePassage], set[NaiveVisit]]:
    reads = [event for event in events if isinstance(event, PlateRead)]
    leavings = [event for event in events if isinstance(event, VehicleLeft)]
    passages = find_passages(reads, leavings)
    return passages, find_visits(passages)


def as_naive(plate: str, passage: Passage | None) -> NaivePassage | None:
    if passage is None:
        return None
    return NaivePassage(plate, passage.gate_id, passage.first_seen, passage.last_seen, passage.direction)


def check(gatehouse: Gatehouse, events: Facts) -> None:
    """What is stored is what the naive computation says, and all that is stored fits together."""
    passages, visits = naive(events)
    decided = gatehouse.decisions()
    assert {as_naive(str(each.plate), each.passage) for each in decided} == passages
    assert len(decided) == len(passages)
    found = gatehouse.visits()
    assert len(found) == len(visits)
    assert {
        NaiveVisit(
            each.plate,
            as_naive(each.plate, each.visit.entry),
            as_naive(each.plate, each.visit.exit),
            each.visit.state is not VisitState.OPEN,
        )
        for each in found
    } == visits
    by_plate = {each.plate: [one.passage for one in decided if one.plate == each.plate] for each in decided}
    assert set(gatehouse.on_site()) == {plate for plate, of_it in by_plate.items() if is_inside(of_it)}
    readings = [each for one in decided for each in gatehouse.store.list_readings(one)]
    reads = {event.event_id for event in events if isinstance(event, PlateRead)}
    assert sorted(each.read.event_id for each in readings) == sorted(reads)
    ids = {told.decision_id: told for told in gatehouse.told()}
    for decision_id, told in ids.items():  # also of those whose passages turned out to be others'
        now = gatehouse.store.find_decision(decision_id)
        assert now is not None
        assert now.passage.first_seen <= told.occurred_at <= now.passage.last_seen


@given(facts(), st.randoms(use_true_random=False), st.integers(0, 3))
@settings(max_examples=150)
def test_any_order_and_any_repetition_give_the_history_that_the_rules_say(
    events: Facts, dice: random.Random, repeated: int
) -> None:
    gatehouse = Gatehouse(clock=ManualClock(after_noon(3600)))
    gatehouse.allow()
    deliveries = events + dice.choices(events, k=repeated)
    dice.shuffle(deliveries)
    for event in deliveries:
        deliver(gatehouse.deciding(), event)
    check(gatehouse, events)


def deliver(service: DecidingService, event: PlateRead | VehicleLeft) -> None:
    if isinstance(event, PlateRead):
        service.take_read(event)
    else:
        service.take_leaving(event)


def deliver_until_taken(service: DecidingService, event: PlateRead | VehicleLeft) -> None:
    """As a queue does."""
    for _ in range(200):
        try:
            deliver(service, event)
        except Unavailable:
            continue
        return
    raise AssertionError("never taken")


@given(facts(), st.integers(0, 2**32))
@settings(max_examples=40)
def test_gates_that_read_at_once_and_a_table_that_fails_give_the_same_history(
    events: Facts, seed: int
) -> None:
    gatehouse = Gatehouse(clock=ManualClock(after_noon(3600)))
    gatehouse.allow()
    deliveries = events * 2
    random.Random(seed).shuffle(deliveries)
    dice, lock = random.Random(seed), Lock()

    def throw() -> float:
        with lock:
            return dice.random()

    table = FaultyTable(gatehouse.presence, throw, contention=0.1, unavailable=0.05, answer_lost=0.1)
    service = gatehouse.deciding(table)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda event: deliver_until_taken(service, event), deliveries))
    check(gatehouse, events)


@pytest.mark.parametrize("seed", range(10))
def test_a_visitor_with_few_visits_comes_in_as_often_whatever_happens_at_once(seed: int) -> None:
    gatehouse = Gatehouse(clock=ManualClock(after_noon(1000)))
    visitor = gatehouse.expect(visits=2)
    reads = [
        plate_read(at=0 if number < 3 else 1000, gate=f"g-{number}", track=number) for number in range(6)
    ]
    dice = random.Random(seed)
    deliveries = reads * 3
    dice.shuffle(deliveries)
    table = FaultyTable(gatehouse.presence, dice.random, contention=0.1, unavailable=0.05, answer_lost=0.1)
    service = gatehouse.deciding(table)
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda read: deliver_until_taken(service, read), deliveries))
    allowed = [each for each in gatehouse.decisions() if each.admits]
    assert len(allowed) == 2
    assert gatehouse.used(visitor) == 2
    assert_told_as_stored(gatehouse, reads)


def assert_told_as_stored(gatehouse: Gatehouse, reads: Sequence[PlateRead]) -> None:
    """Every decision was told, as often as one likes but never otherwise."""
    told = {(each.decision_id, each.revision): each for each in gatehouse.told()}
    assert len(told) == len({each.model_dump_json() for each in gatehouse.told()}) == len(reads)
    for each in gatehouse.decisions():
        assert told[each.decision_id, each.revision].verdict is each.decision.verdict
        assert each.site_id == SITE


@given(st.integers(0, 2**32))
@settings(max_examples=150)
def test_what_guards_do_and_passages_that_merge_leave_all_of_it_whole(seed: int) -> None:
    """A visitor with few visits, read surely and unsurely, blocked at some time, and guards meanwhile."""
    dice = random.Random(seed)
    gatehouse = Gatehouse(clock=ManualClock(after_noon(4000)))
    visitor = gatehouse.expect(visits=dice.choice((1, 2, 3)))
    ids: list[str] = []
    for event in visitors_events(dice):
        if isinstance(event, PlateRead):
            decided = gatehouse.deciding().take_read(event)
            assert decided is not None
            ids.append(decided.decision_id)
        else:
            gatehouse.deciding().take_leaving(event)
        if dice.random() < 0.03:
            gatehouse.block()
        if ids and dice.random() < 0.25:
            gatehouse.clock.advance(1)
            with suppress(Conflict):
                action = dice.choice(list(OverrideAction))
                gatehouse.guard.override(dice.choice(ids), action, "known", by="gita")
        check_whole(gatehouse, visitor, ids)


def visitors_events(dice: random.Random) -> Facts:
    """Dense readings at two gates, some with a late leaving, in an order of chance, some of them twice."""
    events: Facts = []
    for track in range(dice.randint(2, 9)):
        at = float(dice.randrange(0, 1500, 10))
        read = plate_read(
            at=at,
            until=at + dice.choice((2, 5, 30)),
            gate=dice.choice((NORTH, SOUTH)),
            track=track + 1,
            way=dice.choice((Direction.IN, Direction.OUT, Direction.IN, None)),
            confidence=dice.choice((0.5, 0.97, 0.97)),
        )
        events.append(read)
        if dice.random() < 0.6:
            events.append(left_after(read, at + dice.choice((40, 100, 400))))
    events += dice.sample(events, len(events) // 3)
    dice.shuffle(events)
    return events


def is_inside(passages: Sequence[Passage]) -> bool:
    """By going through all of one plate: in when let in, out when let out, and not in when refused there."""
    inside = False
    for passage in sorted(passages, key=lambda each: each.place):
        if passage.direction is Direction.IN:
            inside = passage.admitted
        elif passage.direction is Direction.OUT and passage.admitted:
            inside = False
    return inside


def check_whole(gatehouse: Gatehouse, visitor: ListedVehicle, ids: Sequence[str]) -> None:
    decisions = gatehouse.decisions()
    used = [each for each in decisions if each.visit_used]
    assert gatehouse.used(visitor) == len(used)
    assert len(used) <= (visitor.max_visits or 0)
    assert not [each for each in used if each.is_refused]
    # Who is let in as a visitor has used a visit, whoever let them in.
    by_gate = [each for each in decisions if each.decision.uses_visit and not each.overrides and each.admits]
    assert all(each.visit_used for each in by_gate)
    assert all(each.passage.admitted is each.admits for each in decisions)
    visits = [each.visit for each in gatehouse.visits()]
    assert visits == pair([each.passage for each in decisions])
    assert bool(gatehouse.on_site()) is is_inside([each.passage for each in decisions])
    known = {each.decision_id for each in decisions}
    found = [gatehouse.store.find_decision(each) for each in ids]
    assert all(each is not None and each.decision_id in known for each in found)
    assert sum(each.readings for each in decisions) == len(
        [each for one in decisions for each in gatehouse.store.list_readings(one)]
    )
