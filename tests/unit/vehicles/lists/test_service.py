"""Vehicles are put on lists, changed and taken off; what was listed when stays known."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from floorsight.platform.errors import Conflict, FloorsightError, Malformed, NotFound, Unavailable
from floorsight.platform.table import Update
from floorsight.vehicles.lists.model import VehicleRef
from floorsight.vehicles.lists.store import VEHICLE
from floorsight.vehicles.model import GatePolicy, ListName
from floorsight.vehicles.plates import fold
from tests.fakes.clock import NOON
from tests.fakes.register import Register
from tests.fakes.scene import SITE
from tests.fakes.table import FaultyTable

BLOCKED, ALLOWED, VISITOR = ListName.BLOCKED, ListName.ALLOWED, ListName.VISITOR
PLATE = "MH12AB1234"
TOMORROW = NOON + timedelta(days=1)
BEFORE = NOON - timedelta(days=9)
AS_OF_NOON = NOON - timedelta(seconds=30)  # who stands at the gate then was seen a moment before


def code_of(caught: pytest.ExceptionInfo[FloorsightError]) -> tuple[str, str | None]:
    return caught.value.code, caught.value.field


def test_a_plate_is_found_by_whatever_a_camera_takes_for_it(register: Register) -> None:
    entry = register.add(BLOCKED, "mh 12-ab 1234", reason="theft")
    assert (entry.vehicle.plate, entry.vehicle.profile) == (PLATE, "IN")
    for read in (PLATE, "MHI2A8I234", "MH1ZAB1Z34"):
        assert register.like(read) == [entry.vehicle]
    assert register.like("MH12AB1235") == []


def test_what_the_format_says_was_meant_is_taken(register: Register) -> None:
    assert register.add(ALLOWED, "MHI2AB1Z34").vehicle.plate == PLATE


@pytest.mark.parametrize(
    ("text", "profiles", "code", "named"),
    [
        ("HELLO", ("IN",), "no_profile", "IN"),
        ("...", ("IN", "EU"), "no_profile", "IN, EU"),
    ],
)
def test_a_text_that_is_no_plate_is_refused_with_the_sites_formats(
    register: Register, text: str, profiles: tuple[str, ...], code: str, named: str
) -> None:
    register.policies.replace(GatePolicy(SITE, profiles=profiles, revision=1))
    with pytest.raises(Malformed, match=named) as caught:
        register.add(ALLOWED, text)
    assert code_of(caught) == (code, "plate")
    assert register.listed() == []


def test_the_same_again_changes_nothing_and_other_values_are_a_conflict(register: Register) -> None:
    first = register.add(BLOCKED, PLATE, reason="theft")
    register.clock.advance(60)
    assert register.add(BLOCKED, PLATE, reason="theft") == first
    with pytest.raises(Conflict, match=first.vehicle.vehicle_id) as caught:
        register.add(BLOCKED, PLATE, reason="damage")
    assert caught.value.code == "vehicle_listed"
    assert register.add(ALLOWED, PLATE).vehicle.list_name is ALLOWED  # blocked wins at the gate


def test_a_visitor_may_come_several_times_each_an_entry_of_its_own(register: Register) -> None:
    day = timedelta(days=1)
    ids = {
        register.add(
            VISITOR, PLATE, host="Anna", valid_from=NOON + n * day, valid_until=NOON + (n + 1) * day
        ).vehicle.vehicle_id
        for n in range(3)
    }
    assert len(ids) == 3
    assert len(register.like(PLATE)) == 3
    assert all(register.lists.get(each).vehicle.vehicle_id == each for each in ids)


def test_a_change_is_made_in_place_of_what_was_read_and_both_are_kept(register: Register) -> None:
    first = register.add(BLOCKED, PLATE, reason="theft")
    vehicle_id = first.vehicle.vehicle_id
    register.clock.advance(60)
    changed = register.lists.update(vehicle_id, revision=1, by="adam", reason="damage")
    assert (changed.vehicle.reason, changed.vehicle.revision) == ("damage", 2)
    assert (changed.vehicle.created_by, changed.changed_by) == ("olga", "adam")
    # Whose answer got lost, says it again; who read something older reads again.
    assert register.lists.update(vehicle_id, revision=1, by="adam", reason="damage") == changed
    with pytest.raises(Conflict) as caught:
        register.lists.update(vehicle_id, revision=1, by="eve", reason="other")
    assert caught.value.code == "revision_changed"
    assert register.lists.list_history(vehicle_id) == [changed, first]


def test_a_visitors_beginning_stays(register: Register) -> None:
    entry = register.add(VISITOR, PLATE, host="Anna", valid_until=TOMORROW)
    with pytest.raises(Malformed) as caught:
        register.lists.update(
            entry.vehicle.vehicle_id,
            revision=1,
            by="olga",
            host="Anna",
            valid_from=NOON,
            valid_until=TOMORROW,
        )
    assert code_of(caught) == ("valid_from_fixed", "valid_from")


def test_without_a_beginning_it_counts_from_when_it_was_listed(register: Register) -> None:
    entry = register.add(BLOCKED, PLATE, reason="theft")
    assert entry.vehicle.valid_from == AS_OF_NOON
    register.clock.advance(3600)
    assert register.add(BLOCKED, PLATE, reason="theft") == entry
    changed = register.lists.update(entry.vehicle.vehicle_id, revision=1, by="adam", reason="damage")
    assert changed.vehicle.valid_from == AS_OF_NOON


def test_what_would_count_later_counts_from_now_on_without_its_beginning(register: Register) -> None:
    entry = register.add(BLOCKED, PLATE, reason="theft", valid_from=TOMORROW)
    changed = register.lists.update(entry.vehicle.vehicle_id, revision=1, by="adam", reason="theft")
    assert changed.vehicle.valid_from == AS_OF_NOON


def test_what_is_over_already_is_not_listed_unless_its_beginning_is_said(register: Register) -> None:
    for add in (
        lambda: register.add(VISITOR, PLATE, host="Anna", valid_until=NOON),
        lambda: register.add(ALLOWED, PLATE, valid_until=BEFORE),
    ):
        with pytest.raises(Malformed) as caught:
            add()
        assert code_of(caught) == ("over_already", "valid_until")
    assert register.add(ALLOWED, PLATE, valid_from=BEFORE, valid_until=NOON).vehicle.is_over_at(NOON)


@pytest.mark.parametrize("since", [None, BEFORE])
def test_a_visitor_who_is_listed_anew_has_all_visits_again(
    register: Register, since: datetime | None
) -> None:
    fields = {"host": "Anna", "max_visits": 1, "valid_from": since}
    first = register.add(VISITOR, PLATE, valid_until=TOMORROW, **fields)
    old_id = first.vehicle.vehicle_id
    register.lists.remove(old_id, by="adam")
    again = register.add(VISITOR, PLATE, valid_until=TOMORROW, **fields)
    assert again.vehicle.vehicle_id == f"{old_id}.2"  # by which visits are counted
    assert register.like(PLATE) == [again.vehicle]
    # What decisions name stays known, and is no entry that could be changed.
    assert register.lists.get(old_id).removed
    assert register.lists.get(old_id).vehicle == replace(first.vehicle, revision=2)
    assert register.lists.remove(old_id, by="eve").removed
    with pytest.raises(NotFound):
        register.lists.update(old_id, revision=3, by="eve", host="Anna", valid_until=TOMORROW)
    assert register.lists.list_history(old_id) == register.lists.list_history(again.vehicle.vehicle_id)
    # So has one whose time was over; a later one goes on.
    register.clock.advance(2 * 86400)
    later = register.add(VISITOR, PLATE, valid_until=NOON + timedelta(days=3), **fields)
    assert later.vehicle.vehicle_id == f"{old_id}.3"
    assert register.add(VISITOR, PLATE, valid_until=NOON + timedelta(days=3), **fields) == later
    with pytest.raises(NotFound):
        register.lists.get(f"{old_id}.4")


def test_what_is_removed_is_on_no_list_and_stays_known(register: Register) -> None:
    first = register.add(BLOCKED, PLATE, reason="theft")
    vehicle_id = first.vehicle.vehicle_id
    register.clock.advance(60)
    removed = register.lists.remove(vehicle_id, by="adam")
    assert (removed.removed, removed.changed_by, removed.changed_at) == (True, "adam", register.clock())
    assert register.lists.remove(vehicle_id, by="eve") == removed
    assert (register.like(PLATE), register.listed()) == ([], [])
    assert register.lists.get(vehicle_id) == removed
    with pytest.raises(NotFound, match="adam"):
        register.lists.update(vehicle_id, revision=2, by="eve", reason="theft")
    again = register.add(BLOCKED, PLATE, reason="damage")
    assert (again.vehicle.revision, again.removed) == (3, False)
    assert register.like(PLATE) == [again.vehicle]
    assert register.lists.list_history(vehicle_id) == [again, removed, first]


@pytest.mark.parametrize(
    "vehicle_id",
    [
        "",
        "x",
        f"{SITE}.{PLATE}.blocked",
        f"{SITE}.{PLATE}.stolen",
        f"{SITE}.{PLATE}.visitor.yesterday",
        f"{SITE}.{PLATE}.visitor.20260302T070000000000Z.",
        f"{SITE}..blocked",
        "\x00." * 3,
    ],
)
def test_ids_that_are_nobodys_are_unknown(register: Register, vehicle_id: str) -> None:
    for ask in (register.lists.get, register.lists.list_history):
        with pytest.raises(NotFound) as caught:
            ask(vehicle_id)
        assert caught.value.code == "unknown_vehicle"


def test_an_id_of_another_round_than_there_was_is_unknown(register: Register) -> None:
    vehicle_id = register.add(ListName.BLOCKED, PLATE, reason="theft").vehicle.vehicle_id
    for ask in (register.lists.get, register.lists.list_history):
        with pytest.raises(NotFound):
            ask(f"{vehicle_id}.7")


def test_lists_are_read_by_list_plate_and_time_and_page_by_page(register: Register) -> None:
    for number in range(7):
        register.add(
            ALLOWED, f"KA05M{number:04}", valid_from=BEFORE, valid_until=NOON + timedelta(hours=number)
        )
    register.add(BLOCKED, "KA05M9999", reason="theft")
    register.add(BLOCKED, PLATE, reason="theft")

    def plates(**wanted: object) -> list[str]:
        found, start_key = [], None
        while True:
            page = register.lists.list_vehicles(SITE, limit=2, start_key=start_key, **wanted)  # type: ignore[arg-type]
            assert 0 < len(page.items) <= 2
            found += [each.vehicle.plate for each in page.items]
            start_key = page.next_key
            if start_key is None:
                return found

    allowed = [f"KA05M{number:04}" for number in range(7)]
    assert plates() == ["KA05M9999", PLATE, *allowed]
    assert plates(list_name=ALLOWED) == allowed
    assert plates(plate_prefix="ka-05") == ["KA05M9999", *allowed]
    assert plates(list_name=ALLOWED, valid_at=NOON + timedelta(hours=4)) == allowed[5:]


def test_a_cursor_of_another_list_is_refused(register: Register) -> None:
    for number in range(3):
        register.add(ALLOWED, f"KA05M{number:04}")
    page = register.lists.list_vehicles(SITE, list_name=ALLOWED, limit=1)
    with pytest.raises(Malformed) as caught:
        register.lists.list_vehicles(SITE, list_name=BLOCKED, limit=1, start_key=page.next_key)
    assert caught.value.code == "bad_cursor"


def test_who_is_slower_is_told_and_a_lost_answer_is_none(register: Register) -> None:
    first = register.add(BLOCKED, PLATE, reason="theft")
    key = VEHICLE.key(site_id=SITE, folded=fold(PLATE), place=VehicleRef.of(first.vehicle).place)

    def somebody_else() -> None:
        register.registry.write(Update(key, add={"revision": 1}))

    hurried = register.lists_on(FaultyTable(register.registry, interrupt=somebody_else))
    with pytest.raises(Conflict) as caught:
        hurried.update(first.vehicle.vehicle_id, revision=1, by="adam", reason="damage")
    assert caught.value.code == "revision_changed"
    contended = register.lists_on(FaultyTable(register.registry, contention=1.0))
    with pytest.raises(Unavailable):
        contended.remove(first.vehicle.vehicle_id, by="adam")
