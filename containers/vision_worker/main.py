"""Starting the vision worker."""

from __future__ import annotations

import argparse
import logging
import signal
import threading
import time
from pathlib import Path
from types import FrameType

from containers.vision_worker.health import HealthReport, Heartbeat
from containers.vision_worker.reader import StreamReader, Stuck
from floorsight.models.detectors import open_detector
from floorsight.platform.aws import client
from floorsight.platform.bus import EventBridgeBus
from floorsight.platform.dynamo import DynamoTable
from floorsight.platform.errors import FloorsightError, Malformed
from floorsight.platform.objects import S3Objects
from floorsight.platform.observability import configure_logging, emit_metrics
from floorsight.platform.settings import VisionSettings, VisionWorkerSettings
from floorsight.sites.counting_plans import RegistryPlans
from floorsight.sites.service import SiteService
from floorsight.sites.store import SiteStore
from floorsight.views.audience import LiveAudience
from floorsight.views.service import ViewService
from floorsight.views.store import ViewStore
from floorsight.vision.detector import Detector
from floorsight.vision.pipeline import ChunkPipeline
from floorsight.vision.service import CameraStream, StreamPorts
from floorsight.vision.shards import Checkpointer, ShardProcessor
from floorsight.vision.store import CheckpointStore, StreamStore
from floorsight.vision.timing import Stopwatch
from floorsight.vision.tracking.tracker import Tracker

log = logging.getLogger(__name__)


def load_detector(settings: VisionSettings) -> Detector:
    """The detector that the settings name, from the model catalogue.

    Raises:
        NotFound: there is no such model. Malformed: it does not fit, or must have a GPU and has none.
    """
    detector = open_detector(
        settings.detector,
        catalogue=Path(settings.models_catalogue),
        folder=Path(settings.models_folder),
        threads=settings.inference_threads,
    )
    if settings.require_gpu and not detector.on_gpu:
        raise Malformed(
            f"a GPU is required and {detector.provider} would compute: look at the driver and the CUDA "
            "libraries, or set FLOORSIGHT_REQUIRE_GPU to false",
            code="no_gpu",
        )
    return detector


class Worker:
    """One process: all shards, all cameras, one detector."""

    def __init__(self, settings: VisionWorkerSettings, detector: Detector) -> None:
        presence = DynamoTable(settings.presence_table, client("dynamodb"))
        self._settings = settings
        self._objects = S3Objects(settings.media_bucket, client("s3"))
        self._bus = EventBridgeBus(settings.event_bus, client("events"))
        self._checkpoints = CheckpointStore(presence, settings.chunk_stream)
        self._stopwatch = Stopwatch()
        self.health = HealthReport(self._stopwatch)
        self._heartbeat = Heartbeat(settings.heartbeat_file)
        self._ports = self._connect(presence, detector)

    def _connect(self, presence: DynamoTable, detector: Detector) -> StreamPorts:
        settings = self._settings
        sites = SiteService(SiteStore(DynamoTable(settings.registry_table, client("dynamodb"))))
        views = ViewService(ViewStore(DynamoTable(settings.trails_table, client("dynamodb"))))
        return StreamPorts(
            pipeline=ChunkPipeline(detector, Tracker()),
            plan_of=RegistryPlans(sites).plan_of,
            store=StreamStore(presence),
            bus=self._bus,
            objects=self._objects,
            audience=LiveAudience(views, self._objects),
        )

    def run(self, stop: threading.Event, *, until_idle_seconds: float | None = None) -> None:
        """Read the stream until stopped, or until nothing has come for a while.

        Raises:
            Stuck: a shard does not advance; a new process may fare better.
        """
        reader = StreamReader(
            client("kinesis"),
            self._settings.chunk_stream,
            self._checkpoints,
            self._processor,
            stop,
            on_step=self._on_step,
        )
        begun = time.monotonic()
        reader.run(until_idle_seconds=until_idle_seconds)
        self.health.report(time.monotonic() - begun)

    def _on_step(self) -> None:
        self._heartbeat.beat()
        self.health.report_if_due()

    def _processor(self, checkpointer: Checkpointer) -> ShardProcessor:
        return ShardProcessor(self._stream, self._objects, self._bus, checkpointer)

    def _stream(self, camera_id: str) -> CameraStream:
        stream = CameraStream(camera_id, self._ports, self._stopwatch)
        self.health.watch(stream)
        return stream


def main(arguments: list[str] | None = None) -> int:
    """Run until SIGTERM or SIGINT.

    Returns:
        0 when it stopped cleanly, 2 when it could not start, 3 when it got stuck.
    """
    parser = argparse.ArgumentParser(prog="vision_worker", description=__doc__)
    parser.add_argument(
        "--until-idle", type=float, metavar="SECONDS", help="stop when no chunk has come for so long"
    )
    options = parser.parse_args(arguments)
    configure_logging()
    try:
        settings = VisionWorkerSettings.from_environment()
        detector = load_detector(settings)
    except FloorsightError as error:
        log.error("can't start: %s", error.message, extra={"code": error.code})
        return 2
    stop = threading.Event()

    def _ask_to_stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        stop.set()

    signal.signal(signal.SIGTERM, _ask_to_stop)
    signal.signal(signal.SIGINT, _ask_to_stop)
    log.info("ready", extra={"detector": settings.detector, "provider": detector.provider})
    try:
        Worker(settings, detector).run(stop, until_idle_seconds=options.until_idle)
    except Stuck as error:
        emit_metrics({"WorkerGaveUp": 1}, dimensions={})
        log.error("giving up: %s", error.message, extra={"code": error.code})
        return 3
    return 0
