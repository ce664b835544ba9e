"""Who is in right now, and how little has to be read to know it."""

from __future__ import annotations

from typing import Any

import pytest

from floorsight.attendance.listing import Presence
from floorsight.attendance.model import Pairing
from tests.fakes.workplace import ANN, IN, OUT, SITE, UNKNOWN, Workplace, shift_of

CASES = [
    ([IN], Presence.IN),
    ([UNKNOWN], Presence.IN),
    ([OUT], Presence.LEFT),
    ([OUT, IN], Presence.IN),
    ([IN, OUT], Presence.LEFT),
    ([IN, IN], Presence.IN),
    ([OUT, OUT], Presence.LEFT),
    ([UNKNOWN, UNKNOWN], Presence.LEFT),
    ([IN, OUT, IN], Presence.IN),
    ([OUT, UNKNOWN], Presence.IN),
]


@pytest.mark.parametrize("pairing", Pairing)
@pytest.mark.parametrize(("directions", "expected"), CASES)
def test_who_is_in(pairing: Pairing, directions: list[Any], expected: Presence) -> None:
    place = Workplace().opened()
    place.rooms.shifts.create_shift(shift_of("hall", pairing=pairing))
    place.hire("ben", "hall")
    place.is_at("2026-03-02T09:00:00")
    for number, direction in enumerate(directions):
        place.punch(f"2026-03-02T{6 + number:02}:30", direction, "ben")
    _, found = place.rooms.lists.list_present(SITE)
    assert [each.presence for each in found if each.employee.employee_id == "ben"] == [expected]


def test_nobody_who_came_and_did_nothing_else_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    place = Workplace().opened()
    place.is_at("2026-03-02T09:00:00")
    place.punch("2026-03-02T06:00")
    monkeypatch.setattr(type(place.rooms.service.store), "find_punch", None)
    _, [ann] = place.rooms.lists.list_present(SITE)
    assert (ann.employee.employee_id, ann.presence) == (ANN, Presence.IN)
