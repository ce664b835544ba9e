"""An hour of a plant, through the real use cases, with every request to the tables metered."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np

from floorsight.alerts.checks import CountChecks, SiteChecks
from floorsight.alerts.outages.service import OutageService
from floorsight.alerts.outages.store import OutageStore
from floorsight.alerts.service import AlertService
from floorsight.alerts.store import AlertStore
from floorsight.events.publishing import PublisherReported
from floorsight.events.vision import Direction, StreamHealth, TrackEnded
from floorsight.geometry.lines import Point, Segment
from floorsight.geometry.polygons import Polygon
from floorsight.occupancy.model import CounterKind, Crossing, kind_of
from floorsight.occupancy.series.fence import FenceStore
from floorsight.occupancy.series.service import RollUpService
from floorsight.occupancy.series.store import TableSeries
from floorsight.occupancy.service import OccupancyService
from floorsight.occupancy.store import OccupancyStore
from floorsight.platform.bus import Message
from floorsight.platform.ids import derived_id
from floorsight.platform.table import Table
from floorsight.platform.topics import Topic
from floorsight.sites.model import CameraRole, Limits
from floorsight.sites.service import SiteService
from floorsight.sites.store import SiteStore
from floorsight.streams.service import PublisherService, StreamService
from floorsight.streams.store import HealthStore, PublisherStore, TrajectoryStore
from floorsight.vision.counting import Counter
from floorsight.vision.detections import Detections
from floorsight.vision.plan import CountingPlan
from floorsight.vision.store import Committed, StreamStore
from floorsight.vision.stream_state import StreamState
from floorsight.vision.track_log import TrackLog
from floorsight.vision.tracking.tracker import Tracker, empty_state
from functions.record_stream.handler import mark_heartbeat
from infra.cost.measured import TableUse, UseCase
from infra.cost.meter import Meter, MeteredTable
from infra.cost.plant import Plant

SITE = "plant-1"
BEGINS = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
LIMITS = Limits(1000)
WIDTH, HEIGHT = 768, 576
TRACKS_IN_VIEW, PATH_POINTS, COMMITS = 8, 12, 5


@dataclass
class Watch:
    """A clock that is moved."""

    now: datetime = BEGINS

    def __call__(self) -> datetime:
        return self.now


class NoBus:
    """`Bus` that nobody listens to: events are priced by their number."""

    def publish(self, messages: Sequence[Message]) -> None:
        """Nothing."""


@dataclass
class PlantHour:
    """The plant, and what was used so far, by use case."""

    plant: Plant
    registry: MeteredTable
    presence: MeteredTable
    trails: MeteredTable
    topic: Topic
    meter: Meter
    clock: Watch = field(default_factory=Watch)
    used: dict[UseCase, Meter] = field(default_factory=dict)
    times: dict[UseCase, float] = field(default_factory=dict)
    inside: bool = False  # whether somebody is

    @classmethod
    def on(cls, plant: Plant, registry: Table, presence: Table, trails: Table, topic: Topic) -> PlantHour:
        """On these tables, which are empty."""
        meter = Meter()
        tables = (MeteredTable(table, meter) for table in (registry, presence, trails))
        return cls(plant, *tables, topic, meter)

    def __post_init__(self) -> None:
        self.sites = SiteService(SiteStore(self.registry), self.clock)
        ledger = OccupancyStore(self.presence)
        self.occupancy = OccupancyService(self.sites, ledger, self.clock)
        health = HealthStore(self.presence)
        self.streams = StreamService(health, TrajectoryStore(self.trails), self.clock)
        self.rolling_up = RollUpService(
            self.sites,
            ledger,
            TableSeries(self.presence),
            FenceStore(self.presence),
            heartbeats=health,
            clock=self.clock,
        )
        alerts = AlertService(self.sites, AlertStore(self.presence), self.topic, self.clock)
        self.count_checks = CountChecks(alerts, self.sites, self.occupancy.list_raw_counts)
        self.publishers = PublisherService(PublisherStore(self.presence), self.clock)
        outages = OutageService(
            self.sites, alerts.store, OutageStore(self.presence), health.map_seen, NoBus(), self.clock
        )
        self.site_checks = SiteChecks(
            alerts,
            self.sites,
            self.count_checks,
            health.list_last_seen,
            self.publishers.list_reports,
            outages.tell_changes,
        )

    def set_up(self) -> None:
        """Site, cameras, a line and a zone each; not metered, as it happens once."""
        self.sites.create_site(site_id=SITE, name="Plant 1", time_zone="Europe/Berlin", limits=LIMITS)
        self.zones = {}
        for camera_id in self.cameras:
            self.sites.create_camera(
                camera_id=camera_id,
                site_id=SITE,
                name=camera_id,
                role=CameraRole.BIDIRECTIONAL,
                by="operator",
            )
            line = Segment(Point(0.5, 1.0), Point(0.5, 0.0))
            self.sites.create_line(camera_id, name="Door", segment=line)
            square = Polygon((Point(0.6, 0.2), Point(0.9, 0.2), Point(0.9, 0.8), Point(0.6, 0.8)))
            self.zones[camera_id] = self.sites.create_zone(camera_id, name="Press", polygon=square).zone_id

    @property
    def cameras(self) -> list[str]:
        return [f"camera-{number:02}" for number in range(self.plant.cameras)]

    def run(self) -> None:
        """The whole hour and the roll-up just after it."""
        dice = random.Random(1)
        happens = sorted(self._occurrences(dice), key=lambda each: (each[0], each[1], each[2]))
        for minute in range(60):
            self.clock.now = BEGINS + timedelta(minutes=minute + 1)
            while happens and happens[0][0] < self.clock.now:
                self._act(*happens.pop(0))
            self._tell_health(minute)
            self._tick(minute)
        self.clock.now += timedelta(minutes=5)
        self._roll_up()
        self.times[UseCase.ROLL_UP] = self.plant.cameras

    def _occurrences(self, dice: random.Random) -> Iterator[tuple[datetime, str, UseCase]]:
        daily = {
            UseCase.CROSSING: self.plant.crossings_a_day,
            UseCase.ZONE_VISIT: self.plant.zone_visits_a_day,
            UseCase.TRACK: self.plant.tracks_a_day,
        }
        for camera_id in self.cameras:
            for use_case, number in daily.items():
                for _ in range(round(number / self.plant.hours_a_day)):
                    yield BEGINS + timedelta(seconds=dice.uniform(0, 3500)), camera_id, use_case

    def _act(self, at: datetime, camera_id: str, use_case: UseCase) -> None:
        if use_case is UseCase.TRACK:
            with self._using(use_case):
                self.streams.record_track(_track(camera_id, at))
        elif use_case is UseCase.CROSSING:
            direction = Direction.OUT if self.inside else Direction.IN
            self.inside = not self.inside
            self._count(use_case, _crossing(camera_id, camera_id, at, direction))
        else:
            zone_id = self.zones[camera_id]
            self._count(use_case, _crossing(camera_id, zone_id, at, Direction.IN))
            left = _crossing(camera_id, zone_id, at + timedelta(seconds=20), Direction.OUT)
            self._count(use_case, left, times=0)  # the unit is the visit

    def _count(self, use_case: UseCase, crossing: Crossing, times: int = 1) -> None:
        with self._using(use_case, times):
            changed = self.occupancy.record_crossings(crossing.counter_id, [crossing])
        if changed is not None:
            with self._using(UseCase.CHANGE):
                self.count_checks.check_counters(SITE, [changed.counter_id])

    def _tell_health(self, minute: int) -> None:
        for camera_id in self.cameras:
            with self._using(UseCase.STREAM_MINUTE):
                self.streams.record_health(_health(camera_id, minute), mark_heartbeat)
            with self._using(UseCase.PUBLISHER_REPORT):
                self.publishers.record_report(_report(camera_id, minute))

    def _tick(self, minute: int) -> None:
        with self._using(UseCase.CHECK_ALERTS):
            self.site_checks.check_site(SITE)
        if minute % 5 == 4:
            self._roll_up()

    def _roll_up(self) -> None:
        with self._using(UseCase.ROLL_UP):
            self.rolling_up.roll_up(SITE)

    def commit_states(self) -> None:
        """Some commits of a camera's state with a usual number of tracks in it."""
        store = StreamStore(self.presence)
        state = _busy_state()
        for version in range(1, COMMITS + 1):
            with self._using(UseCase.COMMIT):
                store.commit(self.cameras[0], Committed(version, state), self.clock())

    @contextmanager
    def _using(self, use_case: UseCase, times: int = 1) -> Iterator[None]:
        before = Meter(**vars(self.meter))
        yield
        spent = self.meter - before
        total = self.used.get(use_case, Meter())
        self.used[use_case] = Meter(
            **{name: vars(total)[name] + value for name, value in vars(spent).items()}
        )
        self.times[use_case] = self.times.get(use_case, 0) + times

    def table_use(self) -> dict[UseCase, TableUse]:
        """What one of each uses, on average."""
        return {
            use_case: TableUse(**{n: round(v / self.times[use_case], 2) for n, v in vars(total).items()})
            for use_case, total in self.used.items()
        }


def _crossing(camera_id: str, counter_id: str, at: datetime, direction: Direction) -> Crossing:
    event_id = derived_id("crossing", counter_id, at.isoformat(), direction)
    is_zone = kind_of(counter_id) is CounterKind.ZONE
    return Crossing(
        crossing_id=event_id,
        site_id=SITE,
        camera_id=camera_id,
        counter_id=counter_id,
        stream_session="20260302T060000.000000Z-0001",
        line_id=counter_id if is_zone else f"{camera_id}.abcdef",
        line_revision=1,
        track_id=int(event_id[:5], 16),
        crossing_number=1,
        direction=direction,
        occurred_at=at,
        object_class="person",
        confidence=0.731,
        anchor=(0.512345, 0.612345),
        snapshot_key=f"snapshots/{SITE}/{camera_id}/{at:%Y-%m-%d}/{event_id}.jpg",
        dwell_seconds=20.0 if is_zone and direction is Direction.OUT else None,
    )


def _track(camera_id: str, at: datetime) -> TrackEnded:
    track_id = int(derived_id("track", camera_id, at.isoformat())[:5], 16)
    return TrackEnded(
        event_id=derived_id("ended", camera_id, at.isoformat()),
        occurred_at=at,
        site_id=SITE,
        camera_id=camera_id,
        stream_session="20260302T060000.000000Z-0001",
        cause="chunk/1",
        track_id=track_id,
        object_class="person",
        started_at=at - timedelta(seconds=15),
        observations=150,
        path=tuple((1000 * n, 0.1234 + n / 100, 0.5678 + n / 200) for n in range(PATH_POINTS)),
    )


def _report(camera_id: str, minute: int) -> PublisherReported:
    return PublisherReported(
        event_id=derived_id("report", camera_id, minute),
        occurred_at=BEGINS + timedelta(minutes=minute, seconds=30),
        site_id=SITE,
        camera_id=camera_id,
        stream_session="20260302T060000.000000Z-0001",
        cause="publisher/20260302T055900.000000Z-0002",
        publisher="20260302T055900.000000Z-0002",
        number=minute + 1,
        publisher_version="0.1.0",
        connected=True,
        frames_per_second=12.487,
        bits_per_second=1_766_032.0,
        reconnects=2,
        camera_error="no packets for 10 s",
        link_up=True,
        link_error=None,
        queue_chunks=0,
        queue_bytes=0,
        queue_seconds=0.0,
        chunks_dropped=0,
        chunks_damaged=0,
        disk_error=None,
        clock_ahead_seconds=0.2,
    )


def _health(camera_id: str, minute: int) -> StreamHealth:
    begins = BEGINS + timedelta(minutes=minute)
    return StreamHealth(
        event_id=derived_id("health", camera_id, minute),
        occurred_at=begins + timedelta(seconds=59.9),
        site_id=SITE,
        camera_id=camera_id,
        stream_session="20260302T060000.000000Z-0001",
        cause="chunk/1",
        minute=begins,
        frames_analysed=600,
        frames_per_second=10.0,
    )


def _busy_state() -> StreamState:
    """A state as after half a minute with eight people in view; docs/cost.md compares it with a real one."""
    dice = np.random.default_rng(1)
    tracker, tracks, logs = Tracker(), empty_state(), dict[int, TrackLog]()
    counter = Counter(CountingPlan(SITE, "camera-00", 10.0, ()), WIDTH, HEIGHT)
    corners = dice.uniform(50, 400, (TRACKS_IN_VIEW, 2))
    for number in range(300):
        corners = corners + dice.normal(0, 2.0, corners.shape)
        boxes = np.concatenate([corners, corners + np.array([40.0, 110.0])], axis=1)
        scores, classes = dice.uniform(0.6, 0.9, TRACKS_IN_VIEW), np.zeros(TRACKS_IN_VIEW, np.int64)
        tracks, observed = tracker.step(tracks, Detections(boxes, scores, classes), number / 10)
        logs, _ = counter.count(logs, observed, number * 100)
    return StreamState("20260302T060000.000000Z-0001", 30, BEGINS, 30_000.0, tracks, logs)
