"""Which punches count, and for which shift."""

from __future__ import annotations

from datetime import timedelta

import pytest

from floorsight.attendance.model import Punch, PunchDirection
from floorsight.attendance.placing import current_punches, debounce
from tests.fakes.workday import (
    IN,
    MONDAY,
    OUT,
    UNKNOWN,
    at,
    facts_of,
    outcome_of,
    punch_of,
    shift_of,
)

DAY = timedelta(days=1)
EARLY, LATE = shift_of("06:00", "14:00", "early"), shift_of("14:00", "22:00", "late")


def ids(punches: list[Punch]) -> list[str]:
    return [punch.punch_id for punch in punches]


def test_what_is_superseded_is_gone_and_its_correction_counts() -> None:
    wrong = punch_of("08:10", IN, "wrong")
    right = punch_of("07:58", IN, "right", supersedes="wrong", reason="the clock was off")
    assert ids(current_punches([wrong, right])) == ["right"]


def test_a_withdrawal_takes_away_what_it_supersedes_and_counts_as_nothing() -> None:
    wrong, other = punch_of("08:10", IN, "wrong"), punch_of("16:00", OUT, "other")
    gone = punch_of("08:10", IN, "gone", supersedes="wrong", withdrawn=True, reason="somebody else")
    assert ids(current_punches([gone, other, wrong])) == ["other"]


def test_a_corrected_correction_leaves_the_first_punch_gone() -> None:
    first = punch_of("08:10", IN, "a")
    second, third = punch_of("08:05", IN, "b", supersedes="a"), punch_of("08:00", IN, "c", supersedes="b")
    assert ids(current_punches([third, second, first])) == ["c"]
    withdrawn = punch_of("08:00", IN, "c", supersedes="b", withdrawn=True)
    assert ids(current_punches([first, second, withdrawn])) == []


def test_order_is_of_time_then_of_id_and_a_punch_counts_once() -> None:
    punches = [punch_of("09:00", IN, "b"), punch_of("09:00", OUT, "a"), punch_of("08:00", IN, "c")]
    assert ids(current_punches([*punches, *punches])) == ["c", "a", "b"]


@pytest.mark.parametrize(
    ("moment", "placed"),
    [("05:59:59", False), ("06:00:00", True), ("20:00:00", True), ("20:00:01", False)],
)
def test_both_edges_of_a_window_are_in_it(moment: str, placed: bool) -> None:
    """08:00 to 16:00, two hours before and four after."""
    outcome = outcome_of(facts_of([shift_of()], [punch_of(moment, IN, "p")]))
    assert outcome.records[0].punch_ids == (("p",) if placed else ())
    assert ids(list(outcome.unplaced)) == ([] if placed else ["p"])


def test_a_punch_in_no_window_is_unplaced_on_its_own_date_only() -> None:
    facts = facts_of([shift_of()], [punch_of("23:00", IN, "p")])
    assert ids(list(outcome_of(facts, MONDAY).unplaced)) == ["p"]
    assert outcome_of(facts, MONDAY + DAY).unplaced == outcome_of(facts, MONDAY - DAY).unplaced == ()


@pytest.mark.parametrize(
    ("moment", "direction", "shift"),
    [
        ("13:59:59", OUT, "early"),
        ("14:00", OUT, "early"),  # equally near: a going to an end
        ("14:00", IN, "late"),  # a coming to a start
        ("14:00", UNKNOWN, "early"),  # else to the earlier start
        ("10:00", UNKNOWN, "early"),
        ("17:59", IN, "late"),  # 14:00 is the nearest boundary of both, and a start of late's only
        ("18:00", OUT, "early"),
        ("18:01", OUT, "late"),  # in late's window alone
    ],
)
def test_a_punch_in_two_windows_goes_to_the_nearest_boundary(
    moment: str, direction: PunchDirection, shift: str
) -> None:
    records = outcome_of(facts_of([LATE, EARLY], [punch_of(moment, direction, "p")])).records
    assert [each.instance.shift.shift_id for each in records if each.punch_ids] == [shift]


def test_equally_near_to_two_starts_is_the_earlier_start_then_the_lower_id() -> None:
    first, second = shift_of("08:00", "20:00", "b"), shift_of("09:00", "20:00", "a")
    records = outcome_of(facts_of([first, second], [punch_of("08:30", IN, "p")])).records
    assert [each.instance.shift.shift_id for each in records if each.punch_ids] == ["b"]
    twin = shift_of("08:00", "20:00", "a")
    records = outcome_of(facts_of([first, twin], [punch_of("08:30", IN, "p")])).records
    assert [each.instance.shift.shift_id for each in records if each.punch_ids] == ["a"]


def test_the_shifts_of_other_dates_take_part_whichever_dates_are_asked_for() -> None:
    """Monday's night takes punches until Tuesday's 22:00, when the next one is about to begin."""
    night = shift_of("22:00", "06:00", "night", closes_after_minutes=960)
    home = punch_of("2026-03-03T06:05", OUT, "home")
    facts = facts_of([night], [home, punch_of("2026-03-03T21:55", IN, "next")])
    assert outcome_of(facts, MONDAY).records[0].punch_ids == ("home",)
    assert outcome_of(facts, MONDAY + DAY).records[0].punch_ids == ("next",)


def run(*seconds_and_ways: tuple[int, PunchDirection], limit: int = 120) -> list[int]:
    """Seconds after eight of the punches that are left."""
    start = at("08:00")
    punches = [punch_of(start + timedelta(seconds=n), way, f"{n:05}") for n, way in seconds_and_ways]
    return [int((each.at - start).total_seconds()) for each in debounce(punches, limit)]


def test_a_run_of_comings_is_its_first_of_goings_its_last_of_unknown_its_first() -> None:
    assert run((0, IN), (60, IN), (120, IN)) == [0]
    assert run((0, OUT), (60, OUT), (120, OUT)) == [120]
    assert run((0, UNKNOWN), (60, UNKNOWN), (120, UNKNOWN)) == [0]


def test_a_run_ends_a_second_after_the_debounce_time_and_is_carried_on_from_one_to_the_next() -> None:
    assert run((0, IN), (120, IN)) == [0]
    assert run((0, IN), (121, IN)) == [0, 121]
    assert run((0, OUT), (120, OUT), (240, OUT), (361, OUT)) == [240, 361]
    assert run((0, IN), (1, IN), limit=0) == [0, 1]
    assert run((0, IN), (0, OUT), limit=0) == [0, 0]


def test_another_direction_in_between_ends_a_run() -> None:
    assert run((0, IN), (10, OUT), (20, IN)) == [0, 10, 20]
    assert run((0, OUT), (10, UNKNOWN), (20, OUT)) == [0, 10, 20]


def test_runs_do_not_reach_from_one_shift_into_the_next() -> None:
    punches = [punch_of("13:59", OUT, "a"), punch_of("14:00", OUT, "b"), punch_of("14:00:30", IN, "c")]
    records = outcome_of(facts_of([EARLY, LATE], punches)).records
    assert [each.punch_ids for each in records] == [("a", "b"), ("c",)]
    assert records[0].check_out == at("14:00")
