"""How a site recognises people, and what that takes."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from typing import Annotated, Self

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from floorsight.identity.metrics.model import CameraDay, Tally
from floorsight.identity.metrics.service import MAX_DAYS, USUAL_DAYS
from floorsight.identity.policy.model import (
    DEFAULT_DAILY_CAP_MICRO_USD,
    DEFAULT_MARGIN,
    DEFAULT_REVIEW_DAYS,
    DEFAULT_SNAPSHOT_DAYS,
    DEFAULT_THRESHOLD,
    DEFAULT_VOTES,
    MAX_DAILY_CAP_MICRO_USD,
    MAX_REVIEW_DAYS,
    MAX_SNAPSHOT_DAYS,
    MAX_VOTES,
    MICRO_USD,
    IdentityPolicy,
    Recogniser,
)
from functions.gateway.access import Role, requires
from functions.gateway.problems import document
from functions.query_api.routers.limits import ReadRevision
from functions.query_api.services import Wired

router = APIRouter(prefix="/identity", tags=["identity"])
SiteId = Annotated[str, Query(max_length=128)]
READ_PROBLEMS = document(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
CHANGE_PROBLEMS = READ_PROBLEMS | document(HTTPStatus.CONFLICT)


class PolicyFields(BaseModel):
    """What is left out takes its default: send all fields of the form."""

    model_config = ConfigDict(extra="forbid")

    recogniser: Recogniser = Field(
        default=Recogniser.GALLERY,
        description="`gallery`: the site's own enrolled faces, at no cost. `rekognition`: Amazon's. "
        "`gallery-then-rekognition`: that one for whom the gallery does not know.",
    )
    threshold: float = Field(
        default=DEFAULT_THRESHOLD, description="Least cosine similarity to an employee's face; 0 to 1."
    )
    margin: float = Field(
        default=DEFAULT_MARGIN, description="By how much the next employee must be less similar; 0 to 1."
    )
    min_votes: int = Field(
        default=DEFAULT_VOTES, description=f"Faces of a track that must agree, 1 to {MAX_VOTES}."
    )
    rekognition_usd_per_day: float = Field(
        default=DEFAULT_DAILY_CAP_MICRO_USD / MICRO_USD,
        ge=0,
        le=MAX_DAILY_CAP_MICRO_USD / MICRO_USD,
        description="What Rekognition may cost the site on a local day, in US dollars.",
    )
    review_days: int = Field(
        default=DEFAULT_REVIEW_DAYS,
        description=f"How long people whom nobody knows can be named, 1 to {MAX_REVIEW_DAYS}.",
    )
    snapshot_days: int = Field(
        default=DEFAULT_SNAPSHOT_DAYS,
        description=f"How long pictures are kept, 1 to {MAX_SNAPSHOT_DAYS}.",
    )


class PolicyChange(PolicyFields):
    revision: ReadRevision

    def to_policy(self, site_id: str) -> IdentityPolicy:
        """Raises Malformed."""
        fields = dict(self)
        cap = round(fields.pop("rekognition_usd_per_day") * MICRO_USD)
        return IdentityPolicy(site_id=site_id, daily_cap_micro_usd=cap, **fields)


class PolicyOut(PolicyFields):
    site_id: str
    revision: int = Field(description="Rises with every change; 0 as long as the defaults hold.")

    @classmethod
    def of(cls, policy: IdentityPolicy) -> Self:
        fields = dict(vars(policy))
        return cls(rekognition_usd_per_day=fields.pop("daily_cap_micro_usd") / MICRO_USD, **fields)


class TallyOut(BaseModel):
    questions: int = Field(description="Tracks that were asked about.")
    cache_hits: int = Field(description="Answered by an earlier answer about the same track.")
    cache_misses: int
    gallery_decisions: int = Field(description="Decided without calling Rekognition.")
    recognised: int
    unknown: int
    rekognition_calls: int = Field(description="Those that failed, too.")
    estimated_usd: float = Field(description="What the calls cost, at list prices.")
    avoided_usd: float = Field(
        description="What Rekognition would have cost at the least for questions that it was not asked."
    )

    @classmethod
    def of(cls, tally: Tally) -> Self:
        return cls(
            **{name: getattr(tally, name) for name in cls.model_fields if hasattr(tally, name)},
            estimated_usd=tally.cost_micro_usd / MICRO_USD,
            avoided_usd=tally.cost_avoided_micro_usd / MICRO_USD,
        )


class CameraDayOut(TallyOut):
    camera_id: str
    day: date = Field(description="Local date of the site.")

    @classmethod
    def of_day(cls, found: CameraDay) -> Self:
        return cls(camera_id=found.camera_id, day=found.day, **dict(TallyOut.of(found.tally)))


class Metrics(BaseModel):
    """Days of a site's cameras, and their sum."""

    site_id: str
    total: TallyOut
    items: list[CameraDayOut] = Field(
        description="In order of day, then camera; days without any are left out."
    )


@router.get("/policy", dependencies=[requires(Role.VIEWER)], responses=READ_PROBLEMS)
def get_policy(site_id: SiteId, services: Wired) -> PolicyOut:
    """How a site recognises people; the defaults where nobody changed them."""
    return PolicyOut.of(services.identity_policies.get_policy(site_id))


@router.put("/policy", dependencies=[requires(Role.ADMIN)], responses=CHANGE_PROBLEMS)
def update_policy(site_id: SiteId, change: PolicyChange, services: Wired) -> PolicyOut:
    """Change how a site recognises people, from the next question on.

    An admin's decision: it may send faces to Rekognition, spend money there, and make names less sure.
    """
    return PolicyOut.of(services.identity_policies.update_policy(change.to_policy(site_id)))


@router.get("/metrics", dependencies=[requires(Role.VIEWER)], responses=READ_PROBLEMS)
def get_metrics(
    site_id: SiteId,
    services: Wired,
    camera_id: Annotated[str | None, Query(max_length=128)] = None,
    begin: Annotated[
        date | None, Query(alias="from", description=f"First local date; {USUAL_DAYS} days if left out.")
    ] = None,
    end: Annotated[
        date | None, Query(alias="to", description=f"Last local date, today if left out; {MAX_DAYS} at most.")
    ] = None,
) -> Metrics:
    """What recognising people took, by camera and day."""
    days = services.identity_metrics.list_days(site_id, first=begin, last=end, camera_id=camera_id)
    total = sum((day.tally for day in days), Tally())
    return Metrics(
        site_id=site_id, total=TallyOut.of(total), items=[CameraDayOut.of_day(day) for day in days]
    )
