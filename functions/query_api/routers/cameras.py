"""Cameras."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Self

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from floorsight.platform.ids import IDENTIFIER_PATTERN
from floorsight.sites.model import (
    DEFAULT_ANALYSE_FPS,
    DEFAULT_OFFLINE_SECONDS,
    MAX_ANALYSE_FPS,
    MAX_OFFLINE_SECONDS,
    MIN_OFFLINE_SECONDS,
    Camera,
    CameraRole,
    Identify,
)
from functions.gateway.access import Caller, Role, requires
from functions.gateway.problems import document
from functions.query_api.paging import Listing, RequestedPage, encode_cursor
from functions.query_api.routers.limits import LimitFields, ReadRevision
from functions.query_api.services import Wired

router = APIRouter(prefix="/occupancy/cameras", tags=["cameras"])
CameraId = Annotated[str, Path(max_length=128)]
READ_PROBLEMS = document(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
CHANGE_PROBLEMS = READ_PROBLEMS | document(HTTPStatus.CONFLICT)


class CameraFields(LimitFields):
    name: str
    role: CameraRole = Field(description="An entry camera never counts out, an exit camera never in.")
    analyse_fps: int = Field(
        default=DEFAULT_ANALYSE_FPS, description=f"Frames a second to analyse, 1 to {MAX_ANALYSE_FPS}."
    )
    counting: bool = Field(
        default=True,
        description="Whether it adds to its site's count: a door that two cameras see belongs to one.",
    )
    offline_after_seconds: int = Field(
        default=DEFAULT_OFFLINE_SECONDS,
        description=f"Without a chunk for this long it is offline, {MIN_OFFLINE_SECONDS} to "
        f"{MAX_OFFLINE_SECONDS}.",
    )
    identify: Identify = Field(
        default=Identify.OFF,
        description="Whether people are recognised by their faces: `off`, `recognise`, or `attendance`, "
        "where who is recognised has come or gone, by the camera's role.",
    )
    gate_id: str | None = Field(
        default=None,
        description="With it, the plates of vehicles are read for that gate of the site; several cameras may "
        f"see one gate. Matches `{IDENTIFIER_PATTERN}`.",
        examples=["north"],
    )
    lane: str | None = Field(default=None, description="The gate's lane that it sees; default `1`.")


class NewCamera(CameraFields):
    camera_id: str = Field(description=f"Matches `{IDENTIFIER_PATTERN}`.", examples=["door-1"])
    site_id: str


class CameraChange(CameraFields):
    """A camera stays at its site: its counts belong there."""

    revision: ReadRevision


class CameraOut(BaseModel):
    camera_id: str
    site_id: str
    name: str
    role: CameraRole
    analyse_fps: int
    counting: bool
    offline_after_seconds: int
    identify: Identify
    gate_id: str | None
    lane: str | None
    max_occupancy: int | None
    warning_percent: int
    exceeded_percent: int
    revision: int = Field(description="Rises with every change.")
    created_at: datetime
    created_by: str

    @classmethod
    def of(cls, camera: Camera) -> Self:
        return cls(**vars(camera) | vars(camera.limits))


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    responses=document(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT),
)
def create_camera(
    new: NewCamera, services: Wired, caller: Annotated[Caller, requires(Role.OPERATOR)]
) -> CameraOut:
    """Register a camera of a site."""
    return CameraOut.of(services.sites.create_camera(**new.values(), by=caller.username))


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


@router.put("/{camera_id}", dependencies=[requires(Role.OPERATOR)], responses=CHANGE_PROBLEMS)
def update_camera(camera_id: CameraId, change: CameraChange, services: Wired) -> CameraOut:
    """Change a camera."""
    changed = replace(services.sites.get_camera(camera_id), **change.values())
    return CameraOut.of(services.sites.update_camera(changed))


@router.delete("/{camera_id}", status_code=HTTPStatus.NO_CONTENT, responses=CHANGE_PROBLEMS)
def delete_camera(
    camera_id: CameraId, services: Wired, caller: Annotated[Caller, requires(Role.OPERATOR)]
) -> None:
    """Delete a camera with its lines and zones. Its history is kept, so its id is not given again."""
    deleted_at = services.sites.delete_camera(camera_id)
    # If this fails, the caller asks again: deleting what is deleted comes here too.
    services.occupancy.close_counter(camera_id, deleted_at, by=caller.username)
