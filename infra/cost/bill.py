"""A month's bill: what a plant uses, times list prices."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from floorsight.diagnostics.prices import PRICES, Charge
from infra.cost.measured import TableUse, UseCase
from infra.cost.plant import DAYS_A_MONTH, HOURS_A_MONTH, Plant

# What AWS's limits and the template's settings make of it.
SHARD_BYTES_PER_SECOND = 1_000_000
PUT_UNIT_BYTES = 25_000
SHARD_FILL = 0.8  # how full a shard may be on average: chunks come in bursts
COMMIT_SECONDS = 10.0  # `floorsight.vision.service`
LAMBDA_MEMORY_GB = 0.5
LAMBDA_SECONDS = 0.1  # an invocation: some requests of some milliseconds, and the answer
JOB_MEMORY_GB, JOB_SECONDS = 1.73, 2.0  # `infra/stacks/jobs.py`
MEASUREMENTS_AN_HOUR = 12  # of a camera's processing
MEASUREMENT_WRITE_UNITS = 6  # a mark and an hour of two kilobytes at most, in one transaction
QUEUES = 6  # reactions; each is polled by Lambda day and night
POLLS_A_MINUTE = 15  # five pollers that wait 20 seconds
SQS_REQUESTS_AN_EVENT = 3  # sent, received, deleted
LOG_BYTES_AN_INVOCATION = 600
LOG_BYTES_A_CAMERA_MINUTE = 400
METRICS_A_CAMERA = 1  # the lag; the others have samples only when something is wrong
SITE_METRICS, KEYS, ALARMS = 8, 3, 20
SNAPSHOT_BYTES, SNAPSHOT_DAYS = 12_000, 97
FARGATE_TASK_VCPUS, FARGATE_TASK_GB_A_VCPU = 2, 2.0
# KCL's, with the failover time of `VisionWorkerSettings`, 10 s: a lease is renewed 25 ms before a third of
# it is over, a worker reports on itself after half of it.
LEASE_RENEWAL_SECONDS, WORKER_REPORT_SECONDS = 3.308, 5.0
SCHEDULED_RUNS_AN_HOUR = 60 + 12 + 4 + 4 + 1  # `floorsight.jobs.model.JOBS`


class Part(StrEnum):
    """What a part of the bill is for."""

    VIDEO = "video in"
    VISION = "vision"
    OCCUPANCY = "occupancy"
    API = "API"
    WATCHING = "logs, metrics, alarms, keys"


@dataclass(frozen=True)
class BillLine:
    """So much of a charge, in a month."""

    part: Part
    charge: Charge
    amount: float

    @property
    def usd(self) -> float:
        return PRICES[self.charge].of(self.amount)


def monthly_bill(plant: Plant, measured: Mapping[UseCase, TableUse]) -> list[BillLine]:
    """All lines, for the whole plant."""
    return [
        *_video(plant),
        *_vision(plant, measured),
        *_occupancy(plant, measured),
        *_api(plant),
        *_watching(plant),
    ]


def per_camera(lines: list[BillLine], plant: Plant) -> dict[Part, float]:
    """US dollars a camera and month, by part."""
    sums = dict.fromkeys(Part, 0.0)
    for line in lines:
        sums[line.part] += line.usd / plant.cameras
    return sums


def shards_for(plant: Plant) -> int:
    """Shards of the chunk stream."""
    bytes_per_second = plant.cameras * plant.kbit_per_second * 125
    return max(1, math.ceil(bytes_per_second / (SHARD_BYTES_PER_SECOND * SHARD_FILL)))


def _video(plant: Plant) -> Iterator[BillLine]:
    seconds = plant.camera_hours * 3600
    units_a_chunk = math.ceil(plant.kbit_per_second * 125 / PUT_UNIT_BYTES)  # a chunk is a second
    yield BillLine(Part.VIDEO, Charge.KINESIS_SHARD_HOUR, shards_for(plant) * HOURS_A_MONTH)
    yield BillLine(Part.VIDEO, Charge.KINESIS_PUT_UNIT, seconds * units_a_chunk)


def lease_writes(plant: Plant) -> float:
    """Write units of the fleet's own tables: renewed leases, workers' reports, a checkpoint each commit."""
    renewals = shards_for(plant) * _streaming_hours(plant) * 3600 / LEASE_RENEWAL_SECONDS
    return renewals + _task_hours(plant) * 3600 / WORKER_REPORT_SECONDS + _commits(plant)


def _streaming_hours(plant: Plant) -> float:
    return plant.hours_a_day * DAYS_A_MONTH


def _vcpu_hours(plant: Plant) -> float:
    return plant.camera_hours * plant.analyse_fps / plant.fps_a_vcpu / plant.vcpu_fill


def _task_hours(plant: Plant) -> float:
    """Hours of all tasks together; one at least while cameras stream."""
    return max(_streaming_hours(plant), _vcpu_hours(plant) / FARGATE_TASK_VCPUS)


def _commits(plant: Plant) -> float:
    return plant.camera_hours * 3600 / COMMIT_SECONDS + plant.monthly(plant.crossings_a_day)


def _vision(plant: Plant, measured: Mapping[UseCase, TableUse]) -> Iterator[BillLine]:
    vcpu_hours = _vcpu_hours(plant)
    yield BillLine(Part.VISION, Charge.FARGATE_VCPU_HOUR, vcpu_hours)
    yield BillLine(Part.VISION, Charge.FARGATE_GB_HOUR, vcpu_hours * FARGATE_TASK_GB_A_VCPU)
    yield BillLine(Part.VISION, Charge.PUBLIC_ADDRESS_HOUR, _task_hours(plant))
    yield BillLine(Part.VISION, Charge.DYNAMODB_WRITE, lease_writes(plant))
    yield from _tables(Part.VISION, {UseCase.COMMIT: _commits(plant)}, measured)
    pictures = plant.monthly(plant.crossings_a_day)
    yield BillLine(Part.VISION, Charge.S3_PUT, pictures)
    kept = pictures / DAYS_A_MONTH * SNAPSHOT_DAYS * SNAPSHOT_BYTES
    yield BillLine(Part.VISION, Charge.S3_GB_MONTH, kept / 1e9)


def _occupancy(plant: Plant, measured: Mapping[UseCase, TableUse]) -> Iterator[BillLine]:
    crossings, visits = plant.monthly(plant.crossings_a_day), plant.monthly(plant.zone_visits_a_day)
    tracks, minutes = plant.monthly(plant.tracks_a_day), plant.camera_hours * 60
    changes = crossings + 2 * visits
    reports = minutes  # a publisher's, one a minute too
    measurements = plant.camera_hours * MEASUREMENTS_AN_HOUR
    # Each fact, and what update_occupancy tells after a crossing or a step into or out of a zone.
    events = changes + tracks + minutes + reports + measurements + changes
    runs = SCHEDULED_RUNS_AN_HOUR * HOURS_A_MONTH
    deliveries = events + crossings  # these go to record_attendance too
    polls = QUEUES * POLLS_A_MINUTE * 60 * HOURS_A_MONTH
    yield BillLine(Part.OCCUPANCY, Charge.EVENTS, events)
    yield BillLine(Part.OCCUPANCY, Charge.SQS_REQUEST, SQS_REQUESTS_AN_EVENT * deliveries + polls)
    yield BillLine(Part.OCCUPANCY, Charge.DYNAMODB_WRITE, measurements * MEASUREMENT_WRITE_UNITS)
    yield BillLine(Part.OCCUPANCY, Charge.DYNAMODB_READ, crossings)  # the camera: is it for attendance?
    yield BillLine(Part.OCCUPANCY, Charge.SCHEDULE, runs)
    yield BillLine(Part.OCCUPANCY, Charge.LAMBDA_REQUEST, deliveries + runs)
    gb_seconds = deliveries * LAMBDA_SECONDS * LAMBDA_MEMORY_GB + runs * JOB_SECONDS * JOB_MEMORY_GB
    yield BillLine(Part.OCCUPANCY, Charge.LAMBDA_GB_SECOND, gb_seconds)
    yield from _tables(
        Part.OCCUPANCY,
        {
            UseCase.CROSSING: crossings,
            UseCase.ZONE_VISIT: visits,
            UseCase.TRACK: tracks,
            UseCase.STREAM_MINUTE: minutes,
            UseCase.PUBLISHER_REPORT: reports,
            UseCase.CHANGE: changes,
            UseCase.ROLL_UP: plant.camera_hours,
            UseCase.CHECK_ALERTS: 60 * HOURS_A_MONTH,
        },
        measured,
    )


def _tables(
    part: Part, times: Mapping[UseCase, float], measured: Mapping[UseCase, TableUse]
) -> Iterator[BillLine]:
    """DynamoDB's charges. Storage is that of one year's items, as if all were kept: they are what grows."""
    yield BillLine(part, Charge.DYNAMODB_WRITE, sum(measured[u].write_units * n for u, n in times.items()))
    yield BillLine(part, Charge.DYNAMODB_READ, sum(measured[u].read_units * n for u, n in times.items()))
    stored = sum(
        measured[use].bytes_stored * count for use, count in times.items() if use is not UseCase.COMMIT
    )
    yield BillLine(part, Charge.DYNAMODB_GB_MONTH, 12 * stored / 1e9)


def _api(plant: Plant) -> Iterator[BillLine]:
    requests = plant.api_requests_a_day * DAYS_A_MONTH
    yield BillLine(Part.API, Charge.HTTP_REQUEST, requests)
    yield BillLine(Part.API, Charge.LAMBDA_REQUEST, requests)
    yield BillLine(Part.API, Charge.LAMBDA_GB_SECOND, requests * LAMBDA_SECONDS * LAMBDA_MEMORY_GB)
    yield BillLine(Part.API, Charge.DYNAMODB_READ, 3 * requests)


def _watching(plant: Plant) -> Iterator[BillLine]:
    invocations = plant.api_requests_a_day * DAYS_A_MONTH + plant.monthly(
        plant.tracks_a_day + 2 * plant.crossings_a_day + 4 * plant.zone_visits_a_day
    )
    logged = invocations * LOG_BYTES_AN_INVOCATION + plant.camera_hours * 60 * LOG_BYTES_A_CAMERA_MINUTE
    yield BillLine(Part.WATCHING, Charge.LOGS_GB, logged / 1e9)
    yield BillLine(Part.WATCHING, Charge.METRIC, METRICS_A_CAMERA * plant.cameras + SITE_METRICS)
    yield BillLine(Part.WATCHING, Charge.ALARM, ALARMS)
    yield BillLine(Part.WATCHING, Charge.KMS_KEY, KEYS)
    yield BillLine(Part.WATCHING, Charge.KMS_REQUEST, invocations / 10)
