"""The question who is on a track: answered once, whatever is delivered twice, lost or killed in between."""

from __future__ import annotations

import logging
import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from floorsight.events.identity import AnswerSource, PersonNotRecognised, PersonRecognised
from floorsight.identity.metrics.model import CameraDay, Tally
from floorsight.identity.model import Decision, Match, SearchResult, Track, Unknown
from floorsight.identity.policy.model import IdentityPolicy, Recogniser
from floorsight.identity.review.faces import load_faces
from floorsight.identity.snapshots import employee_prefix
from floorsight.platform.errors import Malformed, Unavailable
from floorsight.platform.table import Table
from tests.fakes.clock import NOON
from tests.fakes.portraits import face_of, jpeg_of, stored
from tests.fakes.recognition import Recognition
from tests.fakes.scene import CAMERA, SESSION, SITE, Scene
from tests.fakes.table import FaultyTable

ANNA, BERTA, STRANGER = 1, 2, 3
TODAY = date(2026, 3, 2)


def track(number: int) -> Track:
    return Track(SITE, CAMERA, SESSION, number)


@pytest.fixture
def room() -> Recognition:
    """Anna and Berta are enrolled."""
    room = Recognition(Scene().with_camera())
    room.enrol("anna", ANNA)
    room.enrol("berta", BERTA)
    return room


def told(room: Recognition) -> list[Any]:
    kinds = {kind.detail_type(): kind for kind in (PersonRecognised, PersonNotRecognised)}
    return [kinds[message.detail_type].parse(message.detail) for message in room.bus.messages]


def counted(room: Recognition) -> Tally:
    return sum((day.tally for day in room.metrics.list_days(SITE)), Tally())


def set_policy(room: Recognition, **changes: Any) -> IdentityPolicy:
    return room.policies.replace(replace(room.policies.find(SITE), **changes))


def test_who_is_enrolled_is_recognised(room: Recognition) -> None:
    seen = room.see(7, ANNA)
    answer = room.recognise(seen)
    assert answer is not None
    assert answer.decision.match is not None
    [event] = told(room)
    assert event == PersonRecognised(
        event_id=event.event_id,
        occurred_at=NOON,
        site_id=SITE,
        camera_id=CAMERA,
        stream_session=SESSION,
        cause=seen.event_id,
        track_id=7,
        employee_id="anna",
        confidence=answer.decision.match.similarity,
        source=AnswerSource.GALLERY,
        first_seen_at=seen.first_seen_at,
        last_seen_at=seen.last_seen_at,
        snapshot_key=f"{employee_prefix(SITE, 'anna')}{CAMERA}/{SESSION}/7.jpg",
    )
    assert 0.8 < event.confidence < 1.0
    assert room.objects.stored == {event.snapshot_key: jpeg_of(ANNA, 2)}  # the best face; no record is left


def test_who_is_not_enrolled_is_to_be_reviewed(room: Recognition) -> None:
    seen = room.see(7, STRANGER)
    room.recognise(seen)
    [event] = told(room)
    assert isinstance(event, PersonNotRecognised)
    [review] = room.reviews.list_reviews(SITE, only_open=True, limit=10).items
    assert (review.review_id, review.snapshot_key) == (event.review_id, event.snapshot_key)
    assert (review.reason, review.faces, review.question) == (Unknown.BELOW_THRESHOLD, 3, seen.event_id)
    assert review.expires_at == NOON + timedelta(days=30)
    assert set(room.objects.stored) == {review.snapshot_key, review.faces_key}
    kept = load_faces(room.objects.stored[review.faces_key])
    assert [face.jpeg for face in kept] == [jpeg_of(STRANGER, shot) for shot in (2, 1, 0)]
    assert [face.embedding for face in kept] == [stored(face_of(STRANGER, 7000 + n)) for n in (2, 1, 0)]


@pytest.mark.parametrize("person", [ANNA, STRANGER])
def test_a_question_that_comes_again_is_told_the_same_and_counts_once(room: Recognition, person: int) -> None:
    seen = room.see(7, person)
    room.recognise(seen)
    room.clock.advance(24 * 3600)  # long after the answer holds
    room.recognise(seen)
    first, again = told(room)
    assert first == again
    assert counted(room).questions == 1
    assert len(room.reviews.list_reviews(SITE, only_open=False, limit=9).items) == (person == STRANGER)


def test_another_question_about_the_track_gets_the_answer_that_holds(room: Recognition) -> None:
    room.recognise(room.see(7, ANNA))
    again = room.see(7, STRANGER, event_id="other")
    answer = room.recognise(again)
    assert answer is not None
    assert answer.decision.match is not None
    assert [event.employee_id for event in told(room)] == ["anna", "anna"]
    assert len({event.event_id for event in told(room)}) == 2
    assert not room.objects.keys("faces/")
    assert (counted(room).questions, counted(room).cache_hits, counted(room).cache_misses) == (2, 1, 1)
    room.recognise(again)
    assert counted(room).questions == 2


@pytest.mark.parametrize(
    ("person", "seconds", "held"),
    [(ANNA, 599.999, True), (ANNA, 600, False), (STRANGER, 119.999, True), (STRANGER, 120, False)],
)
def test_an_answer_holds_for_ten_minutes_and_no_answer_for_two(
    room: Recognition, person: int, seconds: float, held: bool
) -> None:
    room.recognise(room.see(7, person))
    room.clock.advance(seconds)
    found = room.answers.find_answers(SITE, CAMERA, SESSION, [7, 8], now=room.clock())
    assert set(found) == ({7} if held else set())
    room.recognise(room.see(7, person, event_id="other"))
    assert counted(room).cache_hits == held


def test_who_was_unknown_and_is_enrolled_meanwhile_is_recognised(room: Recognition) -> None:
    room.recognise(room.see(7, STRANGER))
    room.enrol("carl", STRANGER)
    room.clock.advance(120)
    room.recognise(room.see(7, STRANGER, event_id="other"))
    assert [type(event) for event in told(room)] == [PersonNotRecognised, PersonRecognised]


def test_a_track_has_one_review_however_often_it_is_asked_about(room: Recognition) -> None:
    room.recognise(room.see(7, STRANGER))
    room.clock.advance(120)
    later = NOON + timedelta(seconds=9)
    room.recognise(room.see(7, STRANGER, event_id="other", occurred_at=later))
    assert len({event.review_id for event in told(room)}) == 1
    assert len(room.reviews.list_reviews(SITE, only_open=True, limit=9).items) == 1


def test_too_few_faces_are_no_answer(room: Recognition) -> None:
    answer = room.recognise(room.see(7, ANNA, faces=2))
    assert answer is not None
    assert answer.decision.reason is Unknown.TOO_FEW_FACES


def test_a_policy_holds_from_the_next_question_on(room: Recognition) -> None:
    set_policy(room, min_votes=2)
    answer = room.recognise(room.see(7, ANNA, faces=2))
    assert answer is not None
    assert answer.decision.match is not None


def test_who_takes_back_the_consent_is_nobody_at_once(room: Recognition) -> None:
    room.employees.withdraw_consent("anna")  # the faces are still there
    answer = room.recognise(room.see(7, ANNA))
    assert answer is not None
    assert answer.decision.reason is Unknown.NO_CONSENT
    assert room.objects.keys("review/") == []  # their faces are kept nowhere, not to be named either
    [review] = room.reviews.list_reviews(SITE, only_open=True, limit=9).items
    assert room.objects.keys("snapshots/") == [review.snapshot_key]


def test_who_is_erased_while_the_answer_is_written_is_not_told() -> None:
    """The answer is written after erasure looked for it; so it is the writer who sees that."""
    scene = Scene().with_camera()
    faulty = FaultyTable(scene.presence)
    room = Recognition(scene, around_presence=lambda _: faulty)
    room.enrol("anna", ANNA)
    seen = room.see(7, ANNA)

    def erase() -> None:
        faulty.interrupt = None
        room.employees.mark_erased("anna")
        room.gallery.remove(SITE, "anna")

    faulty.interrupt = erase
    with pytest.raises(Unavailable) as refused:
        room.recognise(seen)
    assert refused.value.code == "erased_meanwhile"
    assert told(room) == []
    assert room.answers.find(track(7)) is None
    assert room.objects.keys("snapshots/") == []
    assert counted(room) == Tally()
    room.recognise(seen)  # delivered again
    assert [type(event) for event in told(room)] == [PersonNotRecognised]
    assert counted(room).questions == 1


def test_an_answer_that_holds_is_not_told_of_who_took_back_the_consent(room: Recognition) -> None:
    room.recognise(room.see(7, ANNA))
    room.employees.withdraw_consent("anna")
    answer = room.recognise(room.see(7, ANNA, event_id="other"))
    assert answer is not None
    assert answer.decision.reason is Unknown.NO_CONSENT


def test_who_was_erased_before_the_answer_was_told_is_not_told_when_it_comes_again(
    room: Recognition,
) -> None:
    """Killed after the answer was written; the index that erasure looks into was a moment late."""
    publish, seen = room.bus.publish, room.see(7, ANNA)

    def die(_: object) -> None:
        raise Killed

    room.bus.publish = die  # type: ignore[method-assign]
    with pytest.raises(Killed):
        room.recognise(seen)
    room.employees.mark_erased("anna")
    room.gallery.put(replace(room.gallery.find(SITE, "anna"), faces=()))  # type: ignore[type-var]
    room.bus.publish = publish  # type: ignore[method-assign]
    room.recognise(seen)
    assert [type(event) for event in told(room)] == [PersonNotRecognised]
    assert room.answers.list_of_employee(SITE, "anna") == []


def test_who_is_enrolled_between_two_attempts_leaves_no_faces_for_review(room: Recognition) -> None:
    """The first attempt kept what a review needs, and was killed before it wrote one."""
    seen = room.see(7, STRANGER)
    presence = room.scene.presence
    object.__setattr__(room.service, "presence", FaultyTable(presence, lambda: 0.0, contention=1.0))
    with pytest.raises(Unavailable):
        room.recognise(seen)
    assert room.objects.keys("review/")
    object.__setattr__(room.service, "presence", presence)
    room.enrol("carl", STRANGER)
    room.recognise(seen)
    assert room.objects.keys("review/") == []
    assert room.objects.keys("snapshots/") == [told(room)[0].snapshot_key]


@pytest.mark.parametrize("faces_gone", [0, 2])
def test_of_two_who_answer_at_once_one_does(faces_gone: int) -> None:
    """The slow one has read fewer faces, as the quick one was removing them, and takes back what it kept."""
    scene = Scene().with_camera()
    faulty = FaultyTable(scene.presence)
    slow, quick = Recognition(scene, around_presence=lambda _: faulty), Recognition(scene)
    slow.enrol("anna", ANNA)
    seen = slow.see(7, ANNA)
    records = dict(slow.objects.stored)

    def answer_first() -> None:
        faulty.interrupt = None
        slow.objects.stored.update(records)
        quick.recognise(seen)

    faulty.interrupt = answer_first
    for key in seen.record_keys[:faces_gone]:
        del slow.objects.stored[key]
    with pytest.raises(Unavailable) as refused:
        slow.recognise(seen)
    assert refused.value.code == "answered_meanwhile"
    slow.recognise(seen)
    assert len({event.event_id for event in told(slow)}) == 1
    assert counted(slow).questions == 1
    assert slow.objects.keys("") == [told(slow)[0].snapshot_key]


def test_who_answers_too_late_leaves_no_picture_with_the_employee() -> None:
    """The quick one has read fewer faces than the slow one, and named nobody."""
    scene = Scene().with_camera()
    faulty = FaultyTable(scene.presence)
    slow, quick = Recognition(scene, around_presence=lambda _: faulty), Recognition(scene)
    slow.enrol("anna", ANNA)
    seen = slow.see(7, ANNA)

    def answer_first() -> None:
        faulty.interrupt = None
        for key in seen.record_keys[:2]:
            del slow.objects.stored[key]
        quick.recognise(seen)

    faulty.interrupt = answer_first
    with pytest.raises(Unavailable):
        slow.recognise(seen)
    assert slow.objects.keys(employee_prefix(SITE, "anna")) == []
    [review] = slow.reviews.list_reviews(SITE, only_open=True, limit=9).items
    assert set(slow.objects.stored) == {review.snapshot_key, review.faces_key}


def test_faces_that_are_gone_without_an_answer_are_said_to_be_and_fail_nothing(
    room: Recognition, caplog: pytest.LogCaptureFixture
) -> None:
    seen = room.see(7, ANNA)
    room.objects.stored.clear()
    with caplog.at_level(logging.WARNING):
        assert room.recognise(seen) is None
    assert "faces_gone" in {getattr(record, "code", None) for record in caplog.records}
    assert told(room) == []
    assert counted(room) == Tally()


def test_what_is_left_of_the_faces_counts(room: Recognition) -> None:
    set_policy(room, min_votes=2)
    seen = room.see(7, ANNA)
    del room.objects.stored[seen.record_keys[0]]
    answer = room.recognise(seen)
    assert answer is not None
    assert answer.decision.match is not None


@pytest.mark.parametrize("damaged", [b"", b"{}", b'{"format": 9, "embedder": "e", "faces": []}'])
def test_a_damaged_record_is_refused_and_kept(room: Recognition, damaged: bytes) -> None:
    seen = room.see(7, ANNA)
    room.objects.stored[seen.record_keys[1]] = damaged
    with pytest.raises(Malformed) as refused:
        room.recognise(seen)
    assert refused.value.code == "bad_face_record"
    assert set(room.objects.stored) == set(seen.record_keys)


def test_an_embedding_of_another_size_is_refused(room: Recognition) -> None:
    short = face_of(ANNA)[:64]
    with pytest.raises(Malformed) as refused:
        room.recognise(room.see_faces(7, [(short, b"jpeg")] * 3))
    assert refused.value.code == "bad_face_record"


def test_answers_are_found_by_employee(room: Recognition) -> None:
    room.recognise(room.see(7, ANNA))
    room.recognise(room.see(8, STRANGER))
    room.recognise(room.see(9, ANNA))
    found = room.answers.list_of_employee(SITE, "anna")
    assert [answer.track.track_id for answer in found] == [7, 9]
    room.answers.remove(found[0])
    assert room.answers.find(track(7)) is None


def test_the_gallery_alone_costs_nothing_and_says_what_it_saved(room: Recognition) -> None:
    for number, person in enumerate([ANNA, BERTA, STRANGER]):
        room.recognise(room.see(number, person))
    room.recognise(room.see(9, ANNA, faces=1))
    assert room.metrics.list_days(SITE) == [
        CameraDay(
            CAMERA,
            TODAY,
            Tally(
                questions=4,
                gallery_decisions=4,
                recognised=2,
                unknown=2,
                cost_avoided_micro_usd=9_000,  # three tracks of three votes
            ),
        )
    ]
    assert room.backend.searches == []


def found_outside(employee_id: str | None) -> SearchResult:
    match = Match(employee_id, 0.995) if employee_id else None
    reason = None if match else Unknown.BELOW_THRESHOLD
    return SearchResult(Decision(AnswerSource.REKOGNITION, match, reason), calls=3, cost_micro_usd=3_000)


def test_rekognition_is_asked_about_whom_the_gallery_does_not_know(room: Recognition) -> None:
    set_policy(room, recogniser=Recogniser.GALLERY_THEN_REKOGNITION, daily_cap_micro_usd=5_000)
    room.hire("carl")
    room.backend.result = found_outside("carl")
    room.recognise(room.see(7, ANNA))
    room.recognise(room.see(8, STRANGER))
    assert [(event.employee_id, event.source) for event in told(room)] == [
        ("anna", AnswerSource.GALLERY),
        ("carl", AnswerSource.REKOGNITION),
    ]
    [search] = room.backend.searches
    assert search.jpegs == tuple(jpeg_of(STRANGER, shot) for shot in (2, 1, 0))  # the best first
    assert (search.day, search.min_votes, search.spend_cap_micro_usd) == (TODAY, 3, 5_000)
    assert search.seconds_left() == 20.0
    took = counted(room)
    assert (took.rekognition_calls, took.cost_micro_usd) == (3, 3_000)
    assert (took.gallery_decisions, took.cost_avoided_micro_usd) == (1, 3_000)


def test_money_is_spent_on_the_day_it_is_spent(room: Recognition) -> None:
    """Whatever day a picture shows: recordings come from any, and each would have its own cap."""
    set_policy(room, recogniser=Recogniser.REKOGNITION)
    room.recognise(room.see(7, ANNA, occurred_at=NOON - timedelta(days=40)))
    [search] = room.backend.searches
    assert search.day == TODAY
    [day] = room.metrics.list_days(SITE, first=TODAY - timedelta(days=50))
    assert day.day == TODAY - timedelta(days=40)


def test_rekognition_alone_does_not_look_into_the_gallery(room: Recognition) -> None:
    set_policy(room, recogniser=Recogniser.REKOGNITION)
    room.backend.result = found_outside(None)
    room.recognise(room.see(7, ANNA))
    assert [type(event) for event in told(room)] == [PersonNotRecognised]
    assert len(room.backend.searches) == 1


@pytest.mark.parametrize("recogniser", [Recogniser.REKOGNITION, Recogniser.GALLERY_THEN_REKOGNITION])
def test_nobody_pays_for_too_few_faces(room: Recognition, recogniser: Recogniser) -> None:
    set_policy(room, recogniser=recogniser)
    answer = room.recognise(room.see(7, STRANGER, faces=2))
    assert answer is not None
    assert answer.decision.reason is Unknown.TOO_FEW_FACES
    assert room.backend.searches == []


@pytest.mark.parametrize("reason", [Unknown.SPEND_CAP, Unknown.BACKEND_UNAVAILABLE])
def test_no_answer_from_outside_is_for_review(room: Recognition, reason: Unknown) -> None:
    set_policy(room, recogniser=Recogniser.GALLERY_THEN_REKOGNITION)
    decision = Decision(AnswerSource.REKOGNITION, reason=reason)
    room.backend.result = SearchResult(decision, calls=4, cost_micro_usd=0)
    room.recognise(room.see(7, STRANGER))
    [review] = room.reviews.list_reviews(SITE, only_open=True, limit=9).items
    assert review.reason is reason
    assert counted(room).rekognition_calls == 4


class Killed(Exception):
    """The process died."""


@pytest.mark.parametrize("person", [ANNA, STRANGER])
@pytest.mark.parametrize("step", range(12))
def test_killed_anywhere_it_is_answered_once_when_it_is_delivered_again(
    room: Recognition, person: int, step: int
) -> None:
    seen = room.see(7, person)
    calls = iter(range(step))

    def die(_: object) -> None:
        if next(calls, None) is None:
            raise Killed

    publish = room.bus.publish
    room.objects.before = die
    room.bus.publish = lambda messages: (die(messages), publish(messages))[1]  # type: ignore[method-assign]
    try:
        room.recognise(seen)
    except Killed:
        room.objects.before = lambda _: None
        room.bus.publish = publish  # type: ignore[method-assign]
        room.recognise(seen)
    assert len({event.event_id for event in told(room)}) == 1
    assert counted(room).questions == 1
    assert not room.objects.keys("faces/")
    assert len(room.objects.keys("snapshots/")) == 1
    assert len(room.reviews.list_reviews(SITE, only_open=True, limit=9).items) == (person == STRANGER)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("person", [ANNA, STRANGER])
def test_dynamodbs_bad_moments_change_nothing(seed: int, person: int) -> None:
    scene = Scene().with_camera()

    def faulty(table: Table) -> Table:
        return FaultyTable(
            table, random.Random(seed).random, contention=0.3, unavailable=0.1, answer_lost=0.2
        )

    room = Recognition(scene, around_presence=faulty)
    room.enrol("anna", ANNA)
    seen = room.see(7, person)
    for _ in range(60):
        try:
            room.recognise(seen)
            break
        except Unavailable:
            continue
    else:
        raise AssertionError("never answered")
    assert len({event.event_id for event in told(room)}) == 1
    assert counted(room).questions == 1
    assert not room.objects.keys("faces/")


def test_no_biometrics_leave_the_objects(room: Recognition, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        for number, person in enumerate([ANNA, STRANGER]):
            room.recognise(room.see(number, person))
    embedding = stored(face_of(STRANGER, 1000))
    items = repr(room.scene.presence.dump())  # type: ignore[attr-defined]
    for text in (items, str(room.bus.messages), caplog.text):
        assert repr(embedding)[2:20] not in text
        assert "portrait of" not in text
    assert not [
        value
        for item in room.scene.presence.dump().values()
        for value in item.values()  # type: ignore[attr-defined]
        if isinstance(value, bytes)
    ]
