"""What a camera sees now."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from functions.gateway.access import Role, requires
from functions.query_api.routers.cameras import READ_PROBLEMS, CameraId
from functions.query_api.services import Wired

router = APIRouter(prefix="/occupancy/cameras/{camera_id}", tags=["views"])


class TrackOut(BaseModel):
    track_id: int
    object_class: str
    box: tuple[float, float, float, float] = Field(
        description="Left, top, right, bottom, as fractions of the picture."
    )
    confidence: float


class ViewOut(BaseModel):
    camera_id: str
    captured_at: datetime
    lag_seconds: float = Field(description="From capture to this answer.")
    image_url: str = Field(description="The picture, for ten minutes.")
    width: int
    height: int
    tracks: list[TrackOut]


@router.get("/view", dependencies=[requires(Role.VIEWER)], responses=READ_PROBLEMS)
def get_view(camera_id: CameraId, services: Wired) -> ViewOut:
    """A camera's latest picture. Pictures are kept while somebody asks: at least every 30 seconds."""
    services.sites.get_camera(camera_id)
    services.views.watch(camera_id)
    view = services.views.latest_view(camera_id)
    return ViewOut(
        camera_id=camera_id,
        captured_at=view.captured_at,
        lag_seconds=(services.views.clock() - view.captured_at).total_seconds(),
        image_url=services.pictures.link(view.image_key),
        width=view.width,
        height=view.height,
        tracks=[TrackOut(**vars(track)) for track in view.tracks],
    )
