"""What a track's faces amount to, at every boundary."""

from __future__ import annotations

import pytest

from floorsight.identity.model import FaceMatch, Match, Unknown
from floorsight.identity.policy.model import IdentityPolicy
from floorsight.identity.rules import decide

POLICY = IdentityPolicy("plant-1", threshold=0.5, margin=0.125, min_votes=3)  # exact in binary
ANNA, BERTA = "anna", "berta"


def face(best: float, other: float | None = 0.0, *, of: str = ANNA, beside: str = BERTA) -> FaceMatch:
    return FaceMatch(Match(of, best), None if other is None else Match(beside, other))


GOOD = face(0.8)
BELOW = face(0.49)
CLOSE = face(0.8, 0.7)
BERTAS = face(0.8, 0.0, of=BERTA, beside=ANNA)
NOBODY = FaceMatch(None, None)


@pytest.mark.parametrize(
    ("faces", "expected"),
    [
        ([GOOD] * 3, ANNA),
        ([face(0.5)] * 3, ANNA),  # exactly the threshold
        ([face(0.4999)] * 3, Unknown.BELOW_THRESHOLD),
        ([face(0.75, 0.625)] * 3, ANNA),  # exactly the margin
        ([face(0.75, 0.6251)] * 3, Unknown.MARGIN),
        ([face(0.8, None)] * 3, ANNA),  # nobody else is enrolled
        ([GOOD, GOOD], Unknown.TOO_FEW_FACES),
        ([], Unknown.TOO_FEW_FACES),
        ([NOBODY] * 3, Unknown.NOBODY_ENROLLED),
        ([NOBODY], Unknown.NOBODY_ENROLLED),
        ([GOOD, GOOD, BELOW], Unknown.BELOW_THRESHOLD),
        ([GOOD, GOOD, CLOSE], Unknown.MARGIN),
        ([GOOD, GOOD, GOOD, BELOW], ANNA),  # enough agree, and the fourth says nothing
        ([GOOD, CLOSE, BELOW], Unknown.BELOW_THRESHOLD),  # one each: the plainer reason
        ([CLOSE, CLOSE, BELOW], Unknown.MARGIN),
        ([GOOD, GOOD, GOOD, BERTAS], Unknown.DISAGREEMENT),  # enough agree, and one is somebody else's
        ([GOOD, GOOD, GOOD, face(0.8, 0.79, of=BERTA, beside=ANNA)], Unknown.DISAGREEMENT),
        ([GOOD, GOOD, GOOD, face(0.5, 0.0, of=BERTA)], Unknown.DISAGREEMENT),  # just as similar as it takes
        ([GOOD, GOOD, GOOD, face(0.49, 0.0, of=BERTA)], ANNA),
    ],
)
def test_a_decision(faces: list[FaceMatch], expected: str | Unknown) -> None:
    found = decide(faces, POLICY)
    assert (found.match.employee_id if found.match else found.reason) == expected


@pytest.mark.parametrize(("votes", "known"), [(1, True), (2, True), (3, False)])
def test_as_many_must_agree_as_the_policy_says(votes: int, known: bool) -> None:
    policy = IdentityPolicy("plant-1", threshold=0.5, margin=0.125, min_votes=votes)
    assert (decide([GOOD, GOOD, BELOW], policy).match is not None) == known


def test_the_confidence_is_the_mean_of_those_that_agree() -> None:
    found = decide([face(0.5), face(0.75), face(1.0), BELOW], POLICY)
    assert found.match == Match(ANNA, 0.75)


def test_a_confidence_is_never_above_one() -> None:
    found = decide([face(1.0000001)] * 3, POLICY)
    assert found.match == Match(ANNA, 1.0)
