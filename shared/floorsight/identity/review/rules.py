"""Ids of reviews: pure."""

from __future__ import annotations

from datetime import datetime

from floorsight.identity.model import Track
from floorsight.platform.clock import to_sort_key
from floorsight.platform.errors import NotFound
from floorsight.platform.ids import derived_id

_WITHOUT_MARKS = str.maketrans("", "", "-:.")


def make_review_id(track: Track, occurred_at: datetime) -> str:
    """`<site_id>.<when, to the microsecond>.<digest of the track>`: in order of time within a site."""
    digest = derived_id("review", *vars(track).values())
    return f"{track.site_id}.{to_sort_key(occurred_at).translate(_WITHOUT_MARKS)}.{digest[:12]}"


def site_of(review_id: str) -> str:
    """The site that a review belongs to, by its id. Raises NotFound (`unknown_review`)."""
    parts = review_id.split(".")
    if len(parts) != 3 or not all(parts):
        raise unknown_review(review_id)
    return parts[0]


def unknown_review(review_id: str) -> NotFound:
    return NotFound(f"there is no review {review_id}, or it is over", code="unknown_review")


def faces_prefix(site_id: str) -> str:
    """What the keys of all embeddings of a site's reviews begin with."""
    return f"review/{site_id}/"


def faces_key(review_id: str) -> str:
    """Where the embeddings of a review lie."""
    return f"{faces_prefix(site_of(review_id))}{review_id}.json"
