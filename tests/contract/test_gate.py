"""Gates on the table in memory and on DynamoDB's adapter: keys, expressions and refusals fit together."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

from floorsight.events.vehicles import OverrideAction, PlateRead, VehicleLeft
from floorsight.events.vision import Direction
from floorsight.platform.table import Table
from floorsight.vehicles.gate.listing import GateLists, LogFilter, VisitFilter
from floorsight.vehicles.gate.log import Slice
from floorsight.vehicles.gate.overriding import OverridingService
from floorsight.vehicles.gate.store import GateStore
from tests.fakes.gatehouse import ALL, NORTH, OTHER, PLATE, SOUTH, Gatehouse, left_after, plate_read
from tests.fakes.scene import SITE


def some_events(size: int) -> list[PlateRead | VehicleLeft]:
    """Two plates at two gates, and what was not read, in an order of chance."""
    dice = random.Random(size)
    events: list[PlateRead | VehicleLeft] = []
    for track in range(size):
        read = plate_read(
            dice.choice((PLATE, PLATE, OTHER, None)),
            at=dice.randrange(0, 3000, 20),
            gate=dice.choice((NORTH, SOUTH)),
            way=dice.choice((Direction.IN, Direction.OUT, None)),
            track=track,
            confidence=dice.choice((0.5, 1.0)),
        )
        events += [read, left_after(read, (read.last_seen_at - read.first_seen_at).seconds + 3000)]
    dice.shuffle(events)
    return [event for event in events if isinstance(event, PlateRead) or dice.random() < 0.1]


def test_both_tables_know_the_same_of_the_same_events(table: Table) -> None:
    gatehouse = Gatehouse()
    gatehouse.expect(visits=3)
    for event in some_events(40):
        for service in (gatehouse.deciding(), gatehouse.deciding(table)):
            if isinstance(event, PlateRead):
                service.take_read(event)
            else:
                service.take_leaving(event)
    [first, *_] = gatehouse.decisions(plate=OTHER)
    gatehouse.guard.override(first.decision_id, OverrideAction.OPEN, "known", by="gita")
    OverridingService(GateStore(table), gatehouse.bus, gatehouse.clock).override(
        first.decision_id, OverrideAction.OPEN, "known", by="gita"
    )
    stored = GateLists(GateStore(table), gatehouse.sites, gatehouse.clock)
    for lists in (LogFilter(), LogFilter(plate=PLATE), LogFilter(gate_id=SOUTH, is_overridden=False)):
        assert stored.list_decisions(SITE, lists, ALL) == gatehouse.shown.list_decisions(SITE, lists, ALL)
    for visits in (VisitFilter(), VisitFilter(plate=OTHER), VisitFilter(admitted=True)):
        assert stored.list_visits(SITE, visits, ALL) == gatehouse.shown.list_visits(SITE, visits, ALL)
    assert stored.list_on_site(SITE) == gatehouse.shown.list_on_site(SITE)
    page = stored.list_decisions(SITE, LogFilter(plate=PLATE), Slice(None, None, 2))
    assert page == gatehouse.shown.list_decisions(SITE, LogFilter(plate=PLATE), Slice(None, None, 2))
    for decided in gatehouse.decisions():
        evidence = stored.get_evidence(decided.decision_id)
        assert evidence == gatehouse.shown.get_evidence(decided.decision_id)


def test_two_visits_are_two_however_many_gates_ask_at_once(table: Table) -> None:
    gatehouse = Gatehouse()
    visitor = gatehouse.expect(visits=2)
    service = gatehouse.deciding(table, attempts=50)
    reads = [plate_read(gate=f"g-{number}", track=number) for number in range(6)] * 2
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(service.take_read, reads))
    store = GateStore(table)
    assert store.count_visits([visitor.vehicle_id]) == {visitor.vehicle_id: 2}
    log = GateLists(store, gatehouse.sites, gatehouse.clock).list_decisions(SITE, LogFilter(), ALL)
    assert sorted(each.admits for each in log.items) == [False] * 4 + [True] * 2
