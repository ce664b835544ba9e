"""From when on a list's entry counts at the gate, and what a visitor's next time there is worth."""

from __future__ import annotations

from datetime import timedelta

from floorsight.events.vehicles import Alarm, Verdict
from tests.fakes.gatehouse import PLATE, Gatehouse, plate_read

MONTH = timedelta(days=30)


def test_a_vehicle_that_was_seen_before_it_was_blocked_is_not_blocked() -> None:
    house = Gatehouse()
    house.clock.now += MONTH  # a video of the month before comes
    house.block()
    decided = house.take(plate_read(PLATE, track=1, at=0))
    assert (decided.decision.verdict, decided.alarms) == (Verdict.HOLD, frozenset())
    now = MONTH.total_seconds()
    standing_there = house.take(plate_read(PLATE, track=2, at=now - 10))
    assert standing_there.alarms == {Alarm.BLOCKED}


def test_a_visitor_who_is_removed_and_added_again_comes_in_again() -> None:
    house = Gatehouse()
    visitor = house.expect(visits=1)
    assert house.take(plate_read(PLATE, track=1, at=0)).decision.verdict is Verdict.ALLOW
    assert house.take(plate_read(PLATE, track=2, at=600)).decision.verdict is Verdict.HOLD
    house.lists.remove(visitor.vehicle_id, by="olga")
    house.expect(visits=1)
    assert house.take(plate_read(PLATE, track=3, at=1200)).decision.verdict is Verdict.ALLOW
    assert house.take(plate_read(PLATE, track=4, at=1800)).decision.verdict is Verdict.HOLD
