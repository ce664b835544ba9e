"""The MultiLangDaemon's properties file.

Names and defaults: `KinesisClientLibConfigurator` and `samples/sample.properties` of KCL 3.1. Times that are
set here were found by watching a fleet start and lose a worker; ADR 0043 has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from floorsight.platform.settings import VisionWorkerSettings

# A shard answers 5 reads a second; nobody else polls this stream. Also how often an idle shard is ticked.
IDLE_MILLISECONDS = 250
# Few, so that all that were read are soon done when a worker has to stop.
RECORDS_A_READ = 10
# After it has listed the shards a worker sleeps that long: with KCL's 60 s a fleet starts a minute later.
SHARD_SYNC_MILLISECONDS = 1_000
# All processes settle within that time when the worker is told to stop, less than ECS waits (120 s).
STOP_SECONDS = 90
# The workers' reports on themselves: leases are given only to who has reported within twice that time.
REPORTS_A_FAILOVER = 2


@dataclass(frozen=True)
class Surroundings:
    """What the daemon has to know that is no setting of ours. Endpoints are None on AWS."""

    region: str
    worker_id: str
    executable: str  # a program by its name and arguments without spaces: KCL splits it at spaces
    kinesis_endpoint: str | None = None
    dynamodb_endpoint: str | None = None


def daemon_properties(settings: VisionWorkerSettings, around: Surroundings) -> dict[str, str]:
    """The daemon's properties by name."""
    failover_ms = settings.fleet_failover_seconds * 1000
    properties: dict[str, str | int] = {
        "executableName": around.executable,
        "processingLanguage": "python",
        "applicationName": settings.fleet_application,
        "streamName": settings.chunk_stream,
        "regionName": around.region,
        "workerId": around.worker_id,
        "AwsCredentialsProvider": "DefaultCredentialsProvider",
        "clientVersionConfig": "CLIENT_VERSION_CONFIG_3X",  # nothing to be compatible with
        "initialPositionInStream": "TRIM_HORIZON",
        "retrievalMode": "POLLING",
        "maxRecords": RECORDS_A_READ,
        "idleTimeBetweenReadsInMillis": IDLE_MILLISECONDS,
        "callProcessRecordsEvenForEmptyRecordList": "true",  # commits fall due while nothing comes
        "maxLeasesForWorker": settings.fleet_max_leases,
        "failoverTimeMillis": failover_ms,
        "leaseAssignmentIntervalMillis": failover_ms,
        "workerMetricsReporterFreqInMillis": failover_ms // REPORTS_A_FAILOVER,
        "shardSyncIntervalMillis": SHARD_SYNC_MILLISECONDS,
        "skipShardSyncAtWorkerInitializationIfLeasesExist": "true",  # the leader looks every two minutes
        "shutdownGraceMillis": STOP_SECONDS * 1000,
        # Per shard and operation these would cost more than the tables. What matters is Kinesis's own age
        # of the oldest unread record, and what our processes tell.
        "metricsLevel": "NONE",
    }
    endpoints = {
        "kinesisEndpoint": around.kinesis_endpoint,
        "dynamoDBEndpoint": around.dynamodb_endpoint,
    }
    properties |= {name: address for name, address in endpoints.items() if address is not None}
    return {name: str(value) for name, value in properties.items()}


def render_properties(properties: Mapping[str, str]) -> str:
    """The text of a Java properties file. Values with line breaks or backslashes are escaped."""
    return "".join(f"{name} = {_escaped(value)}\n" for name, value in properties.items())


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
