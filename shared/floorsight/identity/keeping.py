"""Objects of a track: what is kept of its faces as evidence, and what is forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from floorsight.identity.answers.model import Answer
from floorsight.identity.enrolling.model import NewFace
from floorsight.identity.faces import TrackFaces, read_faces
from floorsight.identity.model import Unknown
from floorsight.identity.review.faces import FACES_TYPE, dump_faces
from floorsight.identity.review.model import Review
from floorsight.identity.review.rules import faces_key
from floorsight.identity.snapshots import PICTURE_TYPE
from floorsight.platform.objects import ObjectStore


@dataclass(frozen=True)
class Evidence:
    """Faces in the bucket. Every call raises Unavailable while that does not answer."""

    objects: ObjectStore

    def read(self, record_keys: Sequence[str]) -> TrackFaces | None:
        """A track's faces, or None if all records are gone. Raises Malformed (`bad_face_record`)."""
        return read_faces(self.objects, record_keys)

    def keep(self, faces: TrackFaces, answer: Answer, review: Review | None) -> None:
        """The best face's picture; and for a review all faces, as naming somebody enrols them.

        No faces of somebody known who has not consented: nobody may enrol them.
        Keys follow from the track: keeping them again replaces the same.
        """
        if answer.snapshot_key:
            self.objects.put(answer.snapshot_key, faces.jpegs[0], content_type=PICTURE_TYPE)
        if review and review.reason is not Unknown.NO_CONSENT:
            body = dump_faces([NewFace(faces.embedder, *each) for each in faces.pairs])
            self.objects.put(review.faces_key, body, content_type=FACES_TYPE)

    def take_back(self, answer: Answer, review: Review | None, *, instead: Answer | None) -> None:
        """Remove what was kept for an answer that was not written, but not what the one `instead` has."""
        kept = {answer.snapshot_key, review.faces_key if review else None}
        if instead:
            kept -= {instead.snapshot_key, faces_key(instead.review_id) if instead.review_id else None}
        self.forget([key for key in kept if key])

    def forget(self, keys: Sequence[str]) -> None:
        """Remove objects."""
        self.objects.delete(keys)
