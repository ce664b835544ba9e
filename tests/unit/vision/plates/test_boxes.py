"""Which boxes are one vehicle, where its plate is looked for, and whose one is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorsight.vision.plates.boxes import (
    Box,
    drop_doubles,
    find_owner,
    find_view,
    is_alone,
    is_behind,
    is_cut,
    overlap,
    widen_view,
)

CAR: Box = (100.0, 100.0, 500.0, 350.0)


def plate(x: float, y: float, width: float = 80.0) -> Box:
    """By its middle."""
    return (x - width / 2, y - 10, x + width / 2, y + 10)


@pytest.mark.parametrize(
    ("other", "behind"),
    [
        ((50.0, 150.0, 650.0, 600.0), True),
        ((260.0, 200.0, 320.0, 420.0), True),  # a motorcycle
        ((420.0, 150.0, 800.0, 600.0), False),  # in the next lane: it shares a fifth of the car's width
        ((380.0, 150.0, 800.0, 600.0), True),
        ((100.0, 60.0, 500.0, 374.0), False),  # hardly farther down
        ((100.0, 60.0, 500.0, 375.0), True),
        ((200.0, 20.0, 400.0, 200.0), False),
    ],
)
def test_behind_is_who_has_somebody_before_it_in_its_lane(other: Box, behind: bool) -> None:
    assert is_behind(CAR, [(0.0, 0.0, 9.0, 9.0), other]) is behind
    assert not is_behind(CAR, [])


@pytest.mark.parametrize(
    ("box", "cut"),
    [
        ((100.0, 100.0, 180.0, 120.0), False),
        ((5.0, 100.0, 85.0, 120.0), True),
        ((557.0, 100.0, 637.0, 120.0), True),
        ((640.0 - 86.1, 100.0, 640.0 - 6.1, 120.0), False),  # more than half a character is left
        ((100.0, 458.0, 180.0, 478.0), True),
    ],
)
def test_a_plate_at_the_edge_may_go_on_beyond_it(box: Box, cut: bool) -> None:
    assert is_cut(box, 20.0, (0, 0, 640, 480)) is cut


def test_a_wider_view_has_room_for_as_much_again() -> None:
    assert widen_view((20.0, 90.0, 100.0, 110.0), (30, 40, 100, 120), 640, 480) == (0, 20, 180, 140)


def test_a_vehicle_that_was_found_as_two_classes_is_the_older_track_s() -> None:
    twice = (104.0, 102.0, 498.0, 348.0)
    behind = (250.0, 60.0, 650.0, 260.0)
    assert drop_doubles({9: twice, 3: CAR, 5: behind}) == {3: CAR, 5: behind}


def test_how_much_boxes_cover_one_another() -> None:
    assert overlap(CAR, CAR) == 1.0
    assert overlap((0.0, 0.0, 2.0, 2.0), (1.0, 0.0, 3.0, 2.0)) == pytest.approx(1 / 3)
    assert overlap((0.0, 0.0, 2.0, 2.0), (2.0, 0.0, 3.0, 2.0)) == 0.0


def test_a_plate_in_the_lower_part_of_a_vehicle_is_its_own() -> None:
    assert find_owner(plate(300, 300), {7: CAR}) == 7


@pytest.mark.parametrize(
    "elsewhere",
    [
        plate(300, 150),  # behind its windows: that of somebody farther away
        plate(560, 300),  # beside
        plate(300, 370),  # on the ground
        plate(300, 300, width=300.0),  # as wide as its bumper
    ],
)
def test_a_plate_elsewhere_is_not_the_vehicle_s(elsewhere: Box) -> None:
    assert find_owner(elsewhere, {7: CAR}) is None


def test_in_a_queue_each_has_its_own_plate() -> None:
    """The one in front hides the lower part of the one behind; both boxes reach over both."""
    behind, before = (150.0, 40.0, 450.0, 220.0), (120.0, 150.0, 480.0, 400.0)
    boxes = {1: behind, 2: before}
    assert find_owner(plate(300, 190), boxes) == 1  # above the other's lower part
    assert find_owner(plate(300, 330), boxes) == 2  # below the first


def test_a_plate_in_the_lower_part_of_two_is_that_of_the_one_clearly_in_front() -> None:
    lorry, car = (100.0, 0.0, 600.0, 300.0), (150.0, 100.0, 450.0, 400.0)
    assert find_owner(plate(300, 280), {1: lorry, 2: car}) == 2
    level = (150.0, 100.0, 450.0, 310.0)
    assert find_owner(plate(300, 280), {1: lorry, 2: level}) is None


def test_nobody_owns_a_plate_where_nothing_stands() -> None:
    assert find_owner(plate(300, 300), {}) is None


def test_where_a_plate_should_be_is_read_only_where_no_other_vehicle_is() -> None:
    part = (100.0, 300.0, 500.0, 350.0)
    assert is_alone(part, 1, {1: CAR})
    assert is_alone(part, 1, {1: CAR, 2: (600.0, 100.0, 900.0, 350.0)})
    assert not is_alone(part, 1, {1: CAR, 2: (450.0, 100.0, 900.0, 320.0)})


@given(*(st.floats(-300.0, 900.0) for _ in range(4)))
def test_where_to_look_lies_in_the_frame(left: float, top: float, right: float, bottom: float) -> None:
    x0, y0, x1, y1 = find_view((left, top, max(left, right), max(top, bottom)), 640, 480)
    assert 0 <= x0 <= 640
    assert 0 <= x1 <= 640
    assert 0 <= y0 <= 480
    assert 0 <= y1 <= 480
