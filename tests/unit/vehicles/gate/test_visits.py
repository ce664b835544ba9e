"""Which passages are a visit."""

from __future__ import annotations

import random
from itertools import permutations

import pytest

from floorsight.events.vision import Direction
from floorsight.vehicles.gate.passages import Passage
from floorsight.vehicles.gate.visits import Visit, VisitState, pair, pair_again
from tests.fakes.gatehouse import NORTH, SOUTH, after_noon
from tests.unit.vehicles.gate.test_passages import passage

WAYS = {"i": Direction.IN, "o": Direction.OUT}


def row(ways: str, begin: int = 0) -> list[Passage]:
    """Passages a hundred seconds apart: in, out, or of unknown (`?`) or contradicting (`x`) directions."""
    found = []
    for number, way in enumerate(ways, start=begin):
        known = tuple(WAYS.values()) if way == "x" else tuple(filter(None, [WAYS.get(way)]))
        found.append(passage(100.0 * number, 100.0 * number + 5, *known, number=number + 1))
    return found


def told(visits: list[Visit]) -> str:
    """Such as `0-1 ended, 2- open`."""

    def number(of: Passage | None) -> str:
        return "" if of is None else str(of.number - 1)

    return ", ".join(f"{number(each.entry)}-{number(each.exit)} {each.state}" for each in visits)


@pytest.mark.parametrize(
    ("ways", "visits"),
    [
        ("", ""),
        ("i", "0- open"),
        ("o", "-0 begin_unknown"),
        ("io", "0-1 ended"),
        ("oi", "-0 begin_unknown, 1- open"),
        ("ii", "0- end_unknown, 1- open"),
        ("oo", "-0 begin_unknown, -1 begin_unknown"),
        ("iioo", "0- end_unknown, 1-2 ended, -3 begin_unknown"),
        ("ioio", "0-1 ended, 2-3 ended"),
        ("i?o", "0-2 ended"),  # of unknown direction: of no visit, and parting none
        ("ixo", "0-2 ended"),
        ("?x?", ""),
        ("i?", "0- open"),
    ],
)
def test_visits_follow_from_the_order_of_passages(ways: str, visits: str) -> None:
    passages = row(ways)
    assert told(pair(passages)) == visits
    for order in permutations(passages):
        assert pair(order) == pair(passages)


def test_at_the_same_moment_the_gates_names_decide() -> None:
    entry, out = passage(0, 5, Direction.IN, gate=NORTH), passage(0, 5, Direction.OUT, gate=SOUTH)
    assert [each.state for each in pair([out, entry])] == [VisitState.ENDED]


def test_the_last_entry_goes_on_unless_more_follows() -> None:
    assert told(pair(row("i"), is_followed=True)) == "0- end_unknown"
    assert told(pair(row("io"), is_followed=True)) == "0-1 ended"


@pytest.mark.parametrize(("ways", "admitted"), [("i", True), ("io", True), ("o", False)])
def test_a_vehicle_was_let_in_if_its_entry_was(ways: str, admitted: bool) -> None:
    passages = [each.grown_by([]) for each in row(ways)]
    let_in = [Passage(**{**vars(each), "admitted": True}) for each in passages]
    [visit] = pair(let_in)
    assert visit.admitted is admitted
    [visit] = pair(passages)
    assert not visit.admitted


def test_a_visit_is_called_and_placed_by_its_first_passage() -> None:
    [visit] = pair(row("io"))
    assert visit.entry is not None
    assert (visit.visit_id, visit.place) == (visit.entry.passage_id, (after_noon(0), NORTH))
    [visit] = pair(row("o"))
    assert visit.exit is not None
    assert (visit.visit_id, visit.place) == (visit.exit.passage_id, (after_noon(0), NORTH))


@pytest.mark.parametrize("seed", range(300))
def test_only_the_neighbourhood_needs_to_be_looked_at(seed: int) -> None:
    """Replacing some passages by one that grew of them changes visits nowhere but around them."""
    dice = random.Random(seed)
    passages = row("".join(dice.choices("iiioooo?x", k=dice.randint(0, 9))))
    begin = dice.randint(0, len(passages))
    gone = passages[begin : begin + dice.choice((0, 0, 1, 1, 2, 3))]
    way = dice.choice(("i", "o", "?", "x"))
    [come] = row(way, begin=20)
    first = gone[0].first_seen if gone and dice.random() < 0.7 else after_noon(100.0 * begin - 50)
    come = Passage(**{**vars(come), "first_seen": first, "last_seen": max(first, come.first_seen)})
    touched = [each.first_seen for each in (*gone, come)]
    known = pair(passages)
    before = [each for each in known if each.place[0] < min(touched)]
    after = [each for each in known if each.place[0] > max(touched)]
    within = [each for each in known if min(touched) <= each.place[0] <= max(touched)]
    around = [*before[-1:], *within, *after[:1]]
    expected = pair([*(each for each in passages if each not in gone), come])
    assert [*before[:-1], *pair_again(around, gone, come), *after[1:]] == expected
