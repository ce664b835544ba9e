"""An hour of a camera's processing, and what it is worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

# What workers do for all their cameras together. No camera can be called so.
WORKER = "_worker"


@dataclass(frozen=True)
class ProcessingHour:
    """What was taken for a camera in an hour, by the workers' clocks in UTC: sums of whole numbers.

    `stage_us` has microseconds by stage, `aws_calls` attempts by `service:Operation`. `lag_ms` sums up
    `lag_samples` looks at how far the counts were behind the camera.
    """

    camera_id: str
    hour: datetime
    chunks: int = 0
    frames: int = 0
    bytes: int = 0
    plan_hits: int = 0
    plan_misses: int = 0
    lag_ms: int = 0
    lag_samples: int = 0
    stage_us: Mapping[str, int] = field(default_factory=dict)
    aws_calls: Mapping[str, int] = field(default_factory=dict)

    @property
    def lag_seconds(self) -> float | None:
        """On average; None if nobody looked."""
        return self.lag_ms / self.lag_samples / 1000.0 if self.lag_samples else None


@dataclass(frozen=True)
class Estimate:
    """US dollars at list prices: of the calls, and of the worker's time."""

    calls_usd: float
    compute_usd: float
