"""HTTP requests with images from API Gateway → the images room."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from mangum import Mangum

from floorsight.identity.answers.store import AnswerStore
from floorsight.identity.enrolling.service import EnrolmentService
from floorsight.identity.face_rooms import ask_rekognition, open_face_rooms
from floorsight.identity.gallery.holding import GalleryHolder
from floorsight.identity.recognition_room import open_recognition
from floorsight.images.faces import FrameFaces
from floorsight.images.gates import FrameGates
from floorsight.images.plates import PicturePlates
from floorsight.images.service import ImageService
from floorsight.images.turn import FramePipeline, ImagePorts
from floorsight.models.detectors import open_detector
from floorsight.models.faces import FaceModels
from floorsight.models.plates import PlateModels
from floorsight.occupancy.service import OccupancyService
from floorsight.occupancy.store import OccupancyStore
from floorsight.platform.aws import client
from floorsight.platform.bus import EventBridgeBus
from floorsight.platform.dynamo import DynamoTable
from floorsight.platform.errors import FloorsightError, Unavailable
from floorsight.platform.objects import S3Objects
from floorsight.platform.observability import configure_logging
from floorsight.platform.settings import AnalyseImageSettings
from floorsight.sites.counting_plans import RegistryPlans
from floorsight.sites.service import SiteService
from floorsight.sites.store import SiteStore
from floorsight.vehicles.gate.deciding import DecidingService
from floorsight.vehicles.gate.store import GateStore
from floorsight.vehicles.lists.store import VehicleStore
from floorsight.vehicles.policy.store import GatePolicyStore
from floorsight.vehicles.trying import TryingService
from floorsight.views.audience import LiveAudience
from floorsight.views.service import ViewService
from floorsight.views.store import ViewStore
from floorsight.vision.detector import Detector
from floorsight.vision.tracking.tracker import Tracker
from functions.analyse_image.app import create_app
from functions.analyse_image.services import Services
from functions.analyse_image.uploads import Uploads
from functions.gateway.application import TEXT_TYPES

configure_logging()


@cache
def make_services() -> Services:
    """The services on this function's resources, with the model loaded; made at the first request."""
    settings = AnalyseImageSettings.from_environment()
    detector, face_models, plate_models = _open_models(settings)
    dynamodb = client("dynamodb")
    presence = DynamoTable(settings.presence_table, dynamodb)
    registry = DynamoTable(settings.registry_table, dynamodb)
    sites = SiteService(SiteStore(registry))
    objects = S3Objects(settings.media_bucket, client("s3"))
    bus = EventBridgeBus(settings.event_bus, client("events"))
    views = ViewService(ViewStore(DynamoTable(settings.trails_table, dynamodb)))
    faces = open_face_rooms(
        registry=registry,
        presence=presence,
        objects=objects,
        sites=sites,
        outside=ask_rekognition(settings.stage, registry=registry, presence=presence, sites=sites),
    )
    galleries = GalleryHolder(faces.keeping.gallery)
    recognition = open_recognition(
        settings.stage,
        registry=registry,
        presence=presence,
        objects=objects,
        sites=sites,
        bus=bus,
        galleries=galleries,
    )
    gates, vehicles, policies = GateStore(presence), VehicleStore(registry), GatePolicyStore(registry)
    ports = ImagePorts(
        pipeline=FramePipeline(detector, Tracker(), face_models.open, plate_models.open),
        plan_of=RegistryPlans(sites).plan_of,
        occupancy=OccupancyService(sites, OccupancyStore(presence)),
        presence=presence,
        bus=bus,
        objects=objects,
        audience=LiveAudience(views, objects),
        faces=FrameFaces(recognition, AnswerStore(presence), faces.employees),
        gates=FrameGates(DecidingService(gates, vehicles, policies, sites, bus)),
    )
    uploads = Uploads(settings.media_bucket, objects, lambda: client("s3"))
    enrolment = EnrolmentService(face_models.open, faces.keeping, galleries, faces.policies)
    return Services(
        ImageService(ports),
        uploads,
        enrolment,
        PicturePlates(detector, plate_models.open),
        TryingService(sites, vehicles, policies, gates),
    )


def _open_models(settings: AnalyseImageSettings) -> tuple[Detector, FaceModels, PlateModels]:
    """Those of faces and plates are loaded when a camera first asks for them.

    Raises Unavailable: a model that is missing is no fault of who sent the image.
    """
    catalogue, folder = Path(settings.models_catalogue), Path(settings.models_folder)
    threads = settings.inference_threads
    try:
        detector = open_detector(settings.detector, catalogue=catalogue, folder=folder, threads=threads)
        face_models = FaceModels(settings.face_detector, settings.face_embedder, catalogue, folder, threads)
        plate_models = PlateModels(
            settings.plate_detector,
            settings.plate_reader,
            catalogue,
            folder,
            threads,
            settings.plate_text_detector,
            settings.plate_backend,
        )
        return detector, face_models.check(), plate_models.check()
    except FloorsightError as error:
        raise Unavailable(f"no image can be analysed here: {error.message}", code=error.code) from error


app = create_app(make_services)
handler = Mangum(app, lifespan="off", text_mime_types=TEXT_TYPES)
