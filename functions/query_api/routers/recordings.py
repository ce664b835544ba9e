"""Recorded video: how far a job is, and how it went."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from floorsight.recordings.model import Recording, RecordingStatus
from functions.gateway.access import Role, requires
from functions.gateway.problems import document
from functions.query_api.services import Wired

router = APIRouter(prefix="/recordings", tags=["recordings"])
JobId = Annotated[str, Path(max_length=128, description="The id that the job was started under.")]
PROBLEMS = document(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)


class RecordingProblemOut(BaseModel):
    code: str
    message: str


class DamageOut(BaseModel):
    at_seconds: float = Field(description="Where in the video it begins.")
    explanation: str
    sequence: int | None = Field(description="The chunk that was put aside, if one could be made of it.")


class RecordingProgressOut(BaseModel):
    fetched_bytes: int
    chunks: int
    seconds: float = Field(description="Of the video.")
    frames: int = Field(description="Analysed frames.")
    crossings: int
    rejected: int = Field(description="Chunks that were put aside.")
    frames_per_second: float = Field(description="Analysed frames by the clock, in the last attempt.")


class RecordingOut(BaseModel):
    job_id: str
    camera_id: str
    site_id: str | None
    video: str
    status: RecordingStatus = Field(
        description="`interrupted`: its attempt was stopped or died; the next one goes on from there."
    )
    problem: RecordingProblemOut | None = Field(description="Why it failed or was interrupted.")
    attempts: int
    created_at: datetime
    updated_at: datetime | None
    finished_at: datetime | None
    started_at: datetime | None = Field(description="Capture time of the first frame.")
    stream_session: str | None
    video_bytes: int | None
    seconds_total: float | None = Field(description="Length of the video, where it says it.")
    progress: RecordingProgressOut
    damages: list[DamageOut] = Field(description="Parts that could not be analysed; the first 50.")


@router.get("/{job_id}", dependencies=[requires(Role.VIEWER)], responses=PROBLEMS)
def get_recording(job_id: JobId, services: Wired) -> RecordingOut:
    """A job that analyses a recorded video; its progress is at most a few seconds old."""
    return _shown(services.recordings.get(job_id))


def _shown(recording: Recording) -> RecordingOut:
    return RecordingOut.model_validate(recording, from_attributes=True)
