"""When a plate is told, and which readings are kept until then."""

from __future__ import annotations

from floorsight.vision.plates.telling import (
    EARLY,
    ENOUGH,
    MOST,
    STANDS_BEHIND_MS,
    STANDS_MS,
    is_enough,
    is_worth_announcing,
    keep_readings,
)
from floorsight.vision.track_log import NO_PLATES, PlateLog, ReadPlate

PLACE = (0.0, 0.0, 190.0, 150.0)


def several(count: int, confidence: float, *, near: bool = True, text: str = "AB12") -> tuple[ReadPlate, ...]:
    return tuple(ReadPlate(200 * n, text, (confidence,) * len(text), 24, near) for n in range(count))


def standing(readings: tuple[ReadPlate, ...], for_ms: int, *, behind: bool = False) -> PlateLog:
    return PlateLog(looked_ms=5000 + for_ms, readings=readings, place=PLACE, placed_ms=5000, behind=behind)


def test_two_very_sure_readings_are_enough_and_one_is_not() -> None:
    assert not is_enough(NO_PLATES)
    assert not is_enough(PlateLog(readings=several(1, 0.99)))
    assert is_enough(PlateLog(readings=several(2, EARLY)))
    assert not is_enough(PlateLog(readings=several(2, EARLY - 0.01)))


def test_after_plenty_from_near_their_consensus_must_do() -> None:
    assert not is_enough(PlateLog(readings=several(ENOUGH - 1, 0.9)))
    assert is_enough(PlateLog(readings=several(ENOUGH, 0.6)))


def test_from_afar_no_number_of_unsure_readings_is_enough() -> None:
    assert not is_enough(PlateLog(readings=several(50, 0.9, near=False)))
    assert is_enough(PlateLog(readings=several(2, EARLY, near=False)))


def test_who_stands_far_away_for_long_is_told_all_the_same() -> None:
    far = several(2, 0.7, near=False)
    assert not is_enough(standing(far, STANDS_MS - 1))
    assert is_enough(standing(far, STANDS_MS))
    assert not is_enough(standing(far[:1], STANDS_BEHIND_MS))


def test_who_is_behind_another_is_never_told_for_the_barrier_and_announced_once() -> None:
    """However sure: it would be lifted for the one in front."""
    sure = several(ENOUGH, 0.99)
    assert not is_enough(PlateLog(readings=sure, behind=True))
    assert not is_worth_announcing(standing(sure, STANDS_BEHIND_MS - 1, behind=True))
    waiting = standing(sure, STANDS_BEHIND_MS, behind=True)
    assert is_worth_announcing(waiting)
    assert not is_enough(waiting)
    assert not is_worth_announcing(waiting._replace(announced=True))
    assert not is_worth_announcing(waiting._replace(behind=False))
    assert is_enough(waiting._replace(announced=True, behind=False))


def test_lettering_is_never_told_early() -> None:
    lettering = several(ENOUGH, 0.99, text="SCANIA")
    assert not is_enough(PlateLog(readings=lettering))
    assert is_enough(standing(lettering, STANDS_MS))


def test_of_lettering_the_latest_are_kept_whatever_comes_beside_it() -> None:
    lettering, plates = several(1000, 0.99, text="DHL"), several(3, 0.6)
    assert keep_readings(lettering) == lettering[-ENOUGH:]
    assert set(keep_readings([*lettering, *plates])) == {*lettering[-ENOUGH:], *plates}


def test_from_afar_the_oldest_make_room_for_newer_ones_and_for_those_from_near() -> None:
    far, near = several(10, 0.9, near=False), several(12, 0.9)[10:]
    assert keep_readings(far) == far[-ENOUGH:]
    assert keep_readings([*near, *far]) == (*far[-ENOUGH + 2 :], *near)
    assert keep_readings([*far, *several(10_000, 0.9)]) == several(10_000, 0.9)[-MOST:]  # behind another
    plenty = several(ENOUGH + 2, 0.9)
    assert keep_readings([*plenty, *far]) == plenty
