"""One process that reads all shards, for one machine without Java."""

from __future__ import annotations

import logging
import threading
import time

from containers.vision_worker.health import Heartbeat
from containers.vision_worker.reader import StreamReader, Stuck
from containers.vision_worker.worker import Analyst, load_detector
from floorsight.platform.aws import client
from floorsight.platform.dynamo import DynamoTable
from floorsight.platform.observability import emit_metrics
from floorsight.platform.settings import VisionWorkerSettings
from floorsight.vision.store import CheckpointStore

log = logging.getLogger(__name__)


def run_single(
    settings: VisionWorkerSettings, stop: threading.Event, until_idle_seconds: float | None = None
) -> int:
    """Read the stream until stopped, or until nothing has come for a while.

    Returns:
        0 when it stopped cleanly, 3 when a shard did not advance: a new process may fare better.

    Raises:
        NotFound, Malformed: it can't start; the message says what is wrong.
    """
    detector = load_detector(settings)
    log.info("ready", extra={"detector": settings.detector, "provider": detector.provider})
    try:
        _read(settings, Analyst(settings, detector), stop, until_idle_seconds)
    except Stuck as error:
        emit_metrics({"WorkerGaveUp": 1}, dimensions={})
        log.error("giving up: %s", error.message, extra={"code": error.code})
        return 3
    return 0


def _read(
    settings: VisionWorkerSettings, analyst: Analyst, stop: threading.Event, until_idle_seconds: float | None
) -> None:
    heartbeat = Heartbeat(settings.heartbeat_file)

    def on_step() -> None:
        heartbeat.beat()
        analyst.health.report_if_due()

    presence = DynamoTable(settings.presence_table, client("dynamodb"))
    checkpoints = CheckpointStore(presence, settings.chunk_stream)
    reader = StreamReader(
        client("kinesis"), settings.chunk_stream, checkpoints, analyst.make_processor, stop, on_step=on_step
    )
    began = time.monotonic()
    reader.run(until_idle_seconds=until_idle_seconds)
    analyst.health.finish(time.monotonic() - began)
