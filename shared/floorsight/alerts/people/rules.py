"""What becomes of what is known of a track, and which of its visits are told. Pure; order does not matter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from floorsight.alerts.people.model import ANSWER_GRACE, Followed, Verdict, Visit


def note_entered(followed: Followed, zone_id: str, visit_number: int, entered_at: datetime) -> Followed:
    """A visit began. Known already, it stays as it is."""
    if _find(followed, zone_id, visit_number):
        return followed
    visits = (*followed.visits, Visit(zone_id, visit_number, entered_at))
    return replace(followed, visits=tuple(sorted(visits, key=lambda v: (v.zone_id, v.visit_number))))


def note_left(
    followed: Followed,
    zone_id: str,
    visit_number: int,
    entered_at: datetime,
    left_at: datetime,
    now: datetime,
) -> Followed:
    """A visit is over, whether or not it is known that it began; learnt `now`, when waiting begins."""
    followed = note_entered(followed, zone_id, visit_number, entered_at)
    visit = _find(followed, zone_id, visit_number)
    if visit is None or visit.left_at is not None:
        return followed
    return _replaced(followed, visit, replace(visit, left_at=left_at, wait_until=now + ANSWER_GRACE))


def note_answer(followed: Followed, review_id: str | None) -> Followed:
    """Identity's answer: nobody (with where to review it), or, with None, an employee."""
    if review_id is None:
        return replace(followed, recognised=True)
    return followed if followed.review_id else replace(followed, review_id=review_id)


def judge(followed: Followed, now: datetime) -> Iterator[tuple[Visit, Verdict]]:
    """The visits to tell of that were not told: who is unknown at once, who is unanswered after a while."""
    if followed.recognised:
        return
    for visit in followed.visits:
        if visit.alert_id is None:
            if followed.review_id is not None:
                yield visit, Verdict.UNKNOWN
            elif visit.wait_until is not None and visit.wait_until <= now:
                yield visit, Verdict.UNIDENTIFIED


def note_told(followed: Followed, visit: Visit, alert_id: str) -> Followed:
    """An alert of a visit was raised."""
    return _replaced(followed, visit, replace(visit, alert_id=alert_id))


def list_told(followed: Followed) -> list[str]:
    """The alerts that were raised of its visits."""
    return [visit.alert_id for visit in followed.visits if visit.alert_id]


def _find(followed: Followed, zone_id: str, visit_number: int) -> Visit | None:
    wanted = (zone_id, visit_number)
    return next((v for v in followed.visits if (v.zone_id, v.visit_number) == wanted), None)


def _replaced(followed: Followed, before: Visit, after: Visit) -> Followed:
    return replace(followed, visits=tuple(after if each is before else each for each in followed.visits))
