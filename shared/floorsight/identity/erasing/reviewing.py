"""Finding somebody among the people whom nobody recognised, and removing them there."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from floorsight.identity.erasing.model import Erasure, Kind, Reference
from floorsight.identity.erasing.rules import counting
from floorsight.identity.gallery.similarity import similarity
from floorsight.identity.review.faces import load_faces
from floorsight.identity.review.model import Review, ReviewState
from floorsight.identity.review.store import ReviewStore
from floorsight.identity.snapshots import review_key
from floorsight.platform.errors import Malformed, NotFound
from floorsight.platform.objects import ObjectStore

PAGE = 100
AT_ONCE = 8  # boto3's clients keep ten connections


@dataclass(frozen=True)
class ReviewErasure:
    """Removes reviews page by page."""

    reviews: ReviewStore
    objects: ObjectStore

    def remove_page(self, erasure: Erasure, threshold: float) -> Erasure:
        """Look through the next page of the site's reviews, newest first; what was removed is counted.

        Removed are those named as the employee, and those nobody has named whose faces are similar, by
        `threshold`, to one of the erasure's references. Raises Unavailable; the same page may be asked again.
        """
        start = dict(erasure.reviewed_to) if erasure.reviewed_to else None
        page = self.reviews.list_reviews(erasure.site_id, only_open=False, limit=PAGE, start_key=start)
        named = [review for review in page.items if review.employee_id == erasure.employee_id]
        unnamed = self._find_similar(page.items, erasure.references, threshold)
        for review in named + unnamed:
            self._remove(review)
        erasure = counting(erasure, Kind.NAMED_REVIEWS, len(named))
        erasure = counting(erasure, Kind.UNNAMED_REVIEWS, len(unnamed))
        if page.next_key is not None:
            return replace(erasure, reviewed_to=page.next_key)
        return replace(erasure, reviewed_to=None, reviews_done=True, references=())

    def _find_similar(
        self, reviews: Sequence[Review], references: Sequence[Reference], threshold: float
    ) -> list[Review]:
        # Dismissed ones too: who dismissed may have been cut off before the faces were gone.
        unnamed = [review for review in reviews if review.employee_id is None]
        if not references:
            return []

        def is_similar(review: Review) -> bool:
            return self._is_similar(review, references, threshold)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            found = list(pool.map(is_similar, unnamed))
        return [review for review, similar in zip(unnamed, found, strict=True) if similar]

    def _is_similar(self, review: Review, references: Sequence[Reference], threshold: float) -> bool:
        try:
            faces = load_faces(self.objects.get(review.faces_key))
        except NotFound:  # an erasure was interrupted here; or it is over: nobody can be enrolled by it
            return review.state is ReviewState.OPEN
        except Malformed:  # anybody's, and nobody can be named by it: one damaged object stops no erasure
            return True
        return any(
            similarity(face.embedding, reference.embedding) >= threshold
            for face in faces
            for reference in references
            if face.embedder == reference.embedder
        )

    def _remove(self, review: Review) -> None:
        """The faces after the pictures, and the item last: until then the rest is found again."""
        pictures = [review_key(review.track.site_id, review.review_id)]
        if review.snapshot_key:
            pictures.append(review.snapshot_key)
        self.objects.delete([*pictures, review.faces_key])
        self.reviews.remove(review)
