"""Enrolling employees: with their consent, one face an image, and one person's only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from floorsight.employees.service import EmployeeService
from floorsight.employees.store import EmployeeStore
from floorsight.identity.enrolling.adding import FaceKeeping
from floorsight.identity.enrolling.indexing import NoIndex
from floorsight.identity.enrolling.model import enrolled_prefix
from floorsight.identity.enrolling.rules import find_strangers
from floorsight.identity.enrolling.service import EnrolmentService
from floorsight.identity.gallery.holding import GalleryHolder
from floorsight.identity.gallery.model import MAX_FACES, EnrolledFace
from floorsight.identity.gallery.store import GalleryStore
from floorsight.identity.policy.store import PolicyStore
from floorsight.platform.errors import Conflict, Faulty, FloorsightError, Malformed, NotFound, Unavailable
from floorsight.platform.retry import Backoff
from floorsight.sites.service import SiteService
from floorsight.sites.store import SiteStore
from floorsight.vision.faces.quality import Verdict
from tests.fakes.clock import ManualClock
from tests.fakes.objects import MemoryObjects
from tests.fakes.people import RememberedIndex
from tests.fakes.portraits import FakeReader, Portrait, face_of, jpeg_of, portrait, stored
from tests.fakes.scene import SITE, no_wait
from tests.fakes.table import FaultyTable, MemoryTable

ANNA, BERTA = 1, 2


class Desk:
    """Where employees are enrolled, on rooms in memory. Anna and Berta have consented, Carl has not."""

    def __init__(self) -> None:
        self.clock, self.objects, self.index = ManualClock(), MemoryObjects(), RememberedIndex()
        self.table = MemoryTable()
        self.faulty = FaultyTable(self.table)
        self.sites = SiteService(SiteStore(self.table), self.clock)
        self.sites.create_site(site_id=SITE, name="Plant", time_zone="Europe/Berlin")
        backoff = Backoff(sleep=no_wait)
        self.employees = EmployeeService(EmployeeStore(self.faulty, backoff), self.sites, self.clock)
        self.gallery = GalleryStore(self.faulty, backoff)
        self.keeping = FaceKeeping(self.employees, self.gallery, self.objects, self.index, self.clock)
        self.reader = FakeReader()
        self.service = EnrolmentService(
            lambda: self.reader, self.keeping, GalleryHolder(self.gallery), PolicyStore(self.table), backoff
        )
        for employee_id in ("anna", "berta", "carl"):
            self.employees.create_employee(employee_id=employee_id, site_id=SITE, name=employee_id, by="olga")
        for employee_id in ("anna", "berta"):
            self.employees.record_consent(employee_id, version="1", by="olga")

    def enrol(self, employee_id: str, *images: Portrait) -> tuple[EnrolledFace, ...]:
        return self.service.enrol(employee_id, images, by="olga").faces

    def faces(self, employee_id: str) -> tuple[EnrolledFace, ...]:
        found = self.gallery.find(SITE, employee_id)
        return found.faces if found else ()

    def pictures(self, employee_id: str) -> list[str]:
        return self.objects.keys(enrolled_prefix(SITE, employee_id))


@pytest.fixture
def desk() -> Desk:
    return Desk()


def shots(person: int, *numbers: int) -> list[Portrait]:
    return [portrait((person, number)) for number in numbers]


def codes(desk: Desk, employee_id: str, *images: Portrait) -> list[tuple[str, str]]:
    """What is wrong, by image; and nothing of it has stayed."""
    before, pictures = desk.table.dump(), desk.pictures(employee_id)
    with pytest.raises(Faulty) as caught:
        desk.enrol(employee_id, *images)
    assert desk.table.dump() == before
    assert desk.pictures(employee_id) == pictures
    assert caught.value.code == caught.value.faults[0].code
    return [(fault.field, fault.code) for fault in caught.value.faults]


def test_the_faces_of_images_are_kept_with_their_pictures(desk: Desk) -> None:
    faces = desk.enrol("anna", *shots(ANNA, 1, 2))
    assert desk.faces("anna") == tuple(sorted(faces, key=lambda face: face.face_id))
    assert [face.embedding for face in faces] == [stored(face_of(ANNA, shot)) for shot in (1, 2)]
    assert [desk.objects.stored[str(face.snapshot_key)] for face in faces] == [
        jpeg_of(ANNA, shot) for shot in (1, 2)
    ]
    assert {face.enrolled_by for face in faces} == {"olga"}
    assert set(desk.index.faces) == {(SITE, "anna", face.face_id) for face in faces}


def test_an_enrolment_shows_no_embedding_when_it_is_printed(desk: Desk) -> None:
    text = repr(desk.service.enrol("anna", shots(ANNA, 1), by="olga"))
    assert repr(stored(face_of(ANNA, 1)))[2:20] not in text


def test_the_same_images_again_change_nothing(desk: Desk) -> None:
    first = desk.enrol("anna", *shots(ANNA, 1, 2))
    before = desk.table.dump()
    desk.clock.advance(60)
    again = desk.service.enrol("anna", shots(ANNA, 1, 2), by="otto")
    assert (again.faces, again.added) == (first, frozenset())
    assert desk.table.dump() == before


def test_faces_are_added_to_those_there_are(desk: Desk) -> None:
    desk.enrol("anna", *shots(ANNA, 1))
    desk.clock.advance(60)
    desk.enrol("anna", *shots(ANNA, 1, 2))
    assert [face.embedding for face in desk.faces("anna")] == [stored(face_of(ANNA, n)) for n in (1, 2)]


@pytest.mark.parametrize(
    ("image", "code"),
    [
        (portrait(), "no_face"),
        (portrait((ANNA, 2), (BERTA, 1)), "several_faces"),
        (portrait((ANNA, 2), (BERTA, 1), verdict=Verdict.TOO_SMALL), "several_faces"),
        (portrait((ANNA, 2), verdict=Verdict.TOO_SMALL), "face_too_small"),
        (portrait((ANNA, 2), verdict=Verdict.BLURRED), "face_blurred"),
        (portrait((ANNA, 2), verdict=Verdict.TURNED_AWAY), "face_turned_away"),
        (portrait((ANNA, 2), verdict=Verdict.UNSURE), "face_unsure"),
        (portrait((BERTA, 1)), "other_person"),
    ],
)
def test_an_image_that_will_not_do_is_named_and_none_is_enrolled(
    desk: Desk, image: Portrait, code: str
) -> None:
    assert codes(desk, "anna", portrait((ANNA, 1)), portrait((ANNA, 3)), image) == [("images.2", code)]


def test_all_images_that_will_not_do_are_named(desk: Desk) -> None:
    images = portrait(), portrait((ANNA, 1)), portrait((ANNA, 1), (BERTA, 1))
    assert codes(desk, "anna", *images) == [("images.0", "no_face"), ("images.2", "several_faces")]


def test_what_is_perhaps_no_face_does_not_make_them_several(desk: Desk) -> None:
    image = np.concatenate([portrait((ANNA, 1)), portrait((BERTA, 1), verdict=Verdict.UNSURE)], axis=1)
    assert len(desk.enrol("anna", image)) == 1


def test_nobody_is_enrolled_as_two_people(desk: Desk) -> None:
    desk.enrol("anna", *shots(ANNA, 1))
    assert codes(desk, "berta", *shots(ANNA, 2)) == [("images.0", "enrolled_as_other")]


def test_a_stranger_is_not_added_to_who_is_enrolled(desk: Desk) -> None:
    desk.enrol("anna", *shots(ANNA, 1))
    assert codes(desk, "anna", *shots(BERTA, 1, 2)) == [
        ("images.0", "other_person"),
        ("images.1", "other_person"),
    ]


def test_only_who_has_consented_is_enrolled(desk: Desk) -> None:
    with pytest.raises(Conflict) as caught:
        desk.enrol("carl", *shots(3, 1))
    assert caught.value.code == "consent_missing"
    assert desk.reader.pictures == 0  # their face is not even looked at


def test_nobody_unknown_is_enrolled(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.enrol("dora", *shots(ANNA, 1))


@pytest.mark.parametrize("number", [0, 6])
def test_a_request_has_one_to_five_images(desk: Desk, number: int) -> None:
    with pytest.raises(Malformed) as caught:
        desk.enrol("anna", *shots(ANNA, *range(number)))
    assert (caught.value.code, caught.value.field) == ("bad_number_of_images", "images")


def test_an_employee_has_five_faces_at_most(desk: Desk) -> None:
    desk.enrol("anna", *shots(ANNA, 1, 2, 3))
    desk.enrol("anna", *shots(ANNA, 3, 4, 5))
    assert len(desk.faces("anna")) == MAX_FACES
    with pytest.raises(Conflict) as caught:
        desk.enrol("anna", *shots(ANNA, 6))
    assert caught.value.code == "too_many_faces"


class TestRemoving:
    def test_takes_face_and_picture(self, desk: Desk) -> None:
        first, second = desk.enrol("anna", *shots(ANNA, 1, 2))
        desk.keeping.remove(desk.employees.get_employee("anna"), first.face_id)
        assert desk.faces("anna") == (second,)
        assert desk.pictures("anna") == [second.snapshot_key]
        assert set(desk.index.faces) == {(SITE, "anna", second.face_id)}

    def test_of_what_is_not_there_is_told(self, desk: Desk) -> None:
        with pytest.raises(NotFound) as caught:
            desk.keeping.remove(desk.employees.get_employee("anna"), "0" * 32)
        assert caught.value.code == "unknown_face"


class TestRaces:
    def interrupt(self, desk: Desk, act: object) -> None:
        """Do something in front of the next transaction alone."""

        def once() -> None:
            desk.faulty.interrupt = None
            act()  # type: ignore[operator]

        desk.faulty.interrupt = once

    def test_a_consent_withdrawn_meanwhile_wins(self, desk: Desk) -> None:
        self.interrupt(desk, lambda: desk.employees.withdraw_consent("anna"))
        with pytest.raises(Conflict) as caught:
            desk.enrol("anna", *shots(ANNA, 1))
        assert caught.value.code == "consent_missing"
        assert (desk.faces("anna"), desk.pictures("anna"), desk.index.faces) == ((), [], {})

    def test_who_is_enrolled_as_two_at_once_is_enrolled_once(self, desk: Desk) -> None:
        self.interrupt(desk, lambda: desk.enrol("berta", *shots(ANNA, 2)))
        with pytest.raises(Faulty) as caught:
            desk.enrol("anna", *shots(ANNA, 1))
        assert caught.value.code == "enrolled_as_other"
        assert (len(desk.faces("berta")), desk.pictures("anna")) == (1, [])

    def test_somebody_elses_enrolment_does_no_harm(self, desk: Desk) -> None:
        self.interrupt(desk, lambda: desk.enrol("berta", *shots(BERTA, 1)))
        desk.enrol("anna", *shots(ANNA, 1))
        assert (len(desk.faces("anna")), len(desk.faces("berta"))) == (1, 1)

    def test_the_same_enrolment_twice_at_once_is_one(self, desk: Desk) -> None:
        self.interrupt(desk, lambda: desk.enrol("anna", *shots(ANNA, 1)))
        desk.enrol("anna", *shots(ANNA, 1))
        assert len(desk.faces("anna")) == len(desk.pictures("anna")) == 1


class TestTrouble:
    def test_an_enrolment_that_comes_to_nothing_leaves_nothing(self, desk: Desk) -> None:
        desk.faulty.contention = 1.1
        with pytest.raises(Unavailable):
            desk.enrol("anna", *shots(ANNA, 1, 2))
        assert (desk.faces("anna"), desk.pictures("anna"), desk.index.faces) == ((), [], {})

    def test_an_enrolment_whose_answer_was_lost_stays_whole(self, desk: Desk) -> None:
        """It is told as failed, and the repetition finds it done."""
        desk.faulty.answer_lost = 1.1
        with pytest.raises(Unavailable):
            desk.enrol("anna", *shots(ANNA, 1))
        desk.faulty.answer_lost = 0.0
        (face,) = desk.enrol("anna", *shots(ANNA, 1))
        assert desk.faces("anna") == (face,)
        assert desk.pictures("anna") == [face.snapshot_key]
        assert set(desk.index.faces) == {(SITE, "anna", face.face_id)}

    def test_what_the_backend_refuses_is_told_by_image(self, desk: Desk) -> None:
        desk.index.refused = jpeg_of(ANNA, 2)
        assert codes(desk, "anna", *shots(ANNA, 1, 2)) == [("images.1", "face_too_poor")]
        assert desk.index.faces == {}

    def test_who_asks_nobody_outside_needs_no_index(self, desk: Desk) -> None:
        desk.service = replace(desk.service, keeping=replace(desk.keeping, index=NoIndex()))
        assert len(desk.enrol("anna", *shots(ANNA, 1))) == 1


def strangers(new: Sequence[int], known: Sequence[int] = ()) -> list[bool]:
    """Of faces of these people."""
    faces = [face_of(person, shot) for shot, person in enumerate(new)]
    enrolled = [face_of(person, 50 + shot) for shot, person in enumerate(known)]
    return find_strangers(
        np.array(faces, np.float32).reshape(-1, 128), np.array(enrolled, np.float32).reshape(-1, 128), 0.45
    )


@pytest.mark.parametrize(
    ("new", "known", "expected"),
    [
        ([], [], []),
        ([1], [], [False]),
        ([1, 1, 2], [], [False, False, True]),
        ([2, 1, 1], [], [True, False, False]),
        ([1, 2], [], [False, True]),  # in doubt the first
        ([2, 2, 1], [1], [True, True, False]),
        ([1], [1, 1], [False]),
    ],
)
def test_who_is_a_stranger(new: list[int], known: list[int], expected: list[bool]) -> None:
    assert strangers(new, known) == expected


def test_faces_belong_together_by_way_of_others() -> None:
    """Left profile and right profile are one person's when a face from the front is like both."""
    angles = np.radians([0, 50, 100])
    faces = np.zeros((3, 128), np.float32)
    faces[:, 0], faces[:, 1] = np.cos(angles), np.sin(angles)
    none = np.zeros((0, 128), np.float32)
    assert find_strangers(faces, none, 0.6) == [False, False, False]
    assert find_strangers(faces[[0, 2]], none, 0.6) == [False, True]


def test_errors_are_ours(desk: Desk) -> None:
    """Whatever S3 does: the fault rises as it is, and the faces are not enrolled."""

    def refuse(_: str) -> None:
        raise Unavailable("S3 is out")

    desk.objects.before = refuse
    with pytest.raises(FloorsightError):
        desk.enrol("anna", *shots(ANNA, 1))
    assert desk.faces("anna") == ()
