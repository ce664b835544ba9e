"""What is published about a track. Ids follow from the question, so that telling it again is harmless."""

from __future__ import annotations

from floorsight.events.envelope import Event
from floorsight.events.identity import AnswerSource, FaceSeen, PersonNotRecognised, PersonRecognised
from floorsight.identity.answers.model import Answer
from floorsight.identity.review.model import Review
from floorsight.platform.ids import derived_id

SURE = 1.0  # a person said it


def describe_answer(seen: FaceSeen, answer: Answer) -> Event:
    """What the question's answer is told as."""
    match = answer.decision.match
    if match is not None:
        return PersonRecognised(
            event_id=derived_id("person_recognised", seen.event_id),
            occurred_at=seen.occurred_at,
            site_id=seen.site_id,
            camera_id=seen.camera_id,
            stream_session=seen.stream_session,
            cause=seen.event_id,
            track_id=seen.track_id,
            employee_id=match.employee_id,
            confidence=match.similarity,
            source=answer.decision.source,
            first_seen_at=seen.first_seen_at,
            last_seen_at=seen.last_seen_at,
            snapshot_key=answer.snapshot_key,
        )
    if answer.review_id is None:
        raise AssertionError("who is not known can be reviewed")
    return PersonNotRecognised(
        event_id=derived_id("person_not_recognised", seen.event_id),
        occurred_at=seen.occurred_at,
        site_id=seen.site_id,
        camera_id=seen.camera_id,
        stream_session=seen.stream_session,
        cause=seen.event_id,
        track_id=seen.track_id,
        review_id=answer.review_id,
        first_seen_at=seen.first_seen_at,
        last_seen_at=seen.last_seen_at,
        snapshot_key=answer.snapshot_key,
    )


def describe_naming(review: Review, employee_id: str) -> PersonRecognised:
    """What a review's naming is told as."""
    track = review.track
    return PersonRecognised(
        event_id=derived_id("person_recognised", review.review_id),
        occurred_at=review.occurred_at,
        site_id=track.site_id,
        camera_id=track.camera_id,
        stream_session=track.stream_session,
        cause=review.question,
        track_id=track.track_id,
        employee_id=employee_id,
        confidence=SURE,
        source=AnswerSource.REVIEW,
        first_seen_at=review.first_seen_at,
        last_seen_at=review.last_seen_at,
        snapshot_key=review.snapshot_key,
    )
