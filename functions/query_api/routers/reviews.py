"""People whom nobody recognised: looked at, named or dismissed by a person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from floorsight.identity.model import Unknown
from floorsight.identity.review.model import Review, ReviewState
from functions.gateway.access import Caller, Role, requires
from functions.query_api.paging import Listing, RequestedPage, encode_cursor
from functions.query_api.routers.identity import CHANGE_PROBLEMS, READ_PROBLEMS, SiteId
from functions.query_api.services import Wired

router = APIRouter(prefix="/identity/review", tags=["identity"])
ReviewId = Annotated[str, Path(max_length=200)]
# Faces of people who are not known are for those who may do something about them.
Operator = Annotated[Caller, requires(Role.OPERATOR)]


class Which(StrEnum):
    OPEN = "open"
    ALL = "all"


class ReviewOut(BaseModel):
    review_id: str
    site_id: str
    camera_id: str
    stream_session: str
    track_id: int
    occurred_at: datetime = Field(description="When the best face was seen.")
    first_seen_at: datetime
    last_seen_at: datetime
    reason: Unknown = Field(description="Why nobody was named.")
    faces: int = Field(description="Good faces that were seen.")
    snapshot_url: str | None = Field(description="The picture, for ten minutes; null if none is kept.")
    state: ReviewState
    employee_id: str | None = Field(description="Who it was named as.")
    settled_by: str | None
    settled_at: datetime | None
    expires_at: datetime = Field(description="It can't be named any more from then on.")

    @classmethod
    def of(cls, review: Review, link: Callable[[str], str]) -> Self:
        fields = vars(review) | vars(review.track)
        shown = {name: fields[name] for name in cls.model_fields if name in fields}
        return cls(**shown, snapshot_url=link(review.snapshot_key) if review.snapshot_key else None)


class Name(BaseModel):
    model_config = ConfigDict(extra="forbid")

    employee_id: str = Field(max_length=128)


class NamedOut(ReviewOut):
    enrolled: int = Field(description="Faces that are the employee's now by it.")
    not_enrolled: str | None = Field(
        description="What stood against it: `too_many_faces`, `faces_gone` (named before, or too long "
        "ago), or what Rekognition said.",
        examples=["too_many_faces"],
    )


@router.get("", dependencies=[requires(Role.OPERATOR)], responses=READ_PROBLEMS)
def list_reviews(
    site_id: SiteId,
    page: RequestedPage,
    services: Wired,
    which: Annotated[Which, Query(alias="state")] = Which.OPEN,
) -> Listing[ReviewOut]:
    """A site's people whom nobody recognised, newest first."""
    found = services.reviews.list_reviews(
        site_id, only_open=which is Which.OPEN, limit=page.limit, start_key=page.start_key
    )
    link = services.pictures.link
    items = [ReviewOut.of(review, link) for review in found.items]
    return Listing(items=items, next_cursor=encode_cursor(found.next_key))


@router.post("/{review_id}/name", responses=CHANGE_PROBLEMS)
def name_person(review_id: ReviewId, name: Name, services: Wired, caller: Operator) -> NamedOut:
    """Say who it is: attendance hears of it, and the faces are enrolled. They must have consented."""
    named = services.naming.name(review_id, name.employee_id, by=caller.username)
    review = ReviewOut.of(named.review, services.pictures.link)
    return NamedOut(**dict(review), enrolled=named.enrolled, not_enrolled=named.not_enrolled)


@router.post("/{review_id}/dismiss", responses=CHANGE_PROBLEMS)
def dismiss_review(review_id: ReviewId, services: Wired, caller: Operator) -> ReviewOut:
    """Say that nobody is to be named, and forget the faces."""
    dismissed = services.reviews.dismiss(review_id, by=caller.username)
    return ReviewOut.of(dismissed, services.pictures.link)
