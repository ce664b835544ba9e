"""What a camera's publisher says of itself."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from fastapi import APIRouter
from pydantic import BaseModel, Field

from floorsight.events.publishing import PublisherReported
from floorsight.platform.errors import NotFound
from floorsight.streams.model import PublisherReport
from functions.gateway.access import Role, requires
from functions.query_api.routers.cameras import READ_PROBLEMS, CameraId
from functions.query_api.services import Wired

router = APIRouter(prefix="/occupancy/cameras/{camera_id}", tags=["cameras"])
_FIELDS = PublisherReported.model_fields


class QueueOut(BaseModel):
    chunks: int = Field(description="Chunks that wait at the publisher to be sent.")
    bytes: int
    seconds: float = Field(description="How long the oldest of them had waited; 0 if there was none.")
    chunks_dropped: int = Field(description=_FIELDS["chunks_dropped"].description)
    chunks_damaged: int = Field(description=_FIELDS["chunks_damaged"].description)
    disk_error: str | None = Field(description=_FIELDS["disk_error"].description)


class PublisherOut(BaseModel):
    camera_id: str
    reported_at: datetime
    report_age_seconds: float = Field(description="A publisher reports once a minute.")
    publisher_version: str
    stopped: bool = Field(description="Whether it said that it stops, and has not begun again.")
    connected: bool = Field(description=_FIELDS["connected"].description)
    frames_per_second: float
    bits_per_second: float
    reconnects: int = Field(description=_FIELDS["reconnects"].description)
    chunks_skipped: int = Field(description=_FIELDS["chunks_skipped"].description)
    camera_error: str | None = Field(description=_FIELDS["camera_error"].description)
    link_up: bool = Field(description=_FIELDS["link_up"].description)
    link_error: str | None = Field(description=_FIELDS["link_error"].description)
    queue: QueueOut
    clock_ahead_seconds: float | None = Field(description=_FIELDS["clock_ahead_seconds"].description)

    @classmethod
    def of(cls, report: PublisherReport, now: datetime) -> Self:
        event = report.event
        return cls(
            **event.model_dump(include=set(cls.model_fields)),
            reported_at=report.reported_at,
            report_age_seconds=max(0.0, (now - report.reported_at).total_seconds()),
            stopped=event.stopping,
            queue=QueueOut(
                chunks=event.queue_chunks,
                bytes=event.queue_bytes,
                seconds=event.queue_seconds,
                chunks_dropped=event.chunks_dropped,
                chunks_damaged=event.chunks_damaged,
                disk_error=event.disk_error,
            ),
        )


@router.get("/publisher", dependencies=[requires(Role.VIEWER)], responses=READ_PROBLEMS)
def get_publisher(camera_id: CameraId, services: Wired) -> PublisherOut:
    """How a live camera's publisher fares, as it said last; `no_report_yet` if it said nothing for a week."""
    camera = services.sites.get_camera(camera_id)
    report = services.publishers.find_report(camera.site_id, camera_id)
    if report is None:
        raise NotFound(f"no publisher of camera {camera_id} has reported in a week", code="no_report_yet")
    return PublisherOut.of(report, services.publishers.clock())
