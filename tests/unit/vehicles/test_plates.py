"""Formats of plates, canonical texts, and what a camera may take for one another."""

from __future__ import annotations

import random
import string

import pytest

from floorsight.platform.errors import Malformed
from floorsight.vehicles.model import MAX_PLATE_LENGTH
from floorsight.vehicles.plates import PROFILES, Canonical, canonical_texts, clean, find_misfits, fold
from floorsight.vehicles.plates.formats import expand
from floorsight.vehicles.plates.text import LONGEST, LOOK_ALIKES, TWINS

PLACES = {
    "@": string.ascii_uppercase,
    "&": "ABCDEFGHJKLMNPQRSTUVWXYZ",
    "#": string.digits,
    "?": string.ascii_uppercase + string.digits,
}


def plates_of(text: str, *profiles: str) -> list[str]:
    return [each.plate for each in canonical_texts(text, profiles)]


def draw(pattern: str, dice: random.Random) -> str:
    """A plate of a pattern."""
    return "".join(dice.choice(PLACES.get(place, place)) for place in pattern)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("mh 12-ab·1234", "MH12AB1234"),
        ("  GÖ-AB 123\n", "GOAB123"),
        ("İZ_34.Å", "IZ34A"),
        ("", ""),
        (" -./_|", ""),
        ("straße", "STRAßE"),  # not STRASSE: no character is made of nothing
        ("MH12ЖB1234", "MH12ЖB1234"),
        ("½K²", "½K²"),
    ],
)
def test_a_text_is_undressed(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned
    assert clean(cleaned) == cleaned


@pytest.mark.parametrize(
    "foreign", ["MH12AB123Ж", "\u216fH12AB1234", "MH12AB123\uff14", "MH12AB123²", "ßMH12AB1234"]
)
def test_a_character_of_another_script_makes_no_plate(foreign: str) -> None:
    assert plates_of(foreign, *PROFILES) == []


@pytest.mark.parametrize("name", PROFILES)
def test_examples_are_plates_of_their_format(name: str) -> None:
    for example in PROFILES[name].examples:
        assert canonical_texts(example, [name]) == (Canonical(example, name),)


@pytest.mark.parametrize(
    ("form", "patterns"),
    [
        ("@#", ("@#",)),
        ("@{1,2}#", ("@#", "@@#")),
        ("BH#{1,2}&{1,2}", ("BH#&", "BH#&&", "BH##&", "BH##&&")),
    ],
)
def test_a_form_is_all_its_patterns(form: str, patterns: tuple[str, ...]) -> None:
    assert expand(form) == patterns


@pytest.mark.parametrize(
    ("profile", "plates"),
    [
        (
            "IN",
            "MH12AB1234 KA05M4321 MH12IO1234 TN10CAB1234 MH121234 DL1CAB1234 DL2C6011 GJ5AB1234 BR8CAB0001 "
            "22BH1234AA 22BH6517A",
        ),
        (
            "EU",
            "AB123CD 1234BCD BA1 BAB1234 MAB123E MAB12H 1ABC234 5AU5341 1A23456 AB12345 ZH123456 W12345A "
            "GU123AB CA1234AB 123ABC ABC12D B12ABC B123ABC CJ12ABC AB12CD 12AB34 1234AB 12ABCD 12ABC3 1ABC23 "
            "AB123C A123BC 1AB234 123AB4 251D12345 12D1 08LH123",
        ),
        (
            "UK",
            "AB12CDE A1BCD A12BCD A123BCD ABC1D ABC12D ABC123D A1 AB1234 ABC1 JIG1234 1A 1234AB 1ABC 123ABC",
        ),
        ("US", "ABC1234 1ABC234 ABC123 123ABC AB12345 1AB2345 A12BCD ABCD12 1ABC23 AB1C2D"),
        ("BR", "ABC1D23 ABC1234"),
        ("ANY", "A1 EXIT 123456 ABCDEFGHIJKL"),
    ],
)
def test_plates_on_the_road_are_what_they_are(profile: str, plates: str) -> None:
    for plate in plates.split():
        assert plates_of(plate, profile) == [plate]


@pytest.mark.parametrize(
    ("profile", "texts"),
    [
        (
            "IN",
            "MH1AC1234 MH12AC679 MH12AC67946 MH12ACEF1234 M12AC1234 22AX1234AA KA1AC1234 DL1CABC1234 199CD1",
        ),
        ("EU", "A AB12345678 1 ABCDEFG 67946794 ABCDEF123"),
        ("UK", "AB123CDE A ABC12345 67946A ABCD123 AB12CDEF"),
        ("US", "ABC12345 12345678 ABCDEFG A1"),
        ("BR", "ABC12D3 AB67946 ABC123 ABCD123"),
        ("ANY", "A ABCDEFGHIJKLM"),
    ],
)
def test_what_no_plate_looks_like_is_none(profile: str, texts: str) -> None:
    for text in texts.split():
        assert plates_of(text, profile) == []


@pytest.mark.parametrize(
    ("text", "plate"),
    [
        ("MHI2A81Z34", "MH12AB1234"),
        ("MHOI5ZBS5Z", "MH01SZ8552"),
        ("228H1234AA", "22BH1234AA"),
        ("ZZBHIZ3488", "22BH1234BB"),
        ("DLIOAB1234", "DL10AB1234"),  # not DL1O, as no series has an O
        ("DL1OAB1234", "DL10AB1234"),
        ("DL1SAB1234", "DL1SAB1234"),  # a scooter of district 1; DL15 is no better a guess
        ("8R1AB1234", "BR1AB1234"),
        ("MH1SAB1234", "MH15AB1234"),  # only some states leave the zero out
        ("MH12A81234", "MH12AB1234"),
        ("MH12DQ1234", "MH12DQ1234"),  # D and Q are letters; nothing is corrected there
        ("MH12ABD234", None),  # D for 0 is near, but no correction
    ],
)
def test_characters_are_corrected_where_the_format_says_what_they_are(text: str, plate: str | None) -> None:
    assert plates_of(text, "IN") == ([plate] if plate else [])


def test_a_text_that_may_be_two_plates_is_both() -> None:
    assert plates_of("ABCI234", "BR") == ["ABC1Z34", "ABC1234"]
    assert plates_of("MHIZ1234", "IN") == ["MH121234"]


def test_as_it_stands_comes_before_corrected() -> None:
    """Also when another of the formats would correct it: a plate is what it is, whatever else is tried."""
    assert plates_of("ABC1B34", "BR") == ["ABC1B34"]
    assert plates_of("AB12CD", "UK", "EU") == ["AB12CD"]
    assert canonical_texts("ABC1234", ["BR", "US"]) == (Canonical("ABC1234", "BR"),)
    assert canonical_texts("ABC1234", ["US", "BR"]) == (Canonical("ABC1234", "US"),)


@pytest.mark.parametrize("profiles", [("IN", "ANY"), ("ANY", "IN")])
def test_any_is_asked_when_nothing_else_fits(profiles: tuple[str, ...]) -> None:
    assert canonical_texts("MHI2AB1234", profiles) == (Canonical("MH12AB1234", "IN"),)
    assert canonical_texts("MHI2AC123", profiles) == (Canonical("MHI2AC123", "ANY"),)


def test_a_format_must_be_known() -> None:
    with pytest.raises(Malformed) as refused:
        canonical_texts("AB1234", ["UK", "XX"])
    assert (refused.value.code, refused.value.field) == ("unknown_profile", "profiles")


def test_plates_that_new_formats_do_not_know_are_found() -> None:
    listed = ["MH12AB1234", "MHI2AB1234", "AB12CDE", "ABC1234"]
    assert find_misfits(listed, ["IN"]) == ["MHI2AB1234", "AB12CDE", "ABC1234"]
    assert find_misfits(listed, ["IN", "ANY"]) == ["MHI2AB1234"]
    assert find_misfits(listed, ["ANY"]) == []


@pytest.mark.parametrize("alike", ["O0DQ", "I1", "Z2J", "A4", "S5", "G6", "T7", "B8", "MNW"])
def test_what_looks_alike_folds_together(alike: str) -> None:
    assert len({fold(f"AB{char}9") for char in alike}) == 1


def test_classes_are_apart_and_have_one_digit_at_most() -> None:
    """Else plates that differ by their numbers alone, such as a fleet's, were near one another."""
    assert len("".join(LOOK_ALIKES)) == len(set("".join(LOOK_ALIKES)))
    assert all(sum(char.isdigit() for char in alike) <= 1 for alike in LOOK_ALIKES)
    assert len({fold(f"AB{digit}") for digit in string.digits}) == 10
    assert all(any({char, twin} <= set(alike) for alike in LOOK_ALIKES) for char, twin in TWINS.items())


def test_a_folded_text_is_short_enough_for_a_key_and_no_plates() -> None:
    assert LONGEST == MAX_PLATE_LENGTH == max(map(len, PROFILES["ANY"].patterns))
    assert all(len(pattern) <= LONGEST for each in PROFILES.values() for pattern in each.patterns)
    plate = "ABCDEFGHIJKL"
    assert fold(plate + "M") != fold(plate)
    assert len(fold(plate * 1000)) == LONGEST + 1


@pytest.mark.parametrize("name", PROFILES)
def test_correcting_never_leaves_the_fold(name: str) -> None:
    """Of any plate, and of any of its characters misread: one read by the folded text finds them all."""
    dice = random.Random(name)
    for _ in range(500):
        plate = draw(dice.choice(PROFILES[name].patterns), dice)
        text = "".join(TWINS.get(char, char) if dice.random() < 0.3 else char for char in plate)
        assert plates_of(plate, name) == [plate]
        for found in plates_of(text, name):
            assert fold(found) == fold(text) == fold(plate)
            assert plates_of(found, name) == [found]


def test_one_misread_character_of_an_indian_plate_is_mostly_put_right() -> None:
    """The other formats are too free for that; what they make of it is near, and so for a guard."""
    dice, right, tries = random.Random(2), 0, 0
    while tries < 2000:
        plate = draw(dice.choice(PROFILES["IN"].patterns), dice)
        if places := [place for place, char in enumerate(plate) if char in TWINS]:
            place = dice.choice(places)
            right += plates_of(plate[:place] + TWINS[plate[place]] + plate[place + 1 :], "IN") == [plate]
            tries += 1
    assert 0.90 < right / tries < 0.95


@pytest.mark.parametrize("pattern", ["MH12@@####", "@@##@@@", "####@@@", "M@@####", "@@@####", "??????"])
def test_plates_of_one_region_are_rarely_near_one_another(pattern: str) -> None:
    """A site of 2,000 listed vehicles: less than one stranger in a thousand is near one of them."""
    dice = random.Random(3)
    listed = {draw(pattern, dice) for _ in range(2000)}
    folded = {fold(plate) for plate in listed}
    strangers = [plate for plate in (draw(pattern, dice) for _ in range(10_000)) if plate not in listed]
    assert sum(fold(plate) in folded for plate in strangers) < len(strangers) / 1000
