"""What holds of every employee's records, whatever the shifts and punches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from floorsight.attendance.measuring import join
from floorsight.attendance.model import (
    Assignment,
    Break,
    Facts,
    Outcome,
    OvertimeRule,
    Pairing,
    Punch,
    PunchDirection,
    Record,
    Shift,
    Status,
)
from floorsight.attendance.rules import compute
from tests.fakes.workday import (
    AFTERWARDS,
    BERLIN,
    EMPLOYEE,
    LONG_AGO,
    NEW_YORK,
    SITE,
    at,
    facts_of,
    punch_of,
)

# Both changes of clocks of both places lie within a few days of these.
FIRSTS = (date(2026, 3, 6), date(2026, 3, 27), date(2026, 10, 23), date(2026, 10, 30))
DAYS = 3
MINUTES = st.integers(0, 1439).map(lambda minute: time(*divmod(minute, 60)))
BREAKS = st.builds(Break, MINUTES, MINUTES, st.booleans())
OVERTIME = st.builds(OvertimeRule, st.booleans(), st.booleans(), st.integers(0, 90), st.integers(1, 60))


def shifts(shift_id: str) -> st.SearchStrategy[Shift]:
    return st.builds(
        Shift,
        shift_id=st.just(shift_id),
        site_id=st.just(SITE),
        name=st.just(shift_id),
        valid_from=st.just(LONG_AGO),
        start=MINUTES,
        end=MINUTES,
        days=st.sets(st.integers(1, 7), min_size=4).map(frozenset),
        breaks=st.lists(BREAKS, max_size=3).map(tuple),
        grace_late_minutes=st.integers(0, 10),
        grace_early_minutes=st.integers(0, 10),
        opens_before_minutes=st.integers(0, 720),
        closes_after_minutes=st.integers(0, 1440),
        full_day_minutes=st.none() | st.integers(1, 480),
        half_day_minutes=st.none() | st.integers(1, 240),
        overtime=OVERTIME,
        pairing=st.sampled_from(Pairing),
        debounce_seconds=st.sampled_from([0, 120, 1800]),
    )


@st.composite
def cases(draw: st.DrawFn) -> tuple[Facts, date]:
    """An employee with one to three shifts, and punches around a few days, some of them corrected."""
    first, zone = draw(st.sampled_from(FIRSTS)), draw(st.sampled_from([BERLIN, NEW_YORK]))
    names = "abc"[: draw(st.integers(1, 3))]
    start = at("00:00", zone, first) - timedelta(days=1)
    seconds = st.integers(0, (DAYS + 2) * 86400) | st.integers(0, (DAYS + 2) * 24).map(lambda n: n * 3600)
    punches: list[Punch] = []
    for number, offset in enumerate(draw(st.lists(seconds, max_size=14))):
        way = draw(st.sampled_from(PunchDirection))
        earlier = st.sampled_from([punch.punch_id for punch in punches]) if punches else st.none()
        superseded = draw(earlier) if draw(st.integers(0, 5)) == 0 else None
        withdrawn = superseded is not None and draw(st.booleans())
        more = {"supersedes": superseded, "withdrawn": withdrawn}
        punches.append(punch_of(start + timedelta(seconds=offset), way, f"p{number:02}", **more))
    facts = facts_of([draw(shifts(name)) for name in names], punches, zone)
    cycle = tuple(
        tuple(day) for day in draw(st.lists(st.sets(st.sampled_from(names)), min_size=1, max_size=3))
    )
    rotation = Assignment("rotation", EMPLOYEE, first - timedelta(days=9), None, cycle)
    return replace(facts, assignments=(*facts.assignments[: draw(st.integers(0, 1))], rotation)), first


CASES = cases()


def outcome_of(facts: Facts, first: date, now: datetime = AFTERWARDS) -> Outcome:
    return compute(facts, first, first + timedelta(days=DAYS - 1), now)


@settings(max_examples=60, deadline=None)
@given(CASES, st.randoms(use_true_random=False))
def test_order_and_duplicates_of_punches_do_not_matter(case: tuple[Facts, date], dice: Random) -> None:
    facts, first = case
    mixed = [*facts.punches, *facts.punches[::2]]
    dice.shuffle(mixed)
    turned = replace(
        facts, punches=tuple(mixed), shifts=facts.shifts[::-1], assignments=facts.assignments[::-1]
    )
    assert outcome_of(turned, first) == outcome_of(facts, first) == outcome_of(facts, first)


@settings(max_examples=60, deadline=None)
@given(CASES)
def test_times_and_their_sums_agree(case: tuple[Facts, date]) -> None:
    facts, first = case
    for record in outcome_of(facts, first).records:
        elapsed = sum(int((each.end - each.start).total_seconds()) for each in record.stretches)
        assert record.worked_seconds + record.unpaid_break_seconds == elapsed
        assert 0 <= record.regular_seconds <= record.worked_seconds <= elapsed
        assert 0 <= record.overtime_seconds <= record.worked_seconds - record.regular_seconds
        assert record.overtime_seconds % (record.instance.shift.overtime.step_minutes * 60) == 0
        assert min(record.late_seconds, record.grace_late_seconds) == 0
        assert min(record.early_seconds, record.grace_early_seconds) == 0
        if record.check_in and record.check_out:
            assert elapsed <= (record.check_out - record.check_in).total_seconds()
        spans = [(each.start, each.end) for each in record.stretches if each.start < each.end]
        assert all(a[1] <= b[0] for a, b in pairwise(spans))
        assert sum((b - a for a, b in join(spans)), timedelta()).total_seconds() == elapsed


@settings(max_examples=60, deadline=None)
@given(CASES)
def test_every_current_punch_is_in_one_place_and_no_superseded_one_in_any(case: tuple[Facts, date]) -> None:
    facts, first = case
    gone = {punch.supersedes for punch in facts.punches} | {p.punch_id for p in facts.punches if p.withdrawn}
    wide = compute(facts, first - timedelta(days=8), first + timedelta(days=DAYS + 8), AFTERWARDS)
    placed = [name for record in wide.records for name in record.punch_ids]
    placed += [punch.punch_id for punch in wide.unplaced]
    assert sorted(placed) == sorted({punch.punch_id for punch in facts.punches} - gone)
    without = replace(facts, punches=tuple(p for p in facts.punches if p.punch_id not in gone))
    assert _unplanned(outcome_of(without, first)) == _unplanned(outcome_of(facts, first))


def _unplanned(outcome: Outcome) -> tuple[Sequence[Record], list[str]]:
    return outcome.records, [punch.punch_id for punch in outcome.unplaced]


@settings(max_examples=50, deadline=None)
@given(CASES, st.integers(0, DAYS - 1))
def test_a_dates_records_are_the_same_whichever_dates_are_asked_for(case: tuple[Facts, date], n: int) -> None:
    facts, first = case
    on = first + timedelta(days=n)
    alone = compute(facts, on, on, AFTERWARDS)
    among = outcome_of(facts, first)
    assert alone.records == tuple(r for r in among.records if r.instance.local_date == on)


@settings(max_examples=50, deadline=None)
@given(CASES)
def test_statuses_exclude_each_other_as_the_page_says(case: tuple[Facts, date]) -> None:
    facts, first = case
    for record in outcome_of(facts, first).records:
        said = set(record.statuses)
        assert list(record.statuses) == sorted(said, key=list(Status).index)
        faults = {Status.LATE, Status.EARLY_EXIT, Status.HALF_DAY, Status.SHORT_DAY, Status.MISSING_PUNCH}
        assert (Status.PRESENT in said) == (record.check_in is not None and not said & faults)
        assert (Status.ABSENT in said) == (not record.punch_ids)
        assert len(said & {Status.HALF_DAY, Status.SHORT_DAY}) <= 1
        assert said


@settings(max_examples=40, deadline=None)
@given(CASES, st.integers(0, (DAYS + 3) * 24))
def test_what_is_closed_does_not_change_with_time(case: tuple[Facts, date], hours: int) -> None:
    facts, first = case
    now = at("00:00", facts.time_zone, first) + timedelta(hours=hours)
    later = outcome_of(facts, first).records
    for record, final in zip(outcome_of(facts, first, now).records, later, strict=True):
        if record.closed:
            assert record == final
        else:
            assert not {Status.ABSENT, Status.MISSING_PUNCH} & set(record.statuses)
