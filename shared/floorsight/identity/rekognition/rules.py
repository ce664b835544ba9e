"""Whom similar faces mean, and how long to wait before asking again. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from statistics import fmean

from floorsight.events.identity import AnswerSource
from floorsight.identity.model import Decision, FaceMatch, Match, Unknown
from floorsight.identity.rekognition.model import RekognitionPolicy

WAITS_SECONDS = (1.0, 2.0, 4.0)
MAX_ATTEMPTS = 1 + len(WAITS_SECONDS)
_JITTER = 0.5


def wait_before(attempt: int, uniform: Callable[[float, float], float]) -> float:
    """Seconds before attempt 2, 3, 4: 1, 2, 4 on average, each by up to a half more or less."""
    return WAITS_SECONDS[attempt - 2] * uniform(1 - _JITTER, 1 + _JITTER)


def sum_up(matches: Sequence[Match], *, asked_for: int) -> FaceMatch:
    """The most similar employee and the most similar other one, of the faces that AWS found.

    When all of a full list are one employee's, the other one is not known but for this: at most as similar as
    the last of the list. Taken as that similar, nobody is named who should not be.
    """
    ordered = sorted(matches, key=lambda match: -match.similarity)
    if not ordered:
        return FaceMatch(None, None)
    best = ordered[0]
    other = next((match for match in ordered if match.employee_id != best.employee_id), None)
    if other is None and len(ordered) >= asked_for:
        other = Match("", ordered[-1].similarity)
    return FaceMatch(best, other)


def doubt_of(found: FaceMatch, policy: RekognitionPolicy) -> Unknown | None:
    """Why this face alone names nobody; None: it names `found.best`."""
    if found.best is None or found.best.similarity < policy.min_similarity:
        return Unknown.BELOW_THRESHOLD
    if found.other is not None and found.best.similarity - found.other.similarity < policy.min_margin:
        return Unknown.MARGIN
    return None


def decide(
    found: Sequence[FaceMatch], policy: RekognitionPolicy, *, min_votes: int, to_come: int
) -> Decision | None:
    """What the faces amount to that were asked about so far; None while those to come make a difference.

    Enough faces must mean the same employee, and none somebody else.
    """
    doubts = [doubt_of(each, policy) for each in found]
    votes = [each.best for each, doubt in zip(found, doubts, strict=True) if each.best and doubt is None]
    named = {vote.employee_id for vote in votes}
    if len(named) > 1:
        return nobody(Unknown.DISAGREEMENT)
    if len(votes) >= min_votes:
        confidence = fmean(vote.similarity for vote in votes)
        return Decision(AnswerSource.REKOGNITION, Match(votes[0].employee_id, confidence))
    if len(votes) + to_come >= min_votes:
        return None
    reasons = Counter(doubt for doubt in doubts if doubt is not None)
    if votes or not reasons:
        return nobody(Unknown.DISAGREEMENT if reasons else Unknown.TOO_FEW_FACES)
    return nobody(reasons.most_common(1)[0][0])


def nobody(reason: Unknown) -> Decision:
    """Why nobody is named."""
    return Decision(AnswerSource.REKOGNITION, reason=reason)
