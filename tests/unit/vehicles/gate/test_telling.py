"""What is told of a decision: at each reading of its passage, as long as somebody may be there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest

from floorsight.events.vehicles import Alarm, GateOverridden, OverrideAction, Verdict
from floorsight.events.vision import Direction
from floorsight.platform.bus import Message
from floorsight.platform.errors import Unavailable
from floorsight.platform.table import Write
from tests.fakes.bus import MemoryBus
from tests.fakes.gatehouse import Gatehouse, after_noon, left_after, plate_read
from tests.fakes.table import FaultyTable


@dataclass
class KilledOnceBus(MemoryBus):
    """The function ends before it has told the first decision."""

    was_killed: bool = False

    def publish(self, messages: Sequence[Message]) -> None:
        if messages and not self.was_killed:
            self.was_killed = True
            raise RuntimeError("killed")
        super().publish(messages)


def test_each_reading_tells_what_stands_where_it_was_read(gatehouse: Gatehouse) -> None:
    gatehouse.allow()
    first = plate_read(track=1)
    second = plate_read(at=20, track=2, camera_id="cam-2", lane="2", way=Direction.OUT, confidence=0.5)
    decided = gatehouse.take(first, second)
    one, two = gatehouse.tellings()
    for told, read in ((one, first), (two, second)):
        assert (told.decision_id, told.revision) == (decided.decision_id, 1)
        assert (told.verdict, told.late, told.confidence) == (Verdict.ALLOW, False, first.confidence)
        of_the_reading = ("camera_id", "lane", "track_id", "direction", "crop_key", "snapshot_key")
        assert all(getattr(told, name) == getattr(read, name) for name in of_the_reading)
        assert (told.cause, told.occurred_at) == (read.event_id, read.occurred_at)
        assert told.told_at == read.last_seen_at
    assert one.event_id != two.event_id
    gatehouse.take(plate_read(at=30, track=3))
    assert gatehouse.tellings()[2].event_id == one.event_id  # the same decision in the same lane


@pytest.mark.parametrize("is_blocked", [False, True])
def test_what_could_not_be_told_the_next_reading_tells(is_blocked: bool) -> None:
    gatehouse = Gatehouse(bus=KilledOnceBus())
    if is_blocked:
        gatehouse.block()
    else:
        gatehouse.allow()
    with pytest.raises(RuntimeError, match="killed"):
        gatehouse.take(plate_read())
    gatehouse.take(plate_read(at=40, track=2))
    [told] = gatehouse.tellings()
    assert (told.verdict, told.alarm) == (
        (Verdict.DENY, Alarm.BLOCKED) if is_blocked else (Verdict.ALLOW, None)
    )
    assert not told.late


def test_it_is_told_before_passages_are_put_together(gatehouse: Gatehouse) -> None:
    """Which may take long, or fail."""
    gatehouse.block()
    for number in range(12):
        gatehouse.take(plate_read(at=100.0 * number, track=number + 1))
    before = len(gatehouse.tellings())
    table = FaultyTable(gatehouse.presence)
    commit, times = table.transact, 0

    def commit_once(writes: Sequence[Write]) -> None:
        nonlocal times
        times += 1
        if times > 1:
            raise Unavailable("DynamoDB is busy: injected")
        commit(writes)

    table.transact = commit_once  # type: ignore[method-assign]
    gatehouse.clock.now = after_noon(1190)
    with pytest.raises(Unavailable):
        gatehouse.deciding(table).take_read(plate_read(at=0, until=1190, track=77))
    assert len(gatehouse.tellings()) == before + 1


def test_what_is_told_long_after_the_vehicle_was_seen_is_late(gatehouse: Gatehouse) -> None:
    gatehouse.allow()
    read = plate_read()
    decided = gatehouse.take(read)
    for seconds, late in ((30, False), (30.000001, True)):
        gatehouse.clock.now = after_noon(2 + seconds)
        assert gatehouse.deciding().take_read(read) == decided  # which is stored as it was
        assert gatehouse.tellings()[-1].late is late


def test_a_vehicle_that_is_known_to_have_left_is_not_there(gatehouse: Gatehouse) -> None:
    gatehouse.allow()
    read = plate_read()
    gatehouse.clock.now = after_noon(5)
    gatehouse.deciding().take_leaving(left_after(read, 5))
    decided = gatehouse.take(read)
    assert (decided.late, gatehouse.tellings()[-1].late) == (True, True)
    again = gatehouse.take(plate_read(at=10, track=2))  # it is seen again
    assert (again.decision_id, again.late, again.revision) == (decided.decision_id, False, 2)
    assert not gatehouse.tellings()[-1].late


def test_whom_a_guard_refused_nothing_opens_for(gatehouse: Gatehouse) -> None:
    gatehouse.allow()
    decided = gatehouse.take(plate_read())
    gatehouse.guard.override(decided.decision_id, OverrideAction.REFUSE, "no papers", by="gita")
    gatehouse.take(plate_read(at=10, track=2))
    told = gatehouse.tellings()[-1]
    assert (told.verdict, told.late, told.opens) == (Verdict.ALLOW, True, False)


@pytest.mark.parametrize(("minutes", "late"), [(10, False), (10.001, True), (60 * 24 * 300, True)])
def test_an_override_of_who_is_gone_is_for_the_log(gatehouse: Gatehouse, minutes: float, late: bool) -> None:
    decided = gatehouse.take(plate_read())
    gatehouse.clock.now = after_noon(2) + timedelta(minutes=minutes)
    done = gatehouse.guard.override(decided.decision_id, OverrideAction.OPEN, "it did come in", by="gita")
    assert done.admits
    told = GateOverridden.parse(gatehouse.bus.messages[-1].detail)
    assert (told.late, told.last_seen_at) == (late, after_noon(2))


def test_a_lane_is_opened_once_by_a_decision(gatehouse: Gatehouse) -> None:
    """Whoever has passed may be seen once more, and somebody else be waiting then."""
    gatehouse.allow()
    reads = [plate_read(at=10.0 * n, track=n, lane=lane) for n, lane in enumerate("1121")]
    gatehouse.take(*reads)
    told = gatehouse.tellings()
    assert [each.opens for each in told] == [True] * 4
    ids = [each.event_id for each in told]
    assert (ids[0], len(set(ids))) == (ids[1], 2)
    assert ids[3] == ids[0] != ids[2]


def test_what_opens_at_last_is_news(gatehouse: Gatehouse) -> None:
    gatehouse.allow()
    gatehouse.take(plate_read(at=0, track=1, confidence=0.97, lane="1"))
    gone = plate_read(at=5, track=2, lane="2")
    gatehouse.clock.now = after_noon(8)
    gatehouse.deciding().take_leaving(left_after(gone, 8))
    gatehouse.take(gone, plate_read(at=12, track=3, lane="2"))
    _, shut, opened = gatehouse.tellings()
    assert (shut.opens, opened.opens) == (False, True)
    assert shut.event_id != opened.event_id
