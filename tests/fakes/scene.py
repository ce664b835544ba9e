"""A site with cameras, and crossings of them: what many tests begin with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from floorsight.alerts.service import AlertService
from floorsight.alerts.store import AlertStore
from floorsight.alerts.subscriptions.service import SubscriptionService
from floorsight.alerts.subscriptions.store import SubscriptionStore
from floorsight.diagnostics.diagnosing import DiagnosticService
from floorsight.diagnostics.service import ProcessingService
from floorsight.diagnostics.store import ProcessingStore
from floorsight.events.vision import Direction, LineCrossed
from floorsight.geometry.lines import Point, Segment
from floorsight.geometry.polygons import Polygon
from floorsight.jobs.service import JobService
from floorsight.jobs.store import JobStore
from floorsight.occupancy.recount.service import RecountService
from floorsight.occupancy.series.history import HistoryService
from floorsight.occupancy.series.store import TableSeries
from floorsight.occupancy.service import OccupancyService
from floorsight.occupancy.store import OccupancyStore
from floorsight.platform.ids import derived_id
from floorsight.platform.retry import Backoff
from floorsight.platform.table import Table
from floorsight.recordings.service import RecordingService
from floorsight.recordings.store import RecordingStore
from floorsight.sites.model import CameraRole, Line, Zone
from floorsight.sites.service import SiteService
from floorsight.sites.store import SiteStore
from floorsight.streams.service import PublisherService, StreamService
from floorsight.streams.store import HealthStore, PublisherStore, TrajectoryStore
from floorsight.views.service import ViewService
from floorsight.views.store import ViewStore
from tests.fakes.bus import MemoryBus
from tests.fakes.clock import NOON, ManualClock
from tests.fakes.objects import MemoryObjects
from tests.fakes.table import MemoryTable
from tests.fakes.topic import MemoryTopic

SITE = "plant-1"
CAMERA = "door-1"
MIDDLE = Segment(Point(0.5, 1.0), Point(0.5, 0.0))
LOWER_HALF = Polygon((Point(0.0, 0.5), Point(1.0, 0.5), Point(1.0, 1.0), Point(0.0, 1.0)))
SESSION = "20260302T110000.000000Z-0001"


def no_wait(_: float) -> None:
    """A sleep that takes no time."""


class Scene:
    """All rooms on tables in memory, or on the tables given."""

    def __init__(
        self,
        *,
        presence: Table | None = None,
        around_presence: Callable[[Table], Table] = lambda table: table,
        backoff: Backoff | None = None,
    ) -> None:
        self.clock = ManualClock()
        self.registry, self.trails = MemoryTable(), MemoryTable()
        self.presence = presence if presence is not None else MemoryTable()
        self.sites = SiteService(SiteStore(self.registry), self.clock)
        self.occupancy = OccupancyService(
            self.sites,
            OccupancyStore(around_presence(self.presence)),
            self.clock,
            backoff or Backoff(sleep=no_wait),
        )
        self.history = HistoryService(self.sites, TableSeries(self.presence), self.clock)
        self.streams = StreamService(HealthStore(self.presence), TrajectoryStore(self.trails), self.clock)
        self.publishers = PublisherService(PublisherStore(self.presence), self.clock)
        self.recounts = RecountService(self.sites, self.occupancy.store, self.streams)
        self.recordings = RecordingService(RecordingStore(self.presence), self.clock)
        self.processing = ProcessingService(ProcessingStore(self.trails), self.clock)
        self.diagnostics = DiagnosticService(
            self.sites, self.streams, self.publishers, self.processing, self.clock
        )
        self.jobs = JobService(JobStore(self.presence), self.clock)
        self.views = ViewService(ViewStore(self.trails), self.clock)
        self.topic, self.objects, self.bus = MemoryTopic(), MemoryObjects(), MemoryBus()
        self.alerts = AlertService(self.sites, AlertStore(self.presence), self.topic, self.clock)
        self.subscriptions = SubscriptionService(
            self.sites, SubscriptionStore(self.registry), self.topic, clock=self.clock
        )

    def with_camera(
        self, camera_id: str = CAMERA, *, site_id: str = SITE, role: CameraRole = CameraRole.BIDIRECTIONAL
    ) -> Scene:
        """Adds a camera, and its site if that is new."""
        if self.sites.store.find_site(site_id) is None:
            self.sites.create_site(site_id=site_id, name="Plant 1", time_zone="Europe/Berlin")
        self.sites.create_camera(camera_id=camera_id, site_id=site_id, name="Door 1", role=role, by="olga")
        return self

    def with_line(self, camera_id: str = CAMERA, **changes: Any) -> Line:
        """Adds a line and returns it."""
        return self.sites.create_line(camera_id, **{"name": "Threshold", "segment": MIDDLE, **changes})

    def with_zone(self, camera_id: str = CAMERA, **changes: Any) -> Zone:
        """Adds a zone and returns it."""
        return self.sites.create_zone(camera_id, **{"name": "Press", "polygon": LOWER_HALF, **changes})


def line_crossed(
    number: int,
    direction: Direction = Direction.IN,
    *,
    camera_id: str = CAMERA,
    line_id: str | None = None,
    occurred_at: datetime = NOON,
    **changes: Any,
) -> LineCrossed:
    """The event of track `number`'s first crossing."""
    line_id = line_id or f"{camera_id}.aaaaaa"
    fields: dict[str, Any] = {
        "event_id": derived_id("crossing", camera_id, SESSION, line_id, number),
        "occurred_at": occurred_at,
        "site_id": SITE,
        "camera_id": camera_id,
        "stream_session": SESSION,
        "cause": "chunk/1",
        "line_id": line_id,
        "line_revision": 1,
        "track_id": number,
        "crossing_number": 1,
        "direction": direction,
        "object_class": "person",
        "confidence": 0.9,
        "anchor": (0.5, 0.75),
    }
    return LineCrossed(**fields | changes)
