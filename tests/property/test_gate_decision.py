"""Nothing opens a gate but an exact entry of a list; a blocked vehicle always raises an alarm."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floorsight.events.vehicles import Alarm, Verdict
from floorsight.events.vision import Direction
from floorsight.vehicles.model import Decision, GatePolicy, GateQuestion, Listing, ListName, ReasonCode
from floorsight.vehicles.plates import PROFILES, canonical_texts, clean, fold
from floorsight.vehicles.plates.text import LOOK_ALIKES, TWINS
from floorsight.vehicles.rules import decide
from tests.fakes.listings import BERLIN, DAY, NOW, SITE, listing

ALIKE = {char: alike for alike in LOOK_ALIKES for char in alike}
CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
LISTED = ("MH12AB1234", "DL1SAB0185", "22BH1234AA", "AB12CDE", "ABC1D23", "ABC1234", "BZ80SI", "5AU5341")
DEFAULTS = (Verdict.HOLD, Verdict.DENY, Verdict.REVIEW)

some_plates = st.sampled_from(LISTED) | st.text(CHARACTERS, min_size=2, max_size=12)
some_profiles = st.lists(st.sampled_from(list(PROFILES)), min_size=1, unique=True).map(tuple)
some_policies = st.builds(
    GatePolicy,
    site_id=st.just(SITE),
    min_confidence=st.sampled_from((0.5, 0.85, 1.0)),
    profiles=some_profiles,
    default=st.sampled_from(DEFAULTS),
)
moments = st.sampled_from([NOW + days * DAY for days in (-2, -1, 0, 1, 2)])


some_strings = (
    st.text(max_size=30)
    | st.text(CHARACTERS, max_size=14)
    | st.sampled_from(LISTED).map(lambda plate: plate * 500)
)
some_texts = st.none() | some_strings


def misread(plate: str, dice: random.Random) -> str:
    """A plate as a bad camera, or a bad typist, has it: alike, near, dressed, cut, doubled."""
    chars = [dice.choice(ALIKE.get(char, char)) if dice.random() < 0.3 else char for char in plate]
    if dice.random() < 0.5:
        place = dice.randrange(len(chars))
        chars[place] = dice.choice(["", chars[place] * 2, *CHARACTERS, "Ж", "²", "é"])
    text = dice.choice(["", "", " ", "-", " · ", "\n"]).join(chars)
    return dice.choice([text, text, text.lower(), f" {text}\t"])


@st.composite
def some_listings(draw: st.DrawFn) -> Listing:
    list_name = draw(st.sampled_from(ListName))
    first, last = sorted((draw(moments), draw(moments)))
    visits = {"max_visits": draw(st.none() | st.integers(1, 3))} if list_name is ListName.VISITOR else {}
    return listing(
        draw(some_plates),
        list_name,
        vehicle_id=draw(st.text("abc", min_size=8, max_size=8)),
        site_id=draw(st.sampled_from((SITE, SITE, SITE, "plant-2"))),
        valid_from=first if draw(st.booleans()) else None,
        valid_until=last + timedelta(hours=1) if visits or draw(st.booleans()) else None,
        visits_used=draw(st.integers(0, 3)),
        **visits,
    )


@st.composite
def some_sites(draw: st.DrawFn) -> tuple[GatePolicy, list[Listing]]:
    """A policy, and lists with plates of its formats and others; each plate may be on several."""
    policy = draw(some_policies)
    listings = draw(st.lists(some_listings(), max_size=6, unique_by=lambda each: each.vehicle.vehicle_id))
    known = [each.plate for plate in LISTED for each in canonical_texts(plate, policy.profiles)]
    for number, like in enumerate(draw(st.lists(some_listings(), max_size=4)) if known else ()):
        plate = draw(st.sampled_from(known))
        listings.append(
            replace(like, vehicle=replace(like.vehicle, plate=plate, vehicle_id=f"like-{number}"))
        )
    return policy, listings


def ask_about(text: str | None, at: datetime, dice: random.Random) -> GateQuestion:
    confidence = dice.choice((0.0, 0.5, 0.84, 0.85, 1.0, 1.0, 1.0, dice.random()))
    way = dice.choice((Direction.IN, Direction.OUT, None))
    return GateQuestion(text, confidence, way, at, on_site=dice.random() < 0.5)


def opens_for(question: GateQuestion, policy: GatePolicy, listings: list[Listing]) -> list[Listing]:
    """The entries that may open: the rules said anew, without the words and the order."""
    plates = [each.plate for each in canonical_texts(question.text or "", policy.profiles)]

    def opens(entry: Listing) -> bool:
        vehicle = entry.vehicle
        if vehicle.site_id != policy.site_id or [vehicle.plate] != plates:
            return False
        in_time = (vehicle.valid_from is None or vehicle.valid_from <= question.at) and (
            vehicle.valid_until is None or question.at < vehicle.valid_until
        )
        if vehicle.list_name is ListName.ALLOWED:
            return in_time
        if vehicle.list_name is not ListName.VISITOR:
            return False
        if question.direction is Direction.OUT:
            return in_time or question.on_site
        return in_time and (vehicle.max_visits is None or entry.visits_used < vehicle.max_visits)

    return [entry for entry in listings if opens(entry)]


def blocks_for(question: GateQuestion, policy: GatePolicy, listings: list[Listing]) -> list[str]:
    """The blocked plates that count, and that are or look like what was read."""
    if not canonical_texts(question.text or "", policy.profiles):
        return []
    return [
        each.vehicle.plate
        for each in listings
        if each.vehicle.list_name is ListName.BLOCKED
        and each.vehicle.site_id == policy.site_id
        and each.vehicle.is_valid_at(question.at)
        and fold(each.vehicle.plate) == fold(question.text or "")
    ]


def check_sound(
    decision: Decision, question: GateQuestion, policy: GatePolicy, listings: list[Listing]
) -> None:
    """All that must hold of any decision."""
    openers, blocks = opens_for(question, policy, listings), blocks_for(question, policy, listings)
    exact = [plate for plate in blocks if (plate,) == decision.candidates]
    sure = question.confidence >= policy.min_confidence
    # It opens exactly when it may.
    assert (decision.verdict is Verdict.ALLOW) == bool(openers and sure and not blocks)
    assert decision.alarm is (Alarm.BLOCKED if exact else Alarm.NEAR_BLOCKED if blocks else None)
    if exact:
        assert decision.verdict is (Verdict.DENY if sure else Verdict.REVIEW)
    elif blocks or (decision.candidates and not sure):
        assert decision.verdict is Verdict.REVIEW
    # It names what opened, and says why.
    named = {each.vehicle.vehicle_id for each in openers}
    assert decision.verdict is not Verdict.ALLOW or decision.vehicle_id in named
    assert not decision.uses_visit or (
        decision.reasons[0].code is ReasonCode.VISITOR and question.direction is not Direction.OUT
    )
    assert decision.reasons
    assert all(reason.text for reason in decision.reasons)
    assert decision.vehicle_id == decision.reasons[0].vehicle_id
    told = ReasonCode.SITE_DEFAULT in {reason.code for reason in decision.reasons}
    assert not told or decision.verdict is policy.default
    assert (
        (decision.plate,) == decision.candidates if len(decision.candidates) == 1 else decision.plate is None
    )


@settings(max_examples=300, deadline=None)
@given(site=some_sites(), texts=st.lists(some_texts, max_size=3), at=moments, seed=st.integers(0, 2**32))
def test_no_text_opens_without_an_exact_entry(
    site: tuple[GatePolicy, list[Listing]], texts: list[str | None], at: datetime, seed: int
) -> None:
    """6,000 texts made of plates, most of them listed, and up to 900 of anything."""
    (policy, listings), dice = site, random.Random(seed)
    plates = [each.vehicle.plate for each in listings] * 3 + list(LISTED)
    asked = [ask_about(misread(dice.choice(plates), dice), at, dice) for _ in range(20)]
    for question in asked + [ask_about(text, at, dice) for text in texts]:
        decision = decide(question, policy, listings, zone=BERLIN)
        check_sound(decision, question, policy, listings)
        shuffled = dice.sample(listings, len(listings))
        assert decide(question, policy, shuffled, zone=BERLIN) == decision


def variants(plate: str, alike: dict[str, str]) -> Iterator[str]:
    """Every text that the plate may be read as when characters are taken for those that look alike."""
    return map("".join, itertools.product(*(alike.get(char, char) for char in plate)))


@pytest.mark.parametrize("plate", ["MH12AB1234", "DL1SAB0185", "22BH1234BZ"])
@pytest.mark.parametrize("list_name", [ListName.ALLOWED, ListName.VISITOR])
def test_every_confusable_variant_of_a_plate_opens_only_as_that_plate(
    plate: str, list_name: ListName
) -> None:
    policy, entry = GatePolicy(SITE, profiles=("IN",)), [listing(plate, list_name)]
    block = [*entry, listing(plate, ListName.BLOCKED)]
    pairs = {char: char + twin for char, twin in TWINS.items()}
    opened = tried = 0
    for text in variants(plate, pairs):
        question = GateQuestion(text, 0.9, Direction.IN, NOW)
        decision = decide(question, policy, entry, zone=BERLIN)
        check_sound(decision, question, policy, entry)
        check_sound(decide(question, policy, block, zone=BERLIN), question, policy, block)
        assert (decision.verdict is Verdict.ALLOW) == (decision.candidates == (plate,))
        opened += decision.verdict is Verdict.ALLOW
        tried += 1
    assert tried == 2 ** sum(char in TWINS for char in plate)
    assert opened > 0


@pytest.mark.parametrize("profiles", [("IN",), ("ANY",), ("IN", "EU", "UK", "US", "BR", "ANY")])
def test_whatever_looks_like_an_allowed_plate_opens_only_as_that_plate(profiles: tuple[str, ...]) -> None:
    """All texts of one fold: wider than what is corrected."""
    plate = "KA51MN7290"
    policy, entry = GatePolicy(SITE, profiles=profiles), [listing(plate, ListName.ALLOWED)]
    texts = list(variants(plate, ALIKE))
    assert len(texts) > 1000
    for text in texts:
        question = GateQuestion(text, 1.0, Direction.IN, NOW)
        decision = decide(question, policy, entry, zone=BERLIN)
        check_sound(decision, question, policy, entry)
        if profiles == ("ANY",):
            assert (decision.verdict is Verdict.ALLOW) == (text == plate)


@settings(max_examples=500, deadline=None)
@given(text=some_strings.filter(bool) | some_plates, profiles=some_profiles, seed=st.integers(0, 2**32))
def test_canonical_texts_are_fixed_points_of_the_same_fold(
    text: str, profiles: tuple[str, ...], seed: int
) -> None:
    text = misread(text, random.Random(seed))
    assert clean(clean(text)) == clean(text)
    for found in canonical_texts(text, profiles):
        assert [each.plate for each in canonical_texts(found.plate, profiles)] == [found.plate]
        assert fold(found.plate) == fold(text) == fold(clean(text))
