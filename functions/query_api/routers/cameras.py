"""Cameras."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Self

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from floorsight.platform.ids import IDENTIFIER_PATTERN
from floorsight.sites.model import DEFAULT_ANALYSE_FPS, MAX_ANALYSE_FPS, Camera, CameraRole
from functions.query_api.access import Caller, Role, requires
from functions.query_api.paging import Listing, RequestedPage, encode_cursor
from functions.query_api.problems import document
from functions.query_api.services import Wired

router = APIRouter(prefix="/occupancy/cameras", tags=["cameras"])
CameraId = Annotated[str, Path(max_length=128)]
READ_PROBLEMS = document(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)


class NewCamera(BaseModel):
    model_config = ConfigDict(extra="forbid")

    camera_id: str = Field(description=f"Matches `{IDENTIFIER_PATTERN}`.", examples=["door-1"])
    site_id: str
    name: str
    role: CameraRole = Field(description="An entry camera never counts out, an exit camera never in.")
    analyse_fps: int = Field(
        default=DEFAULT_ANALYSE_FPS, description=f"Frames a second to analyse, 1 to {MAX_ANALYSE_FPS}."
    )


class CameraOut(BaseModel):
    camera_id: str
    site_id: str
    name: str
    role: CameraRole
    analyse_fps: int
    created_at: datetime
    created_by: str

    @classmethod
    def of(cls, camera: Camera) -> Self:
        return cls(**vars(camera))


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    responses=document(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT),
)
def create_camera(
    new: NewCamera, services: Wired, caller: Annotated[Caller, requires(Role.OPERATOR)]
) -> CameraOut:
    """Register a camera of a site."""
    return CameraOut.of(services.sites.create_camera(**dict(new), by=caller.username))


@router.get("", dependencies=[requires(Role.VIEWER)], responses=READ_PROBLEMS)
def list_cameras(
    site_id: Annotated[str, Query(max_length=128)], page: RequestedPage, services: Wired
) -> Listing[CameraOut]:
    """A site's cameras by id."""
    found = services.sites.list_cameras(site_id, limit=page.limit, start_key=page.start_key)
    return Listing(items=found.map(CameraOut.of).items, next_cursor=encode_cursor(found.next_key))


@router.get("/{camera_id}", dependencies=[requires(Role.VIEWER)], responses=READ_PROBLEMS)
def get_camera(camera_id: CameraId, services: Wired) -> CameraOut:
    """A camera."""
    return CameraOut.of(services.sites.get_camera(camera_id))
