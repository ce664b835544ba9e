"""Readings at a gate become passages, each with one decision."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from floorsight.events.vehicles import Alarm, OverrideAction, Verdict
from floorsight.events.vision import Direction
from floorsight.platform.errors import NotFound, Unavailable
from floorsight.vehicles.gate.keeping import MAX_JOINED
from floorsight.vehicles.gate.model import GateDecision
from floorsight.vehicles.gate.visits import VisitState
from floorsight.vehicles.model import GatePolicy, ListName, ReasonCode
from infra.cost.meter import Meter, MeteredTable, item_bytes
from tests.fakes.gatehouse import (
    GHOST,
    NORTH,
    OTHER,
    PLATE,
    SOUTH,
    Gatehouse,
    after_noon,
    left_after,
    plate_read,
)
from tests.fakes.scene import SITE
from tests.fakes.table import FaultyTable

OUT = Direction.OUT


def codes(decided: GateDecision) -> list[ReasonCode]:
    return [reason.code for reason in decided.decision.reasons]


def test_a_minute_at_the_gate_is_one_visit_with_one_decision(gatehouse: Gatehouse) -> None:
    gatehouse.allow()
    reads = [plate_read(at=10.0 * number, track=number) for number in range(7)]
    decided = {gatehouse.take(read).decision_id for read in reads}
    assert len(decided) == len(gatehouse.told()) == len(gatehouse.decisions()) == 1
    [found] = gatehouse.visits()
    assert (found.plate, found.visit.state, found.visit.admitted) == (PLATE, VisitState.OPEN, True)
    entry = found.visit.entry
    assert entry is not None
    assert (entry.first_seen, entry.last_seen) == (after_noon(0), after_noon(62))
    assert gatehouse.on_site() == [PLATE]


def test_leaving_and_returning_is_two(gatehouse: Gatehouse) -> None:
    gatehouse.allow()
    gatehouse.take(plate_read(at=0, track=1), plate_read(at=300, way=OUT, track=2))
    assert gatehouse.on_site() == []
    gatehouse.take(plate_read(at=600, track=3))
    states = [each.visit.state for each in gatehouse.visits()]
    assert states == [VisitState.ENDED, VisitState.OPEN]
    assert len(gatehouse.told()) == 3
    assert gatehouse.on_site() == [PLATE]


@pytest.mark.parametrize(("again_at", "passages"), [(61.999999, 1), (62.0, 2)])
def test_exactly_a_minute_away_is_away(gatehouse: Gatehouse, again_at: float, passages: int) -> None:
    gatehouse.take(plate_read(at=0, until=2, track=1), plate_read(at=again_at, track=2))
    assert len(gatehouse.decisions()) == len(gatehouse.told()) == passages


def test_who_is_still_seen_has_not_been_away(gatehouse: Gatehouse) -> None:
    first = plate_read(at=0, until=2, track=1)
    gatehouse.take(first, left_after(first, 100), plate_read(at=159, track=2))
    [decided] = gatehouse.decisions()
    assert decided.passage.last_seen == after_noon(161)


def test_the_leaving_may_come_before_the_reading(gatehouse: Gatehouse) -> None:
    first = plate_read(at=0, until=2, track=1)
    gatehouse.take(plate_read(OTHER, at=98, track=9))  # it is that late
    gatehouse.deciding().take_leaving(left_after(first, 100))
    gatehouse.take(first, plate_read(at=159, track=2))
    assert len(gatehouse.decisions(plate=PLATE)) == 1


def test_a_leaving_makes_two_passages_one_with_the_decision_of_the_first(gatehouse: Gatehouse) -> None:
    early, late = plate_read(at=0, until=2, track=1), plate_read(at=100, track=2)
    first, second = gatehouse.take(early), gatehouse.take(late)
    assert first.decision_id != second.decision_id
    gatehouse.take(left_after(early, 90), plate_read(at=1000, track=3))
    one, _ = gatehouse.decisions()
    assert (one.decision_id, one.revision) == (first.decision_id, 1)
    assert gatehouse.store.find_decision(second.decision_id) == one
    evidence = gatehouse.shown.get_evidence(second.decision_id)
    assert [each.read for each in evidence.readings] == [early, late]
    assert len(gatehouse.told()) == 3  # nothing is told anew


def test_hours_beside_many_short_passages_become_one_step_by_step(gatehouse: Gatehouse) -> None:
    parked = plate_read(at=0, until=2, track=0)
    gatehouse.take(parked)
    many = 4 * MAX_JOINED + 3
    for number in range(1, many):
        gatehouse.take(plate_read(at=100.0 * number, track=number))
    assert len(gatehouse.decisions()) == many
    gatehouse.take(left_after(parked, 100.0 * many), plate_read(OTHER, track=10_000))
    [decided] = gatehouse.decisions(plate=PLATE)
    assert decided.passage.last_seen == after_noon(100.0 * many)
    assert len(gatehouse.store.list_readings(decided)) == many
    assert len(gatehouse.visits(plate=PLATE)) == 1


def test_a_reading_of_hours_takes_in_what_others_saw_meanwhile(gatehouse: Gatehouse) -> None:
    many = 2 * MAX_JOINED + 5
    for number in range(1, many):
        gatehouse.take(plate_read(at=100.0 * number, track=number))
    gatehouse.take(plate_read(at=0, until=100.0 * many, track=0))
    [decided] = gatehouse.decisions()
    assert (decided.passage.first_seen, decided.passage.last_seen) == (
        after_noon(0),
        after_noon(100.0 * many),
    )


def test_gates_have_passages_of_their_own(gatehouse: Gatehouse) -> None:
    gatehouse.allow()
    gatehouse.take(plate_read(gate=NORTH), plate_read(at=20, gate=SOUTH, way=OUT))
    [found] = gatehouse.visits()
    assert found.visit.state is VisitState.ENDED
    assert found.visit.exit is not None
    assert found.visit.exit.gate_id == SOUTH


@pytest.mark.parametrize("text", [None, GHOST])
def test_what_has_no_plate_has_passages_and_no_visits(gatehouse: Gatehouse, text: str | None) -> None:
    decided = gatehouse.take(plate_read(text))
    assert decided.plate is None
    assert decided.decision.verdict is Verdict.HOLD
    assert gatehouse.visits() == []
    assert gatehouse.on_site() == []


def test_who_was_not_read_is_nobody_elses_passage(gatehouse: Gatehouse) -> None:
    gatehouse.take(plate_read(None, track=1), plate_read(None, track=2))
    assert len(gatehouse.decisions()) == 2


def test_a_ghost_that_is_read_again_is_the_same_ghost(gatehouse: Gatehouse) -> None:
    gatehouse.take(plate_read(GHOST, track=1), plate_read(GHOST, at=30, track=2))
    assert len(gatehouse.decisions()) == len(gatehouse.told()) == 1


def test_blocked_while_it_stands_there_it_is_refused_at_the_next_reading(gatehouse: Gatehouse) -> None:
    gatehouse.allow()
    first = gatehouse.take(plate_read(track=1))
    assert first.admits
    gatehouse.block()
    second = gatehouse.take(plate_read(at=20, track=2))
    assert (second.decision_id, second.revision) == (first.decision_id, 2)
    assert (second.decision.verdict, second.decision.alarm) == (Verdict.DENY, Alarm.BLOCKED)
    assert [told.alarm for told in gatehouse.told()] == [None, Alarm.BLOCKED]
    assert gatehouse.on_site() == []
    gatehouse.take(plate_read(at=40, track=3))
    assert len(gatehouse.told()) == 2  # once a passage


def test_what_else_changes_meanwhile_does_not_change_the_decision(gatehouse: Gatehouse) -> None:
    gatehouse.take(plate_read(track=1))
    gatehouse.allow()
    decided = gatehouse.take(plate_read(at=20, track=2))
    assert (decided.decision.verdict, decided.revision) == (Verdict.HOLD, 1)
    evidence = gatehouse.shown.get_evidence(decided.decision_id)
    assert [each.decision.verdict for each in evidence.readings] == [Verdict.HOLD, Verdict.ALLOW]


def test_read_surely_at_last_it_is_let_in(gatehouse: Gatehouse) -> None:
    visitor = gatehouse.expect()
    unsure = gatehouse.take(plate_read(track=1, confidence=0.5))
    assert (unsure.decision.verdict, codes(unsure)[0]) == (Verdict.REVIEW, ReasonCode.LOW_CONFIDENCE)
    assert gatehouse.used(visitor) == 0
    still = gatehouse.take(plate_read(at=20, track=2, confidence=0.6))
    assert still.revision == 1
    sure = gatehouse.take(plate_read(at=40, track=3))
    assert (sure.decision.verdict, sure.revision) == (Verdict.ALLOW, 2)
    assert gatehouse.used(visitor) == 1
    assert gatehouse.on_site() == [PLATE]


def test_what_a_guard_decided_a_sure_reading_does_not_change(gatehouse: Gatehouse) -> None:
    gatehouse.allow()
    unsure = gatehouse.take(plate_read(track=1, confidence=0.5))
    gatehouse.guard.override(unsure.decision_id, OverrideAction.REFUSE, "no papers", by="gita")
    decided = gatehouse.take(plate_read(at=20, track=2))
    assert (decided.decision.verdict, decided.revision) == (Verdict.REVIEW, 1)
    gatehouse.block()
    decided = gatehouse.take(plate_read(at=40, track=3))  # but security is told
    assert (decided.decision.alarm, decided.revision) == (Alarm.BLOCKED, 2)
    assert [each.by for each in decided.overrides] == ["gita"]
    assert decided.override is None  # which is not what the guard decided about


@pytest.fixture
def anywhere() -> Gatehouse:
    """Where every text is a plate, so that one plate may be another one, misread."""
    return Gatehouse(policy=GatePolicy(SITE, profiles=("ANY",)))


def test_a_worse_alarm_changes_the_decision_and_is_told(anywhere: Gatehouse) -> None:
    anywhere.block("A8123")
    first = anywhere.take(plate_read("AB123", track=1))
    assert (first.decision.verdict, first.decision.alarm) == (Verdict.REVIEW, Alarm.NEAR_BLOCKED)
    anywhere.block("AB123")
    second = anywhere.take(plate_read("AB123", at=20, track=2))
    assert (second.decision.verdict, second.decision.alarm) == (Verdict.DENY, Alarm.BLOCKED)
    assert second.alarms == {Alarm.NEAR_BLOCKED, Alarm.BLOCKED}
    third = anywhere.take(plate_read("AB123", at=40, track=3))
    assert third.revision == 2
    assert [each.alarm for each in anywhere.told()] == [Alarm.NEAR_BLOCKED, Alarm.BLOCKED]


def test_a_review_for_another_reason_than_confidence_stays(anywhere: Gatehouse) -> None:
    anywhere.allow("A8123")
    first = anywhere.take(plate_read("AB123", track=1))
    assert codes(first) == [ReasonCode.NEAR_ALLOWED]
    anywhere.allow("AB123")
    second = anywhere.take(plate_read("AB123", at=20, track=2))
    assert (second.decision.verdict, second.revision) == (Verdict.REVIEW, 1)


def test_a_ghost_that_was_not_read_surely_stays_a_ghost(gatehouse: Gatehouse) -> None:
    first = gatehouse.take(plate_read(GHOST, track=1, confidence=0.3))
    assert ReasonCode.LOW_CONFIDENCE in codes(first)
    assert gatehouse.take(plate_read(GHOST, at=20, track=2)).revision == 1


def test_any_alarm_changes_a_decision_without_one(anywhere: Gatehouse) -> None:
    anywhere.allow("AB123")
    assert anywhere.take(plate_read("AB123", track=1)).admits
    anywhere.block("A8123")
    second = anywhere.take(plate_read("AB123", at=20, track=2))
    assert (second.decision.verdict, second.decision.alarm) == (Verdict.REVIEW, Alarm.NEAR_BLOCKED)


def test_a_milder_alarm_takes_nothing_back(anywhere: Gatehouse) -> None:
    blocked = anywhere.block("AB123")
    anywhere.take(plate_read("AB123", track=1))
    anywhere.lists.remove(blocked.vehicle_id, by="olga")
    anywhere.block("A8123")
    decided = anywhere.take(plate_read("AB123", at=20, track=2))
    assert (decided.decision.verdict, decided.revision) == (Verdict.DENY, 1)
    assert len(anywhere.told()) == 1


def test_a_decision_of_long_ago_opens_nothing_and_one_of_now_is_told(gatehouse: Gatehouse) -> None:
    gatehouse.allow()
    gatehouse.clock.now = after_noon(2) + timedelta(seconds=30)
    assert gatehouse.take(plate_read(OTHER, track=9)).late is False
    gatehouse.clock.advance(0.000001)
    late = gatehouse.take(plate_read(track=1))
    assert (late.late, late.decision.verdict) == (True, Verdict.ALLOW)
    again = gatehouse.take(plate_read(at=31, track=2))
    assert (again.decision_id, again.late, again.revision) == (late.decision_id, False, 2)
    told = [each for each in gatehouse.told() if each.plate == PLATE]
    assert [(each.revision, each.late) for each in told] == [(1, True), (2, False)]


def test_a_visitor_comes_in_as_often_as_they_may(gatehouse: Gatehouse) -> None:
    visitor = gatehouse.expect(visits=2)
    verdicts = []
    for number in range(3):
        verdicts.append(gatehouse.take(plate_read(at=1000.0 * number, track=2 * number)).decision.verdict)
        out = plate_read(at=1000.0 * number + 500, way=OUT, track=2 * number + 1)
        verdicts.append(gatehouse.take(out).decision.verdict)
    allow, hold = Verdict.ALLOW, Verdict.HOLD
    assert verdicts == [allow, allow, allow, allow, hold, allow]
    assert gatehouse.used(visitor) == 2


@pytest.mark.parametrize("way", [Direction.IN, OUT])
def test_who_comes_every_day_is_read_as_cheaply_after_years(way: Direction) -> None:
    """Each day is an entry of its own: none of those is asked about, and one is told."""
    used: list[Meter] = []
    for days in (1, 2000):
        gatehouse = Gatehouse()
        for day in range(1, days + 1):
            begin = after_noon(-86400.0 * day)
            end = begin + timedelta(hours=9)
            gatehouse.expect(host="Asha Rao, goods reception, dock 3", valid_from=begin, valid_until=end)
        table = MeteredTable(gatehouse.presence)
        read = plate_read(way=way)
        gatehouse.clock.now = read.last_seen_at
        decided = gatehouse.deciding(table).take_read(read)
        assert decided is not None
        assert len(decided.decision.reasons) <= 2
        assert max(map(item_bytes, gatehouse.presence.dump().values())) < 2500
        assert max(len(message.detail) for message in gatehouse.bus.messages) < 2500
        used.append(table.meter)
    assert (used[0].requests, used[0].read_units) == (used[1].requests, used[1].read_units)


def test_standing_at_the_gate_uses_one_visit_and_the_last_one_lasts(gatehouse: Gatehouse) -> None:
    visitor = gatehouse.expect(visits=1)
    for number in range(5):
        decided = gatehouse.take(plate_read(at=20.0 * number, track=number))
    assert gatehouse.used(visitor) == 1
    readings = gatehouse.shown.get_evidence(decided.decision_id).readings
    assert {each.decision.verdict for each in readings} == {Verdict.ALLOW}


def test_two_passages_that_turn_out_to_be_one_use_one_visit(gatehouse: Gatehouse) -> None:
    visitor = gatehouse.expect(visits=2)
    early = plate_read(at=0, track=1)
    gatehouse.take(early, plate_read(at=100, track=2))
    assert gatehouse.used(visitor) == 2
    gatehouse.take(left_after(early, 90), plate_read(OTHER, track=3))
    assert gatehouse.used(visitor) == 1
    assert len(gatehouse.visits(plate=PLATE)) == 1


def test_an_alarm_stands_when_passages_turn_out_to_be_one_and_the_visit_is_used(
    gatehouse: Gatehouse,
) -> None:
    visitor = gatehouse.expect(visits=2)
    early = plate_read(at=0, track=1)
    gatehouse.take(early)
    gatehouse.block()
    refused = gatehouse.take(plate_read(at=100, track=2))
    gatehouse.take(left_after(early, 90), plate_read(OTHER, track=3))
    [decided] = gatehouse.decisions(plate=PLATE)
    assert (decided.decision_id, decided.visit_used) == (refused.decision_id, visitor.vehicle_id)
    assert gatehouse.used(visitor) == 1  # it did come in
    assert gatehouse.on_site() == []


def test_the_later_leaving_counts_whichever_comes_first(gatehouse: Gatehouse) -> None:
    read = plate_read()
    gatehouse.take(read)
    gatehouse.clock.now = after_noon(90)
    for at in (50, 90, 70):
        gatehouse.deciding().take_leaving(left_after(read, at))
    [decided] = gatehouse.decisions()
    assert decided.passage.last_seen == after_noon(90)
    gatehouse.deciding().take_leaving(left_after(plate_read(track=2), 90))
    gatehouse.deciding().take_leaving(left_after(plate_read(track=2), 20))
    gatehouse.take(plate_read(at=149, track=3))  # after the first; the second's plate comes last
    gatehouse.take(plate_read(at=0, track=2))
    assert len(gatehouse.decisions()) == 1


def test_the_decision_that_let_it_in_stands_when_passages_turn_out_to_be_one(gatehouse: Gatehouse) -> None:
    early = plate_read(at=0, track=1)
    gatehouse.take(early)  # on no list yet
    gatehouse.allow()
    let_in = gatehouse.take(plate_read(at=100, track=2))
    gatehouse.take(left_after(early, 90), plate_read(OTHER, track=3))
    [decided] = gatehouse.decisions(plate=PLATE)
    assert (decided.decision_id, decided.admits) == (let_in.decision_id, True)
    assert gatehouse.on_site() == [PLATE]


def test_an_unknown_sites_readings_are_refused_and_a_deleted_ones_decided(gatehouse: Gatehouse) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        gatehouse.deciding().take_read(plate_read(site_id="nowhere"))
    gatehouse.sites.delete_site(SITE)
    assert gatehouse.deciding().take_read(plate_read()) is not None


def test_a_policy_that_changes_is_in_force_at_the_next_reading(gatehouse: Gatehouse) -> None:
    assert gatehouse.take(plate_read(track=1)).decision.verdict is Verdict.HOLD
    gatehouse.set_policy(replace(gatehouse.policies.find(SITE), default=Verdict.DENY))
    decided = gatehouse.take(plate_read(at=500, track=2))
    assert (decided.decision.verdict, decided.decision.policy_version) == (Verdict.DENY, 2)


def test_a_reading_that_is_delivered_again_is_told_again_and_changes_nothing(gatehouse: Gatehouse) -> None:
    gatehouse.expect(visits=5)
    read = plate_read()
    first = gatehouse.take(read)
    stored = gatehouse.presence.dump()
    gatehouse.clock.advance(7200)
    assert gatehouse.take(read) == first
    assert gatehouse.presence.dump() == stored
    one, two = gatehouse.tellings()
    shut = {"told_at": gatehouse.clock(), "late": True, "opens": False, "event_id": two.event_id}
    assert two == one.model_copy(update=shut)


def test_where_nothing_answers_for_too_long_it_is_to_be_delivered_again(gatehouse: Gatehouse) -> None:
    broken = FaultyTable(gatehouse.presence, unavailable=1.1)
    with pytest.raises(Unavailable):
        gatehouse.deciding(broken).take_read(plate_read())
    assert gatehouse.told() == []


def test_an_entry_of_another_list_name_is_no_visitor(gatehouse: Gatehouse) -> None:
    allowed = gatehouse.put_on(ListName.ALLOWED)
    decided = gatehouse.take(plate_read())
    assert (decided.visit_used, decided.decision.vehicle_id) == (None, allowed.vehicle_id)
