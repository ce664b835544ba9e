"""A fleet of workers on a stream of its own, and what KCL's tables say of it."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from containers.edge_publisher.delivery import Delivery, KinesisDelivery
from containers.edge_publisher.publishing import PublishSettings, publish_file
from floorsight.platform.aws import client, translated
from floorsight.platform.dynamo import DynamoTable
from floorsight.platform.objects import S3Objects
from floorsight.vision.chunk import Chunk
from floorsight.vision.store import StreamStore
from infra.local.deployment import Deployment
from infra.local.processes import Child, start_child
from tests.cloud import make_client
from tests.e2e.square import BEGAN_AT
from tests.waiting import eventually

SHARDS = 4
PATIENCE_SECONDS = 480.0  # for eight cameras' video
FAILOVER_SECONDS = 3  # KCL renews leases three times as often: enough on a machine that is not too busy


def make_stream(cloud: Deployment, name: str) -> Deployment:
    """The same deployment with another chunk stream, of four shards."""
    kinesis = make_client("kinesis", cloud.endpoint)
    kinesis.create_stream(StreamName=name, ShardCount=SHARDS)
    kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 1})
    return cloud.model_copy(update={"chunk_stream_name": name})


def camera_ids(prefix: str, each_shard: int) -> list[str]:
    """Ids by which every shard gets as many cameras: a record's shard follows from its key's MD5."""
    by_shard: dict[int, list[str]] = defaultdict(list)
    for number in count():
        camera_id = f"{prefix}-{number}"
        place = int(hashlib.md5(camera_id.encode()).hexdigest(), 16)
        by_shard[place * SHARDS >> 128].append(camera_id)
        if len(by_shard) == SHARDS and all(len(ids) >= each_shard for ids in by_shard.values()):
            return [camera_id for ids in by_shard.values() for camera_id in ids[:each_shard]]
    raise AssertionError("unreachable")


def deliver_to(cloud: Deployment) -> KinesisDelivery:
    """To the deployment's chunk stream."""
    objects = S3Objects(cloud.media_bucket_name, client("s3"))
    return KinesisDelivery(cloud.chunk_stream_name, client("kinesis"), objects)


class HeldDelivery:
    """`Delivery` that keeps every camera's chunks from some sequence on until they are let go."""

    def __init__(self, delivery: Delivery, first_held: int) -> None:
        self._delivery, self._first_held = delivery, first_held
        self._held: list[Chunk] = []

    def send(self, chunk: Chunk) -> int:
        if chunk.header.sequence < self._first_held:
            return self._delivery.send(chunk)
        self._held.append(chunk)
        return 0

    def let_go(self) -> int:
        """Send what was held, in order; the number of chunks."""
        for chunk in self._held:
            self._delivery.send(chunk)
        return len(self._held)


def publish(delivery: Delivery, video: Path, site_id: str, camera_id: str) -> int:
    """Deliver a whole video, as if it began at BEGAN_AT; the number of its chunks."""
    settings = PublishSettings(site_id, camera_id, paced=False, started_at=BEGAN_AT)
    return publish_file(video, settings, delivery, threading.Event()).chunks


@dataclass(frozen=True)
class Worker:
    """One worker of the fleet."""

    child: Child

    @property
    def worker_id(self) -> str:
        """As KCL knows it."""
        (ready,) = self.said("ready")
        return str(ready["worker"])

    def said(self, message: str) -> list[dict[str, Any]]:
        """Its log entries of that message."""
        lines = self.child.log.read_text().splitlines()
        entries = [json.loads(line) for line in lines if line.startswith("{")]
        return [entry for entry in entries if entry.get("message") == message]

    def taken_at(self) -> dict[str, datetime]:
        """When it was able to work on each shard, by shard; the last time if it took one more than once."""
        return {entry["shard"]: datetime.fromisoformat(entry["time"]) for entry in self.said("shard taken")}

    def taken_since(self, moment: datetime) -> dict[str, datetime]:
        """Those of `taken_at` that were taken after a moment."""
        return {shard: at for shard, at in self.taken_at().items() if at > moment}


def start_worker(cloud: Deployment, name: str) -> Worker:
    """A worker of the fleet that has said it is ready. Leases come later."""
    settings = cloud.worker_settings(reader="kcl", fleet_failover_seconds=FAILOVER_SECONDS)
    child = start_child(f"worker-{name}", "containers.vision_worker", [], cloud.environment(settings))
    child.wait_until_ready()
    return Worker(child)


@dataclass(frozen=True)
class Leases:
    """KCL's tables."""

    cloud: Deployment

    @property
    def application(self) -> str:
        return self.cloud.worker_settings().fleet_application

    def schemas(self) -> list[dict[str, Any]]:
        """Keys and indexes of the tables that KCL made."""
        names = [self.application + ending for ending in ("", "-WorkerMetricStats", "-CoordinatorState")]
        tables = [client("dynamodb").describe_table(TableName=name)["Table"] for name in names]
        return sorted((schema_of(table) for table in tables), key=str)

    def owners(self) -> dict[str, str | None]:
        """Whose each shard is."""
        with translated("DynamoDB", lambda error: error):
            items = client("dynamodb").scan(TableName=self.application)["Items"]
        return {item["leaseKey"]["S"]: item.get("leaseOwner", {}).get("S") for item in items}

    def are_spread_over(self, workers: list[Worker]) -> bool:
        """Whether every shard has an owner and every worker a shard."""
        return set(self.owners().values()) == {worker.worker_id for worker in workers}

    def leader(self) -> str:
        """The worker that hands out leases."""
        table = f"{self.application}-CoordinatorState"
        with translated("DynamoDB", lambda error: error):
            found = client("dynamodb").get_item(TableName=table, Key={"key": {"S": "Leader"}})
        return str(found["Item"]["ownerName"]["S"])


def schema_of(table: Mapping[str, Any]) -> dict[str, Any]:
    """Name, keys and indexes of a table, as CloudFormation and DynamoDB both spell them."""
    indexes = table.get("GlobalSecondaryIndexes", [])
    return {
        "name": table["TableName"],
        "keys": table["KeySchema"],
        "attributes": sorted(table["AttributeDefinitions"], key=str),
        "indexes": [
            {name: index[name] for name in ("IndexName", "KeySchema", "Projection")} for index in indexes
        ],
    }


def sequence_of(cloud: Deployment, camera_id: str) -> int:
    """The last chunk of a camera that is committed; -1 for none."""
    store = StreamStore(DynamoTable(cloud.presence_table_name, client("dynamodb")))
    state = store.load(camera_id).state
    return state.sequence if state is not None else -1


def wait_for_chunks(cloud: Deployment, chunks: dict[str, int]) -> None:
    """Wait until so many chunks of each camera are committed."""
    eventually(
        lambda: all(sequence_of(cloud, camera_id) >= number - 1 for camera_id, number in chunks.items()),
        "all chunks committed",
        PATIENCE_SECONDS,
    )
