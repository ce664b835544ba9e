"""What measurements come to, and what they cost."""

from __future__ import annotations

from datetime import UTC, datetime

from floorsight.diagnostics.model import Estimate, ProcessingHour
from floorsight.diagnostics.prices import PRICES, Charge
from floorsight.events.diagnostics import ProcessingMeasured

# The task on Fargate that a worker's second is charged as.
WORKER_VCPUS = 2
WORKER_GB = 4
# What one call is charged as. What is not here is free, or charged by the hour whoever calls.
_CHARGES = {
    "dynamodb:WriteUnits": Charge.DYNAMODB_WRITE,
    "dynamodb:GetItem": Charge.DYNAMODB_READ,
    "dynamodb:Query": Charge.DYNAMODB_READ,
    "eventbridge:PutEvents": Charge.EVENTS,
    "s3:PutObject": Charge.S3_PUT,
    "s3:GetObject": Charge.S3_GET,
}


def hour_of(moment: datetime) -> datetime:
    """The hour, in UTC, that a moment lies in."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def measured_hour(event: ProcessingMeasured) -> ProcessingHour:
    """What an event adds to the hour in which its period began."""
    lag = event.lag_seconds
    return ProcessingHour(
        camera_id=event.camera_id,
        hour=hour_of(event.started_at),
        chunks=event.chunks,
        frames=event.frames,
        bytes=event.bytes,
        plan_hits=event.plan_hits,
        plan_misses=event.plan_misses,
        lag_ms=0 if lag is None else round(lag * 1000.0),
        lag_samples=int(lag is not None),
        stage_us={stage: round(spent * 1000.0) for stage, spent in event.stage_ms.items()},
        aws_calls=event.aws_calls,
    )


def estimate_cost(hour: ProcessingHour) -> Estimate:
    """What an hour's calls and busy seconds are charged as, without what is charged by the hour anyway."""
    calls = sum(PRICES[charge].of(hour.aws_calls.get(call, 0)) for call, charge in _CHARGES.items())
    busy_hours = sum(hour.stage_us.values()) / 1e6 / 3600
    cpus = PRICES[Charge.FARGATE_VCPU_HOUR].of(WORKER_VCPUS * busy_hours)
    memory = PRICES[Charge.FARGATE_GB_HOUR].of(WORKER_GB * busy_hours)
    return Estimate(calls, cpus + memory)
