"""Telling who was named, whatever dies between the naming and its telling.

A mark is written with the naming and removed once it was told; the clock's job tells what is left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from floorsight.identity.review.model import Review
from floorsight.identity.review.store import UNTOLD, ReviewStore
from floorsight.identity.telling import describe_naming
from floorsight.platform.bus import Bus
from floorsight.platform.items import Item
from floorsight.platform.table import Delete, Put


@dataclass(frozen=True)
class NamingTeller:
    """Publishes namings, at least once each. All raise Unavailable: the same call may succeed later."""

    reviews: ReviewStore
    bus: Bus

    def tell(self, named: Review) -> None:
        """Publish who a review's person is; again it is the same event. Raises ValueError if nobody is."""
        if named.employee_id is None:
            raise ValueError(f"nobody is named by review {named.review_id}")
        self.bus.publish([describe_naming(named, named.employee_id).to_message()])
        self._forget(named.track.site_id, named.review_id)

    def tell_left(self, site_id: str) -> Mapping[str, int]:
        """Tell a site's namings that nobody has told, or somebody is telling just now. Returns how many."""
        told = 0
        for item in self.reviews.table.query(UNTOLD.partition(site_id=site_id)).items:
            review = self.reviews.find(item["review_id"])
            if review is None:  # erased with the person
                self._forget(site_id, item["review_id"])
            else:
                self.tell(review)
                told += 1
        return {"namings": told}

    def _forget(self, site_id: str, review_id: str) -> None:
        self.reviews.table.write(Delete(UNTOLD.key(site_id=site_id, review_id=review_id)))


def untold_put(named: Review) -> Put:
    """The part of a transaction that remembers to tell it."""
    names = {"site_id": named.track.site_id, "review_id": named.review_id}
    body: Item = names | {"expires_at": int(named.expires_at.timestamp())}
    return Put(UNTOLD.item(body, **names))
