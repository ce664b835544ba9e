"""The consensus of readings, whatever they are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from floorsight.vision.plates.consensus import DOUBTFUL, align, combine, has_digit
from floorsight.vision.plates.telling import EARLY, ENOUGH, MIN_AGREEING, is_enough
from floorsight.vision.track_log import PlateLog, ReadPlate

LETTERS = "ABO0812"  # few, so that readings agree and differ


@st.composite
def readings(draw: st.DrawFn) -> ReadPlate:
    text = draw(st.text(LETTERS, min_size=1, max_size=8))
    confidences = draw(st.lists(st.floats(0.0, 1.0), min_size=len(text), max_size=len(text)))
    return ReadPlate(draw(st.integers(0, 5000)), text, tuple(confidences), draw(st.integers(5, 60)))


SEVERAL = st.lists(readings(), min_size=1, max_size=8)


@given(SEVERAL, st.randoms())
def test_the_order_does_not_matter(several: list[ReadPlate], random: object) -> None:
    shuffled = list(several)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert combine(shuffled) == combine(several)
    one, other = (PlateLog(readings=tuple(each)) for each in (shuffled, several))
    assert is_enough(one) == is_enough(other)


@given(SEVERAL)
def test_the_answer_is_a_text_with_a_confidence_for_each_character(several: list[ReadPlate]) -> None:
    found = combine(several)
    assert found.text is not None
    assert set(found.text) <= set("".join(each.text for each in several))
    assert len(found.text) in {len(each.text) for each in several}
    assert len(found.confidences) == len(found.text)
    assert all(0.0 <= confidence <= 1.0 for confidence in found.confidences)
    assert found.confidence == min(found.confidences)
    assert found.reads == len(several)
    assert found.agreeing == sum(each.text == found.text for each in several)


@given(SEVERAL)
def test_a_text_is_never_surer_than_its_surest_exact_reading(several: list[ReadPlate]) -> None:
    found = combine(several)
    exact = [each.confidence for each in several if each.text == found.text]
    assert found.confidence <= max(exact, default=DOUBTFUL)
    if found.text is not None and not has_digit(found.text):
        assert found.confidence <= DOUBTFUL


@given(SEVERAL)
def test_a_repeat_of_a_reading_never_makes_it_surer_than_it_is_itself(several: list[ReadPlate]) -> None:
    """However often the same misread comes."""
    surest = [max(column) for column in zip(*(each.confidences for each in same(several)), strict=True)]
    found = combine(same(several) * 5)
    assert all(mine <= its + 1e-4 for mine, its in zip(found.confidences, surest, strict=True))


def same(several: list[ReadPlate]) -> list[ReadPlate]:
    """Those with the first one's text."""
    return [each for each in several if each.text == several[0].text]


@given(SEVERAL)
def test_what_is_told_early_is_agreed_on_and_sure(several: list[ReadPlate]) -> None:
    found = combine(several)
    if is_enough(PlateLog(readings=tuple(several))) and len(several) < ENOUGH:
        assert found.agreeing >= MIN_AGREEING
        assert found.confidence >= EARLY


@given(readings(), st.text(LETTERS, min_size=1, max_size=8))
def test_a_reading_says_one_thing_at_each_place(reading: ReadPlate, text: str) -> None:
    said = align(reading, text)
    assert len(said) == len(text)
    assert all(character is None or character in reading.text for character, _ in said)
    if reading.text == text:
        assert [character for character, _ in said] == list(text)
