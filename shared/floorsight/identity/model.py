"""Who somebody is: what is asked, what is found, and by whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Protocol

from floorsight.events.identity import AnswerSource


@dataclass(frozen=True)
class Track:
    """A person, as far as a camera can follow one."""

    site_id: str
    camera_id: str
    stream_session: str
    track_id: int


class Unknown(StrEnum):
    """Why nobody is named."""

    NOBODY_ENROLLED = "nobody_enrolled"
    TOO_FEW_FACES = "too_few_faces"
    BELOW_THRESHOLD = "below_threshold"
    MARGIN = "margin"  # somebody else is nearly as similar
    DISAGREEMENT = "disagreement"  # the track's faces are not all one person's, or not enough of them are
    NO_CONSENT = "no_consent"  # somebody who must not be recognised (any more)
    SPEND_CAP = "spend_cap"  # the day's money for Rekognition is spent
    BACKEND_UNAVAILABLE = "backend_unavailable"  # Rekognition did not answer


@dataclass(frozen=True)
class Match:
    """An employee, and how similar (cosine, or a backend's own measure as 0 to 1)."""

    employee_id: str
    similarity: float


@dataclass(frozen=True)
class FaceMatch:
    """The employee who is most similar to one face, and the most similar other one; None: there is none."""

    best: Match | None
    other: Match | None


@dataclass(frozen=True)
class Decision:
    """What faces amount to: an employee with a confidence (0 to 1), or why nobody is named."""

    source: AnswerSource
    match: Match | None = None
    reason: Unknown | None = None

    def __post_init__(self) -> None:
        if (self.match is None) == (self.reason is None):
            raise ValueError("a decision names somebody or says why it doesn't")


@dataclass(frozen=True)
class Search:
    """A question to a backend outside. `jpegs` are the track's faces, best first.

    `day` is the site's local date now, for which `spend_cap_micro_usd` holds. `seconds_left` is how long the
    asking function may still run.
    """

    site_id: str
    camera_id: str
    day: date
    jpegs: tuple[bytes, ...] = field(repr=False)
    min_votes: int
    spend_cap_micro_usd: int
    seconds_left: Callable[[], float] = field(repr=False)


@dataclass(frozen=True)
class SearchResult:
    """What a backend found, and what asking took: calls that were made (failed ones too) and their cost."""

    decision: Decision
    calls: int
    cost_micro_usd: int


class Backend(Protocol):
    """Somebody outside who knows the site's enrolled faces too.

    Never raises for what asking again can't mend or what lasts longer than a function: no money left and no
    answer are decisions (`SPEND_CAP`, `BACKEND_UNAVAILABLE`), with what they took. Unavailable is raised
    when its own records can't be read or written; nothing was spent then.
    """

    def search(self, search: Search) -> SearchResult:
        """Who the faces are, by the backend's own measure. Raises Unavailable."""
