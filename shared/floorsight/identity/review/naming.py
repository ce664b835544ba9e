"""Saying who somebody is whom nobody recognised."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from floorsight.employees.model import Employee
from floorsight.events.identity import AnswerSource
from floorsight.identity.answers.model import Answer
from floorsight.identity.answers.store import AnswerStore
from floorsight.identity.enrolling.adding import ChangedMeanwhile, FaceKeeping, check_consent
from floorsight.identity.enrolling.model import NewFace
from floorsight.identity.gallery.model import MAX_FACES
from floorsight.identity.gallery.similarity import find_nearest_other, like_the_first
from floorsight.identity.model import Decision, Match
from floorsight.identity.policy.store import PolicyStore
from floorsight.identity.review.faces import load_faces
from floorsight.identity.review.model import Review, ReviewState
from floorsight.identity.review.service import ReviewService, settled
from floorsight.identity.review.untold import NamingTeller, untold_put
from floorsight.identity.rules import KNOWN_FOR
from floorsight.identity.snapshots import PICTURE_TYPE, employee_key, review_key
from floorsight.identity.telling import SURE
from floorsight.platform.bus import Bus
from floorsight.platform.errors import Conflict, Malformed, NotFound, Unavailable
from floorsight.platform.retry import Backoff
from floorsight.platform.table import Put, TransactionRefused


@dataclass(frozen=True)
class Named:
    """A named review. `enrolled` is how many faces are the employee's now by it; `not_enrolled` is the code
    of what stood against it: `faces_gone`, `too_many_faces`, what Rekognition said, or `consent_missing` when
    it was withdrawn this very moment."""

    review: Review
    enrolled: int
    not_enrolled: str | None


@dataclass(frozen=True)
class NamingService:
    """The use case of naming somebody: review and answer are settled, told, and then the faces enrolled.

    Each step may be repeated: who was interrupted says the same name again. What was settled and not told is
    told by a job.
    """

    reviews: ReviewService
    policies: PolicyStore
    keeping: FaceKeeping
    bus: Bus
    backoff: Backoff = field(default_factory=Backoff)

    def name(self, review_id: str, employee_id: str, *, by: str) -> Named:
        """Say that this is an employee. The same name again changes nothing.

        Only who has consented can be named: what a camera saw of anybody else makes no punch. The faces that
        are the person's in the picture are enrolled, as many as there is room for.

        Raises:
            NotFound: `unknown_review`.
            Malformed: `unknown_employee`, `other_site`.
            Conflict: `consent_missing`; `review_settled`, when it was dismissed or is somebody else;
                `enrolled_as_other`, when the faces are those of another enrolled employee.
            Unavailable: something did not answer; the same call may succeed later.
        """
        review = self.reviews.get_review(review_id)
        employee = self._find_employee(review, employee_id)
        faces = self._load_faces(review)
        looked_at: int | None = None
        if review.state is ReviewState.OPEN:
            check_consent(employee)
            looked_at = self._check_nobody_else(employee, faces) if faces else None
            review = self._settle(review, employee, by)
        if review.state is not ReviewState.NAMED or review.employee_id != employee_id:
            raise settled(review)
        NamingTeller(self.reviews.store, self.bus).tell(review)
        named = self._enrol(review, employee, faces, by, looked_at)
        self._forget(review, employee_id)
        return named

    def _find_employee(self, review: Review, employee_id: str) -> Employee:
        try:
            employee = self.keeping.employees.get_employee(employee_id)
        except NotFound as error:
            raise Malformed(error.message, code="unknown_employee", field="employee_id") from error
        if employee.site_id != review.track.site_id:
            raise Malformed(
                f"employee {employee_id} belongs to site {employee.site_id}, where this person was not seen",
                code="other_site",
                field="employee_id",
            )
        return employee

    def _load_faces(self, review: Review) -> list[NewFace]:
        """None are left of a review that was settled before."""
        try:
            return load_faces(self.reviews.objects.get(review.faces_key))
        except NotFound:
            return []

    def _check_nobody_else(self, employee: Employee, faces: list[NewFace]) -> int:
        """The revision of the gallery that was looked at. Raises Conflict (`enrolled_as_other`)."""
        enrolled = self.keeping.gallery.load_site(employee.site_id)
        threshold = self.policies.find(employee.site_id).threshold
        embeddings = [face.embedding for face in faces]
        other = find_nearest_other(enrolled, embeddings, faces[0].embedder, than=employee.employee_id)
        if other is not None and other.similarity >= threshold:
            raise Conflict(
                f"this face is enrolled as employee {other.employee_id}: name that one, or remove the wrong "
                "face first",
                code="enrolled_as_other",
            )
        return enrolled.revision

    def _settle(self, review: Review, employee: Employee, by: str) -> Review:
        """Review and answer as named and to be told, in one transaction; or as somebody else settled it."""
        picture = self._move_picture(review, employee)
        now = self.reviews.clock()
        named = replace(
            review,
            state=ReviewState.NAMED,
            employee_id=employee.employee_id,
            settled_by=by,
            settled_at=now,
            snapshot_key=picture,
        )
        for _ in self.backoff.tries():
            try:
                table = self.reviews.store.table
                table.transact(
                    [self.reviews.store.settle_write(named), self._answer_write(named), untold_put(named)]
                )
                return named
            except TransactionRefused:
                found = self.reviews.get_review(review.review_id)
                if found.state is not ReviewState.OPEN:
                    return found
        raise Unavailable("others are writing about the same track; try again", code="contention")

    def _answer_write(self, named: Review) -> Put:
        answers = AnswerStore(self.reviews.store.table)
        known = answers.find(named.track)
        now = self.reviews.clock()
        answer = Answer(
            track=named.track,
            decision=Decision(AnswerSource.REVIEW, Match(str(named.employee_id), SURE)),
            decided_at=now,
            holds_until=now + KNOWN_FOR,
            questions=known.questions if known else (named.question,),
            snapshot_key=named.snapshot_key,
            review_id=named.review_id,
            revision=known.revision if known else 0,
        )
        return answers.put_write(answer)

    def _move_picture(self, review: Review, employee: Employee) -> str | None:
        """Copy the picture to the employee's; None if they don't consent, or it is gone by now."""
        if review.snapshot_key is None or not employee.may_be_recognised:
            return None
        key = employee_key(review.track, employee.employee_id)
        try:
            picture = self.reviews.objects.get(review.snapshot_key)
        except NotFound:
            return None
        self.reviews.objects.put(key, picture, content_type=PICTURE_TYPE)
        return key

    def _enrol(
        self, review: Review, employee: Employee, faces: list[NewFace], by: str, looked_at: int | None
    ) -> Named:
        """`looked_at`: the gallery's revision at which the faces were nobody else's, if that is known."""
        if not faces:
            return Named(review, 0, "faces_gone")
        faces = self._faces_in_the_picture(employee.site_id, faces)
        for _ in self.backoff.tries():
            try:
                if looked_at is None:
                    looked_at = self._check_nobody_else(employee, faces)
                return Named(review, self._add_faces(employee, faces, by, looked_at), None)
            except ChangedMeanwhile:
                employee = self.keeping.employees.get_employee(employee.employee_id)
                looked_at = None
            except (Conflict, Malformed) as refused:
                return Named(review, 0, refused.code)
        raise Unavailable("the site's faces change all the time; try again", code="contention")

    def _faces_in_the_picture(self, site_id: str, faces: list[NewFace]) -> list[NewFace]:
        """Those of the person in the picture, which is the first's: another may have got into the track."""
        threshold = self.policies.find(site_id).threshold
        return [faces[place] for place in like_the_first([face.embedding for face in faces], threshold)]

    def _add_faces(self, employee: Employee, faces: list[NewFace], by: str, looked_at: int) -> int:
        """How many faces are enrolled. Raises Conflict or Malformed, and ChangedMeanwhile."""
        known = self.keeping.gallery.find(employee.site_id, employee.employee_id)
        room = MAX_FACES - (len(known.faces) if known else 0)
        enrolled = self.keeping.add(employee, faces[: max(room, 1)], by=by, gallery_revision=looked_at)
        return len(enrolled.added)

    def _forget(self, review: Review, employee_id: str) -> None:
        """The faces, and the picture where it lay; and what was kept of who was erased this very moment."""
        keys = [review.faces_key, review_key(review.track.site_id, review.review_id)]
        if not self.keeping.employees.get_employee(employee_id).may_be_recognised:
            keys += [review.snapshot_key] if review.snapshot_key else []
            answers = AnswerStore(self.reviews.store.table)
            if answer := answers.find(review.track):
                answers.remove(answer)
        self.reviews.objects.delete(keys)
