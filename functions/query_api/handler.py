"""HTTP requests from API Gateway → the FastAPI application."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from mangum import Mangum

from floorsight.alerts.service import AlertService
from floorsight.alerts.store import AlertStore
from floorsight.alerts.subscriptions.service import SubscriptionService
from floorsight.alerts.subscriptions.store import SubscriptionStore
from floorsight.alerts.vehicles.erasing import open_plate_erasing
from floorsight.attendance.rooms import AttendanceRooms
from floorsight.diagnostics.diagnosing import DiagnosticService
from floorsight.diagnostics.service import ProcessingService
from floorsight.diagnostics.store import ProcessingStore
from floorsight.identity.face_rooms import ask_rekognition, open_face_rooms
from floorsight.identity.metrics.service import MetricsService
from floorsight.identity.metrics.store import MetricsStore
from floorsight.identity.policy.service import PolicyService
from floorsight.identity.review.naming import NamingService
from floorsight.identity.review.service import ReviewService
from floorsight.identity.review.store import ReviewStore
from floorsight.jobs.service import JobService
from floorsight.jobs.store import JobStore
from floorsight.occupancy.recount.service import RecountService
from floorsight.occupancy.series.choice import choose_series_store
from floorsight.occupancy.series.history import HistoryService
from floorsight.occupancy.series.statistics import StatisticsService
from floorsight.occupancy.service import OccupancyService
from floorsight.occupancy.store import OccupancyStore
from floorsight.platform.aws import client
from floorsight.platform.bus import EventBridgeBus
from floorsight.platform.clock import utc_now
from floorsight.platform.dynamo import DynamoTable
from floorsight.platform.objects import S3Objects
from floorsight.platform.observability import configure_logging
from floorsight.platform.settings import QueryApiSettings
from floorsight.platform.topics import SnsTopic
from floorsight.recordings.service import RecordingService
from floorsight.recordings.store import RecordingStore
from floorsight.sites.service import SiteService
from floorsight.sites.store import SiteStore
from floorsight.streams.service import PublisherService, StreamService
from floorsight.streams.store import HealthStore, PublisherStore, TrajectoryStore
from floorsight.vehicles.gate.listing import GateLists
from floorsight.vehicles.gate.overriding import OverridingService
from floorsight.vehicles.gate.store import GateStore
from floorsight.vehicles.lists.importing import ImportService
from floorsight.vehicles.lists.service import VehicleListService
from floorsight.vehicles.lists.store import VehicleStore
from floorsight.vehicles.policy.service import GatePolicyService
from floorsight.vehicles.policy.store import GatePolicyStore
from floorsight.views.service import ViewService
from floorsight.views.store import ViewStore
from functions.gateway.application import TEXT_TYPES
from functions.query_api.app import create_app
from functions.query_api.console import Console
from functions.query_api.job_starter import JobStarter
from functions.query_api.pictures import PictureLinks
from functions.query_api.services import Services
from functions.query_api.signing_in import UserPool

configure_logging()

# Beside `functions` and `floorsight`, in the function's zip as in the repository.
CONSOLE_FOLDER = Path(__file__).resolve().parents[2] / "console" / "dist"


@cache
def make_services() -> Services:
    """The services on this function's resources, made at the first request that needs them."""
    settings = QueryApiSettings.from_environment()
    dynamodb = client("dynamodb")
    registry = DynamoTable(settings.registry_table, dynamodb)
    presence = DynamoTable(settings.presence_table, dynamodb)
    trails = DynamoTable(settings.trails_table, dynamodb)
    sites = SiteService(SiteStore(registry))
    history = HistoryService(sites, choose_series_store(settings, presence))
    security = SnsTopic(settings.security_topic, lambda: client("sns"))
    streams = StreamService(HealthStore(presence), TrajectoryStore(trails))
    publishers = PublisherService(PublisherStore(presence))
    processing = ProcessingService(ProcessingStore(trails))
    objects = S3Objects(settings.media_bucket, client("s3"))
    faces = open_face_rooms(
        registry=registry,
        presence=presence,
        objects=objects,
        sites=sites,
        outside=ask_rekognition(settings.stage, registry=registry, presence=presence, sites=sites),
    )
    reviews = ReviewService(sites, ReviewStore(presence), objects)
    vehicles, gate_policies = VehicleStore(registry), GatePolicyStore(registry)
    alerts = AlertService(sites, AlertStore(presence), security)
    gates = GateStore(presence)
    bus = EventBridgeBus(settings.event_bus, client("events"))
    return Services(
        stage=settings.stage,
        sites=sites,
        occupancy=OccupancyService(sites, OccupancyStore(presence)),
        history=history,
        statistics=StatisticsService(history),
        views=ViewService(ViewStore(trails)),
        alerts=alerts,
        subscriptions=SubscriptionService(
            sites, SubscriptionStore(registry), security, allow_loopback=settings.stage == "local"
        ),
        recounts=RecountService(sites, OccupancyStore(presence), streams),
        publishers=publishers,
        processing=processing,
        diagnostics=DiagnosticService(sites, streams, publishers, processing),
        recordings=RecordingService(RecordingStore(presence)),
        attendance=AttendanceRooms.on(registry, presence, faces.employees),
        employees=faces.employees,
        faces=faces.keeping,
        erasing=faces.erasing,
        identity_policies=PolicyService(sites, faces.policies),
        identity_metrics=MetricsService(sites, MetricsStore(presence)),
        reviews=reviews,
        naming=NamingService(reviews, faces.policies, faces.keeping, bus),
        vehicle_lists=VehicleListService(sites, vehicles, gate_policies),
        vehicle_imports=ImportService(sites, vehicles, gate_policies),
        plate_erasing=open_plate_erasing(alerts, registry=registry, presence=presence, objects=objects),
        gate_policies=GatePolicyService(sites, gate_policies, utc_now),
        gate_lists=GateLists(gates, sites),
        gate_overrides=OverridingService(gates, bus),
        jobs=JobService(JobStore(presence)),
        job_starter=JobStarter(settings.run_job_function, lambda: client("lambda")),
        pictures=PictureLinks(settings.media_bucket, lambda: client("s3")),
        users=UserPool(settings.user_pool_client_id, lambda: client("cognito-idp")),
    )


app = create_app(make_services, Console(CONSOLE_FOLDER))
handler = Mangum(app, lifespan="off", text_mime_types=TEXT_TYPES)
