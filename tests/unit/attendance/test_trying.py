"""What would be if a shift were another one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.fakes.workplace import ANN, Workplace, shift_of

RETIRED_FROM = date(2026, 3, 3)


@pytest.mark.parametrize("first_day", [1, 2, 3, 4])
def test_nobody_would_work_a_shift_that_is_retired(first_day: int) -> None:
    place = Workplace().opened()
    place.is_at("2026-03-05T20:00:00")
    place.punch("2026-03-02T06:03")
    place.rooms.shifts.retire_shift("early", from_date=RETIRED_FROM)
    other = replace(shift_of(), grace_late_minutes=0)
    looked_at, found = place.rooms.trying.try_shift(other, date(2026, 3, first_day), date(2026, 3, 4))
    assert looked_at.items == [ANN]
    assert [each.line.local_date.day for each in found] == ([2] if first_day <= 2 else [])
