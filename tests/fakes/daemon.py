"""KCL's daemon as a script: what it asks, in order, and what it was told."""

from __future__ import annotations

import json
from base64 import b64encode
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, cast

from containers.vision_worker.fleet.processor import FleetShard
from containers.vision_worker.fleet.protocol import DaemonConnection, DaemonGone
from floorsight.platform.bus import Bus
from floorsight.platform.objects import ObjectStore
from floorsight.platform.retry import Backoff
from floorsight.vision.service import CameraStream
from floorsight.vision.shards import Checkpointer, Record, ShardProcessor
from tests.fakes.streams import Faults, FaultyPorts, World

SHARD = "shardId-000000000003"
INITIALIZE = {
    "action": "initialize",
    "shardId": SHARD,
    "sequenceNumber": "TRIM_HORIZON",
    "subSequenceNumber": 0,
}
LEASE_LOST = {"action": "leaseLost"}
SHARD_ENDED = {"action": "shardEnded"}
SHUTDOWN_REQUESTED = {"action": "shutdownRequested"}
IDLE: dict[str, Any] = {"action": "processRecords", "millisBehindLatest": 0, "records": []}


def ask(records: Iterable[Record]) -> dict[str, Any]:
    """A request to process records, as KCL 3.1 writes it."""
    return IDLE | {
        "records": [
            {
                "action": "record",
                "data": b64encode(record.data).decode(),
                "partitionKey": record.partition_key,
                "sequenceNumber": record.sequence_number,
                "subSequenceNumber": 0,
                "approximateArrivalTimestamp": int(record.arrived_at.timestamp() * 1000),
            }
            for record in records
        ]
    }


class ScriptedDaemon:
    """`Lines` of a daemon that asks what the script says; `errors` answer its first checkpoints."""

    def __init__(
        self,
        world: World,
        script: Iterable[dict[str, Any]],
        errors: Sequence[str | None] = (),
        before: Callable[[dict[str, Any]], None] = lambda request: None,
    ) -> None:
        self._world, self._script, self._errors = world, deque(script), deque(errors)
        self._before = before
        self._answer: dict[str, Any] | None = None
        self.done: list[str] = []
        self.checkpoints: list[str | None] = []

    def read(self) -> str:
        if self._answer is not None:
            answer, self._answer = self._answer, None
            return json.dumps(answer)
        if not self._script:
            raise DaemonGone("the script is over")
        request = self._script.popleft()
        self._before(request)
        return json.dumps(request)

    def write(self, line: str) -> None:
        told = json.loads(line)
        if told["action"] == "status":
            self.done.append(told["responseFor"])
            return
        error = self._errors.popleft() if self._errors else None
        number = told["sequenceNumber"]
        self._answer = {
            "action": "checkpoint",
            "sequenceNumber": number,
            "subSequenceNumber": None,
            "error": error,
        }
        if error is None:
            self.checkpoints.append(number)
            if number is not None:
                self._world.save_checkpoint(number)


def fleet_shard(
    world: World,
    daemon: ScriptedDaemon,
    strike: Callable[[int, str], None] = lambda number, name: None,
    **how: Any,
) -> FleetShard:
    """A shard's process on a world, without waits."""
    faulty = FaultyPorts(world, Faults(strike))
    connected = world.ports(faulty)

    def processor_for(checkpointer: Checkpointer) -> ShardProcessor:
        return ShardProcessor(
            lambda camera_id: CameraStream(camera_id, connected),
            cast("ObjectStore", faulty),
            cast("Bus", faulty),
            checkpointer,
        )

    patience = how.pop("patience", Backoff(sleep=lambda seconds: None))
    return FleetShard(DaemonConnection(daemon), processor_for, patience=patience, **how)
