"""A site's vehicle lists, the policy of its gates, and what is decided by both (docs/gate.md)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from floorsight.events.vehicles import Alarm, Verdict
from floorsight.events.vision import Direction
from floorsight.platform.errors import Malformed
from floorsight.sites.fields import check_identifier, check_range, check_text

DEFAULT_MIN_CONFIDENCE = 0.85
MAX_PLATE_LENGTH = 12
MAX_VISITS = 1000


class ListName(StrEnum):
    """Which list a vehicle is on; a plate may be on several."""

    BLOCKED = "blocked"
    ALLOWED = "allowed"
    VISITOR = "visitor"


class ReasonCode(StrEnum):
    """Why a gate decides as it does."""

    UNREAD = "unread"  # no plate could be read
    LOW_CONFIDENCE = "low_confidence"
    NO_PROFILE = "no_profile"  # a ghost: no plate looks like that
    AMBIGUOUS = "ambiguous"  # it may be two different plates
    BLOCKED = "blocked"
    NEAR_BLOCKED = "near_blocked"
    ALLOWED = "allowed"
    VISITOR = "visitor"
    VISITOR_LEAVING = "visitor_leaving"
    NEAR_ALLOWED = "near_allowed"  # allowed or visitor
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    VISITS_USED_UP = "visits_used_up"
    NOT_LISTED = "not_listed"
    SITE_DEFAULT = "site_default"


@dataclass(frozen=True)
class ListedVehicle:
    """A plate on one of a site's lists. Raises Malformed when a field is wrong.

    `plate` is canonical: as its `profile` has it. It is valid from `valid_from` on and before `valid_until`.
    `max_visits` is how often a visitor may come in; None: as often as they like.
    """

    vehicle_id: str
    site_id: str
    plate: str
    profile: str
    list_name: ListName
    created_at: datetime
    created_by: str
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    reason: str | None = None  # why it is blocked
    host: str | None = None  # whom a visitor visits
    max_visits: int | None = None
    note: str | None = None
    revision: int = 1

    def __post_init__(self) -> None:
        check_identifier("site_id", self.site_id)
        for field in ("reason", "host", "note"):
            value = getattr(self, field)
            if value is not None:
                check_text(field, value)
        if self.max_visits is not None:
            check_range("max_visits", self.max_visits, MAX_VISITS)
        if self.valid_from and self.valid_until and self.valid_until <= self.valid_from:
            raise Malformed(
                "valid_until must be later than valid_from", code="never_valid", field="valid_until"
            )
        self._check_list()

    def _check_list(self) -> None:
        wants: tuple[tuple[str, ListName], ...] = (
            ("reason", ListName.BLOCKED),
            ("host", ListName.VISITOR),
            ("max_visits", ListName.VISITOR),
        )
        for field, list_name in wants:
            if getattr(self, field) is not None and self.list_name is not list_name:
                raise Malformed(
                    f"{field} is for the list {list_name.value} only", code="field_of_other_list", field=field
                )
        if self.list_name is ListName.BLOCKED and not self.reason:
            raise Malformed(
                "a blocked vehicle needs a reason: the guard is told it",
                code="reason_missing",
                field="reason",
            )
        if self.list_name is ListName.VISITOR and not (self.host and self.valid_until):
            raise Malformed(
                "a visitor needs a host and a time until which it is valid",
                code="visitor_incomplete",
                field="valid_until" if self.host else "host",
            )

    def is_valid_at(self, at: datetime) -> bool:
        return not self.is_early_at(at) and not self.is_over_at(at)

    def is_early_at(self, at: datetime) -> bool:
        return self.valid_from is not None and at < self.valid_from

    def is_over_at(self, at: datetime) -> bool:
        return self.valid_until is not None and at >= self.valid_until


@dataclass(frozen=True)
class GatePolicy:
    """How a site's gates decide. Raises Malformed when a field is wrong.

    `profiles` are the names of plate formats, the first one that fits names a plate; the site's `default` is
    what becomes of a vehicle on no list. `revision` is 0 as long as nobody has set one; it is the version
    that decisions name.
    """

    site_id: str
    min_confidence: float = DEFAULT_MIN_CONFIDENCE
    profiles: tuple[str, ...] = ("ANY",)
    default: Verdict = Verdict.HOLD
    revision: int = 0
    changed_at: datetime | None = None
    changed_by: str | None = None

    def __post_init__(self) -> None:
        check_identifier("site_id", self.site_id)
        if not 0.5 <= self.min_confidence <= 1.0:  # which NaN is not either
            raise Malformed(
                f"min_confidence must be between 0.5 and 1, not {self.min_confidence}",
                code="out_of_range",
                field="min_confidence",
            )
        if self.default is Verdict.ALLOW:
            raise Malformed(
                "a vehicle on no list is never let in: the default is hold, deny or review",
                code="default_opens",
                field="default",
            )
        if not self.profiles or len(set(self.profiles)) < len(self.profiles):
            raise Malformed(
                "profiles are one or several plate formats, each named once",
                code="bad_profiles",
                field="profiles",
            )


@dataclass(frozen=True)
class GateQuestion:
    """What is known of a vehicle at a gate. `text` as it was read or typed, None if it could not be read;
    `on_site`: it was let in, and has not gone."""

    text: str | None
    confidence: float
    direction: Direction | None
    at: datetime
    on_site: bool = False


@dataclass(frozen=True)
class Listing:
    """An entry of a list that has, or nearly has, the plate, and how many visits of it are used up."""

    vehicle: ListedVehicle
    visits_used: int = 0


@dataclass(frozen=True)
class Reason:
    """Why, in words that a guard understands; `vehicle_id` is the entry of a list that it rests on."""

    code: ReasonCode
    text: str
    vehicle_id: str | None = None


@dataclass(frozen=True)
class Decision:
    """What a gate does about a vehicle, the deciding reason first.

    `plate` is the canonical text, None if there is none or more than one (`candidates` has them all).
    `vehicle_id` is the list's entry that decided; `uses_visit` says that this is one of its visits.
    """

    verdict: Verdict
    reasons: tuple[Reason, ...]
    plate: str | None
    profile: str | None
    candidates: tuple[str, ...]
    alarm: Alarm | None
    vehicle_id: str | None
    uses_visit: bool
    policy_version: int

    @property
    def explanation(self) -> str:
        """The reasons in one sentence, such as `held: not on a list, site default is hold`."""
        words = {
            Verdict.ALLOW: "allowed",
            Verdict.DENY: "denied",
            Verdict.HOLD: "held",
            Verdict.REVIEW: "to be reviewed",
        }
        return f"{words[self.verdict]}: {', '.join(reason.text for reason in self.reasons)}"
