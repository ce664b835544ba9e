"""Made-up history: balanced, repeatable, and within the plant's own days."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

import pytest

from floorsight.events.vision import Direction
from infra.local.history.events import Door, crossing_events
from infra.local.history.plausible import VISITORS, plausible_passages, visit

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = date(2026, 3, 2)
DOORS = {number: Door("plant", f"gate-{number}", f"gate-{number}.a", 1) for number in (0, 1)}


def test_who_comes_in_goes_out_again() -> None:
    passages = plausible_passages(MONDAY, 14, BERLIN, seed=1)
    steps = [1 if passage.direction is Direction.IN else -1 for passage in passages]
    inside = list(accumulate(steps))
    assert inside[-1] == 0
    assert min(inside) >= 0
    assert 60 < max(inside) < 110


def test_weekends_are_quieter_than_weekdays() -> None:
    passages = plausible_passages(MONDAY, 28, BERLIN, seed=1)
    a_day = Counter(passage.at.astimezone(BERLIN).weekday() for passage in passages)
    assert min(a_day[day] for day in range(5)) > 5 * a_day[5] > 10 * a_day[6] > 0


def test_the_same_seed_gives_the_same_ids_and_another_gives_others() -> None:
    def ids(seed: int) -> list[str]:
        passages = plausible_passages(MONDAY, 3, BERLIN, seed=seed)
        return [event.event_id for event in crossing_events(passages, DOORS)]

    assert ids(1) == ids(1)
    assert len(set(ids(1))) == len(ids(1)) > 300
    assert not set(ids(1)) & set(ids(2))


def test_what_is_told_beside_a_passage_does_not_change_its_id() -> None:
    passages = plausible_passages(MONDAY, 1, BERLIN, seed=1)
    group = visit(passages[20].at, seed=1)
    alone = {event.event_id for event in crossing_events(passages, DOORS)}
    together = sorted([*passages, *group], key=lambda passage: passage.at)
    assert alone < {event.event_id for event in crossing_events(together, DOORS)}


@pytest.mark.parametrize("sunday", [date(2026, 3, 29), date(2026, 10, 25)])
def test_shifts_keep_to_the_clock_on_the_day_it_changes(sunday: date) -> None:
    arrivals = [
        passage.at.astimezone(BERLIN)
        for passage in plausible_passages(sunday, 1, BERLIN, seed=1)
        if passage.direction is Direction.IN
    ]
    assert {arrival.date() for arrival in arrivals} == {sunday}
    assert all(7 <= arrival.hour <= 8 for arrival in arrivals)


def test_an_unexpected_group_comes_and_goes() -> None:
    begins = plausible_passages(MONDAY, 1, BERLIN, seed=1)[0].at
    passages = visit(begins, seed=1)
    assert Counter(passage.direction for passage in passages) == {
        Direction.IN: VISITORS,
        Direction.OUT: VISITORS,
    }
    assert passages[-1].at - passages[0].at < timedelta(hours=1)


def test_events_say_that_they_are_made_up() -> None:
    passages = plausible_passages(MONDAY, 1, BERLIN, seed=1)
    for event, passage in zip(crossing_events(passages, DOORS), passages, strict=True):
        assert event.cause == "synthetic"
        assert event.camera_id == f"gate-{passage.door}"
        assert event.occurred_at == passage.at
        assert event.direction is passage.direction
