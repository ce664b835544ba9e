"""When a barrier is lifted: for a reading that opens by itself, of a vehicle that is there now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from floorsight.events.vehicles import Alarm, OverrideAction, Verdict
from floorsight.events.vision import Direction
from floorsight.platform.table import Write
from floorsight.vehicles.gate.subjects import track_of
from floorsight.vehicles.model import ListName, ReasonCode
from tests.fakes.gatehouse import PLATE, Gatehouse, after_noon, left_after, plate_read
from tests.fakes.table import MemoryTable

IN, OUT = Direction.IN, Direction.OUT


def opened(gatehouse: Gatehouse) -> list[bool]:
    return [each.opens for each in gatehouse.tellings()]


def test_it_is_lifted_for_who_is_allowed_and_for_nobody_else(gatehouse: Gatehouse) -> None:
    gatehouse.allow()
    gatehouse.take(plate_read(track=1), plate_read("MH12DE1433", at=5, track=2))
    assert opened(gatehouse) == [True, False]


def test_a_block_counts_for_who_was_pictured_before_it_and_is_seen_after_it(gatehouse: Gatehouse) -> None:
    """The best picture of who waited in a queue may be minutes old."""
    gatehouse.allow()
    gatehouse.clock.now = after_noon(600)
    gatehouse.block()
    decided = gatehouse.take(plate_read(at=0, until=660, occurred_at=after_noon(500)))
    assert (decided.decision.verdict, decided.decision.alarm) == (Verdict.DENY, Alarm.BLOCKED)
    assert opened(gatehouse) == [False]


def test_a_visitor_whose_time_ended_in_the_queue_is_too_late(gatehouse: Gatehouse) -> None:
    gatehouse.expect(valid_from=after_noon(0), valid_until=after_noon(300))
    decided = gatehouse.take(plate_read(at=10, until=300, occurred_at=after_noon(290)))
    assert decided.decision.reasons[0].code is ReasonCode.EXPIRED
    assert opened(gatehouse) == [False]


def test_a_visitor_who_was_let_out_does_not_come_in_by_that(gatehouse: Gatehouse) -> None:
    visitor = gatehouse.expect(visits=1)
    gatehouse.take(plate_read(at=0, track=1, way=IN))
    gatehouse.take(plate_read(at=3600, track=2, way=OUT, lane="out"))
    gatehouse.take(plate_read(at=3640, track=3, way=IN, lane="in"))
    assert opened(gatehouse) == [True, True, False]
    assert gatehouse.used(visitor) == 1


@pytest.mark.parametrize("came", [True, False])
def test_a_visitor_whose_time_is_over_is_let_out_if_they_came(gatehouse: Gatehouse, came: bool) -> None:
    gatehouse.expect(valid_from=after_noon(0), valid_until=after_noon(300))
    if came:
        gatehouse.take(plate_read(at=0, track=1, way=IN))
    decided = gatehouse.take(plate_read(at=9000, track=2, way=OUT))
    code = ReasonCode.VISITOR_LEAVING if came else ReasonCode.EXPIRED
    assert decided.decision.reasons[0].code is code
    assert opened(gatehouse)[-1] is came


def test_a_visitor_whose_coming_in_is_learnt_late_is_let_out_at_the_next_reading(
    gatehouse: Gatehouse,
) -> None:
    gatehouse.expect(valid_from=after_noon(0), valid_until=after_noon(300))
    gatehouse.clock.now = after_noon(9000)
    held = gatehouse.take(plate_read(at=9000, track=2, way=OUT))
    gatehouse.take(plate_read(at=0, track=1, way=IN))
    leaving = gatehouse.take(plate_read(at=9020, track=3, way=OUT))
    assert (leaving.decision_id, leaving.revision) == (held.decision_id, 2)
    assert opened(gatehouse) == [False, False, True]
    assert gatehouse.on_site() == []


def test_a_visitor_who_is_let_out_late_is_let_out_at_each_reading(gatehouse: Gatehouse) -> None:
    """The first has ended the visit."""
    gatehouse.expect(valid_from=after_noon(0), valid_until=after_noon(300))
    gatehouse.take(plate_read(at=0, track=1, way=IN))
    gatehouse.take(plate_read(at=9000, track=2, way=OUT), plate_read(at=9005, track=3, way=OUT))
    assert opened(gatehouse) == [True, True, True]


def test_an_entry_that_is_removed_opens_no_more_although_the_decision_stands(gatehouse: Gatehouse) -> None:
    vehicle = gatehouse.allow()
    gatehouse.take(plate_read(track=1))
    gatehouse.lists.remove(vehicle.vehicle_id, by="olga")
    decided = gatehouse.take(plate_read(at=50, track=2))
    assert decided.decision.verdict is Verdict.ALLOW
    assert opened(gatehouse) == [True, False]


def test_what_stands_opens_no_other_lane_by_an_unsure_reading(gatehouse: Gatehouse) -> None:
    gatehouse.allow()
    gatehouse.take(plate_read(track=1, lane="1"), plate_read(at=30, track=2, lane="2", confidence=0.2))
    assert opened(gatehouse) == [True, False]


def test_who_waits_behind_another_opens_nothing_until_nothing_is_before_it(gatehouse: Gatehouse) -> None:
    gatehouse.allow()
    waiting = plate_read(at=0, until=60, behind=True, event_id="announced")
    first = gatehouse.take(waiting)
    second = gatehouse.take(plate_read(at=0, until=75))
    assert (first.decision.verdict, first.admits) == (Verdict.ALLOW, False)
    assert (second.decision_id, second.revision, second.admits) == (first.decision_id, 2, True)
    assert opened(gatehouse) == [False, True]
    assert len(gatehouse.decisions()) == 1


def test_who_waits_behind_another_has_not_come_in(gatehouse: Gatehouse) -> None:
    """It may turn away, or lose its track and be read at the front as another one, an hour later."""
    visitor = gatehouse.expect(visits=1)
    gatehouse.take(plate_read(at=0, until=60, behind=True))
    assert (gatehouse.on_site(), gatehouse.used(visitor)) == ([], 0)
    gatehouse.take(plate_read(at=3600, track=2))
    assert (gatehouse.on_site(), gatehouse.used(visitor)) == ([PLATE], 1)
    assert opened(gatehouse) == [False, True]


def test_who_is_listed_while_waiting_behind_another_is_let_in_at_the_front(gatehouse: Gatehouse) -> None:
    gatehouse.take(plate_read(at=0, until=60, behind=True, event_id="announced"))
    gatehouse.allow()
    gatehouse.take(plate_read(at=0, until=100))
    assert opened(gatehouse) == [False, True]


def test_a_guard_who_opens_for_who_waits_behind_another_lets_them_in(gatehouse: Gatehouse) -> None:
    visitor = gatehouse.expect(visits=1)
    decided = gatehouse.take(plate_read(at=0, until=60, behind=True))
    gatehouse.guard.override(decided.decision_id, OverrideAction.OPEN, "both belong together", by="gita")
    assert (gatehouse.on_site(), gatehouse.used(visitor)) == ([PLATE], 1)


def test_a_guard_opens_the_lane_that_they_see(gatehouse: Gatehouse) -> None:
    """Another vehicle may be misread as this one beside it."""
    first, other = plate_read(track=1), plate_read(at=5, track=2, lane="2", camera_id="cam-2", confidence=0.2)
    decided = gatehouse.take(first, other)
    gatehouse.guard.override(decided.decision_id, OverrideAction.OPEN, "known", by="gita")
    service = gatehouse.deciding()
    opens = [service.opens_now(service.find_taken(track_of(read))) for read in (first, other)]
    assert opens == [True, False]
    gatehouse.clock.advance(31)
    assert not service.opens_now(service.find_taken(track_of(first)))


def test_whom_security_is_to_know_of_raises_the_alarm_in_the_queue(gatehouse: Gatehouse) -> None:
    gatehouse.block()
    assert gatehouse.take(plate_read(at=0, until=60, behind=True)).alarms == {Alarm.BLOCKED}


def test_for_who_has_left_or_was_refused_or_seen_too_long_ago_it_stays_shut(gatehouse: Gatehouse) -> None:
    gatehouse.allow()
    gone, refused, old = (plate_read(at=1000.0 * n, track=n) for n in (1, 2, 3))
    gatehouse.clock.now = after_noon(1003)
    gatehouse.deciding().take_leaving(left_after(gone, 1003))
    gatehouse.take(gone)
    decided = gatehouse.take(refused)
    gatehouse.guard.override(decided.decision_id, OverrideAction.REFUSE, "no papers", by="gita")
    gatehouse.take(refused)
    gatehouse.clock.now = old.last_seen_at + timedelta(seconds=31)
    gatehouse.take(old)
    assert opened(gatehouse) == [False, True, False, False]


class ChangedMeanwhile(MemoryTable):
    """Somebody does something after the gate has read the lists, before it has written its decision."""

    meanwhile: Callable[[], object] | None = None

    def transact(self, writes: Sequence[Write]) -> None:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        super().transact(writes)


def test_removed_while_it_is_decided_nothing_is_opened_and_nobody_has_come_in() -> None:
    table = ChangedMeanwhile()
    gatehouse = Gatehouse(presence=table)
    visitor = gatehouse.expect(visits=1)
    table.meanwhile = lambda: gatehouse.lists.remove(visitor.vehicle_id, by="olga")
    decided = gatehouse.take(plate_read())
    assert (decided.decision.verdict, decided.admits) == (Verdict.HOLD, False)
    assert (opened(gatehouse), gatehouse.on_site(), gatehouse.used(visitor)) == ([False], [], 0)


def test_blocked_while_it_is_decided_nothing_is_opened_and_security_is_told() -> None:
    table = ChangedMeanwhile()
    gatehouse = Gatehouse(presence=table)
    gatehouse.allow()
    table.meanwhile = gatehouse.block
    decided = gatehouse.take(plate_read())
    assert (decided.decision.verdict, decided.revision, decided.readings) == (Verdict.DENY, 2, 1)
    [told] = gatehouse.tellings()
    assert (told.opens, told.alarm) == (False, Alarm.BLOCKED)
    evidence = gatehouse.shown.get_evidence(decided.decision_id)
    assert [each.decision.verdict for each in evidence.readings] == [Verdict.DENY]
    assert gatehouse.on_site() == []


def test_blocked_before_it_is_delivered_again_nothing_is_opened(gatehouse: Gatehouse) -> None:
    gatehouse.allow()
    read = plate_read()
    gatehouse.take(read)
    gatehouse.block()
    gatehouse.clock.advance(18)
    assert gatehouse.take(read).decision.verdict is Verdict.DENY
    assert opened(gatehouse) == [True, False]


def test_removed_before_it_is_delivered_again_nothing_is_opened(gatehouse: Gatehouse) -> None:
    vehicle = gatehouse.put_on(ListName.ALLOWED, PLATE)
    read = plate_read()
    gatehouse.take(read)
    gatehouse.lists.remove(vehicle.vehicle_id, by="olga")
    gatehouse.take(read)
    assert opened(gatehouse) == [True, False]


def test_blocked_from_now_on_while_it_is_decided_nothing_is_opened() -> None:
    """The block begins after the vehicle was seen, and before anything is opened for it."""
    table = ChangedMeanwhile()
    gatehouse = Gatehouse(presence=table)
    gatehouse.allow()
    gatehouse.clock.now = after_noon(10)
    from_now = {"reason": "stolen", "valid_from": after_noon(9)}
    table.meanwhile = lambda: gatehouse.put_on(ListName.BLOCKED, **from_now)
    gatehouse.take(plate_read(until=5))
    assert [(each.opens, each.alarm) for each in gatehouse.tellings()] == [(False, Alarm.BLOCKED)]


def test_who_waits_behind_another_takes_nothing_back(gatehouse: Gatehouse) -> None:
    gatehouse.expect(visits=1)
    gatehouse.clock.now = after_noon(60)
    late = gatehouse.take(plate_read(at=0, track=1))
    decided = gatehouse.take(plate_read(at=50, until=60, track=2, behind=True))
    assert (late.late, decided.admits, decided.revision) == (True, True, 1)
    assert gatehouse.on_site() == [PLATE]


@pytest.mark.parametrize("blocked", [True, False])
def test_what_is_decided_of_who_waits_is_not_undone_by_an_unsure_reading(
    gatehouse: Gatehouse, blocked: bool
) -> None:
    if blocked:
        gatehouse.block()
    else:
        gatehouse.allow()
    waiting = gatehouse.take(plate_read(at=0, until=60, behind=True, event_id="announced"))
    unsure = gatehouse.take(plate_read(at=0, until=75, confidence=0.5))
    assert (unsure.decision.verdict, unsure.revision) == (waiting.decision.verdict, 1)
    assert opened(gatehouse) == [False, False]


def test_who_comes_in_and_goes_out_within_a_minute_is_let_out(gatehouse: Gatehouse) -> None:
    gatehouse.expect(valid_from=after_noon(0), valid_until=after_noon(20))
    gatehouse.take(plate_read(at=0, track=1, way=IN), plate_read(at=30, track=2, way=OUT, lane="out"))
    assert opened(gatehouse) == [True, True]
