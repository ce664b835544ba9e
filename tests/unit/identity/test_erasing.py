"""Erasing somebody: everything that was kept of them is put there, and then looked for everywhere."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from floorsight.identity.erasing.model import ErasureCause, explain_what_is_left
from floorsight.identity.erasing.reviewing import PAGE
from floorsight.identity.gallery.holding import GalleryHolder
from floorsight.identity.review.model import ReviewState
from floorsight.platform.backups import POINT_IN_TIME_DAYS
from floorsight.platform.errors import Conflict, NotFound, Unavailable
from tests.fakes.people import People, contents_of, find_traces, new_face
from tests.fakes.portraits import EMBEDDER
from tests.fakes.scene import CAMERA, SESSION, SITE
from tests.fakes.table import FaultyTable, MemoryTable

ANNA, BERTA, CARL = 1, 2, 3


@pytest.fixture
def people() -> People:
    """Anna and Berta are enrolled, here and outside, were recognised, named, and not recognised."""
    people = People().with_site()
    people.ask_outside()
    for employee_id, person in (("anna", ANNA), ("berta", BERTA)):
        people.hire(employee_id, person)
        for number in range(3):
            people.recognise(employee_id, person, 100 * person + number)
        people.not_recognise(person, 100 * person + 10, named=employee_id)
        people.not_recognise(person, 4 + person)
    people.clock.advance(60)
    return people


def everything(people: People) -> Iterator[tuple[str, bytes]]:
    """All that is kept anywhere, with its name."""
    objects: Any = people.objects
    outside: Any = people.outside
    yield from contents_of(people.registry, "registry")
    yield from contents_of(people.presence, "presence")
    yield from ((key, key.encode() + body) for key, body in objects.stored.items())
    yield from (("/".join(key), body) for key, body in outside.faces.items())


def traces(people: People, person: int) -> list[str]:
    return find_traces(person, everything(people))


ALL_OF_ANNA = {
    "faces": 2,
    "enrolled_pictures": 2,
    "pictures": 4,  # of three tracks, and of the one that was named
    "answers": 3,
    "named_reviews": 1,
    "unnamed_reviews": 1,
    "outside_faces": 2,
}


def test_what_is_searched_for_can_be_found(people: People) -> None:
    """Else finding nothing would mean nothing."""
    found = " ".join(traces(people, ANNA))
    for place in (
        "GALLERY#",
        "enrolled/",
        "snapshots/plant-1/_people",
        "_unknown/",
        "review/",
        "plant-1/anna",
    ):
        assert place in found


def test_nothing_is_left_of_who_is_erased(people: People) -> None:
    report = people.erasing.erase("anna", by="ada")
    assert report.removed == ALL_OF_ANNA
    assert traces(people, ANNA) == []
    assert people.answers.list_of_employee(SITE, "anna") == []
    assert all("anna" not in name for name, _ in everything(people) if "EMPLOYEE#anna" not in name)


def test_others_keep_everything(people: People) -> None:
    before = traces(people, BERTA)
    people.erasing.erase("anna", by="ada")
    assert traces(people, BERTA) == before
    assert len(people.answers.list_of_employee(SITE, "berta")) == 3


def test_what_was_consented_to_is_kept_as_proof(people: People) -> None:
    people.erasing.erase("anna", by="ada")
    (consent,) = people.employees.list_consents("anna")
    assert consent.withdrawn_at is not None
    employee = people.employees.get_employee("anna")
    assert not employee.may_be_recognised
    assert employee.erased_at is not None


def test_a_gallery_in_memory_is_current_with_the_next_question(people: People) -> None:
    warm = GalleryHolder(people.gallery)
    assert warm.current(SITE, EMBEDDER).employees == ("anna", "berta")
    people.erasing.erase("anna", by="ada")
    assert warm.current(SITE, EMBEDDER).employees == ("berta",)


def test_answers_that_were_kept_are_told_no_more(people: People) -> None:
    people.erasing.erase("anna", by="ada")
    tracks = range(100 * ANNA, 100 * ANNA + 3)
    assert people.answers.find_answers(SITE, CAMERA, SESSION, tracks, now=people.clock()) == {}


def test_the_report_says_how_long_copies_last(people: People) -> None:
    report = people.erasing.erase("anna", by="ada")
    assert (report.by, report.cause, report.finished_at) == ("ada", ErasureCause.ERASED, people.clock())
    sentences = " ".join(explain_what_is_left(report))
    assert f"{POINT_IN_TIME_DAYS} days, until 2026-04-06 12:01 UTC" in sentences
    assert people.erasing.store.find_last("anna") == report
    assert report.references == ()


def test_erasing_again_changes_nothing(people: People) -> None:
    first = people.erasing.erase("anna", by="ada")
    before = contents(people)
    people.clock.advance(60)
    assert people.erasing.erase("anna", by="otto") == first
    assert contents(people) == before


def test_what_turns_up_afterwards_goes_too_and_is_added(people: People) -> None:
    """A recognition that was under way wrote its answer a moment later."""
    people.erasing.erase("anna", by="ada")
    people.recognise("anna", ANNA, 199)
    again = people.erasing.erase("anna", by="ada")
    assert again.removed == ALL_OF_ANNA | {"pictures": 5, "answers": 4}
    assert traces(people, ANNA) == []


def test_who_consents_anew_can_be_enrolled_and_erased_anew(people: People) -> None:
    people.erasing.erase("anna", by="ada")
    people.clock.advance(60)
    people.employees.record_consent("anna", version="2", by="olga")
    people.enrol("anna", ANNA)
    people.clock.advance(60)
    second = people.erasing.erase("anna", by="ada")
    assert second.removed == {"faces": 2, "enrolled_pictures": 2, "outside_faces": 2}
    assert len(people.erasing.store.list_erasures("anna")) == 2
    assert traces(people, ANNA) == []


def test_withdrawing_consent_removes_the_same(people: People) -> None:
    report = people.erasing.withdraw_consent("anna", by="olga")
    assert (report.cause, report.removed) == (ErasureCause.WITHDRAWN, ALL_OF_ANNA)
    assert traces(people, ANNA) == []
    assert people.employees.get_employee("anna").erased_at is None


def test_leaving_removes_the_same(people: People) -> None:
    day = people.clock().date()
    report = people.erasing.end_employment("anna", day, by="olga")
    assert (report.cause, report.removed) == (ErasureCause.LEFT, ALL_OF_ANNA)
    assert people.employees.get_employee("anna").employed_until == day
    assert traces(people, ANNA) == []


def test_an_erasure_after_a_withdrawal_is_one_of_its_own(people: People) -> None:
    people.erasing.withdraw_consent("anna", by="olga")
    people.clock.advance(60)
    report = people.erasing.erase("anna", by="ada")
    assert (report.cause, report.removed) == (ErasureCause.ERASED, {})


def test_who_was_never_enrolled_can_be_erased(people: People) -> None:
    people.hire("carl")
    people.not_recognise(CARL, 90, named="carl")
    assert people.erasing.erase("carl", by="ada").removed == {"named_reviews": 1, "pictures": 1}


def test_nobody_is_asked_outside_about_who_was_never_there() -> None:
    people = People().with_site()
    people.hire("anna", ANNA)
    people.erasing.erase("anna", by="ada")
    assert people.outside.asked == 0  # type: ignore[union-attr]


def test_who_was_given_outside_is_removed_there_under_any_later_policy(people: People) -> None:
    policy = people.policies.find(SITE)
    people.policies.replace(type(policy)(SITE, revision=policy.revision))
    assert people.erasing.erase("anna", by="ada").removed["outside_faces"] == 2


def test_what_is_our_own_goes_though_nobody_outside_answers(people: People) -> None:
    outside: Any = people.outside
    remove = outside.remove

    def fail(*_: object) -> int:
        raise Unavailable("Rekognition did not answer")

    outside.remove = fail
    with pytest.raises(Unavailable):
        people.erasing.erase("anna", by="ada")
    assert all(name.startswith(f"{SITE}/anna/") for name in traces(people, ANNA))  # outside
    assert people.answers.list_of_employee(SITE, "anna") == []
    outside.remove = remove
    assert people.erasing.erase("anna", by="ada").removed == ALL_OF_ANNA


def test_nobody_unknown_is_erased(people: People) -> None:
    with pytest.raises(NotFound):
        people.erasing.erase("dora", by="ada")
    assert people.erasing.store.find_last("berta") is None


def test_a_face_named_as_somebody_else_stays_theirs(people: People) -> None:
    """Whatever it looks like: somebody has said who it is."""
    review = people.not_recognise(ANNA, 70, named="berta")
    people.erasing.erase("anna", by="ada")
    found = people.reviews.find(review.review_id)
    assert found is not None
    assert found.state is ReviewState.NAMED


def test_faces_of_another_model_are_not_compared(people: People) -> None:
    employee = people.employees.get_employee("berta")
    odd = new_face(CARL, 0)
    people.keeping.add(employee, [type(odd)("other", odd.embedding, odd.jpeg)], by="olga")
    review = people.not_recognise(CARL, 9)
    people.erasing.erase("berta", by="ada")
    assert people.reviews.find(review.review_id) is not None


def test_faces_of_a_dismissal_that_was_cut_off_go_too(people: People) -> None:
    review = people.not_recognise(ANNA, 80)
    dismissed = replace(review, state=ReviewState.DISMISSED)
    people.presence.write(people.reviews.settle_write(dismissed))
    report = people.erasing.erase("anna", by="ada")
    assert report.removed == ALL_OF_ANNA | {"unnamed_reviews": 2}
    assert traces(people, ANNA) == []


def test_who_was_dismissed_without_faces_left_stays_dismissed(people: People) -> None:
    review = people.not_recognise(CARL, 80)
    people.presence.write(people.reviews.settle_write(replace(review, state=ReviewState.DISMISSED)))
    people.objects.delete([review.faces_key])
    people.erasing.erase("anna", by="ada")
    assert people.reviews.find(review.review_id) is not None


@pytest.mark.parametrize("damaged", [b"", b"{}", b'{"format": 9, "faces": []}'])
def test_damaged_faces_of_somebody_stop_no_erasure(people: People, damaged: bytes) -> None:
    """They may be anybody's, can be named as nobody, and go."""
    review = people.not_recognise(CARL, 80)
    people.objects.put(review.faces_key, damaged, content_type="application/json")
    report = people.erasing.erase("anna", by="ada")
    assert report.finished_at is not None
    assert people.reviews.find(review.review_id) is None


def test_the_report_says_who_can_not_be_found(people: People) -> None:
    """Whose faces were taken away one by one has none left to compare with."""
    anna = people.employees.get_employee("anna")
    for face in people.keeping.list_faces(anna):
        people.keeping.remove(anna, face.face_id)
    report = people.erasing.erase("anna", by="ada")
    assert "unnamed_reviews" not in report.removed
    assert all("review/" in name or "_unknown/" in name for name in traces(people, ANNA))
    assert "that was enrolled until now" in " ".join(explain_what_is_left(report))


def test_more_reviews_than_a_page_are_looked_through(people: People) -> None:
    for number in range(PAGE + 5):
        people.clock.advance(1)
        people.not_recognise(CARL, 1000 + number)
    assert people.erasing.erase("anna", by="ada").removed == ALL_OF_ANNA


def test_a_long_erasure_is_gone_on_with(people: People) -> None:
    """It stops before its function does; the next one begins where it ended."""
    for number in range(PAGE):
        people.clock.advance(1)
        people.not_recognise(CARL, 1000 + number)
    moments = iter([0.0, 0.0, 60.0])
    object.__setattr__(people.erasing, "monotonic", lambda: next(moments, 60.0))
    with pytest.raises(Unavailable) as caught:
        people.erasing.erase("anna", by="ada")
    assert caught.value.code == "erasure_unfinished"
    assert people.erasing.is_unfinished("anna")
    assert people.gallery.find(SITE, "anna") is None  # nobody is recognised any more
    moments = iter([60.0, 60.0])
    assert people.erasing.erase("anna", by="ada").removed == ALL_OF_ANNA
    assert traces(people, ANNA) == []


def contents(people: People) -> dict[str, bytes]:
    return dict(everything(people))


class TestInterruption:
    """Whatever call fails, asking again ends the erasure; nothing is left and nothing is counted twice."""

    def interrupted(self, people: People, calls: int) -> int:
        """Erase Anna with the answer of one call lost; how many calls there were."""
        left = [calls]

        def lose_one(_: object = None) -> None:
            left[0] -= 1
            if left[0] == 0:
                raise Unavailable("lost")

        objects: Any = people.objects
        objects.after = lose_one
        with suppress(Unavailable):
            people.erasing.erase("anna", by="ada")
        objects.after = lambda _: None
        return calls - left[0]

    def test_of_objects(self, people: People) -> None:
        total = self.interrupted(people, 10**6)
        assert total > 5
        for call in range(1, total + 1):
            again = fixture_of_people()
            self.interrupted(again, call)
            report = again.erasing.erase("anna", by="ada")
            assert report.finished_at is not None
            assert traces(again, ANNA) == []
            assert report.removed["faces"] == 2

    @pytest.mark.parametrize("seed", range(20))
    def test_of_tables(self, seed: int) -> None:
        people = fixture_of_people()
        dice = random.Random(seed)
        for table in (people.erasing.store.table, people.answers.table):
            assert isinstance(table, FaultyTable)
            table.dice, table.answer_lost, table.unavailable = dice.random, 0.1, 0.1
        report = None
        for _ in range(200):
            try:
                report = people.erasing.erase("anna", by="ada")
                break
            except (Unavailable, Conflict):
                people.clock.advance(1)
        assert report is not None
        assert report.removed["faces"] == 2
        assert traces(people, ANNA) == []


def fixture_of_people() -> People:
    """The same, on tables that may fail."""
    people = People(FaultyTable(MemoryTable()), FaultyTable(MemoryTable())).with_site()
    people.ask_outside()
    people.hire("anna", ANNA)
    people.recognise("anna", ANNA, 100)
    people.not_recognise(ANNA, 110, named="anna")
    people.not_recognise(ANNA, 5)
    people.clock.advance(60)
    return people
