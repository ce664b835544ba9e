"""Which readings are one passage, to the microsecond."""

from __future__ import annotations

from datetime import timedelta

import pytest

from floorsight.events.vision import Direction
from floorsight.vehicles.gate.passages import Passage, cut_reach, find_touched
from tests.fakes.gatehouse import NORTH, SOUTH, after_noon

IN, OUT = Direction.IN, Direction.OUT
MICROSECOND = timedelta(microseconds=1)


def passage(
    first: float, last: float, *ways: Direction, gate: str = NORTH, number: int = 1, admitted: bool = False
) -> Passage:
    name = f"{gate}-{first}"
    return Passage(name, gate, number, after_noon(first), after_noon(last), frozenset(ways), admitted)


@pytest.mark.parametrize(
    ("first", "last", "is_touched"),
    [
        (200.0, 200.0, False),
        (160.0, 160.0, False),  # exactly 60 s later
        (159.999999, 170.0, True),
        (120.0, 130.0, True),
        (-100.0, 500.0, True),  # around it
        (20.0, 40.000001, True),  # before it
        (20.0, 40.0, False),  # exactly 60 s before
        (0.0, 10.0, False),
    ],
)
def test_less_than_a_minute_away_is_the_same_passage(first: float, last: float, is_touched: bool) -> None:
    known = passage(100, 100)
    found = find_touched([known], NORTH, after_noon(first), after_noon(last))
    assert found == ([known] if is_touched else [])


def test_another_gate_is_another_passage() -> None:
    assert find_touched([passage(0, 10)], SOUTH, after_noon(0), after_noon(10)) == []


def test_what_is_touched_comes_in_order_of_time() -> None:
    first, second = passage(0, 10), passage(100, 110)
    assert find_touched([second, first], NORTH, after_noon(5), after_noon(105)) == [first, second]


@pytest.mark.parametrize(
    ("ways", "direction"),
    [((), None), ((IN,), IN), ((OUT,), OUT), ((IN, OUT), None)],
)
def test_its_direction_is_what_its_readings_agree_on(
    ways: tuple[Direction, ...], direction: Direction | None
) -> None:
    assert passage(0, 1, *ways).direction is direction


def test_grown_it_is_all_of_its_parts_and_still_itself() -> None:
    own = passage(100, 110, IN, number=2, admitted=True)
    grown = own.grown_by([passage(50, 105, OUT, number=1), passage(90, 150, number=3)])
    assert grown == Passage(
        own.passage_id, NORTH, 2, after_noon(50), after_noon(150), frozenset({IN, OUT}), admitted=True
    )


def test_a_long_stay_takes_in_as_many_short_ones_as_fit_a_step() -> None:
    shorts = [passage(100.0 * number, 100.0 * number + 10) for number in range(5)]
    assert cut_reach(shorts, after_noon(1000), 5) == (shorts, after_noon(1000))
    assert cut_reach(shorts, after_noon(1000), 3) == (shorts[:3], after_noon(210))
