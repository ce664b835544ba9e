"""Who is on this track: answering the vision worker's question, once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from floorsight.events.identity import FaceSeen
from floorsight.identity.answers.model import Answer
from floorsight.identity.answers.store import AnswerStore
from floorsight.identity.deciding import DecisionService, cost_of_asking
from floorsight.identity.faces import TrackFaces
from floorsight.identity.keeping import Evidence
from floorsight.identity.metrics.model import Tally
from floorsight.identity.metrics.service import local_day
from floorsight.identity.metrics.store import MetricsStore
from floorsight.identity.model import Decision, Track
from floorsight.identity.policy.model import IdentityPolicy
from floorsight.identity.policy.store import PolicyStore
from floorsight.identity.review.model import Review
from floorsight.identity.review.rules import faces_key, make_review_id
from floorsight.identity.review.store import ReviewStore
from floorsight.identity.rules import KNOWN_FOR, UNKNOWN_FOR
from floorsight.identity.snapshots import employee_key, review_key
from floorsight.identity.telling import describe_answer
from floorsight.platform.bus import Bus
from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.contention import transact_again
from floorsight.platform.errors import Unavailable
from floorsight.platform.retry import Backoff
from floorsight.platform.table import Table, TransactionRefused, Write
from floorsight.sites.service import SiteService

_log = logging.getLogger(__name__)
MAX_QUESTIONS = 20  # of a track are remembered; it is asked about once, or a few times if its worker died


class AnsweredMeanwhile(Unavailable):
    """Somebody else has just answered about the same track: asked again, the question gets that answer."""

    code = "answered_meanwhile"


@dataclass(frozen=True)
class RecognitionService:
    """The use case of `FaceSeen`. `presence` has the answers, reviews and counters.

    Answer, counters and review are one transaction; then it is published; then the face records go. Who is
    killed in between is delivered the question again, and goes on from there.
    """

    sites: SiteService
    policies: PolicyStore
    decisions: DecisionService
    evidence: Evidence
    presence: Table
    bus: Bus
    clock: Clock = utc_now
    backoff: Backoff = field(default_factory=Backoff)

    def recognise(self, seen: FaceSeen, seconds_left: Callable[[], float]) -> Answer | None:
        """Who the track is. `seconds_left` is how long the caller may still run.

        None if that can't be said any more: the faces are gone, and so is the answer. That is logged and no
        error: asking again would change nothing.

        Raises:
            Malformed: `bad_face_record`.
            NotFound: `unknown_site`.
            Unavailable: something did not answer, or somebody else answers the same track right now; the
                same question may be asked again.
        """
        track = Track(seen.site_id, seen.camera_id, seen.stream_session, seen.track_id)
        known = self._answers.find(track)
        may_be_told = known is not None and self._may_be_told(known)
        if known and seen.event_id in known.questions and may_be_told:
            answer: Answer | None = known
        elif known and known.holds_at(self.clock()) and may_be_told:
            answer = self._answer_again(seen, known)
        else:
            answer = self._answer_anew(seen, track, known, seconds_left)
        if answer is not None:
            self.bus.publish([describe_answer(seen, answer).to_message()])
            self.evidence.forget([*seen.record_keys, *_left_by_attempts(seen, answer)])
        return answer

    @property
    def _answers(self) -> AnswerStore:
        return AnswerStore(self.presence)

    def _answer_again(self, seen: FaceSeen, known: Answer) -> Answer:
        """Another question about a track whose answer holds."""
        answer = _asked(known, seen)
        avoided = cost_of_asking(self.policies.find(seen.site_id))
        tally = Tally(questions=1, cache_hits=1, cost_avoided_micro_usd=avoided) + _outcome(known.decision)
        self._commit([self._answers.put_write(answer), self._count(seen, tally)])
        return replace(answer, revision=answer.revision + 1)

    def _answer_anew(
        self, seen: FaceSeen, track: Track, known: Answer | None, seconds_left: Callable[[], float]
    ) -> Answer | None:
        faces = self.evidence.read(seen.record_keys)
        if faces is None:
            _log.warning(
                "a track's faces are gone, and so is what was answered: nobody can say any more who it is",
                extra={"code": "faces_gone", "question": seen.event_id, "camera_id": seen.camera_id},
            )
            return None
        policy = self.policies.find(seen.site_id)
        decision, took = self.decisions.decide(
            track, faces, policy, day=self._today(seen), seconds_left=seconds_left
        )
        answer = self._make_answer(seen, track, known, decision)
        tally = took + _outcome(decision)
        writes: list[Write] = [self._answers.put_write(answer), self._count(seen, tally)]
        if review := self._make_review(seen, answer, faces, policy):
            writes.append(ReviewStore(self.presence).add_write(review))
        self.evidence.keep(faces, answer, review)
        try:
            self._commit(writes)
        except AnsweredMeanwhile:
            self.evidence.take_back(answer, review, instead=self._answers.find(track))
            raise
        stored = replace(answer, revision=answer.revision + 1)
        self._take_back_if_erased(seen, stored, tally)
        return stored

    def _make_answer(self, seen: FaceSeen, track: Track, known: Answer | None, decision: Decision) -> Answer:
        now = self.clock()
        review_id = known.review_id if known else None
        if decision.match:
            snapshot = employee_key(track, decision.match.employee_id)
        else:
            review_id = review_id or make_review_id(track, seen.occurred_at)
            snapshot = review_key(track.site_id, review_id)
        answer = Answer(
            track=track,
            decision=decision,
            decided_at=now,
            holds_until=now + (KNOWN_FOR if decision.match else UNKNOWN_FOR),
            questions=known.questions if known else (),
            snapshot_key=snapshot,
            review_id=review_id,
            revision=known.revision if known else 0,
        )
        return _asked(answer, seen)

    def _make_review(
        self, seen: FaceSeen, answer: Answer, faces: TrackFaces, policy: IdentityPolicy
    ) -> Review | None:
        """The review of who is unknown, unless the track has one, whatever became of that."""
        reason, review_id, snapshot = answer.decision.reason, answer.review_id, answer.snapshot_key
        if reason is None or review_id is None or snapshot is None:
            return None
        if ReviewStore(self.presence).find(review_id):
            return None
        return Review(
            review_id=review_id,
            track=answer.track,
            question=seen.event_id,
            occurred_at=seen.occurred_at,
            first_seen_at=seen.first_seen_at,
            last_seen_at=seen.last_seen_at,
            reason=reason,
            faces=len(faces),
            snapshot_key=snapshot,
            faces_key=faces_key(review_id),
            expires_at=answer.decided_at + timedelta(days=policy.review_days),
        )

    def _take_back_if_erased(self, seen: FaceSeen, answer: Answer, tally: Tally) -> None:
        """Erasing marks the employee, then removes answers and pictures: of these two, one sees the other.

        Raises Unavailable (`erased_meanwhile`): asked again, the track is nobody's.
        """
        if self._may_be_told(answer):
            return
        self.evidence.forget([answer.snapshot_key] if answer.snapshot_key else [])
        self._commit([self._answers.remove_write(answer), self._count(seen, -tally)])
        raise Unavailable("the employee was erased this very moment", code="erased_meanwhile")

    def _may_be_told(self, answer: Answer) -> bool:
        match = answer.decision.match
        return match is None or self.decisions.may_be_recognised(match.employee_id)

    def _count(self, seen: FaceSeen, tally: Tally) -> Write:
        store = MetricsStore(self.presence)
        return store.add_write(seen.site_id, seen.camera_id, self._day(seen), tally)

    def _day(self, seen: FaceSeen) -> date:
        return local_day(self.sites.get_site(seen.site_id, with_deleted=True), seen.occurred_at)

    def _today(self, seen: FaceSeen) -> date:
        """The day whose money is spent: recordings show others, and each would have its own."""
        return local_day(self.sites.get_site(seen.site_id, with_deleted=True), self.clock())

    def _commit(self, writes: list[Write]) -> None:
        busy = "others are counting at the same camera; try again"
        try:
            transact_again(self.presence, writes, self.backoff, busy=busy)
        except TransactionRefused as refused:
            raise AnsweredMeanwhile("somebody else answers the same track right now") from refused


def _asked(answer: Answer, seen: FaceSeen) -> Answer:
    return replace(answer, questions=(*answer.questions, seen.event_id)[-MAX_QUESTIONS:])


def _left_by_attempts(seen: FaceSeen, answer: Answer) -> list[str]:
    """What an attempt may have kept that was killed before it wrote its answer, and knew nobody then."""
    if answer.decision.match is None or answer.review_id is not None:
        return []
    review_id = make_review_id(answer.track, seen.occurred_at)
    return [faces_key(review_id), review_key(seen.site_id, review_id)]


def _outcome(decision: Decision) -> Tally:
    return Tally(recognised=1) if decision.match else Tally(unknown=1)
