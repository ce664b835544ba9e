"""A site's identity policy, and what holds where nobody set one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from floorsight.platform.errors import Malformed
from floorsight.sites.fields import check_identifier, check_range

# What `floorsight faces calibrate` recommends on the media catalogue's photographs (docs/identity.md).
DEFAULT_THRESHOLD = 0.51
DEFAULT_MARGIN = 0.13
MAX_VOTES = 3  # as many faces as the vision worker keeps of a track
DEFAULT_VOTES = 3
MICRO_USD = 1_000_000
DEFAULT_DAILY_CAP_MICRO_USD = 1 * MICRO_USD
MAX_DAILY_CAP_MICRO_USD = 1000 * MICRO_USD
MAX_REVIEW_DAYS = 30  # the bucket removes the faces then, whatever a policy says
DEFAULT_REVIEW_DAYS = 30
MAX_SNAPSHOT_DAYS = 90  # a week before the bucket removes them
DEFAULT_SNAPSHOT_DAYS = 90


class Recogniser(StrEnum):
    """Who is asked who somebody is."""

    GALLERY = "gallery"  # the site's own enrolled faces: no cost, nothing leaves the account
    REKOGNITION = "rekognition"
    GALLERY_THEN_REKOGNITION = "gallery-then-rekognition"  # whom the gallery does not know


@dataclass(frozen=True)
class IdentityPolicy:
    """How a site recognises people. Raises Malformed when a field is wrong.

    `threshold` is the least cosine similarity of a face to an employee's; `margin` is by how much the next
    employee must be less similar; `min_votes` is how many of a track's faces must agree.
    `revision` is 0 as long as nobody has set one.
    """

    site_id: str
    recogniser: Recogniser = Recogniser.GALLERY
    threshold: float = DEFAULT_THRESHOLD
    margin: float = DEFAULT_MARGIN
    min_votes: int = DEFAULT_VOTES
    daily_cap_micro_usd: int = DEFAULT_DAILY_CAP_MICRO_USD
    review_days: int = DEFAULT_REVIEW_DAYS
    snapshot_days: int = DEFAULT_SNAPSHOT_DAYS
    revision: int = 0

    def __post_init__(self) -> None:
        check_identifier("site_id", self.site_id)
        _check_fraction("threshold", self.threshold)
        _check_fraction("margin", self.margin)
        check_range("min_votes", self.min_votes, MAX_VOTES)
        check_range("daily_cap_micro_usd", self.daily_cap_micro_usd, MAX_DAILY_CAP_MICRO_USD, minimum=0)
        check_range("review_days", self.review_days, MAX_REVIEW_DAYS)
        check_range("snapshot_days", self.snapshot_days, MAX_SNAPSHOT_DAYS)

    @property
    def asks_gallery(self) -> bool:
        return self.recogniser is not Recogniser.REKOGNITION

    @property
    def asks_rekognition(self) -> bool:
        return self.recogniser is not Recogniser.GALLERY


def _check_fraction(field: str, value: float) -> None:
    """Raises Malformed (`out_of_range`)."""
    if not 0.0 < value < 1.0:  # which NaN is not either
        raise Malformed(f"{field} must be between 0 and 1, not {value}", code="out_of_range", field=field)
