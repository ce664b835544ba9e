"""A guard opens or refuses, whatever was decided."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from floorsight.events.vehicles import Alarm, GateOverridden, OverrideAction, Verdict
from floorsight.events.vision import Direction
from floorsight.platform.errors import Conflict, Malformed, NotFound
from floorsight.platform.items import Item, Key
from floorsight.platform.table import Delete
from floorsight.vehicles.gate.items import KEPT
from floorsight.vehicles.gate.overriding import MAX_OVERRIDES
from tests.fakes.gatehouse import OTHER, PLATE, Gatehouse, after_noon, left_after, plate_read
from tests.fakes.table import MemoryTable

OPEN, REFUSE = OverrideAction.OPEN, OverrideAction.REFUSE


def overrides(gatehouse: Gatehouse) -> list[GateOverridden]:
    kind = GateOverridden.detail_type()
    return [GateOverridden.parse(each.detail) for each in gatehouse.bus.messages if each.detail_type == kind]


def test_who_is_opened_for_has_come_in(gatehouse: Gatehouse) -> None:
    decided = gatehouse.take(plate_read())
    assert gatehouse.on_site() == []
    done = gatehouse.guard.override(decided.decision_id, OPEN, "the director's", by="gita")
    assert (done.decision, done.revision, done.admits) == (decided.decision, 1, True)  # which stays
    assert done.override is not None
    assert (done.override.by, done.override.at) == ("gita", gatehouse.clock())
    assert gatehouse.on_site() == [PLATE]
    assert [each.visit.admitted for each in gatehouse.visits()] == [True]


def test_an_override_is_told_with_what_was_decided(gatehouse: Gatehouse) -> None:
    decided = gatehouse.take(plate_read())
    gatehouse.guard.override(decided.decision_id, OPEN, "the director's", by="gita")
    [told] = overrides(gatehouse)
    [before] = gatehouse.told()
    assert (told.action, told.reason, told.by, told.verdict) == (OPEN, "the director's", "gita", Verdict.HOLD)
    assert (told.decision_id, told.passage_id, told.plate) == (before.decision_id, before.passage_id, PLATE)
    assert (told.cause, told.occurred_at) == (before.cause, gatehouse.clock())


def test_who_is_refused_has_not_come_in_and_keeps_the_visit(gatehouse: Gatehouse) -> None:
    visitor = gatehouse.expect(visits=1)
    decided = gatehouse.take(plate_read(track=1))
    assert gatehouse.used(visitor) == 1
    gatehouse.guard.override(decided.decision_id, REFUSE, "no papers", by="gita")
    assert gatehouse.used(visitor) == 0
    assert gatehouse.on_site() == []
    assert gatehouse.take(plate_read(at=1000, track=2)).admits  # with the papers


def test_the_very_same_again_changes_nothing_and_is_told_again(gatehouse: Gatehouse) -> None:
    decided = gatehouse.take(plate_read())
    first = gatehouse.guard.override(decided.decision_id, OPEN, "known", by="gita")
    stored = gatehouse.presence.dump()
    gatehouse.clock.advance(60)
    assert gatehouse.guard.override(decided.decision_id, OPEN, "known", by="gita") == first
    assert gatehouse.presence.dump() == stored
    one, two = overrides(gatehouse)
    assert one == two


@pytest.mark.parametrize(
    ("action", "reason", "by"), [(REFUSE, "known", "gita"), (OPEN, "other", "gita"), (OPEN, "known", "hari")]
)
def test_what_a_guard_did_stays(gatehouse: Gatehouse, action: OverrideAction, reason: str, by: str) -> None:
    decided = gatehouse.take(plate_read())
    gatehouse.guard.override(decided.decision_id, OPEN, "known", by="gita")
    with pytest.raises(Conflict) as refused:
        gatehouse.guard.override(decided.decision_id, action, reason, by=by)
    assert refused.value.code == "already_overridden"
    assert len(overrides(gatehouse)) == 1


def test_a_slip_is_corrected_by_who_knows_of_it(gatehouse: Gatehouse) -> None:
    visitor = gatehouse.expect(visits=1)
    decided = gatehouse.take(plate_read())
    gatehouse.guard.override(decided.decision_id, REFUSE, "a slip", by="gita")
    assert gatehouse.used(visitor) == 0
    corrected = gatehouse.guard.override(decided.decision_id, OPEN, "it is fine", by="gita", known=1)
    assert [each.action for each in corrected.overrides] == [REFUSE, OPEN]
    assert (corrected.admits, gatehouse.used(visitor), gatehouse.on_site()) == (True, 1, [PLATE])
    assert [each.action for each in overrides(gatehouse)] == [REFUSE, OPEN]
    with pytest.raises(Conflict) as unseen:  # one of two guards who correct at once
        gatehouse.guard.override(decided.decision_id, REFUSE, "no", by="hari", known=1)
    assert unseen.value.code == "already_overridden"


def test_it_is_not_corrected_for_ever(gatehouse: Gatehouse) -> None:
    decided = gatehouse.take(plate_read())
    for number in range(MAX_OVERRIDES):
        action = (OPEN, REFUSE)[number % 2]
        gatehouse.guard.override(decided.decision_id, action, "to and fro", by="gita", known=number)
    with pytest.raises(Conflict) as refused:
        gatehouse.guard.override(decided.decision_id, OPEN, "again", by="gita", known=MAX_OVERRIDES)
    assert refused.value.code == "too_many_overrides"


@pytest.mark.parametrize("reason", ["", " ", "x" * 101, "a\nb"])
def test_it_needs_a_reason(gatehouse: Gatehouse, reason: str) -> None:
    decided = gatehouse.take(plate_read())
    with pytest.raises(Malformed):
        gatehouse.guard.override(decided.decision_id, OPEN, reason, by="gita")
    assert not gatehouse.decisions()[0].overrides


def test_an_unknown_decision_and_one_of_long_ago_are_not_there(gatehouse: Gatehouse) -> None:
    decided = gatehouse.take(plate_read())
    gatehouse.clock.now = decided.passage.last_seen + KEPT
    for decision_id in (decided.decision_id, "nothing"):
        with pytest.raises(NotFound) as missing:
            gatehouse.guard.override(decision_id, OPEN, "known", by="gita")
        assert missing.value.code == "unknown_decision"


def test_an_override_of_a_passage_that_is_part_of_another_now_is_that_ones(gatehouse: Gatehouse) -> None:
    early = plate_read(at=0, track=1)
    gatehouse.take(early)
    second = gatehouse.take(plate_read(at=100, track=2))
    gatehouse.take(left_after(early, 90), plate_read(OTHER, track=3))
    gatehouse.guard.override(second.decision_id, OPEN, "known", by="gita")
    [decided] = gatehouse.decisions(plate=PLATE)
    assert decided.admits


def test_what_guards_did_is_kept_when_passages_turn_out_to_be_one(gatehouse: Gatehouse) -> None:
    early = plate_read(at=0, track=1)
    first, second = gatehouse.take(early), gatehouse.take(plate_read(at=100, track=2))
    gatehouse.guard.override(first.decision_id, REFUSE, "no papers", by="gita")
    gatehouse.clock.advance(1)
    gatehouse.guard.override(second.decision_id, OPEN, "has papers", by="hari")
    gatehouse.take(left_after(early, 90), plate_read(OTHER, track=3))
    [decided] = gatehouse.decisions(plate=PLATE)
    assert [each.by for each in decided.overrides] == ["gita", "hari"]
    assert decided.admits
    assert gatehouse.on_site() == [PLATE]


def test_an_exit_that_is_overridden_is_still_an_exit(gatehouse: Gatehouse) -> None:
    gatehouse.allow()
    gatehouse.take(plate_read(track=1))
    decided = gatehouse.take(plate_read(at=500, way=Direction.OUT, track=2))
    gatehouse.guard.override(decided.decision_id, REFUSE, "stay", by="gita")
    assert [each.visit.state.value for each in gatehouse.visits()] == ["ended"]


def test_a_graver_alarm_is_not_what_the_guard_decided(gatehouse: Gatehouse) -> None:
    first = gatehouse.take(plate_read(track=1, confidence=0.5))
    gatehouse.guard.override(first.decision_id, OPEN, "known", by="gita")
    assert gatehouse.on_site() == [PLATE]
    gatehouse.block()
    alarmed = gatehouse.take(plate_read(at=20, track=2))
    assert (alarmed.decision_id, alarmed.revision, alarmed.alarms) == (first.decision_id, 2, {Alarm.BLOCKED})
    assert (alarmed.admits, alarmed.override, gatehouse.on_site()) == (False, None, [])
    refused = gatehouse.guard.override(first.decision_id, REFUSE, "it is blocked", by="hari")
    assert [(each.action, each.by) for each in refused.overrides] == [(OPEN, "gita"), (REFUSE, "hari")]
    assert refused.is_refused
    with pytest.raises(Conflict):
        gatehouse.guard.override(first.decision_id, OPEN, "after all", by="gita")
    assert [each.action for each in overrides(gatehouse)] == [OPEN, REFUSE]


def test_what_a_guard_has_not_seen_they_do_not_override(gatehouse: Gatehouse) -> None:
    first = gatehouse.take(plate_read(track=1))
    gatehouse.block()
    gatehouse.take(plate_read(at=20, track=2))
    with pytest.raises(Conflict) as refused:
        gatehouse.guard.override(first.decision_id, OPEN, "known", by="gita", revision=1)
    assert refused.value.code == "decided_anew"
    assert gatehouse.guard.override(first.decision_id, OPEN, "police", by="gita", revision=2).admits


def test_a_decision_that_became_that_of_a_blocked_vehicle_is_another_one(gatehouse: Gatehouse) -> None:
    early = plate_read(at=0, track=1)
    first = gatehouse.take(early)
    gatehouse.block()
    alarmed = gatehouse.take(plate_read(at=100, track=2))
    gatehouse.take(left_after(early, 90), plate_read(OTHER, track=3))  # it was one passage all along
    assert (first.revision, alarmed.revision) == (1, 1)
    with pytest.raises(Conflict) as refused:
        gatehouse.guard.override(first.decision_id, OPEN, "known", by="gita", revision=1)
    assert refused.value.code == "decided_anew"
    assert gatehouse.on_site() == []
    assert gatehouse.guard.override(alarmed.decision_id, OPEN, "police", by="gita", revision=1).admits


def test_a_guard_who_opens_in_spite_of_the_alarm_lets_it_in(gatehouse: Gatehouse) -> None:
    first = gatehouse.take(plate_read(track=1))
    gatehouse.guard.override(first.decision_id, REFUSE, "no papers", by="gita")
    gatehouse.block()
    gatehouse.take(plate_read(at=20, track=2))
    done = gatehouse.guard.override(first.decision_id, OPEN, "police", by="hari")
    assert done.admits
    assert gatehouse.on_site() == [PLATE]
    assert gatehouse.take(plate_read(at=40, track=3)).admits  # the same alarm: their word holds


def test_who_opens_for_a_visitor_uses_a_visit_if_one_is_left(gatehouse: Gatehouse) -> None:
    visitor = gatehouse.expect(visits=1)
    unsure = gatehouse.take(plate_read(track=1, confidence=0.5))
    other = gatehouse.take(plate_read(at=1000, track=2, confidence=0.5))
    done = gatehouse.guard.override(unsure.decision_id, OPEN, "it is them", by="gita")
    assert (done.visit_used, gatehouse.used(visitor)) == (visitor.vehicle_id, 1)
    again = gatehouse.guard.override(unsure.decision_id, OPEN, "it is them", by="gita")
    assert (again, gatehouse.used(visitor)) == (done, 1)
    last = gatehouse.guard.override(other.decision_id, OPEN, "once more", by="gita")
    assert (last.admits, last.visit_used, gatehouse.used(visitor)) == (True, None, 1)
    assert not gatehouse.take(plate_read(at=2000, track=3)).admits


def test_who_opens_for_a_visitor_of_any_number_counts_it(gatehouse: Gatehouse) -> None:
    visitor = gatehouse.expect(visits=None)
    unsure = gatehouse.take(plate_read(confidence=0.5))
    gatehouse.guard.override(unsure.decision_id, OPEN, "it is them", by="gita")
    assert gatehouse.used(visitor) == 1


def test_who_goes_out_uses_no_visit(gatehouse: Gatehouse) -> None:
    visitor = gatehouse.expect(visits=1)
    unsure = gatehouse.take(plate_read(confidence=0.5, way=Direction.OUT))
    gatehouse.guard.override(unsure.decision_id, OPEN, "it is them", by="gita")
    assert gatehouse.used(visitor) == 0


@pytest.mark.parametrize("refused", [0, 1])
def test_a_refusal_holds_for_passages_that_turn_out_to_be_one(gatehouse: Gatehouse, refused: int) -> None:
    visitor = gatehouse.expect(visits=5)
    early = plate_read(at=0, track=1)
    ids = [gatehouse.take(early).decision_id, gatehouse.take(plate_read(at=100, track=2)).decision_id]
    gatehouse.guard.override(ids[refused], REFUSE, "no papers", by="gita")
    assert gatehouse.used(visitor) == 1
    gatehouse.take(left_after(early, 90), plate_read(OTHER, track=3))
    [decided] = gatehouse.decisions(plate=PLATE)
    assert (decided.admits, decided.visit_used, gatehouse.used(visitor)) == (False, None, 0)
    assert gatehouse.on_site() == []


def test_an_alarm_of_another_passage_outweighs_what_a_guard_did(gatehouse: Gatehouse) -> None:
    early = plate_read(at=0, track=1)
    first = gatehouse.take(early)
    gatehouse.guard.override(first.decision_id, OPEN, "known", by="gita")
    gatehouse.block()
    second = gatehouse.take(plate_read(at=100, track=2))
    gatehouse.take(left_after(early, 90), plate_read(OTHER, track=3))
    [decided] = gatehouse.decisions(plate=PLATE)
    assert (decided.decision_id, decided.admits, len(decided.overrides)) == (second.decision_id, False, 1)
    assert gatehouse.guard.override(decided.decision_id, REFUSE, "blocked", by="hari").is_refused


def test_the_book_is_kept_as_long_as_the_latest_passage(gatehouse: Gatehouse) -> None:
    first = gatehouse.take(plate_read(track=1))
    later = gatehouse.take(plate_read(at=86400.0 * 300, track=2))
    gatehouse.guard.override(first.decision_id, OPEN, "it did come in", by="gita")
    book = gatehouse.store.load_book(first.site_id, first.subject)
    assert book.expires_at == int((later.passage.last_seen + KEPT).timestamp())


def test_the_way_to_a_decision_is_kept_as_long_as_its_passage(gatehouse: Gatehouse) -> None:
    """Who is parked in view for days is one passage."""
    for track in range(200):
        decided = gatehouse.take(plate_read(at=track * 1000.0, until=track * 1000.0 + 950, track=track))
    assert decided.passage.first_seen == after_noon(0)
    [kept] = [e["expires_at"] for e in gatehouse.presence.dump().values() if e["type"] == "gate_decision"]
    assert kept >= (decided.passage.last_seen + KEPT).timestamp()
    assert decided.readings == 200
    evidence = gatehouse.shown.get_evidence(decided.decision_id)
    assert [each.read.track_id for each in evidence.readings] == list(range(150, 200))


class Interrupted(MemoryTable):
    """Something happens, once, after it was read where a decision is."""

    happens: Callable[[], object] | None = None

    def get(self, key: Key) -> Item | None:
        found = super().get(key)
        if self.happens is not None and key.pk.startswith("GATE_DECISION#"):
            happens, self.happens = self.happens, None
            happens()
        return found


@pytest.mark.parametrize("erased", [False, True])
def test_a_decision_whose_passage_moves_meanwhile_is_found(erased: bool) -> None:
    """Another camera saw its vehicle earlier, and its reading comes later."""
    table = Interrupted()
    gatehouse = Gatehouse(presence=table)
    decided = gatehouse.take(plate_read(at=10, until=12, track=1))
    table.happens = lambda: gatehouse.take(plate_read(at=5, until=13, track=2))
    if erased:
        table.happens = lambda: [table.write(Delete(key)) for key in table.dump()]
        with pytest.raises(NotFound):
            gatehouse.guard.override(decided.decision_id, OPEN, "delivery", by="gita")
    else:
        done = gatehouse.guard.override(decided.decision_id, OPEN, "delivery", by="gita")
        assert (done.decision_id, done.passage.first_seen) == (decided.decision_id, after_noon(5))
        assert done.admits
