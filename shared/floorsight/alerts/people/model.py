"""What is known of a person whom a camera follows, and what a site wants to be told of people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from floorsight.sites.fields import check_identifier, check_time_of_day

# An employee whose face was good enough only at the track's end is recognised some seconds after the visit.
ANSWER_GRACE = timedelta(seconds=60)


@dataclass(frozen=True)
class TrackName:
    """Which track of which camera's stream."""

    site_id: str
    camera_id: str
    stream_session: str
    track_id: int


@dataclass(frozen=True)
class Visit:
    """A visit to a restricted zone. `wait_until` is set when it is over: an answer may come until then.

    `alert_id` is the alert that was raised: there is at most one a visit.
    """

    zone_id: str
    visit_number: int
    entered_at: datetime
    left_at: datetime | None = None
    wait_until: datetime | None = None
    alert_id: str | None = None


@dataclass(frozen=True)
class Followed:
    """A track's visits to restricted zones, and what identity says of it.

    `recognised` outweighs `review_id`, which is set once somebody was not: a person may name them later.
    Who somebody is is not kept.
    """

    name: TrackName
    visits: tuple[Visit, ...] = ()
    recognised: bool = False
    review_id: str | None = None
    revision: int = 0

    @property
    def waits_until(self) -> datetime | None:
        """When the next of its visits is to be judged without an answer."""
        if self.recognised:
            return None
        waiting = [visit.wait_until for visit in self.visits if visit.wait_until and not visit.alert_id]
        return min(waiting, default=None)


class Verdict(StrEnum):
    """Why a visit is told of."""

    UNKNOWN = "unknown"  # whoever it is, they are not enrolled
    UNIDENTIFIED = "unidentified"  # nobody could say who it was


@dataclass(frozen=True)
class PeoplePolicy:
    """What a site wants to be told of its employees; nothing unless somebody asked for it.

    `digest_at` is the local time of day of HR's digest of missing punches. `revision` is 0 as long as nobody
    has set a policy. Raises Malformed when a field is wrong.
    """

    site_id: str
    outside_hours: bool = False
    digest_at: time | None = None
    revision: int = 0

    def __post_init__(self) -> None:
        check_identifier("site_id", self.site_id)
        if self.digest_at is not None:
            check_time_of_day("digest_at", self.digest_at)
