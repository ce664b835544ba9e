"""What to look at, and which frames are read."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorsight.vision.detections import ObjectClass
from floorsight.vision.plates.boxes import (
    Box,
)
from floorsight.vision.plates.picking import (
    CLEAR_MS,
    LEAST_PLATE_WIDTH,
    LOOK_EVERY_MS,
    LOOKS_BEFORE_RARELY,
    MOST_LOOKS_A_FRAME,
    NEAR_PLATE_WIDTH,
    PLATE_OF_BOX,
    RARELY_MS,
    RAREST_MS,
    READINGS_A_CHUNK,
    SPACING_MS,
    VEHICLES,
    Vehicle,
    choose_readings,
    choose_vehicles,
    is_legible,
    note_look,
)
from floorsight.vision.plates.telling import ENOUGH
from floorsight.vision.track_log import NO_PLATES, PlateLog, ReadPlate

CAR: Box = (100.0, 100.0, 500.0, 350.0)
READ = ReadPlate(0, "AB12", (0.7,) * 4, 20)


def vehicle(
    track_id: int, plates: PlateLog = NO_PLATES, box: Box = CAR, kind: ObjectClass = ObjectClass.CAR
) -> Vehicle:
    return Vehicle(track_id, box, kind, plates)


def test_every_class_of_vehicle_and_no_other_has_a_plate() -> None:
    assert set(PLATE_OF_BOX) == VEHICLES
    assert {ObjectClass.PERSON, ObjectClass.BICYCLE} == set(ObjectClass) - VEHICLES


def test_what_was_told_is_left_alone() -> None:
    assert choose_vehicles([vehicle(1, PlateLog(told=True)), vehicle(2)], 0) == [vehicle(2)]


@pytest.mark.parametrize("kind", sorted(VEHICLES))
def test_what_is_too_far_away_is_left_alone(kind: ObjectClass) -> None:
    least = LEAST_PLATE_WIDTH / PLATE_OF_BOX[kind]
    boxes = [(0.0, 0.0, least + 0.1, 100.0), (0.0, 0.0, least - 0.1, 100.0)]
    vehicles = [vehicle(number, box=box, kind=kind) for number, box in enumerate(boxes)]
    assert [each.track_id for each in choose_vehicles(vehicles, 0)] == [0]


def test_near_is_nearer_than_large_enough_to_be_looked_at() -> None:
    near = NEAR_PLATE_WIDTH / PLATE_OF_BOX[ObjectClass.CAR]
    assert vehicle(1, box=(0.0, 0.0, near + 0.1, 100.0)).is_near
    far = vehicle(1, box=(0.0, 0.0, near - 0.1, 100.0))
    assert not far.is_near
    assert choose_vehicles([far], 0) == [far]


def test_nothing_is_looked_at_all_the_time() -> None:
    looked = vehicle(1, PlateLog(looked_ms=1000, looks=1))
    assert choose_vehicles([looked], 1000 + LOOK_EVERY_MS - 1) == []
    assert choose_vehicles([looked], 1000 + LOOK_EVERY_MS) == [looked]


@pytest.mark.parametrize(("more", "pause_ms"), [(0, RARELY_MS), (1, 2 * RARELY_MS), (99, RAREST_MS)])
def test_who_stands_and_shows_no_plate_is_looked_at_ever_more_rarely(more: int, pause_ms: int) -> None:
    looks = LOOKS_BEFORE_RARELY + more
    parked = vehicle(1, PlateLog(looked_ms=1000, looks=looks, place=CAR))
    assert choose_vehicles([parked], 1000 + pause_ms - 1) == []
    assert choose_vehicles([parked], 1000 + pause_ms) == [parked]
    moves = vehicle(1, PlateLog(looked_ms=1000, looks=looks, place=(300.0, 100.0, 700.0, 350.0)))
    read = vehicle(1, PlateLog(looked_ms=1000, looks=looks, place=CAR, hope=looks))
    for due in (moves, read):
        assert choose_vehicles([due], 1000 + LOOK_EVERY_MS) == [due]


def test_parked_vehicles_cost_one_look_a_frame_at_most_and_stand_in_nobodys_way() -> None:
    parked = [vehicle(number, PlateLog(looks=40, looked_ms=number)) for number in range(1, 31)]
    assert choose_vehicles(parked, 1_000_000) == parked[:1]
    came = [vehicle(number, PlateLog(looks=1, looked_ms=999_000)) for number in (50, 51, 52)]
    assert choose_vehicles([*parked, *came], 1_000_000) == came


def test_what_was_read_from_afar_as_often_as_it_counts_is_looked_at_rarely_until_it_moves() -> None:
    known = PlateLog(looked_ms=1000, readings=(READ,) * ENOUGH, place=CAR)
    assert choose_vehicles([vehicle(1, known)], 1000 + RARELY_MS - 1) == []
    moved = vehicle(1, known, (300.0, 100.0, 700.0, 350.0))
    assert choose_vehicles([moved], 1000 + LOOK_EVERY_MS) == [moved]


def test_a_look_says_since_when_a_vehicle_stands_there() -> None:
    first = note_look(vehicle(1), 1000)
    assert (first.place, first.placed_ms, first.looks, first.hope) == (CAR, 1000, 1, 0)
    again = note_look(vehicle(1, first, (104.0, 98.0, 505.0, 352.0)), 1200)  # boxes tremble
    assert (again.place, again.placed_ms, again.looks, again.hope) == (CAR, 1000, 2, 0)
    moved = note_look(vehicle(1, again, (300.0, 100.0, 700.0, 350.0)), 1400)
    assert (moved.placed_ms, moved.looks, moved.hope) == (1400, 3, 2)


def test_who_was_behind_another_is_not_any_more_once_several_looks_say_so() -> None:
    def look(plates: PlateLog, at_ms: int, *, behind: bool) -> PlateLog:
        return note_look(Vehicle(1, CAR, ObjectClass.CAR, plates, behind), at_ms)

    assert not look(NO_PLATES, 0, behind=False).behind
    waiting = look(NO_PLATES, 1000, behind=True)
    once = look(look(waiting, 2000, behind=False), 3000, behind=True)
    assert (once.behind, once.clear) == (True, 0)
    quick = waiting
    for at_ms in range(5000, 5000 + CLEAR_MS, 150):  # since the first of them, not since it was behind
        quick = look(quick, at_ms, behind=False)
    assert quick.behind
    assert not look(quick, 5000 + CLEAR_MS, behind=False).behind
    slow = look(look(waiting, 5000, behind=False), 9000, behind=False)
    assert slow.behind  # two looks
    assert not look(slow, 9150, behind=False).behind


def test_in_a_queue_those_come_first_that_came_or_were_read_just_now_and_waited_longest() -> None:
    queue = [
        vehicle(number, PlateLog(looked_ms=-number * 1000, looks=5, hope=5 * (number % 2)))
        for number in range(1, 11)
    ]
    assert [each.track_id for each in choose_vehicles(queue, 1000)] == [9, 7, 5][:MOST_LOOKS_A_FRAME]


def test_the_sharpest_frames_are_read_in_order_of_time() -> None:
    times = [0, 200, 400, 600, 800]
    assert choose_readings(times, [9.0, 1.0, 8.0, 2.0, 7.0], NO_PLATES) == [0, 2, 4]


def test_neighbours_of_the_sharpest_and_of_what_was_read_before_are_not() -> None:
    assert choose_readings([0, 100, 200, 300], [5.0, 9.0, 6.0, 8.0], NO_PLATES) == [1, 3]
    before = PlateLog(readings=(ReadPlate(900, "AB12", (0.9,) * 4, 20),))
    assert choose_readings([1000, 1099, 1100], [9.0, 9.0, 1.0], before) == [2]


@given(st.lists(st.tuples(st.integers(0, 3000), st.floats(0.0, 1e4)), max_size=30))
def test_what_is_read_is_little_and_apart(seen: list[tuple[int, float]]) -> None:
    seen.sort()
    times, sharpness = [at for at, _ in seen], [sharp for _, sharp in seen]
    chosen = choose_readings(times, sharpness, NO_PLATES)
    assert len(chosen) <= READINGS_A_CHUNK
    assert all(times[later] - times[earlier] >= SPACING_MS for earlier, later in pairwise(chosen))
    if seen:
        assert max(sharpness) in [sharpness[place] for place in chosen]


@pytest.mark.parametrize(
    ("confidences", "legible"),
    [((), False), ((0.99,), False), ((0.9, 0.9), True), ((0.5, 0.5), True), ((0.9, 0.4, 0.1), False)],
)
def test_a_grille_is_no_plate(confidences: tuple[float, ...], legible: bool) -> None:
    assert is_legible(confidences) is legible
