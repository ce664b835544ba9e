"""How the system fares, and what processing took by camera and hour."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Any, Self

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from floorsight import __version__
from floorsight.diagnostics.diagnosing import CameraDiagnosis
from floorsight.diagnostics.model import WORKER, ProcessingHour
from floorsight.diagnostics.rules import estimate_cost
from floorsight.streams.model import PublisherReport
from functions.gateway.access import Role, requires
from functions.gateway.moments import Moment, check_range
from functions.gateway.problems import document
from functions.query_api.csv_files import Cell, answer_csv
from functions.query_api.paging import RequestedPage, encode_cursor
from functions.query_api.routers.cameras import READ_PROBLEMS
from functions.query_api.services import Wired

router = APIRouter(prefix="/diagnostic", tags=["diagnostics"])

_CSV: dict[int | str, dict[str, Any]] = {
    HTTPStatus.OK.value: {"content": {"text/csv": {"schema": {"type": "string"}}}}
}


class Status(StrEnum):
    """Whether anything is wrong."""

    OK = "ok"
    DEGRADED = "degraded"


class Form(StrEnum):
    """How hours are answered."""

    JSON = "json"
    CSV = "csv"


class Hour(BaseModel):
    """What workers took for a camera in an hour."""

    start: datetime = Field(description="By the workers' clocks, in UTC.")
    chunks: int
    frames: int = Field(description="Analysed.")
    bytes: int = Field(description="Of video.")
    stage_ms: dict[str, float] = Field(description="Milliseconds by stage, over all frames.")
    ms_a_frame: float | None = Field(description="All stages together; null without frames.")
    aws_calls: dict[str, int] = Field(
        description="Attempts by service and operation; `dynamodb:WriteUnits` is about what writes cost."
    )
    plan_hits: int = Field(description="Chunks whose camera's plan was remembered.")
    plan_misses: int = Field(description="Chunks for which the registry was asked.")
    lag_seconds: float | None = Field(description="How far counts were behind the camera, on average.")
    calls_usd: float = Field(description="Estimated from the calls, at us-east-1 list prices.")
    compute_usd: float = Field(description="Estimated from the busy seconds of a task of 2 vCPU on Fargate.")

    @classmethod
    def of(cls, hour: ProcessingHour) -> Self:
        stage_ms = {stage: round(spent / 1000.0, 3) for stage, spent in hour.stage_us.items()}
        cost = estimate_cost(hour)
        return cls(
            start=hour.hour,
            chunks=hour.chunks,
            frames=hour.frames,
            bytes=hour.bytes,
            stage_ms=stage_ms,
            ms_a_frame=round(sum(stage_ms.values()) / hour.frames, 3) if hour.frames else None,
            aws_calls=dict(hour.aws_calls),
            plan_hits=hour.plan_hits,
            plan_misses=hour.plan_misses,
            lag_seconds=None if hour.lag_seconds is None else round(hour.lag_seconds, 3),
            calls_usd=round(cost.calls_usd, 6),
            compute_usd=round(cost.compute_usd, 6),
        )

    def cells(self) -> list[Cell]:
        """One row of the table, before the stages; calls as their sum."""
        calls = sum(count for call, count in self.aws_calls.items() if call != "dynamodb:WriteUnits")
        lag = "" if self.lag_seconds is None else self.lag_seconds
        numbers = [self.chunks, self.frames, self.bytes, calls, self.plan_hits, self.plan_misses]
        return [self.start.isoformat(), *numbers, lag, self.calls_usd, self.compute_usd]


_COLUMNS = (
    *("camera_id", "start", "chunks", "frames", "bytes", "aws_calls"),
    *("plan_hits", "plan_misses", "lag_seconds", "calls_usd", "compute_usd"),
)


class Hours(BaseModel):
    """A page of a camera's hours."""

    camera_id: str
    items: list[Hour]
    next_cursor: str | None = Field(description="Give it as `cursor` to get the next page; null on the last.")


class PublisherState(BaseModel):
    """What the camera's publisher said last."""

    reported_at: datetime
    connected: bool
    link_up: bool
    queue_chunks: int
    queue_seconds: float
    chunks_dropped: int

    @classmethod
    def of(cls, report: PublisherReport) -> Self:
        names = set(cls.model_fields) - {"reported_at"}
        return cls(reported_at=report.reported_at, **report.event.model_dump(include=names))


class CameraState(BaseModel):
    camera_id: str
    site_id: str
    name: str
    last_seen_at: datetime | None = Field(description="Capture time of the last frame, to the minute.")
    frames_per_second: float | None = Field(description="Analysed, in the last whole minute.")
    publisher: PublisherState | None = Field(description="Null if it has not reported for a week.")
    processing: Hour | None = Field(description="The last hour in which a worker measured it, within a day.")
    reasons: list[str] = Field(description="What is wrong, in words.")

    @classmethod
    def of(cls, found: CameraDiagnosis) -> Self:
        camera, seen = found.camera, found.seen
        return cls(
            camera_id=camera.camera_id,
            site_id=camera.site_id,
            name=camera.name,
            last_seen_at=seen.last_seen_at if seen else None,
            frames_per_second=seen.frames_per_second if seen else None,
            publisher=PublisherState.of(found.report) if found.report else None,
            processing=Hour.of(found.processing) if found.processing else None,
            reasons=list(found.reasons),
        )


class Diagnostic(BaseModel):
    """How the system fares at a moment."""

    status: Status
    reasons: list[str] = Field(description="What is wrong, in words; empty if the status is ok.")
    checked_at: datetime
    version: str
    stage: str
    cameras: list[CameraState]


@router.get("", dependencies=[requires(Role.VIEWER)], responses=READ_PROBLEMS)
def get_diagnostic(
    services: Wired,
    site_id: Annotated[str | None, Query(max_length=128, description="Default: all sites.")] = None,
) -> Diagnostic:
    """Whether all cameras are seen, sent and analysed in time, and if not, what is wrong.

    Cameras that never sent anything are not missed.
    """
    found = services.diagnostics.diagnose(site_id)
    return Diagnostic(
        status=Status.DEGRADED if found.reasons else Status.OK,
        reasons=list(found.reasons),
        checked_at=found.checked_at,
        version=__version__,
        stage=services.stage,
        cameras=[CameraState.of(camera) for camera in found.cameras],
    )


@router.get(
    "/metrics",
    dependencies=[requires(Role.VIEWER)],
    response_model=Hours,
    responses=document(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND) | _CSV,
)
def list_processing_hours(
    camera_id: Annotated[
        str,
        Query(max_length=128, description=f"`{WORKER}` is what workers did for all cameras together."),
    ],
    services: Wired,
    page: RequestedPage,
    start: Annotated[
        Moment | None, Query(alias="from", description="ISO 8601 with offset. Default: a day before `to`.")
    ] = None,
    end: Annotated[
        Moment | None, Query(alias="to", description="ISO 8601 with offset. Default: now.")
    ] = None,
    form: Annotated[Form, Query(alias="format", description="csv answers the whole range.")] = Form.JSON,
) -> Hours | Response:
    """What workers took for a camera, by hour, ascending; hours in which nothing was measured are missing.

    Kept for 90 days. A deleted camera's too.
    """
    check_range(start, end)
    if camera_id != WORKER:
        services.sites.get_camera(camera_id, with_deleted=True)
    if form is Form.CSV:
        return _answer_csv(services, camera_id, start, end)
    found = services.processing.list_hours(
        camera_id, start=start, end=end, limit=page.limit, start_key=page.start_key
    )
    return Hours(
        camera_id=camera_id,
        items=[Hour.of(hour) for hour in found.items],
        next_cursor=encode_cursor(found.next_key),
    )


def _answer_csv(services: Wired, camera_id: str, start: datetime | None, end: datetime | None) -> Response:
    found = services.processing.list_hours(camera_id, start=start, end=end)  # 2160 at most: 90 days
    hours = [Hour.of(hour) for hour in found.items]
    stages = sorted({stage for hour in hours for stage in hour.stage_ms})
    header = (*_COLUMNS, *(f"{stage}_ms" for stage in stages))
    rows = [
        [camera_id, *hour.cells(), *(hour.stage_ms.get(stage, 0.0) for stage in stages)] for hour in hours
    ]
    return answer_csv(f"processing_{camera_id}", header, rows)
