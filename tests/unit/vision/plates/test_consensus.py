"""What readings come to, and when that is enough."""

from __future__ import annotations

import pytest

from floorsight.vision.plates.consensus import (
    DOUBTFUL,
    LEAST_WEIGHT,
    PLAIN_HEIGHT,
    SURE,
    align,
    combine,
    weigh,
)
from floorsight.vision.track_log import ReadPlate


def reading(text: str, confidence: float = 0.95, at_ms: int = 0, height: int = PLAIN_HEIGHT) -> ReadPlate:
    return ReadPlate(at_ms, text, (confidence,) * len(text), height)


def several(*readings: tuple[str, float]) -> list[ReadPlate]:
    return [reading(text, confidence, 200 * number) for number, (text, confidence) in enumerate(readings)]


def test_nothing_read_is_no_text() -> None:
    nothing = combine([])
    assert (nothing.text, nothing.confidence, nothing.reads, nothing.agreeing) == (None, 0.0, 0, 0)


def test_one_reading_is_its_own_consensus() -> None:
    alone = combine([ReadPlate(0, "AB12", (0.9, 0.8, 0.99, 0.7), PLAIN_HEIGHT)])
    assert (alone.text, alone.confidences, alone.confidence) == ("AB12", (0.9, 0.8, 0.99, 0.7), 0.7)
    assert (alone.reads, alone.agreeing) == (1, 1)


def test_each_character_is_voted_on_by_how_sure_it_is() -> None:
    found = combine(
        [
            ReadPlate(0, "8AB", (0.9, 0.9, 0.9), PLAIN_HEIGHT),
            ReadPlate(200, "BAB", (0.4, 0.9, 0.9), PLAIN_HEIGHT),
            ReadPlate(400, "8A8", (0.9, 0.9, 0.5), PLAIN_HEIGHT),
        ]
    )
    assert (found.text, found.agreeing, found.reads) == ("8AB", 1, 3)


def test_two_unsure_readings_are_outvoted_by_a_sure_one_only_if_surer_than_both() -> None:
    assert combine(several(("X", 0.4), ("X", 0.4), ("Y", 0.9))).text == "Y"
    assert combine(several(("X", 0.5), ("X", 0.5), ("Y", 0.9))).text == "X"


def test_readings_that_agree_are_never_surer_than_the_surest_of_them() -> None:
    """The frames of a standing car are nearly one picture: what is misread in one is so in all of them."""
    assert combine(several(*[("AB12", 0.7)] * 10)).confidence == 0.7


@pytest.mark.parametrize(("agreeing", "sure_enough"), [(1, False), (2, False), (3, True), (5, True)])
def test_what_speaks_against_a_text_makes_it_doubtful_until_more_speak_for_it(
    agreeing: int, sure_enough: bool
) -> None:
    found = combine(several(*[("AB12", 0.98)] * agreeing, ("AB17", 0.9)))
    mean = round((0.98 * agreeing + 0.9) / (agreeing + 1), 4)
    assert found.confidences[:3] == (mean, mean, mean)
    assert found.confidence == found.confidences[3]
    assert (found.confidence >= SURE) is sure_enough


def test_a_character_that_one_reading_lacks_is_doubtful_and_no_other() -> None:
    found = combine(several(("5AU5341", 0.95), ("5AU5341", 0.95), ("5AU534", 0.95)))
    assert found.text == "5AU5341"
    assert found.confidences[:6] == (0.95,) * 6
    assert found.confidences[6] < SURE


def test_a_character_too_many_is_held_against_the_one_before_it() -> None:
    found = combine(several(*[("AB12", 0.95)] * 3, ("AB152", 0.95), ("XAB12", 0.95)))
    assert found.text == "AB12"
    assert [confidence < 0.95 for confidence in found.confidences] == [True, False, True, False]


def test_one_reading_of_something_else_is_outweighed() -> None:
    """The maker's name, once, where the plate was not found."""
    found = combine(several(*[("5AU5341", 0.97)] * 5, ("SKODA", 0.9)))
    assert found.text == "5AU5341"
    assert found.confidence >= SURE


def test_a_text_that_nobody_read_as_a_whole_has_nobody_agreeing() -> None:
    found = combine(several(("AB7", 0.9), ("A87", 0.8), ("XB8", 0.9), ("AY8", 0.9)))
    assert (found.text, found.agreeing, found.reads) == ("AB8", 0, 4)


def test_equal_votes_are_decided_by_the_text() -> None:
    assert combine(several(("AB12", 0.9), ("AB17", 0.9))).text == "AB17"
    assert combine(several(("AB17", 0.9), ("AB12", 0.9))).text == "AB17"


def test_a_text_is_never_surer_than_the_surest_reading_of_just_that_text() -> None:
    """A place of it that one reading is sure of does not make up for one that another is sure of."""
    halves = [
        ReadPlate(0, "AB12", (0.99, 0.99, 0.6, 0.6), PLAIN_HEIGHT),
        ReadPlate(200, "AB12", (0.6, 0.6, 0.99, 0.99), PLAIN_HEIGHT),
    ]
    assert combine(halves).confidence == 0.6


def test_readings_that_agree_are_as_sure_as_they_are_on_average() -> None:
    """The surest of many is a matter of luck."""
    assert combine(several(*[("EDQ9198", 0.7)] * 4, ("EDQ9198", 0.9))).confidence == 0.74


def test_a_text_that_nobody_read_as_a_whole_is_sure_for_no_site() -> None:
    found = combine(
        several(("AB7", 0.99), ("AB7", 0.99), ("A87", 0.98), ("XB8", 0.99), ("AY8", 0.99), ("WB8", 0.99))
    )
    assert (found.text, found.agreeing) == ("AB8", 0)
    assert found.confidence <= DOUBTFUL


def test_what_has_no_digit_is_sure_for_no_site_and_has_no_vote_beside_what_has_some() -> None:
    lettering = combine(several(*[("SCANIA", 0.99)] * 3))
    assert (lettering.text, lettering.confidence) == ("SCANIA", DOUBTFUL)
    found = combine(several(*[("SCANIA", 0.99)] * 3, ("MH12AB1234", 0.9)))
    assert (found.text, found.confidence, found.agreeing, found.reads) == ("MH12AB1234", 0.9, 1, 4)


def test_what_is_read_from_afar_weighs_less() -> None:
    far, near = reading("AB17", 0.95, height=10), reading("AB12", 0.9, 200)
    found = combine([far, near])
    assert (found.text, combine([far._replace(height=PLAIN_HEIGHT), near]).text) == ("AB12", "AB17")
    large = far._replace(height=PLAIN_HEIGHT)
    assert combine([far, near, near]).confidence > combine([large, near, near]).confidence
    assert [weigh(reading("AB12", height=height)) for height in (5, 100)] == [LEAST_WEIGHT, 1.0]
    assert weigh(reading("AB12", height=21)) == pytest.approx((21 / PLAIN_HEIGHT) ** 2)


def test_what_a_reading_says_at_each_place() -> None:
    read = ReadPlate(0, "A12", (0.9, 0.8, 0.7), PLAIN_HEIGHT)
    assert align(read, "B12") == [("A", 0.9), ("1", 0.8), ("2", 0.7)]
    (first, gap, *rest) = align(read, "AB12")
    assert (first, gap[0], rest) == (("A", 0.9), None, [("1", 0.8), ("2", 0.7)])
    assert gap[1] == pytest.approx(0.8)
    assert align(read, "12") == [(None, 0.9), ("2", 0.7)]
