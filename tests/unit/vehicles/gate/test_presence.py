"""Which vehicles are on the site: who was let in, and not let out since."""

from __future__ import annotations

import itertools

from floorsight.events.vehicles import OverrideAction
from floorsight.events.vision import Direction
from tests.fakes.gatehouse import PLATE, Gatehouse, after_noon, plate_read
from tests.fakes.scene import SITE

OUT = Direction.OUT


def test_who_is_refused_on_the_way_out_is_still_on_the_site(gatehouse: Gatehouse) -> None:
    """However often, and whoever looks for it after that: it may have to be found."""
    gatehouse.allow()
    gatehouse.take(plate_read(at=0, track=1))
    blocked = gatehouse.block()
    for number in (1, 2, 3):
        gatehouse.take(plate_read(at=1000.0 * number, track=1 + number, way=OUT))
        assert gatehouse.on_site() == [PLATE]
    [shown] = gatehouse.shown.list_on_site(SITE).items
    assert shown.visit.exit is not None
    assert shown.visit.exit.first_seen == after_noon(1000)
    gatehouse.lists.remove(blocked.vehicle_id, by="olga")
    gatehouse.take(plate_read(at=4000, track=5, way=OUT))
    assert gatehouse.on_site() == []


def test_who_is_refused_on_the_way_out_is_gone_once_a_guard_opens(gatehouse: Gatehouse) -> None:
    visitor = gatehouse.allow()
    gatehouse.take(plate_read(at=0, track=1))
    gatehouse.lists.remove(visitor.vehicle_id, by="olga")
    held = gatehouse.take(plate_read(at=1000, track=2, way=OUT))
    assert gatehouse.on_site() == [PLATE]
    gatehouse.guard.override(held.decision_id, OverrideAction.OPEN, "has left", by="gita")
    assert gatehouse.on_site() == []


def test_a_way_out_that_was_not_read_surely_takes_nobody_off_the_site(gatehouse: Gatehouse) -> None:
    gatehouse.allow()
    gatehouse.take(plate_read(at=0, track=1), plate_read(at=500, track=2, way=OUT, confidence=0.1))
    assert gatehouse.on_site() == [PLATE]
    gatehouse.take(plate_read(at=520, track=3, way=OUT))
    assert gatehouse.on_site() == []


def test_who_was_refused_on_the_way_in_is_not_there_after_the_way_out_either(gatehouse: Gatehouse) -> None:
    gatehouse.take(plate_read(at=0, track=1), plate_read(at=500, track=2, way=OUT))
    assert gatehouse.on_site() == []


def test_who_is_on_the_site_does_not_depend_on_the_order(gatehouse: Gatehouse) -> None:
    gatehouse.allow()
    entry, first, second = (
        plate_read(at=0, track=1),
        plate_read(at=1000, track=2, way=OUT, confidence=0.5),
        plate_read(at=2000, track=3, way=OUT, confidence=0.5),
    )
    for order in itertools.permutations([entry, first, second]):
        other = Gatehouse()
        other.allow()
        other.clock.now = after_noon(2100)
        other.take(*order)
        assert other.on_site() == [PLATE]
