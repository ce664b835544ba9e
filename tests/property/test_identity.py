"""What holds of every decision about faces, whatever the gallery says."""

from __future__ import annotations

from random import Random

from hypothesis import example, given
from hypothesis import strategies as st

from floorsight.identity.model import FaceMatch, Match, Unknown
from floorsight.identity.policy.model import IdentityPolicy
from floorsight.identity.rules import decide

EMPLOYEES = ("anna", "berta", "carl", "dora")
# Coarse, so that thresholds and margins are often met exactly, and people are often equally near.
similarities = st.integers(-4, 32).map(lambda number: number / 32)
# How similar each face is to each employee.
tracks = st.lists(st.fixed_dictionaries(dict.fromkeys(EMPLOYEES, similarities)), max_size=5)
galleries = st.sets(st.sampled_from(EMPLOYEES), max_size=4)
policies = st.builds(
    IdentityPolicy,
    site_id=st.just("plant-1"),
    threshold=st.integers(4, 28).map(lambda number: number / 32),
    margin=st.integers(1, 16).map(lambda number: number / 32),
    min_votes=st.integers(1, 3),
)
Faces = list[dict[str, float]]


def match(faces: Faces, gallery: set[str]) -> list[FaceMatch]:
    """What a gallery of these employees says to each face."""
    return [_match(face, gallery) for face in faces]


def _match(face: dict[str, float], gallery: set[str]) -> FaceMatch:
    nearest = [Match(each, face[each]) for each in sorted(gallery, key=lambda name: (-face[name], name))]
    best, other = [*nearest, None, None][:2]
    return FaceMatch(best, other)


@given(tracks, galleries, policies, st.randoms())
def test_the_order_of_faces_does_not_matter(
    faces: Faces, gallery: set[str], policy: IdentityPolicy, random: Random
) -> None:
    shuffled = list(faces)
    random.shuffle(shuffled)
    assert decide(match(faces, gallery), policy) == decide(match(shuffled, gallery), policy)


@given(tracks, galleries, policies, st.sampled_from(EMPLOYEES))
@example(
    [
        dict.fromkeys(EMPLOYEES, 0.0) | {"anna": 0.25},
        dict.fromkeys(EMPLOYEES, 0.0) | {"anna": 0.5, "dora": 0.5},
    ],
    {"anna"},
    IdentityPolicy("plant-1", threshold=0.25, margin=0.125, min_votes=1),
    "dora",
)
def test_who_is_enrolled_more_makes_nobody_else_recognised(
    faces: Faces, gallery: set[str], policy: IdentityPolicy, newcomer: str
) -> None:
    """Neither from unknown nor from another name: enrolling somebody names nobody but them.

    How similar somebody is may change: a face that is similar to both has no vote any more.
    """
    before = decide(match(faces, gallery - {newcomer}), policy)
    after = decide(match(faces, gallery | {newcomer}), policy)
    if after.match and after.match.employee_id != newcomer:
        assert before.match is not None
        assert before.match.employee_id == after.match.employee_id


@given(tracks, galleries, policies)
def test_who_is_recognised_is_enrolled_similar_and_nearest_to_enough_faces(
    faces: Faces, gallery: set[str], policy: IdentityPolicy
) -> None:
    found = decide(match(faces, gallery), policy).match
    if found is None:
        return
    assert found.employee_id in gallery
    assert policy.threshold <= found.similarity <= 1.0
    others = gallery - {found.employee_id}
    agreeing = [
        face
        for face in faces
        if face[found.employee_id] >= policy.threshold
        and all(face[found.employee_id] - face[other] >= policy.margin for other in others)
    ]
    assert len(agreeing) >= policy.min_votes


@given(tracks, galleries, policies)
def test_a_face_of_nobody_takes_no_ones_name_away_and_gives_none(
    faces: Faces, gallery: set[str], policy: IdentityPolicy
) -> None:
    nobody = dict.fromkeys(EMPLOYEES, -0.125)
    before = decide(match(faces, gallery), policy)
    after = decide(match([*faces, nobody], gallery), policy)
    assert before.match == after.match


@given(tracks, galleries, policies)
def test_more_votes_are_never_easier(faces: Faces, gallery: set[str], policy: IdentityPolicy) -> None:
    found = [
        decide(
            match(faces, gallery),
            IdentityPolicy("p", threshold=policy.threshold, margin=policy.margin, min_votes=votes),
        ).match
        for votes in (1, 2, 3)
    ]
    known = [each is not None for each in found]
    assert known == sorted(known, reverse=True)
    assert len({each.employee_id for each in found if each}) <= 1


@given(tracks, policies)
def test_an_empty_gallery_says_why(faces: Faces, policy: IdentityPolicy) -> None:
    reason = decide(match(faces, set()), policy).reason
    assert reason is (Unknown.NOBODY_ENROLLED if faces else Unknown.TOO_FEW_FACES)
