"""Cameras on the square, and what the system says of them."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from floorsight.events.envelope import Event
from infra.local.api_client import ApiClient
from infra.local.deployment import Deployment
from infra.local.processes import Child, start_publisher, start_worker
from tests.cloud import make_client
from tests.waiting import eventually

BEGAN_AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
PATIENCE_SECONDS = 300.0  # for a worker to analyse everything
IDLE_SECONDS = 3.0

Detail = dict[str, Any]


def add_camera(api: ApiClient, site_id: str, camera_id: str, **more: Any) -> None:
    """A camera whose line runs down the middle; people who walk to the right go in."""
    known = {"camera_id": camera_id, "site_id": site_id, "name": camera_id, "role": "bidirectional"}
    api.post("/api/occupancy/cameras", known | more)
    line = {"name": "middle", "start": {"x": 0.5, "y": 1.0}, "end": {"x": 0.5, "y": 0.0}}
    api.post(f"/api/occupancy/cameras/{camera_id}/lines", line)


def publish(cloud: Deployment, video: Path, site_id: str, camera_id: str) -> None:
    """Put the whole video on the stream, as if it began at BEGAN_AT."""
    publisher = start_publisher(
        cloud.environment(cloud.publisher_settings()),
        video,
        site_id=site_id,
        camera_id=camera_id,
        extra=("--fast", "--started-at", BEGAN_AT.isoformat()),
    )
    assert publisher.process.wait(PATIENCE_SECONDS) == 0, publisher.last_lines()


def begin_work(cloud: Deployment, *arguments: str) -> Child:
    """A vision worker that has said it is ready."""
    worker = start_worker(cloud.environment(cloud.worker_settings()), *arguments)
    worker.wait_until_ready()
    return worker


def work_until_idle(cloud: Deployment, patience_seconds: float = PATIENCE_SECONDS) -> Child:
    """A worker that takes what there is and ends."""
    worker = begin_work(cloud, "--until-idle", str(IDLE_SECONDS))
    assert worker.process.wait(patience_seconds) == 0, worker.last_lines(20)
    return worker


def end(child: Child) -> int:
    """Ask a process to end, and wait for that; its exit code. `Child.stop` is not patient: it kills."""
    try:
        child.process.send_signal(signal.SIGTERM)
        return child.process.wait(PATIENCE_SECONDS)
    finally:
        if child.running:
            child.stop()


def settle(cloud: Deployment) -> None:
    """Wait until the reaction's queue has nothing waiting and nothing in hand."""
    eventually(lambda: _waiting(cloud) == 0, "an empty queue")


def ledger(api: ApiClient, camera_id: str) -> list[tuple[Any, ...]]:
    """A camera's crossings, without what differs between two streams of the same video."""
    items = api.get(f"/api/occupancy/cameras/{camera_id}/crossings", limit=500)["items"]
    return sorted(
        (item["occurred_at"], item["direction"], item["track_id"], item["confidence"]) for item in items
    )


@contextmanager
def recorded(cloud: Deployment, name: str, event: type[Event]) -> Iterator[Callable[[], list[Detail]]]:
    """A queue of the test's own on the bus; the function in hand drains it into a growing list.

    Each event once: it is published again, with the same id, when the bus answers too late.
    """
    sqs, events = make_client("sqs", cloud.endpoint), make_client("events", cloud.endpoint)
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    bus = cloud.event_bus_name
    pattern = json.dumps({"source": ["floorsight"], "detail-type": [event.detail_type()]})
    events.put_rule(Name=name, EventBusName=bus, EventPattern=pattern)
    events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "recorder", "Arn": arn}])
    seen: dict[str, Detail] = {}

    def drain() -> list[Detail]:
        while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                detail = json.loads(message["Body"])["detail"]
                seen.setdefault(detail["event_id"], detail)
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return list(seen.values())

    try:
        yield drain
    finally:
        events.remove_targets(Rule=name, EventBusName=bus, Ids=["recorder"])
        events.delete_rule(Name=name, EventBusName=bus)
        sqs.delete_queue(QueueUrl=queue)


def _waiting(cloud: Deployment) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    queue = cloud.update_occupancy_queue_url
    answer = make_client("sqs", cloud.endpoint).get_queue_attributes(QueueUrl=queue, AttributeNames=names)
    return sum(int(count) for count in answer["Attributes"].values())
