"""What analyses shards, whoever reads them: one detector, all ports, a stream a camera."""

from __future__ import annotations

import secrets
from pathlib import Path

from containers.vision_worker.health import HealthReport
from floorsight.diagnostics.measuring import MeasuredStream, ProcessingReport
from floorsight.models.detectors import open_detector
from floorsight.models.faces import FaceModels
from floorsight.models.plates import PlateModels
from floorsight.platform.aws import client
from floorsight.platform.bus import EventBridgeBus
from floorsight.platform.call_counts import CALLS
from floorsight.platform.dynamo import DynamoTable
from floorsight.platform.errors import Malformed
from floorsight.platform.objects import S3Objects
from floorsight.platform.settings import VisionSettings
from floorsight.sites.counting_plans import RegistryPlans
from floorsight.sites.service import SiteService
from floorsight.sites.store import SiteStore
from floorsight.views.audience import LiveAudience
from floorsight.views.service import ViewService
from floorsight.views.store import ViewStore
from floorsight.vision.detector import Detector
from floorsight.vision.pipeline import ChunkPipeline
from floorsight.vision.plates.switching import SwitchablePlates
from floorsight.vision.service import CameraStream, StreamPorts
from floorsight.vision.shards import Checkpointer, ShardProcessor
from floorsight.vision.store import StreamStore
from floorsight.vision.tracking.tracker import Tracker


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


def find_face_models(settings: VisionSettings) -> FaceModels:
    """The face models that the settings name, not loaded yet.

    Raises:
        NotFound: there is no such model. Malformed: it is for something else. Conflict: its file is damaged.
    """
    return FaceModels(
        settings.face_detector,
        settings.face_embedder,
        catalogue=Path(settings.models_catalogue),
        folder=Path(settings.models_folder),
        threads=settings.inference_threads,
    ).check()


def find_plate_models(settings: VisionSettings) -> PlateModels:
    """The plate models that the settings name, not loaded yet.

    Raises as `find_face_models`, and Unavailable if the backend is not installed.
    """
    return PlateModels(
        settings.plate_detector,
        settings.plate_reader,
        catalogue=Path(settings.models_catalogue),
        folder=Path(settings.models_folder),
        threads=settings.inference_threads,
        text_detector=settings.plate_text_detector,
        backend=settings.plate_backend,
    ).check()


def connect_plans(settings: VisionSettings) -> RegistryPlans:
    """The plans of the cameras in the registry."""
    return RegistryPlans(SiteService(SiteStore(DynamoTable(settings.registry_table, client("dynamodb")))))


def connect(settings: VisionSettings, detector: Detector, plans: RegistryPlans | None = None) -> StreamPorts:
    """What cameras' streams are connected to, live and recorded ones alike.

    Raises as `find_face_models`.
    """
    views = ViewService(ViewStore(DynamoTable(settings.trails_table, client("dynamodb"))))
    objects = S3Objects(settings.media_bucket, client("s3"))
    return StreamPorts(
        pipeline=ChunkPipeline(
            detector,
            Tracker(),
            find_face_models(settings).open,
            SwitchablePlates(find_plate_models(settings).open),
        ),
        plan_of=(plans or connect_plans(settings)).plan_of,
        store=StreamStore(DynamoTable(settings.presence_table, client("dynamodb"))),
        bus=EventBridgeBus(settings.event_bus, client("events")),
        objects=objects,
        audience=LiveAudience(views, objects),
    )


class Analyst:
    """One process: one detector for all cameras of its shards, and how it fares."""

    def __init__(self, settings: VisionSettings, detector: Detector) -> None:
        plans = connect_plans(settings)
        self._ports = connect(settings, detector, plans)
        processing = ProcessingReport(secrets.token_hex(8), self._ports.bus, plans, CALLS)
        self.health = HealthReport(processing)

    def make_processor(self, checkpointer: Checkpointer) -> ShardProcessor:
        """The processor of one shard."""
        return ShardProcessor(self._stream, self._ports.objects, self._ports.bus, checkpointer)

    def _stream(self, camera_id: str) -> CameraStream:
        stream = MeasuredStream(camera_id, self._ports)
        self.health.watch(stream)
        return stream
