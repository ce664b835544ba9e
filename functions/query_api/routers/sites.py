"""Sites."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Self

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from floorsight.platform.ids import IDENTIFIER_PATTERN
from floorsight.sites.model import Site
from functions.query_api.access import Role, requires
from functions.query_api.paging import Listing, RequestedPage, encode_cursor
from functions.query_api.problems import document
from functions.query_api.services import Wired

router = APIRouter(prefix="/sites", tags=["sites"])
SiteId = Annotated[str, Path(max_length=128)]


class NewSite(BaseModel):
    model_config = ConfigDict(extra="forbid")

    site_id: str = Field(description=f"Matches `{IDENTIFIER_PATTERN}`.", examples=["plant-1"])
    name: str
    time_zone: str = Field(description="IANA time zone.", examples=["Europe/Berlin"])


class SiteOut(BaseModel):
    site_id: str
    name: str
    time_zone: str

    @classmethod
    def of(cls, site: Site) -> Self:
        return cls(**vars(site))


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    dependencies=[requires(Role.OPERATOR)],
    responses=document(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT),
)
def create_site(new: NewSite, services: Wired) -> SiteOut:
    """Make a site."""
    return SiteOut.of(services.sites.create_site(**new.model_dump()))


@router.get(
    "",
    dependencies=[requires(Role.VIEWER)],
    responses=document(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN),
)
def list_sites(page: RequestedPage, services: Wired) -> Listing[SiteOut]:
    """All sites by id."""
    found = services.sites.list_sites(limit=page.limit, start_key=page.start_key)
    return Listing(items=found.map(SiteOut.of).items, next_cursor=encode_cursor(found.next_key))


@router.get(
    "/{site_id}",
    dependencies=[requires(Role.VIEWER)],
    responses=document(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND),
)
def get_site(site_id: SiteId, services: Wired) -> SiteOut:
    """A site."""
    return SiteOut.of(services.sites.get_site(site_id))
