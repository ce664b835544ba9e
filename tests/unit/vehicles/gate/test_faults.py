"""Whatever fails, and wherever: delivered again, everything is as if nothing had failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

import pytest

from floorsight.events.vehicles import GateOverridden, OverrideAction, PlateRead, VehicleLeft
from floorsight.events.vision import Direction
from floorsight.platform.bus import Message
from floorsight.platform.errors import Unavailable
from floorsight.platform.items import Item, Key
from floorsight.platform.retry import Backoff
from floorsight.vehicles.gate.deciding import DecidingService
from floorsight.vehicles.gate.overriding import OverridingService
from floorsight.vehicles.gate.store import GateStore
from tests.fakes.bus import MemoryBus
from tests.fakes.gatehouse import Gatehouse, after_noon, left_after, plate_read
from tests.fakes.scene import no_wait
from tests.fakes.table import FaultyTable, MemoryTable

MOMENTS = 33  # at which a call of `events` could fail, and one after the last
FAULTS = {"throttled": "unavailable", "contended": "contention", "unanswered": "answer_lost"}


def events() -> Sequence[PlateRead | VehicleLeft]:
    """A visitor comes in, is read again, goes; and two passages turn out to be one."""
    early = plate_read(at=0, until=2, track=1)
    return (
        early,
        plate_read(at=100, track=2),
        left_after(early, 90),
        plate_read(at=500, way=Direction.OUT, track=3),
    )


def undisturbed() -> tuple[dict[Key, Item], set[str]]:
    gatehouse = Gatehouse()
    gatehouse.expect(visits=3)
    gatehouse.take(*events())
    return gatehouse.presence.dump(), {each.event_id for each in gatehouse.told()}


def failing_at(number: int, table: MemoryTable, fault: str) -> FaultyTable:
    """Fails once, at the so-many-th moment at which it could."""
    moments = count()

    def dice() -> float:
        return 0.0 if next(moments) == number else 1.0

    faulty = FaultyTable(table, dice)
    setattr(faulty, FAULTS[fault], 0.5)
    return faulty


def deliver(service: DecidingService, event: PlateRead | VehicleLeft) -> None:
    if isinstance(event, PlateRead):
        service.take_read(event)
    else:
        service.take_leaving(event)


@pytest.mark.parametrize("attempts", [1, 8], ids=["dies", "tries again"])
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("number", range(MOMENTS))
def test_a_fault_at_any_call_changes_nothing_of_what_becomes(number: int, fault: str, attempts: int) -> None:
    gatehouse = Gatehouse()
    gatehouse.expect(visits=3)
    table = failing_at(number, gatehouse.presence, fault)
    for event in events():
        service = gatehouse.deciding(table, attempts=attempts)
        seen_last = event.last_seen_at if isinstance(event, PlateRead) else event.occurred_at
        gatehouse.clock.now = max(gatehouse.clock.now, seen_last)
        try:
            deliver(service, event)
        except Unavailable:
            deliver(service, event)  # the queue's second time
    stored, told = undisturbed()
    assert gatehouse.presence.dump() == stored
    assert {each.event_id for each in gatehouse.told()} == told


def test_every_moment_is_among_those() -> None:
    gatehouse, moments = Gatehouse(), count()
    gatehouse.expect(visits=3)
    table = FaultyTable(gatehouse.presence, lambda: 1.0 + next(moments))
    gatehouse.clock.now = after_noon(600)
    for event in events():
        deliver(gatehouse.deciding(table), event)
    assert next(moments) == MOMENTS - 1


@dataclass
class LostOnceBus(MemoryBus):
    """Fails the first time."""

    failed: bool = False

    def publish(self, messages: Sequence[Message]) -> None:
        if messages and not self.failed:
            self.failed = True
            raise Unavailable("EventBridge did not answer: injected")
        super().publish(messages)


def test_what_could_not_be_told_is_told_when_the_reading_comes_again() -> None:
    gatehouse = Gatehouse(bus=LostOnceBus())
    read = plate_read()
    with pytest.raises(Unavailable):
        gatehouse.deciding().take_read(read)
    gatehouse.deciding().take_read(read)
    assert len(gatehouse.told()) == len(gatehouse.decisions()) == 1


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("number", range(12))
def test_an_override_survives_a_fault_at_any_call(number: int, fault: str) -> None:
    gatehouse = Gatehouse()
    visitor = gatehouse.expect(visits=1)
    decided = gatehouse.take(plate_read())
    table = failing_at(number, gatehouse.presence, fault)
    backoff = Backoff(sleep=no_wait)
    guard = OverridingService(GateStore(table), gatehouse.bus, gatehouse.clock, backoff)
    done = guard.override(decided.decision_id, OverrideAction.REFUSE, "no papers", by="gita")
    assert not done.admits
    assert gatehouse.used(visitor) == 0
    kind = GateOverridden.detail_type()
    assert len([each for each in gatehouse.bus.messages if each.detail_type == kind]) == 1
