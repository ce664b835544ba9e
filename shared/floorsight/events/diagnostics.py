"""What analysing video takes."""

from __future__ import annotations

from pydantic import AwareDatetime, Field

from floorsight.events.envelope import Event


class ProcessingMeasured(Event):
    """What a worker took for a camera's chunks in about five minutes of its own clock.

    `camera_id` `_worker` is what it did for all its cameras together: reading the stream and its checkpoints.
    `occurred_at` is the period's end. A worker that dies takes its last minutes' measurements with it.
    """

    worker: str = Field(description="The process that measured.")
    started_at: AwareDatetime = Field(description="When the period began.")
    chunks: int = Field(ge=0)
    frames: int = Field(ge=0, description="Analysed.")
    bytes: int = Field(ge=0, description="Of the chunks' payloads.")
    stage_ms: dict[str, float] = Field(description="Milliseconds by stage: decode, infer, track, …")
    aws_calls: dict[str, int] = Field(
        description="Attempts by service and operation, such as `s3:PutObject`; `dynamodb:WriteUnits` is "
        "about what its writes are charged as."
    )
    plan_hits: int = Field(ge=0, description="Chunks whose camera's plan was remembered.")
    plan_misses: int = Field(ge=0, description="Chunks for which the registry was asked.")
    lag_seconds: float | None = Field(description="How far the last chunk was behind its capture.")
