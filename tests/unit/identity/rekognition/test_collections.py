"""Enrolling and removing faces at Rekognition."""

from __future__ import annotations

import pytest

from floorsight.identity.rekognition.calling import Account
from floorsight.identity.rekognition.model import NoAnswer, PictureRefused, SpendCapReached, Usage
from tests.fakes.rekognition_server import Mishap
from tests.unit.identity.rekognition.conftest import ANNA, BERT, CALL, NAME, Bench


def test_the_first_enrolment_makes_the_collection(bench: Bench) -> None:
    picture = bench.server.show(b"anna", ANNA)
    face_id = bench.collections.enrol(bench.asking, "anna", "f1", picture, bench.account)
    assert [(face.face_id, face.external_id) for face in bench.server.collections[NAME]] == [
        (face_id, "anna:f1")
    ]
    operations = [operation for operation, _ in bench.server.requests]
    assert operations == ["IndexFaces", "CreateCollection", "IndexFaces"]
    assert bench.account.usage == Usage(attempts=3, charged=1, micro_usd=CALL)
    sent = bench.server.asked("IndexFaces")[-1]
    assert (sent["MaxFaces"], sent["QualityFilter"]) == (1, "AUTO")


def test_a_collection_that_another_one_made_meanwhile_is_used(bench: Bench) -> None:
    picture = bench.server.show(b"anna", ANNA)
    bench.server.collections[NAME] = []
    bench.collections._create(bench.asking, bench.account)
    bench.collections.enrol(bench.asking, "anna", "f1", picture, bench.account)
    assert len(bench.server.collections[NAME]) == 1


def test_the_same_picture_again_changes_nothing(bench: Bench) -> None:
    picture = bench.server.show(b"anna", ANNA)
    first, second = (
        bench.collections.enrol(bench.asking, "anna", "f1", picture, Account()) for _ in range(2)
    )
    assert first == second
    assert len(bench.server.collections[NAME]) == 1


@pytest.mark.parametrize(
    ("shown", "poor", "code"),
    [((), False, "no_face"), ((ANNA,), True, "face_too_poor"), ((ANNA, BERT), False, "several_faces")],
)
def test_pictures_that_enrol_nobody(
    bench: Bench, shown: tuple[tuple[float, ...], ...], poor: bool, code: str
) -> None:
    picture = bench.server.show(b"anna", *shown)
    bench.server.poor.update({picture} if poor else ())
    with pytest.raises(PictureRefused) as caught:
        bench.collections.enrol(bench.asking, "anna", "f1", picture, bench.account)
    assert caught.value.code == code
    assert bench.server.collections[NAME] == []


def test_removing_finds_an_employees_faces_on_all_pages(bench: Bench) -> None:
    bench.enrol("anna", ANNA, ANNA, ANNA)
    bench.enrol("bert", BERT)
    bench.server.page_size = 2
    assert bench.collections.remove(bench.asking, "anna", bench.account) == 3
    assert {face.external_id for face in bench.server.collections[NAME]} == {"bert:face-0"}
    assert bench.collections.remove(bench.asking, "anna", bench.account) == 0


def test_one_face_goes_and_the_others_stay(bench: Bench) -> None:
    bench.enrol("anna", ANNA, ANNA)
    bench.enrol("ann", BERT)  # whose id begins alike
    assert bench.collections.remove(bench.asking, "anna", bench.account, face_id="face-1") == 1
    assert bench.collections.remove(bench.asking, "anna", bench.account, face_id="face-7") == 0
    left = {face.external_id for face in bench.server.collections[NAME]}
    assert left == {"anna:face-0", "ann:face-0"}


def test_removing_is_free_and_goes_on_when_the_money_is_spent(bench: Bench) -> None:
    bench.enrol("anna", ANNA)
    bench.cap = 0
    with pytest.raises(SpendCapReached):
        bench.collections.enrol(bench.asking, "anna", "f1", bench.server.show(b"more", ANNA), bench.account)
    assert bench.collections.remove(bench.asking, "anna", bench.account) == 1
    assert bench.account.usage.micro_usd == 0


def test_removing_where_nobody_was_ever_enrolled(bench: Bench) -> None:
    assert bench.collections.remove(bench.asking, "anna", bench.account) == 0


def test_removing_that_was_interrupted_can_be_asked_again(bench: Bench) -> None:
    bench.enrol("anna", ANNA, ANNA)
    bench.server.mishaps.extend([None, *[Mishap.BROKEN] * 4])
    with pytest.raises(NoAnswer):
        bench.collections.remove(bench.asking, "anna", bench.account)
    assert bench.collections.remove(bench.asking, "anna", bench.account) == 2
