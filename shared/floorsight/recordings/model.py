"""A job that analyses a recorded video, and how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RecordingStatus(StrEnum):
    """How far a job is."""

    QUEUED = "queued"
    RUNNING = "running"
    INTERRUPTED = "interrupted"  # its attempt was stopped or died; the next one goes on from there
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True)
class Damage:
    """A part of a video that could not be analysed, and where it begins.

    `sequence` is the chunk that was put aside; None where no chunk could be made of it.
    """

    at_seconds: float
    explanation: str
    sequence: int | None = None


@dataclass(frozen=True)
class Problem:
    """Why a job failed or was interrupted: a stable code, and what to do."""

    code: str
    message: str


@dataclass(frozen=True)
class Progress:
    """What a job has done so far, in all its attempts.

    `seconds` are those of the video up to the last chunk taken. `rejected` are chunks that were put aside.
    `frames_per_second` are analysed frames by the clock, in the last attempt alone.
    """

    fetched_bytes: int = 0
    chunks: int = 0
    seconds: float = 0.0
    frames: int = 0
    crossings: int = 0
    rejected: int = 0
    frames_per_second: float = 0.0


@dataclass(frozen=True)
class Order:
    """What is asked for: a video (`s3://bucket/key`) as what a camera saw from `started_at` on.

    Without `started_at` the video counts as having ended when its first attempt began.
    """

    job_id: str
    camera_id: str
    video: str
    started_at: datetime | None = None


@dataclass(frozen=True)
class Recording:
    """A job. What the first attempt finds out, every further one goes by: session, times, the very object.

    `video_tag` is the object's entity tag: a video that was replaced meanwhile is another video.
    `lease_until` is how long the camera is kept for the job, unless that is renewed.
    """

    job_id: str
    camera_id: str
    video: str
    created_at: datetime
    started_at: datetime | None = None
    status: RecordingStatus = RecordingStatus.QUEUED
    attempts: int = 0
    site_id: str | None = None
    stream_session: str | None = None
    video_bytes: int | None = None
    video_tag: str | None = None
    seconds_total: float | None = None
    progress: Progress = Progress()
    damages: tuple[Damage, ...] = ()
    problem: Problem | None = None
    updated_at: datetime | None = None
    finished_at: datetime | None = None
    lease_until: datetime | None = None


@dataclass(frozen=True)
class Lease:
    """Which attempt of which job has a camera, and until when."""

    camera_id: str
    job_id: str
    attempt: int
    until: datetime
