"""Shifts: what they may be, and how they change from a date on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest

from floorsight.attendance.model import Break, OvertimeRule, Shift
from floorsight.attendance.planning.model import MAX_VERSIONS, ShiftHistory
from floorsight.attendance.planning.rules import check_shift, retired_from, shift_minutes, with_version
from floorsight.platform.errors import Conflict, FloorsightError, Malformed, NotFound
from floorsight.platform.table import Table
from tests.fakes.table import FaultyTable, MemoryTable
from tests.fakes.workplace import SITE, Workplace, shift_of

MARCH = date(2026, 3, 1)


def pause(start: str, end: str) -> Break:
    return Break(time.fromisoformat(start), time.fromisoformat(end))


def refusal(act: Any) -> tuple[str, str | None]:
    with pytest.raises(FloorsightError) as caught:
        act()
    return caught.value.code, caught.value.field


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"shift_id": "Early"}, "bad_identifier", "shift_id"),
        ({"shift_id": "a.b"}, "bad_identifier", "shift_id"),
        ({"name": " "}, "bad_text", "name"),
        ({"start": time(6, 0, 1)}, "bad_time_of_day", "start"),
        ({"valid_from": date(1970, 12, 31)}, "out_of_range", "valid_from"),
        ({"valid_from": date(3000, 1, 1)}, "out_of_range", "valid_from"),
        ({"days": frozenset()}, "bad_weekdays", "days"),
        ({"days": frozenset({0})}, "bad_weekdays", "days"),
        ({"days": frozenset({8})}, "bad_weekdays", "days"),
        ({"grace_late_minutes": -1}, "out_of_range", "grace_late_minutes"),
        ({"grace_early_minutes": 241}, "out_of_range", "grace_early_minutes"),
        ({"opens_before_minutes": 12 * 60 + 1}, "out_of_range", "opens_before_minutes"),
        ({"closes_after_minutes": 24 * 60 + 1}, "out_of_range", "closes_after_minutes"),
        ({"debounce_seconds": 3601}, "out_of_range", "debounce_seconds"),
        ({"full_day_minutes": 0}, "out_of_range", "full_day_minutes"),
        ({"half_day_minutes": 100}, "half_day_above_full_day", "half_day_minutes"),
        ({"full_day_minutes": 99, "half_day_minutes": 100}, "half_day_above_full_day", "half_day_minutes"),
        ({"overtime": OvertimeRule(threshold_minutes=-1)}, "out_of_range", "overtime.threshold_minutes"),
        ({"overtime": OvertimeRule(step_minutes=0)}, "out_of_range", "overtime.step_minutes"),
        ({"breaks": (pause("05:59", "06:30"),)}, "break_outside_shift", "breaks.0"),
        ({"breaks": (pause("13:45", "14:01"),)}, "break_outside_shift", "breaks.0"),
        ({"breaks": (pause("09:00", "09:00"),)}, "break_empty", "breaks.0"),
        ({"breaks": (pause("09:00", "08:30"),)}, "break_outside_shift", "breaks.0"),
        (
            {"breaks": (pause("11:00", "11:30"), pause("09:00", "09:30"), pause("09:29", "10:00"))},
            "breaks_overlap",
            "breaks.2",
        ),
        ({"breaks": (pause("09:00", "09:10"),) * 11}, "out_of_range", "breaks"),
    ],
)
def test_a_shift_that_means_nothing_is_refused_with_the_field(
    change: dict[str, Any], code: str, field: str
) -> None:
    assert refusal(lambda: check_shift(replace(shift_of(), **change))) == (code, field)


@pytest.mark.parametrize(
    "shift",
    [
        shift_of(breaks=(pause("06:00", "06:15"), pause("06:15", "06:30"), pause("13:30", "14:00"))),
        shift_of(start="22:00", end="06:00", breaks=(pause("23:45", "00:15"), pause("02:00", "02:30"))),
        shift_of(start="06:00", end="06:00", breaks=(pause("05:00", "06:00"),)),
        shift_of(full_day_minutes=480, half_day_minutes=480),
        shift_of(opens_before_minutes=0, closes_after_minutes=1440, grace_late_minutes=240),
    ],
)
def test_breaks_at_the_edges_and_nights_are_allowed(shift: Shift) -> None:
    check_shift(shift)


@pytest.mark.parametrize(("start", "end", "minutes"), [("06:00", "14:00", 480), ("22:00", "06:00", 480)])
def test_a_shift_is_as_long_as_the_clock_on_the_wall_says(start: str, end: str, minutes: int) -> None:
    assert shift_minutes(shift_of(start=start, end=end)) == minutes


def test_an_end_at_the_start_is_a_day_later() -> None:
    assert shift_minutes(shift_of(start="06:00", end="06:00")) == 24 * 60


def test_a_change_holds_from_its_date_on_until_a_later_version() -> None:
    rooms = Workplace().opened().rooms
    april = rooms.shifts.change_shift(shift_of(end="15:00", valid_from=date(2026, 4, 1), revision=1))
    assert april.revision == 2
    march = rooms.shifts.change_shift(shift_of(end="14:30", valid_from=MARCH, revision=2))
    assert rooms.shifts.get_shift("early") == march
    ends = {day: march.on(day) for day in (date(2026, 2, 28), MARCH, date(2026, 3, 31), date(2026, 4, 1))}
    assert [shift.end.hour * 60 + shift.end.minute for shift in ends.values() if shift] == [
        840,
        870,
        870,
        900,
    ]
    assert march.on(date(2024, 12, 31)) is None
    same_day = rooms.shifts.change_shift(shift_of(end="14:45", valid_from=MARCH, revision=3))
    assert len(same_day.versions) == 3
    assert same_day.on(MARCH) == shift_of(end="14:45", valid_from=MARCH, revision=4)


def test_a_change_by_who_has_not_seen_the_last_one_is_refused() -> None:
    rooms = Workplace().opened().rooms
    rooms.shifts.change_shift(shift_of(end="15:00", valid_from=MARCH, revision=1))
    change = shift_of(end="16:00", valid_from=MARCH, revision=1)
    assert refusal(lambda: rooms.shifts.change_shift(change)) == ("revision_changed", None)


def test_a_retired_shift_ends_and_later_versions_are_gone() -> None:
    rooms = Workplace().opened().rooms
    rooms.shifts.change_shift(shift_of(end="15:00", valid_from=date(2026, 4, 1), revision=1))
    retired = rooms.shifts.retire_shift("early", from_date=MARCH)
    assert retired.on(date(2026, 2, 28)) is not None
    assert retired.on(MARCH) is None
    assert retired.on(date(2026, 5, 1)) is None
    assert rooms.shifts.retire_shift("early", from_date=date(2026, 4, 1)) == retired
    late = shift_of(valid_from=MARCH, revision=retired.revision)
    assert refusal(lambda: rooms.shifts.change_shift(late)) == ("shift_retired", None)
    earlier = rooms.shifts.retire_shift("early", from_date=date(2026, 2, 1))
    assert earlier.on(date(2026, 2, 1)) is None


def test_a_shift_retired_before_it_began_never_was() -> None:
    gone = retired_from(ShiftHistory((shift_of(),)), date(2024, 1, 1))
    assert [version.retired for version in gone.versions] == [True]


def test_a_shift_has_so_many_versions_at_most() -> None:
    versions = tuple(
        replace(shift_of(), valid_from=date.fromordinal(738_000 + n)) for n in range(MAX_VERSIONS)
    )
    history = ShiftHistory(versions)
    assert len(with_version(history, replace(versions[3], name="New")).versions) == MAX_VERSIONS
    with pytest.raises(Conflict, match="make a new one"):
        with_version(history, replace(shift_of(), valid_from=date(2030, 1, 1)))


def test_shifts_need_a_site_and_an_id_of_their_own() -> None:
    rooms = Workplace().opened().rooms
    assert refusal(lambda: rooms.shifts.create_shift(replace(shift_of(), site_id="x"))) == (
        "unknown_site",
        "site_id",
    )
    other = shift_of(end="13:00")
    assert refusal(lambda: rooms.shifts.create_shift(other)) == ("shift_exists", None)
    assert rooms.shifts.create_shift(shift_of()) == ShiftHistory((shift_of(),))  # an answer got lost
    with pytest.raises(NotFound):
        rooms.shifts.get_shift("nothing")


def test_a_sites_shifts_are_listed_by_id() -> None:
    rooms = Workplace().opened().rooms
    rooms.shifts.create_shift(shift_of("late", "14:00", "22:00"))
    first = rooms.shifts.list_shifts(SITE, limit=1)
    rest = rooms.shifts.list_shifts(SITE, start_key=first.next_key)
    assert [history.shift_id for history in first.items + rest.items] == ["early", "late"]


def test_a_lost_answer_and_a_busy_table_change_nothing() -> None:
    table = MemoryTable()
    Workplace(registry=table).opened()
    dice = iter([0.9, 0.1, 0.9, 0.9] + [0.9] * 50)

    def around(inner: Table) -> Table:
        return FaultyTable(inner, dice=lambda: next(dice, 0.9), contention=0.5)

    rooms = Workplace(registry=table, around_registry=around).rooms
    changed = rooms.shifts.change_shift(shift_of(end="15:00", valid_from=MARCH, revision=1))
    assert rooms.shifts.get_shift("early") == changed


def test_a_plan_that_is_not_malformed_reads_back_as_it_was() -> None:
    rooms = Workplace().opened().rooms
    odd = shift_of(
        "odd",
        "22:00",
        "06:00",
        days=frozenset({1, 5}),
        breaks=(pause("00:00", "00:30"), Break(time(2), time(2, 15), paid=True)),
        full_day_minutes=420,
        half_day_minutes=240,
        overtime=OvertimeRule(True, False, 15, 5),
    )
    rooms.shifts.create_shift(odd)
    assert rooms.shifts.get_shift("odd").versions == (odd,)


def test_malformed_is_what_fields_are() -> None:
    with pytest.raises(Malformed):
        check_shift(replace(shift_of(), days=frozenset()))
