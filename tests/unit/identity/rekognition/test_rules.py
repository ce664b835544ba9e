"""Whom similar faces mean."""

from __future__ import annotations

import pytest

from floorsight.identity.model import FaceMatch, Match, Unknown
from floorsight.identity.rekognition.model import RekognitionPolicy
from floorsight.identity.rekognition.rules import decide, doubt_of, sum_up, wait_before

POLICY = RekognitionPolicy(min_similarity=0.99, min_margin=0.01)
ANNA = FaceMatch(Match("anna", 0.995), None)
BERT = FaceMatch(Match("bert", 0.995), None)
NOBODY = FaceMatch(None, None)
TWINS = FaceMatch(Match("anna", 0.995), Match("twin", 0.99))


def test_aws_is_asked_for_whoever_could_spoil_the_margin() -> None:
    assert POLICY.asked_from_percent == 98.0


@pytest.mark.parametrize(("similarity", "margin"), [(0.0, 0.0), (1.1, 0.1), (0.5, 0.5), (0.9, 0.0)])
def test_a_policy_that_means_nothing_is_refused(similarity: float, margin: float) -> None:
    with pytest.raises(ValueError, match="must hold"):
        RekognitionPolicy(similarity, margin)


def test_several_faces_of_one_employee_are_one_candidate() -> None:
    found = sum_up([Match("bert", 0.981), Match("anna", 0.991), Match("anna", 0.995)], asked_for=32)
    assert found == FaceMatch(Match("anna", 0.995), Match("bert", 0.981))


def test_a_list_that_is_full_of_one_employee_hides_others() -> None:
    matches = [Match("anna", 0.999), Match("anna", 0.993)]
    assert sum_up(matches, asked_for=3).other is None
    hidden = sum_up(matches, asked_for=2)
    assert hidden.other is not None
    assert hidden.other.similarity == 0.993
    assert doubt_of(hidden, POLICY) is Unknown.MARGIN


@pytest.mark.parametrize(
    ("best", "other", "doubt"),
    [
        (0.99, None, None),
        (0.9899, None, Unknown.BELOW_THRESHOLD),
        (1.0, 0.9899, None),
        (1.0, 0.9901, Unknown.MARGIN),
    ],
)
def test_threshold_and_margin(best: float, other: float | None, doubt: Unknown | None) -> None:
    found = FaceMatch(Match("anna", best), Match("bert", other) if other else None)
    assert doubt_of(found, POLICY) is doubt


@pytest.mark.parametrize(
    ("found", "to_come", "expected"),
    [
        ([], 1, Unknown.TOO_FEW_FACES),
        ([], 2, None),
        ([ANNA], 1, None),
        ([ANNA], 0, Unknown.TOO_FEW_FACES),
        ([ANNA, ANNA], 1, "anna"),
        ([NOBODY, ANNA], 1, None),
        ([NOBODY, ANNA], 0, Unknown.DISAGREEMENT),
        ([NOBODY, NOBODY], 1, Unknown.BELOW_THRESHOLD),
        ([TWINS, TWINS], 0, Unknown.MARGIN),
        ([ANNA, BERT], 1, Unknown.DISAGREEMENT),
        ([ANNA, NOBODY, ANNA], 0, "anna"),
    ],
)
def test_two_votes_decide(found: list[FaceMatch], to_come: int, expected: str | Unknown | None) -> None:
    decision = decide(found, POLICY, min_votes=2, to_come=to_come)
    if expected is None:
        assert decision is None
    elif isinstance(expected, Unknown):
        assert decision is not None
        assert decision.reason is expected
    else:
        assert decision is not None
        assert decision.match is not None
        assert decision.match.employee_id == expected
        assert decision.match.similarity == pytest.approx(0.995)


def test_waits_are_one_two_and_four_seconds_more_or_less() -> None:
    for attempt, seconds in ((2, 1.0), (3, 2.0), (4, 4.0)):
        assert wait_before(attempt, lambda low, _: low) == seconds / 2
        assert wait_before(attempt, lambda _, high: high) == seconds * 1.5
