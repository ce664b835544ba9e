"""A track that a person is asked about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from floorsight.identity.model import Track, Unknown


class ReviewState(StrEnum):
    """What became of it."""

    OPEN = "open"
    NAMED = "named"
    DISMISSED = "dismissed"


@dataclass(frozen=True)
class Review:
    """Somebody unknown: where and when, why, and who settled it how.

    `question` is the id of the `FaceSeen` that asked, and the times are its. `faces_key` is the object with
    the faces, which is gone once the review is settled or over. `review_id` begins with the site and the
    time, so that ids sort as reviews do. From `expires_at` on it is over.
    """

    review_id: str
    track: Track
    question: str
    occurred_at: datetime
    first_seen_at: datetime
    last_seen_at: datetime
    reason: Unknown
    faces: int
    snapshot_key: str | None
    faces_key: str
    expires_at: datetime
    state: ReviewState = ReviewState.OPEN
    employee_id: str | None = None
    settled_by: str | None = None
    settled_at: datetime | None = None
