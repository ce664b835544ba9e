"""Who is in right now, and how little has to be read to know it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from floorsight.attendance.listing import Presence
from floorsight.attendance.model import Pairing
from tests.fakes.workplace import ANN, IN, OUT, SITE, UNKNOWN, Workplace, shift_of

LEAVES = [
    (date(2026, 3, 2), date(2026, 3, 2)),
    (date(2026, 2, 1), date(2026, 3, 31)),
    (date(2026, 3, 3), date(2026, 3, 9)),  # from tomorrow on
    (date(2026, 2, 20), date(2026, 3, 1)),  # until yesterday
]
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


def test_who_is_on_leave_is_read_once_for_a_whole_site(monkeypatch: pytest.MonkeyPatch) -> None:
    place = Workplace().opened()
    names = [f"worker-{number}" for number in range(20)]
    for name in names:
        place.hire(name)
    for name, (first, last) in zip(names, LEAVES, strict=False):
        place.rooms.rosters.enter_leave(name, first_date=first, last_date=last, kind="annual", by="olga")
    place.is_at("2026-03-02T09:00:00")
    asked: list[str] = []
    table = place.rooms.lists.planning.table
    query = table.query
    monkeypatch.setattr(table, "query", lambda pk, **how: (asked.append(pk), query(pk, **how))[1])
    _, found = place.rooms.lists.list_present(SITE)
    away = {each.employee.employee_id for each in found if each.presence is Presence.ON_LEAVE}
    assert away == set(names[:2])
    assert len(asked) < 10
