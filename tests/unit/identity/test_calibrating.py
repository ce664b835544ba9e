"""Similarities of faces whose people are known become rates, and rates a threshold."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floorsight.identity.calibrating import (
    Comparisons,
    KnownFaces,
    Rate,
    compare,
    join,
    recommend,
    student_quantile,
)
from floorsight.identity.gallery.matching import Gallery
from floorsight.identity.policy.model import IdentityPolicy
from floorsight.identity.rules import decide
from floorsight.platform.errors import Malformed

UP, RIGHT, AHEAD = np.eye(3, dtype=np.float32)


def faces(*known: tuple[str, Sequence[float]], sources: Sequence[str] | None = None) -> KnownFaces:
    rows = np.array([row for _, row in known], np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    names = tuple(person for person, _ in known)
    return KnownFaces(rows, names, tuple(sources or (f"{number}.jpg" for number in range(len(known)))))


def comparisons(nearest: list[list[float]], whose: list[int]) -> Comparisons:
    return Comparisons(np.array(nearest, np.float32), np.array(whose, np.intp))


def people_with_spread(people: int, faces_each: int, noise: float, seed: int = 1) -> KnownFaces:
    """People in random directions of 32 dimensions, their faces around them."""
    dice = np.random.default_rng(seed)
    centres = dice.normal(size=(people, 32))
    rows = np.repeat(centres, faces_each, axis=0) + noise * dice.normal(size=(people * faces_each, 32))
    names = [f"p{number // faces_each:03d}" for number in range(people * faces_each)]
    return faces(*zip(names, rows, strict=True))


def test_a_face_is_as_near_as_the_nearest_of_a_person_but_not_to_itself() -> None:
    known = faces(("a", UP), ("a", UP + RIGHT), ("b", RIGHT), ("c", AHEAD))
    found = compare(known, known)
    half = math.sqrt(0.5)
    assert found.nearest[0].tolist() == pytest.approx([half, 0.0, 0.0])
    assert found.nearest[2].tolist() == pytest.approx([half, -math.inf, 0.0])
    assert found.same.tolist() == pytest.approx([half, half])  # b and c have no second face
    assert found.different.size == 8


def test_frames_of_a_video_are_not_compared_with_each_other() -> None:
    known = faces(
        ("a", UP), ("a", UP), ("a", UP + RIGHT), ("b", RIGHT), ("c", AHEAD), sources=["v", "v", "w", "x", "y"]
    )
    assert compare(known, known).same.tolist() == pytest.approx([math.sqrt(0.5)] * 3)


def test_thresholds_and_margins_are_reached_exactly() -> None:
    found = comparisons([[0.5, 0.25, 0.0], [0.5, 0.375, 0.0], [0.25, 0.5, 0.25]], [0, 0, 0])
    rates = found.rates(threshold=0.5, margin=0.25)
    assert rates.false_accepts == Rate(1, 6)
    assert rates.false_rejects == Rate(2, 3)  # one too near to another's, one another's
    assert rates.mistaken == Rate(1, 3)
    assert rates.strangers == Rate(1, 3)
    assert found.rates(threshold=0.5, margin=0.3).strangers == Rate(0, 3)
    assert found.rates(threshold=0.51, margin=0.01).false_rejects == Rate(3, 3)


def test_who_has_one_face_only_counts_as_a_stranger_alone() -> None:
    rates = comparisons([[-math.inf, 0.75, 0.25]], [0]).rates(threshold=0.5, margin=0.125)
    assert rates.false_rejects == rates.mistaken == Rate(0, 0)
    assert rates.strangers == Rate(1, 1)
    assert math.isnan(rates.mistaken.share)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([0.2, 0.4, 0.6]), st.sampled_from([0.01, 0.1, 0.3]))
def test_rates_are_those_of_the_rule_that_decides(seed: int, threshold: float, margin: float) -> None:
    """One face at a time, by the gallery and the decision that the product itself has."""
    gallery = people_with_spread(5, 3, 1.0, seed)
    probes = faces(*zip(gallery.people, gallery.embeddings[::-1], strict=True), sources=["other"] * 15)
    policy = IdentityPolicy("plant-1", threshold=threshold, margin=margin, min_votes=1)
    people = tuple(sorted(set(gallery.people)))
    starts = np.arange(0, 15, 3)
    product = Gallery("plant-1", 1, people, starts, gallery.embeddings)
    named = [decide([match], policy).match for match in product.match(probes.embeddings)]
    right = [
        match is not None and match.employee_id == own
        for match, own in zip(named, probes.people, strict=True)
    ]
    wrong = [
        match is not None and match.employee_id != own
        for match, own in zip(named, probes.people, strict=True)
    ]
    rates = compare(probes, gallery).rates(threshold, margin)
    assert rates.false_rejects == Rate(15 - sum(right), 15)
    assert rates.mistaken == Rate(sum(wrong), 15)


@pytest.mark.parametrize(
    ("rate", "interval"),
    [  # worked out by hand from Wilson's formula
        (Rate(0, 100), (0.0, 0.036994)),
        (Rate(5, 50), (0.043475, 0.213602)),
        (Rate(10, 10), (0.722467, 1.0)),
        (Rate(0, 0), (0.0, 1.0)),
    ],
)
def test_intervals(rate: Rate, interval: tuple[float, float]) -> None:
    assert rate.interval == pytest.approx(interval, abs=2e-6)


@given(st.integers(0, 500), st.integers(1, 500))
def test_an_interval_holds_its_share_and_is_narrower_for_more(count: int, of: int) -> None:
    rate = Rate(min(count, of), of)
    low, high = rate.interval
    assert 0.0 <= low <= rate.share <= high <= 1.0
    more = Rate(4 * rate.count, 4 * of).interval
    assert more[1] - more[0] < high - low


@pytest.mark.parametrize(
    ("share", "freedom", "quantile"), [(0.9999, 20, 4.5385), (0.9999, 100, 3.8616), (0.975, 10, 2.2281)]
)
def test_student(share: float, freedom: int, quantile: float) -> None:
    assert student_quantile(share, freedom) == pytest.approx(quantile, rel=1e-3)


def test_fewer_people_are_a_reason_for_more_care() -> None:
    few = people_with_spread(5, 4, 0.3)
    many = people_with_spread(60, 4, 0.3)
    careful, bold = (recommend(compare(known, known)) for known in (few, many))
    assert (careful.pairs_of_people, bold.pairs_of_people) == (10, 1770)
    assert careful.threshold > bold.threshold


def test_what_is_recommended_holds_its_target_on_people_who_were_not_there() -> None:
    """3 million comparisons of others, of whom 1 in 10,000 may be accepted."""
    known = people_with_spread(40, 4, 0.3)
    advice = recommend(compare(known, known))
    others = people_with_spread(1000, 3, 0.3, seed=2)
    accepted = compare(others, others).rates(advice.threshold, advice.margin).false_accepts
    assert accepted.of == 3000 * 999
    assert accepted.share <= 1.5e-4


def test_nobody_who_was_seen_to_be_accepted_is_accepted() -> None:
    """Twins, or the same person enrolled twice, are beyond any law."""
    twins = people_with_spread(12, 3, 0.2)
    names = tuple("twin" if person == "p011" else person for person in twins.people)
    rows = twins.embeddings.copy()
    rows[-3:] = rows[:3] + 0.01
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    known = KnownFaces(rows, names, twins.sources)
    found = compare(known, known)
    advice = recommend(found)
    assert advice.threshold == 0.99 or found.rates(advice.threshold, advice.margin).false_accepts.count == 0


def test_the_margin_is_what_chance_may_give() -> None:
    within = [[0.9, 0.10, 0.2], [0.9, 0.20, 0.2], [0.2, 0.9, 0.2], [0.2, 0.9, 0.2], [0.2, 0.2, 0.9]]
    advice = recommend(comparisons(within, [0, 0, 1, 1, 2]))
    # Of four pairs with two values each, one varies: 0.005 / 4 = 0.00125, and 2 * sqrt(2 * 0.00125) = 0.1.
    assert advice.deviation_within == pytest.approx(math.sqrt(0.00125))
    assert advice.margin in (0.10, 0.11)  # float32 on the edge of a step


def test_comparisons_with_one_gallery_are_joined() -> None:
    known = people_with_spread(4, 2, 0.5)
    found = compare(known, known)
    twice = join([found, found])
    assert twice.rates(0.5, 0.1).false_accepts.of == 2 * found.different.size


def test_two_people_are_too_few() -> None:
    known = faces(("a", UP), ("b", RIGHT))
    with pytest.raises(Malformed, match="3 people") as raised:
        compare(known, known)
    assert raised.value.code == "too_few_people"


def test_a_face_of_nobody_in_the_gallery_is_refused() -> None:
    known = faces(("a", UP), ("b", RIGHT), ("c", AHEAD))
    with pytest.raises(Malformed, match="enrolled as d"):
        compare(faces(("d", UP)), known)


def test_embeddings_are_not_printed() -> None:
    known = faces(("a", UP), ("b", RIGHT), ("c", AHEAD))
    assert "1." not in f"{known} {compare(known, known)}"
