"""What analysing recorded video publishes."""

from __future__ import annotations

from pydantic import AwareDatetime, Field

from floorsight.events.envelope import Event


class RecordingAnalysed(Event):
    """A recorded video was analysed to its end; all its other events were published before.

    `occurred_at` is the capture time of the end of what was analysed. Nothing waits for it inside: it is for
    whoever asked for the analysis.
    """

    job_id: str
    video: str = Field(description="`s3://bucket/key`.")
    started_at: AwareDatetime = Field(description="Capture time of the first frame.")
    seconds: float = Field(ge=0.0, description="Of video, up to the end of the last chunk.")
    chunks: int = Field(ge=1, description="Chunks that the video was cut into.")
    chunks_rejected: int = Field(ge=0, description="Of these: damaged, and kept in quarantine.")
    frames_analysed: int = Field(ge=0)
    crossings: int = Field(ge=0, description="`LineCrossed` events of this video.")
