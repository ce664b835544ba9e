"""The gates' log, visits, and who is on the site."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from floorsight.events.vehicles import Alarm, OverrideAction, Verdict
from floorsight.events.vision import Direction
from floorsight.platform.errors import Malformed, NotFound, Unavailable
from floorsight.platform.retry import Backoff
from floorsight.vehicles.gate import log
from floorsight.vehicles.gate.items import KEPT
from floorsight.vehicles.gate.listing import GateLists, LogFilter, VisitFilter
from floorsight.vehicles.gate.log import Slice
from floorsight.vehicles.gate.model import GateDecision, Reading
from floorsight.vehicles.gate.store import GateStore
from floorsight.vehicles.gate.visits import VisitState
from floorsight.vehicles.model import GatePolicy
from tests.fakes.gatehouse import ALL, GHOST, NORTH, OTHER, PLATE, SOUTH, Gatehouse, after_noon, plate_read
from tests.fakes.scene import SITE, no_wait

OUT = Direction.OUT


@pytest.fixture
def busy(gatehouse: Gatehouse) -> Gatehouse:
    """Four passages, 200 s apart: the allowed one comes and goes, a stranger comes twice."""
    gatehouse.allow()
    gatehouse.take(
        plate_read(PLATE, at=0, track=1),
        plate_read(OTHER, at=200, track=2),
        plate_read(PLATE, at=400, gate=SOUTH, way=OUT, track=3),
        plate_read(OTHER, at=600, gate=SOUTH, track=4),
    )
    return gatehouse


def begins(gatehouse: Gatehouse, part: Slice = ALL, **wanted: Any) -> list[float]:
    """When the decisions' vehicles were seen first, in seconds after noon, as they are listed."""
    page = gatehouse.shown.list_decisions(SITE, LogFilter(**wanted), part)
    return [(each.passage.first_seen - after_noon(0)).total_seconds() for each in page.items]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, [600, 400, 200, 0]),
        ({"plate": PLATE}, [400, 0]),
        ({"plate": "NOBODY"}, []),
        ({"gate_id": NORTH}, [200, 0]),
        ({"verdict": Verdict.ALLOW}, [400, 0]),
        ({"plate": OTHER, "gate_id": SOUTH, "verdict": Verdict.HOLD}, [600]),
        ({"has_alarm": True}, []),
        ({"has_alarm": False, "plate": PLATE}, [400, 0]),
        ({"is_overridden": True}, [200]),
        ({"is_overridden": False}, [600, 400, 0]),
    ],
)
def test_the_log_is_newest_first_and_of_what_was_asked_for(
    busy: Gatehouse, wanted: dict[str, Any], found: list[float]
) -> None:
    [stranger] = busy.decisions(plate=OTHER, gate_id=NORTH)
    busy.guard.override(stranger.decision_id, OverrideAction.OPEN, "known", by="gita")
    assert begins(busy, **wanted) == found


@pytest.mark.parametrize("plate", [None, PLATE])
def test_from_a_time_on_and_before_another(busy: Gatehouse, plate: str | None) -> None:
    assert begins(busy, Slice(after_noon(0), after_noon(400), 9), plate=plate)[-1:] == [0]
    assert 400 not in begins(busy, Slice(after_noon(0), after_noon(400), 9), plate=plate)
    assert begins(busy, Slice(after_noon(0.000001), after_noon(400.000001), 9), plate=plate)[:1] == [400]
    assert 0 not in begins(busy, Slice(after_noon(0.000001), None, 9), plate=plate)


@pytest.mark.parametrize("text", [GHOST, "A" * 80])
def test_what_was_no_plate_is_found_by_what_was_read(gatehouse: Gatehouse, text: str) -> None:
    gatehouse.take(plate_read(text, track=1), plate_read(at=200, track=2), plate_read(text, at=400, track=3))
    assert begins(gatehouse, plate=text) == [400, 0]


def test_a_text_that_became_a_plate_is_listed_as_both_from_page_to_page(gatehouse: Gatehouse) -> None:
    for number in range(3):
        gatehouse.take(plate_read(GHOST, at=200.0 * number, track=number))
    gatehouse.set_policy(GatePolicy(SITE, profiles=("ANY",)))
    for number in range(3, 6):
        gatehouse.take(plate_read(GHOST, at=200.0 * number, track=number))
    whole = begins(gatehouse, plate=GHOST)
    assert whole == [1000, 800, 600, 400, 200, 0]
    for limit in (1, 2, 3, 4, 6):
        found, key = [], None
        for _ in range(10):
            page = gatehouse.shown.list_decisions(SITE, LogFilter(plate=GHOST), Slice(None, None, limit, key))
            found += [(each.passage.first_seen - after_noon(0)).total_seconds() for each in page.items]
            key = page.next_key
            if key is None:
                break
        assert found == whole


@pytest.mark.parametrize("wanted", [LogFilter(), LogFilter(plate=PLATE), LogFilter(gate_id=SOUTH)])
@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_end_to_end_are_the_list(busy: Gatehouse, wanted: LogFilter, limit: int) -> None:
    whole = busy.shown.list_decisions(SITE, wanted, ALL)
    assert whole.next_key is None
    found, key = [], None
    for _ in range(10):
        page = busy.shown.list_decisions(SITE, wanted, Slice(None, None, limit, key))
        found += page.items
        key = page.next_key
        if key is None:
            break
    assert found == whole.items


def test_who_looks_for_what_is_rare_gets_a_short_page_and_goes_on(
    busy: Gatehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "MAX_LOOKED_AT", 1)
    page = busy.shown.list_decisions(SITE, LogFilter(plate=PLATE, gate_id=NORTH), Slice(None, None, 1))
    assert page.items == []
    page = busy.shown.list_decisions(
        SITE, LogFilter(plate=PLATE, gate_id=NORTH), Slice(None, None, 1, page.next_key)
    )
    assert [each.gate_id for each in page.items] == [NORTH]
    assert page.next_key is None


def test_a_cursor_of_another_list_is_refused(busy: Gatehouse) -> None:
    page = busy.shown.list_decisions(SITE, LogFilter(), Slice(None, None, 1))
    with pytest.raises(Malformed):
        busy.shown.list_decisions(SITE, LogFilter(plate=PLATE), Slice(None, None, 1, page.next_key))


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, [(PLATE, "ended"), (OTHER, "end_unknown"), (OTHER, "open")]),
        ({"plate": OTHER}, [(OTHER, "end_unknown"), (OTHER, "open")]),
        ({"gate_id": SOUTH}, [(PLATE, "ended"), (OTHER, "open")]),
        ({"state": VisitState.ENDED}, [(PLATE, "ended")]),
        ({"admitted": True}, [(PLATE, "ended")]),
        ({"admitted": False, "state": VisitState.OPEN}, [(OTHER, "open")]),
    ],
)
def test_visits_are_of_what_was_asked_for(
    busy: Gatehouse, wanted: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    assert [(each.plate, each.visit.state) for each in busy.visits(**wanted)] == found


def test_visits_are_newest_first_in_pages(busy: Gatehouse) -> None:
    page = busy.shown.list_visits(SITE, VisitFilter(), Slice(None, None, 2))
    rest = busy.shown.list_visits(SITE, VisitFilter(), Slice(None, None, 2, page.next_key))
    states = [each.visit.state.value for each in (*page.items, *rest.items)]
    assert states == ["open", "end_unknown", "ended"]


def test_on_the_site_is_who_was_let_in_and_has_not_gone(busy: Gatehouse) -> None:
    assert busy.on_site() == []
    busy.allow(OTHER)
    busy.take(plate_read(OTHER, at=1000, track=5), plate_read(PLATE, at=1200, track=6))
    assert busy.on_site() == sorted([PLATE, OTHER])
    first = busy.shown.list_on_site(SITE, limit=1)
    rest = busy.shown.list_on_site(SITE, limit=1, start_key=first.next_key)
    assert [each.plate for each in (*first.items, *rest.items)] == sorted([PLATE, OTHER])


def test_what_is_over_is_not_shown_whether_or_not_it_is_deleted(busy: Gatehouse) -> None:
    busy.take(plate_read(PLATE, at=800, until=802, track=7))
    busy.clock.now = after_noon(800) + KEPT
    assert begins(busy) == [800]
    assert busy.on_site() == [PLATE]
    busy.clock.advance(2)
    assert busy.on_site() == []
    assert begins(busy) == []


def test_everything_but_used_visits_expires(busy: Gatehouse) -> None:
    busy.expect("TN09AB0001", visits=3)
    busy.take(plate_read("TN09AB0001", at=2000, track=8))
    seen_last = after_noon(2002)
    for item in busy.presence.dump().values():
        if item["type"] == "visits_used":
            assert "expires_at" not in item
        elif item["type"] == "gate_decision":  # in whole days, no sooner than its passage
            assert 0 <= item["expires_at"] - seen_last.timestamp() - KEPT.total_seconds() + 3600 <= 90_000
        else:
            kept = item["expires_at"] - seen_last.timestamp()
            assert -timedelta(hours=1).total_seconds() < kept - KEPT.total_seconds() <= 0


def test_a_site_that_never_was_has_no_lists(gatehouse: Gatehouse) -> None:
    with pytest.raises(NotFound):
        gatehouse.shown.list_decisions("nowhere", LogFilter(), ALL)
    with pytest.raises(NotFound):
        gatehouse.shown.list_visits("nowhere", VisitFilter(), ALL)
    with pytest.raises(NotFound):
        gatehouse.shown.list_on_site("nowhere")
    with pytest.raises(NotFound):
        gatehouse.shown.get_evidence("nothing")


def test_evidence_is_every_reading_as_it_came_and_what_was_decided_on_it(gatehouse: Gatehouse) -> None:
    reads = [plate_read(at=20.0 * number, track=number) for number in range(3)]
    decided = gatehouse.take(*reversed(reads))
    evidence = gatehouse.shown.get_evidence(decided.decision_id)
    assert evidence.decided == decided
    assert [each.read for each in evidence.readings] == reads
    assert {each.decision for each in evidence.readings} == {decided.decision}


@dataclass(frozen=True)
class InterruptedStore(GateStore):
    """Others are faster: something comes between its decision and its readings."""

    meanwhile: Callable[[], object]

    def list_readings(self, decided: GateDecision) -> list[Reading]:
        self.meanwhile()
        return super().list_readings(decided)


def interrupted(gatehouse: Gatehouse, meanwhile: Callable[[], object]) -> GateLists:
    store = InterruptedStore(gatehouse.presence, meanwhile)
    return GateLists(store, gatehouse.sites, gatehouse.clock, Backoff(sleep=no_wait))


def test_no_decision_is_shown_with_what_was_read_after_it(gatehouse: Gatehouse) -> None:
    gatehouse.allow()
    decided = gatehouse.take(plate_read())
    gatehouse.block()
    meanwhile = iter([plate_read(at=20.0, track=2)])
    shown = interrupted(gatehouse, lambda: [gatehouse.take(read) for read in meanwhile])
    evidence = shown.get_evidence(decided.decision_id)
    assert evidence == gatehouse.shown.get_evidence(decided.decision_id)
    assert (evidence.decided.decision.verdict, evidence.decided.alarms) == (Verdict.DENY, {Alarm.BLOCKED})
    assert len(evidence.readings) == evidence.decided.readings == 2


def test_evidence_that_never_stands_still_is_said_to_be_unavailable(gatehouse: Gatehouse) -> None:
    decided = gatehouse.take(plate_read())
    tracks = count(2)

    def read_again() -> None:
        gatehouse.take(plate_read(at=20.0, track=next(tracks)))

    with pytest.raises(Unavailable, match="again"):
        interrupted(gatehouse, read_again).get_evidence(decided.decision_id)
