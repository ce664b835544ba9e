"""People whom nobody recognised: named or dismissed, once."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest

from floorsight.events.identity import AnswerSource, PersonRecognised
from floorsight.identity.gallery.model import MAX_FACES
from floorsight.identity.review.model import Review, ReviewState
from floorsight.identity.review.store import UNTOLD
from floorsight.identity.review.untold import NamingTeller
from floorsight.identity.snapshots import employee_prefix
from floorsight.platform.errors import Conflict, Malformed, NotFound, Unavailable
from floorsight.platform.table import Table
from tests.fakes.clock import NOON
from tests.fakes.portraits import face_of, jpeg_of, stored
from tests.fakes.recognition import Recognition
from tests.fakes.scene import CAMERA, SESSION, SITE, Scene
from tests.fakes.table import FaultyTable

ANNA, BERTA, CARL = 1, 2, 3


@pytest.fixture
def room() -> Recognition:
    """Anna is enrolled; Carl is not, and has consented; Dora has not."""
    room = Recognition(Scene().with_camera())
    room.enrol("anna", ANNA)
    room.hire("carl")
    room.hire("dora", consents=False)
    return room


def unknown(room: Recognition, track_id: int = 7, person: int = CARL) -> Review:
    """Somebody whom nobody recognised just now."""
    answer = room.recognise(room.see(track_id, person))
    assert answer is not None
    assert answer.review_id is not None
    return room.reviews.get_review(answer.review_id)


def told(room: Recognition) -> list[PersonRecognised]:
    kind = PersonRecognised.detail_type()
    return [PersonRecognised.parse(m.detail) for m in room.bus.messages if m.detail_type == kind]


def enrolled(room: Recognition, employee_id: str) -> list[bytes]:
    person = room.gallery.find(SITE, employee_id)
    return [face.embedding for face in person.faces] if person else []


def code_of(error: pytest.ExceptionInfo[Any]) -> str:
    return str(error.value.code)


def test_naming_enrols_and_tells(room: Recognition) -> None:
    review = unknown(room)
    room.clock.advance(3600)
    named = room.naming.name(review.review_id, "carl", by="olga")
    assert (named.enrolled, named.not_enrolled) == (3, None)
    assert named.review == room.reviews.get_review(review.review_id)
    assert (named.review.state, named.review.employee_id) == (ReviewState.NAMED, "carl")
    assert (named.review.settled_by, named.review.settled_at) == ("olga", room.clock())
    [event] = told(room)
    assert event == PersonRecognised(
        event_id=event.event_id,
        occurred_at=NOON,
        site_id=SITE,
        camera_id=CAMERA,
        stream_session=SESSION,
        cause=review.question,
        track_id=7,
        employee_id="carl",
        confidence=1.0,
        source=AnswerSource.REVIEW,
        first_seen_at=review.first_seen_at,
        last_seen_at=review.last_seen_at,
        snapshot_key=f"{employee_prefix(SITE, 'carl')}{CAMERA}/{SESSION}/7.jpg",
    )
    assert set(enrolled(room, "carl")) == {stored(face_of(CARL, 7000 + shot)) for shot in range(3)}
    assert room.objects.stored[str(event.snapshot_key)] == jpeg_of(CARL, 2)
    assert not room.objects.keys("review/")
    assert not room.objects.keys(str(review.snapshot_key))
    again = room.recognise(room.see(8, CARL))  # and from now on
    assert again is not None
    assert again.decision.match is not None
    assert again.decision.match.employee_id == "carl"


def test_the_track_is_the_employee_for_whoever_asks(room: Recognition) -> None:
    review = unknown(room)
    room.naming.name(review.review_id, "carl", by="olga")
    found = room.answers.find_answers(SITE, CAMERA, SESSION, [7], now=room.clock())
    assert found[7].decision.source is AnswerSource.REVIEW
    assert [answer.track.track_id for answer in room.answers.list_of_employee(SITE, "carl")] == [7]


def test_the_same_name_again_changes_nothing(room: Recognition) -> None:
    review = unknown(room)
    room.naming.name(review.review_id, "carl", by="olga")
    before = enrolled(room, "carl")
    again = room.naming.name(review.review_id, "carl", by="otto")
    assert (again.enrolled, again.not_enrolled) == (0, "faces_gone")
    assert again.review.settled_by == "olga"
    assert enrolled(room, "carl") == before
    first, second = told(room)
    assert first == second


@pytest.fixture
def untold(room: Recognition, monkeypatch: pytest.MonkeyPatch) -> Review:
    """Named as Carl; the bus died before it was told, and the job met it dead, too."""
    review = unknown(room)

    def dies(_: object) -> None:
        raise Unavailable("EventBridge did not answer")

    with monkeypatch.context() as patched:
        patched.setattr(room.bus, "publish", dies)
        with pytest.raises(Unavailable):
            room.naming.name(review.review_id, "carl", by="olga")
        with pytest.raises(Unavailable):
            NamingTeller(room.reviews.store, room.bus).tell_left(SITE)
    return review


def test_a_naming_that_died_before_it_was_told_is_told_by_the_job(room: Recognition, untold: Review) -> None:
    teller = NamingTeller(room.reviews.store, room.bus)
    assert told(room) == []
    assert teller.tell_left(SITE) == {"namings": 1}
    assert [each.employee_id for each in told(room)] == ["carl"]
    assert teller.tell_left(SITE) == {"namings": 0}
    assert len(told(room)) == 1
    room.naming.name(untold.review_id, "carl", by="olga")  # the same name again enrols what was left
    assert enrolled(room, "carl")


def test_a_naming_of_somebody_who_was_erased_is_not_told(room: Recognition, untold: Review) -> None:
    room.reviews.store.remove(untold)
    teller = NamingTeller(room.reviews.store, room.bus)
    assert teller.tell_left(SITE) == {"namings": 0}
    assert told(room) == []
    assert not room.scene.presence.query(UNTOLD.partition(site_id=SITE)).items


def test_what_is_settled_stays_so(room: Recognition) -> None:
    named, dismissed = unknown(room), unknown(room, 8, BERTA)
    room.naming.name(named.review_id, "carl", by="olga")
    room.reviews.dismiss(dismissed.review_id, by="olga")
    for change in (
        lambda: room.naming.name(named.review_id, "anna", by="otto"),
        lambda: room.reviews.dismiss(named.review_id, by="otto"),
        lambda: room.naming.name(dismissed.review_id, "carl", by="otto"),
    ):
        with pytest.raises(Conflict) as refused:
            change()
        assert code_of(refused) == "review_settled"
    assert len(told(room)) == 1


def test_a_face_that_is_enrolled_is_not_somebody_elses(room: Recognition) -> None:
    review = unknown(room)
    room.enrol("emil", CARL)  # meanwhile, as who he is
    with pytest.raises(Conflict, match="emil") as refused:
        room.naming.name(review.review_id, "carl", by="olga")
    assert code_of(refused) == "enrolled_as_other"
    assert room.reviews.get_review(review.review_id) == review
    assert room.naming.name(review.review_id, "emil", by="olga").enrolled == 3


def test_who_has_not_consented_is_not_named(room: Recognition) -> None:
    review, stored = unknown(room), dict(room.objects.stored)
    with pytest.raises(Conflict, match="by hand") as refused:
        room.naming.name(review.review_id, "dora", by="olga")
    assert code_of(refused) == "consent_missing"
    assert room.reviews.get_review(review.review_id) == review
    assert told(room) == []
    assert enrolled(room, "dora") == []
    assert room.objects.stored == stored
    assert room.answers.list_of_employee(SITE, "dora") == []


def test_as_many_faces_are_enrolled_as_there_is_room_for(room: Recognition) -> None:
    room.enrol("emil", CARL + 100, shots=range(MAX_FACES - 1))
    named = room.naming.name(unknown(room).review_id, "emil", by="olga")
    assert named.enrolled == 1
    full = room.naming.name(unknown(room, 8, BERTA).review_id, "emil", by="olga")
    assert (full.enrolled, full.not_enrolled) == (0, "too_many_faces")
    assert len(enrolled(room, "emil")) == MAX_FACES
    assert len(told(room)) == 2


def test_faces_that_are_gone_are_no_obstacle(room: Recognition) -> None:
    review = unknown(room)
    room.objects.stored.clear()
    named = room.naming.name(review.review_id, "carl", by="olga")
    assert (named.enrolled, named.not_enrolled) == (0, "faces_gone")
    assert [event.snapshot_key for event in told(room)] == [None]


def test_of_a_track_of_two_people_only_the_one_in_the_picture_is_enrolled(room: Recognition) -> None:
    """Else a stranger who got into the track comes in under somebody's name from then on."""
    stranger = (face_of(BERTA, 1), jpeg_of(BERTA, 1))
    carls = [(face_of(CARL, shot), jpeg_of(CARL, shot)) for shot in (1, 2)]
    answer = room.recognise(room.see_faces(7, [stranger, *carls]))
    assert answer is not None
    named = room.naming.name(str(answer.review_id), "carl", by="olga")
    assert (named.enrolled, named.not_enrolled) == (2, None)
    assert set(enrolled(room, "carl")) == {stored(face) for face, _ in carls}
    later = room.recognise(room.see(8, BERTA))
    assert later is not None
    assert later.decision.match is None


def test_only_employees_of_the_site_are_named(room: Recognition) -> None:
    room.scene.sites.create_site(site_id="plant-2", name="Plant 2", time_zone="Europe/Berlin")
    room.employees.create_employee(employee_id="emil", site_id="plant-2", name="Emil", by="olga")
    review = unknown(room)
    for employee_id, code in (("nobody", "unknown_employee"), ("emil", "other_site")):
        with pytest.raises(Malformed) as refused:
            room.naming.name(review.review_id, employee_id, by="olga")
        assert (code_of(refused), refused.value.field) == (code, "employee_id")


def test_who_is_dismissed_leaves_no_face(room: Recognition) -> None:
    review = unknown(room)
    dismissed = room.reviews.dismiss(review.review_id, by="olga")
    assert (dismissed.state, dismissed.settled_by) == (ReviewState.DISMISSED, "olga")
    assert room.reviews.dismiss(review.review_id, by="otto") == dismissed
    assert room.objects.keys("review/") == []
    assert room.objects.keys(str(review.snapshot_key))
    assert told(room) == []


def test_the_queue_is_newest_first_and_in_pages(room: Recognition) -> None:
    for number in range(5):
        seen = room.see(number, CARL, occurred_at=NOON + timedelta(seconds=number))
        room.recognise(seen)
    first = room.reviews.list_reviews(SITE, only_open=True, limit=3)
    rest = room.reviews.list_reviews(SITE, only_open=True, limit=3, start_key=first.next_key)
    tracks = [review.track.track_id for page in (first, rest) for review in page.items]
    assert tracks == [4, 3, 2, 1, 0]
    assert rest.next_key is None
    room.reviews.dismiss(first.items[0].review_id, by="olga")
    still_open = room.reviews.list_reviews(SITE, only_open=True, limit=9).items
    everything = room.reviews.list_reviews(SITE, only_open=False, limit=9).items
    assert [len(still_open), len(everything)] == [4, 5]


def test_what_is_over_is_gone_before_it_is_deleted(room: Recognition) -> None:
    review = unknown(room)
    room.clock.now = review.expires_at - timedelta(microseconds=1)
    assert room.reviews.get_review(review.review_id) == review
    room.clock.now = review.expires_at
    for asked in (
        lambda: room.reviews.get_review(review.review_id),
        lambda: room.reviews.dismiss(review.review_id, by="olga"),
        lambda: room.naming.name(review.review_id, "carl", by="olga"),
    ):
        with pytest.raises(NotFound) as refused:
            asked()
        assert code_of(refused) == "unknown_review"
    assert room.reviews.list_reviews(SITE, only_open=False, limit=9).items == []


@pytest.mark.parametrize("review_id", ["", "x", "a.b", "a.b.c.d", "plant-1..x", "plant-1.20260302.x"])
def test_an_id_that_is_none_is_not_found(room: Recognition, review_id: str) -> None:
    with pytest.raises(NotFound):
        room.reviews.get_review(review_id)


def test_who_names_and_who_dismisses_at_once(room: Recognition) -> None:
    scene = Scene().with_camera()
    faulty = FaultyTable(scene.presence)
    quick = Recognition(scene)
    slow = Recognition(scene, around_presence=lambda _: faulty)
    quick.hire("carl")
    review = unknown(quick)

    def dismiss() -> None:
        faulty.interrupt = None
        quick.reviews.dismiss(review.review_id, by="otto")

    faulty.interrupt = dismiss
    with pytest.raises(Conflict) as refused:
        slow.naming.name(review.review_id, "carl", by="olga")
    assert code_of(refused) == "review_settled"
    assert told(quick) == []
    assert enrolled(quick, "carl") == []


def test_who_is_erased_while_they_are_named_keeps_no_face() -> None:
    scene = Scene().with_camera()
    faulty = FaultyTable(scene.presence)
    room = Recognition(scene, around_presence=lambda _: faulty)
    room.hire("carl")
    review = unknown(room)

    def erase() -> None:
        faulty.interrupt = None
        room.employees.mark_erased("carl")

    faulty.interrupt = erase
    named = room.naming.name(review.review_id, "carl", by="olga")
    assert (named.enrolled, named.not_enrolled) == (0, "consent_missing")
    assert room.objects.stored == {}
    assert room.answers.list_of_employee(SITE, "carl") == []


@pytest.mark.parametrize("step", range(14))
def test_a_naming_that_was_cut_off_is_finished_by_the_same_name(room: Recognition, step: int) -> None:
    review = unknown(room)
    calls = iter(range(step))

    def fail(_: object) -> None:
        if next(calls, None) is None:
            raise Unavailable("S3 does not answer: injected")

    publish = room.bus.publish
    room.objects.before = fail
    room.bus.publish = lambda messages: (fail(messages), publish(messages))[1]  # type: ignore[method-assign]
    try:
        room.naming.name(review.review_id, "carl", by="olga")
    except Unavailable:
        room.objects.before = lambda _: None
        room.bus.publish = publish  # type: ignore[method-assign]
        room.naming.name(review.review_id, "carl", by="olga")
    assert len({event.event_id for event in told(room)}) == 1
    assert len(enrolled(room, "carl")) == 3
    assert room.objects.keys("review/") == []
    assert room.objects.keys("snapshots/") == [str(told(room)[0].snapshot_key)]


@pytest.mark.parametrize("seed", range(20))
def test_dynamodbs_bad_moments_are_survived(seed: int) -> None:
    def faulty(table: Table) -> Table:
        return FaultyTable(
            table, random.Random(seed).random, contention=0.3, unavailable=0.1, answer_lost=0.2
        )

    scene = Scene().with_camera()
    room = Recognition(scene, around_presence=faulty)
    calm = Recognition(scene)
    calm.hire("carl")
    review = unknown(calm)
    for _ in range(60):
        try:
            room.naming.name(review.review_id, "carl", by="olga")
            break
        except Unavailable:
            continue
    else:
        raise AssertionError("never named")
    assert len({event.event_id for event in told(room)}) == 1
    assert len(enrolled(room, "carl")) == 3
