"""Cameras whose clocks are wrong: nothing opens by them, and no passage swallows others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from floorsight.events.vehicles import Alarm, Verdict
from floorsight.vehicles.gate.moments import AHEAD, LONGEST_TRACK
from floorsight.vehicles.model import ReasonCode
from tests.fakes.gatehouse import Gatehouse, after_noon, left_after, plate_read

DAY = 86400.0


def test_a_clock_that_is_ahead_lets_nobody_in_early(gatehouse: Gatehouse) -> None:
    gatehouse.expect(valid_from=after_noon(3600), valid_until=after_noon(7200))
    decided = gatehouse.deciding().take_read(plate_read(at=3610))
    assert decided is not None
    assert decided.decision.verdict is Verdict.HOLD
    assert decided.decision.reasons[0].code is ReasonCode.NOT_YET_VALID
    assert decided.late


@pytest.mark.parametrize(("ahead", "late"), [(AHEAD.total_seconds(), False), (5.000001, True)])
def test_what_is_seen_in_the_future_opens_nothing(gatehouse: Gatehouse, ahead: float, late: bool) -> None:
    gatehouse.allow()
    decided = gatehouse.deciding().take_read(plate_read(at=0, until=ahead))
    assert decided is not None
    assert (decided.decision.verdict, decided.late) == (Verdict.ALLOW, late)
    assert [told.late for told in gatehouse.tellings()] == [late]
    assert decided.passage.last_seen <= gatehouse.clock() + AHEAD


def test_who_comes_when_the_clock_ahead_had_said_is_another_passage(gatehouse: Gatehouse) -> None:
    gatehouse.allow()
    gatehouse.deciding().take_read(plate_read(at=3600, track=1))
    gatehouse.block()
    decided = gatehouse.take(plate_read(at=3605, track=2))
    assert (decided.decision.alarm, decided.revision) == (Alarm.BLOCKED, 1)
    assert len(gatehouse.decisions()) == 2


def test_one_wild_leaving_does_not_make_days_one_passage(gatehouse: Gatehouse) -> None:
    read = plate_read()
    gatehouse.take(read)
    gatehouse.deciding().take_leaving(left_after(read, 365 * DAY))
    gatehouse.block()
    for day in range(1, 4):
        decided = gatehouse.take(plate_read(at=day * DAY, track=day + 1))
        assert decided.decision.alarm is Alarm.BLOCKED
    assert len(gatehouse.decisions()) == 4
    assert gatehouse.store.load_book(decided.site_id, decided.subject).longest < timedelta(minutes=1)


def test_a_leaving_that_comes_days_later_bounds_its_track(gatehouse: Gatehouse) -> None:
    read = plate_read()
    gatehouse.take(read)
    gatehouse.clock.now = after_noon(5 * DAY)
    gatehouse.deciding().take_leaving(left_after(read, 5 * DAY))
    [decided] = gatehouse.decisions()
    assert decided.passage.last_seen == decided.passage.first_seen + LONGEST_TRACK


@pytest.mark.parametrize("year", [1, 1970])
def test_a_clock_that_began_anew_makes_no_passage_of_years(gatehouse: Gatehouse, year: int) -> None:
    gatehouse.block()
    wild = plate_read(first_seen_at=datetime(year, 1, 1, tzinfo=UTC))
    decided = gatehouse.take(wild)
    assert decided.passage.first_seen == decided.passage.last_seen - LONGEST_TRACK
    evidence = gatehouse.shown.get_evidence(decided.decision_id)
    assert [each.read for each in evidence.readings] == [wild]  # as it came
    assert gatehouse.take(plate_read(at=DAY, track=2)).decision.alarm is Alarm.BLOCKED
    assert len(gatehouse.told()) == 2
