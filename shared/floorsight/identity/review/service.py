"""Looking through the people whom nobody recognised, and dismissing them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from floorsight.identity.review.model import Review, ReviewState
from floorsight.identity.review.rules import unknown_review
from floorsight.identity.review.store import ReviewStore
from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.errors import Conflict
from floorsight.platform.items import Item
from floorsight.platform.objects import ObjectStore
from floorsight.platform.table import Page
from floorsight.sites.service import SiteService


@dataclass(frozen=True)
class ReviewService:
    """Use cases of the review queue, but for naming somebody."""

    sites: SiteService
    store: ReviewStore
    objects: ObjectStore
    clock: Clock = utc_now

    def list_reviews(
        self, site_id: str, *, only_open: bool, limit: int, start_key: Item | None = None
    ) -> Page[Review]:
        """A site's reviews, newest first, those that are over left out: a page may be shorter than `limit`.

        Raises NotFound (`unknown_site`).
        """
        self.sites.get_site(site_id)
        page = self.store.list_reviews(site_id, only_open=only_open, limit=limit, start_key=start_key)
        now = self.clock()
        return Page([review for review in page.items if now < review.expires_at], page.next_key)

    def get_review(self, review_id: str) -> Review:
        """Raises NotFound (`unknown_review`), also when it is over."""
        found = self.store.find(review_id)
        if found is None or self.clock() >= found.expires_at:
            raise unknown_review(review_id)
        return found

    def dismiss(self, review_id: str, *, by: str) -> Review:
        """Say that nobody is to be named, and forget the faces. Once more changes nothing.

        The picture stays as long as the site keeps pictures.

        Raises:
            NotFound: `unknown_review`.
            Conflict: `review_settled`, when somebody was named.
            Unavailable: something did not answer; the same call may succeed later.
        """
        review = self.get_review(review_id)
        if review.state is ReviewState.OPEN:
            review = self._settle_as_dismissed(review, by)
        if review.state is not ReviewState.DISMISSED:
            raise settled(review)
        self.objects.delete([review.faces_key])
        return review

    def _settle_as_dismissed(self, review: Review, by: str) -> Review:
        dismissed = replace(review, state=ReviewState.DISMISSED, settled_by=by, settled_at=self.clock())
        try:
            self.store.table.write(self.store.settle_write(dismissed))
        except Conflict:
            return self.get_review(review.review_id)  # settled this very moment, perhaps by this very call
        return dismissed


def settled(review: Review) -> Conflict:
    how = f"named as {review.employee_id}" if review.state is ReviewState.NAMED else "dismissed"
    return Conflict(
        f"review {review.review_id} was {how} by {review.settled_by}: it stays so", code="review_settled"
    )
