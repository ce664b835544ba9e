"""What a track's faces amount to: pure.

Every rule errs towards "unknown": naming nobody costs a look at the review queue, naming the wrong person
costs somebody's pay.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from floorsight.events.identity import AnswerSource
from floorsight.identity.model import Decision, FaceMatch, Match, Unknown
from floorsight.identity.policy.model import IdentityPolicy

# A track is asked about once; who asks again (a picture by API, a worker that began anew) soon after gets
# the same answer. Who is not known may have been enrolled meanwhile.
KNOWN_FOR = timedelta(minutes=10)
UNKNOWN_FOR = timedelta(minutes=2)


def decide(matches: Sequence[FaceMatch], policy: IdentityPolicy) -> Decision:
    """Who a track is, by what the gallery says to each of its faces, in any order.

    A face votes for the employee it is most similar to, if that is by `threshold` at least and by `margin`
    more than to anybody else. A face that is similar to somebody else at all (by `threshold`) contradicts,
    however near the next one is: it may be another person's who got into the track.
    Accepted is who has `min_votes` and no contradiction.
    """
    bests = [match.best for match in matches if match.best is not None]
    if not bests:
        reason = Unknown.NOBODY_ENROLLED if matches else Unknown.TOO_FEW_FACES
        return _unknown(reason)
    if len(matches) < policy.min_votes:
        return _unknown(Unknown.TOO_FEW_FACES)
    similar = {best.employee_id for best in bests if best.similarity >= policy.threshold}
    if len(similar) > 1:
        return _unknown(Unknown.DISAGREEMENT)
    objections = Counter(_objection(match, policy) for match in matches)
    if objections[None] < policy.min_votes:
        return _unknown(_main_objection(objections))
    votes = [match.best for match in matches if match.best and _objection(match, policy) is None]
    return Decision(AnswerSource.GALLERY, Match(votes[0].employee_id, _mean(votes)))


def _objection(match: FaceMatch, policy: IdentityPolicy) -> Unknown | None:
    """Why a face has no vote; None if it has."""
    if match.best is None or match.best.similarity < policy.threshold:
        return Unknown.BELOW_THRESHOLD
    if match.other and match.best.similarity - match.other.similarity < policy.margin:
        return Unknown.MARGIN
    return None


def _main_objection(objections: Counter[Unknown | None]) -> Unknown:
    below, margin = objections[Unknown.BELOW_THRESHOLD], objections[Unknown.MARGIN]
    return Unknown.MARGIN if margin > below else Unknown.BELOW_THRESHOLD


def _mean(votes: Sequence[Match]) -> float:
    """At most 1, which a sum of float32 may exceed in its last digit."""
    return min(1.0, math.fsum(vote.similarity for vote in votes) / len(votes))


def _unknown(reason: Unknown) -> Decision:
    return Decision(AnswerSource.GALLERY, reason=reason)
