"""What this function works with, made once a process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from floorsight.alerts.anomalies import AnomalyChecks
from floorsight.alerts.checks import CountChecks, SiteChecks
from floorsight.alerts.model import AlertPolicy
from floorsight.alerts.occurrences.store import OccurrenceStore
from floorsight.alerts.occurrences.telling import Teller
from floorsight.alerts.outages.service import OutageService
from floorsight.alerts.outages.store import OutageStore
from floorsight.alerts.people.digest import MissingPunches
from floorsight.alerts.people.store import FollowedStore, PeoplePolicyStore
from floorsight.alerts.people.zones import RestrictedZones
from floorsight.alerts.service import AlertService
from floorsight.alerts.store import AlertStore
from floorsight.attendance.closing import ClosingService
from floorsight.attendance.rooms import AttendanceRooms
from floorsight.attendance.store import AttendanceStore
from floorsight.employees.service import EmployeeService
from floorsight.employees.store import EmployeeStore
from floorsight.identity.enrolling.indexing import FaceIndex
from floorsight.identity.face_rooms import ask_rekognition, open_face_rooms
from floorsight.identity.purging import PurgeService
from floorsight.identity.review.store import ReviewStore
from floorsight.identity.review.untold import NamingTeller
from floorsight.jobs.model import JobName
from floorsight.jobs.service import JobService, SiteAction
from floorsight.jobs.store import JobStore
from floorsight.occupancy.reconcile.service import ReconcileService
from floorsight.occupancy.reconcile.store import ReconcileStore
from floorsight.occupancy.series.choice import choose_series_store
from floorsight.occupancy.series.fence import FenceStore
from floorsight.occupancy.series.service import RollUpService
from floorsight.occupancy.series.store import SeriesStore
from floorsight.occupancy.service import OccupancyService
from floorsight.occupancy.store import OccupancyStore
from floorsight.platform.aws import client
from floorsight.platform.bus import Bus, EventBridgeBus
from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.dynamo import DynamoTable
from floorsight.platform.objects import ObjectStore, S3Objects
from floorsight.platform.settings import RunJobSettings
from floorsight.platform.table import Table
from floorsight.platform.topics import SnsTopic, Topic
from floorsight.sites.service import SiteService
from floorsight.sites.store import SiteStore
from floorsight.streams.service import PublisherService
from floorsight.streams.store import HealthStore, PublisherStore

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Services:
    """The record of runs, the sites, and what each job does for one site: it counts what was done."""

    jobs: JobService
    sites: SiteService
    actions: Mapping[JobName, SiteAction]


@cache
def make_services() -> Services:
    """The services on this function's resources, made at the first call."""
    settings = RunJobSettings.from_environment()
    dynamodb = client("dynamodb")
    presence = DynamoTable(settings.presence_table, dynamodb)
    registry = DynamoTable(settings.registry_table, dynamodb)
    return wire_services(
        registry=registry,
        presence=presence,
        objects=S3Objects(settings.media_bucket, client("s3")),
        outside=ask_rekognition(
            settings.stage, registry=registry, presence=presence, sites=SiteService(SiteStore(registry))
        ),
        series=choose_series_store(settings, presence),
        topic=SnsTopic(settings.security_topic, lambda: client("sns")),
        bus=EventBridgeBus(settings.event_bus, client("events")),
        policy=AlertPolicy(timedelta(seconds=settings.cooldown_seconds), settings.drift_tolerance),
    )


def wire_services(
    *,
    registry: Table,
    presence: Table,
    objects: ObjectStore,
    outside: FaceIndex,
    series: SeriesStore,
    topic: Topic,
    bus: Bus,
    policy: AlertPolicy,
    clock: Clock = utc_now,
) -> Services:
    """The services on these tables and this topic."""
    sites = SiteService(SiteStore(registry), clock)
    ledger, health = OccupancyStore(presence), HealthStore(presence)
    occupancy = OccupancyService(sites, ledger, clock)
    alerts = AlertService(sites, AlertStore(presence), topic, clock, policy)
    attendance = AttendanceStore(presence)
    digests = MissingPunches(
        Teller(alerts, OccurrenceStore(presence)),
        sites,
        PeoplePolicyStore(registry),
        lambda site_id, on: attendance.list_site_records(site_id, on).items,
    )
    faces = open_face_rooms(
        registry=registry, presence=presence, objects=objects, sites=sites, outside=outside, clock=clock
    )
    return Services(
        jobs=JobService(JobStore(presence), clock),
        sites=sites,
        actions=make_actions(
            checks=SiteChecks(
                alerts,
                sites,
                CountChecks(alerts, sites, occupancy.list_raw_counts),
                health.list_last_seen,
                PublisherService(PublisherStore(presence), clock).list_reports,
                OutageService(
                    sites, alerts.store, OutageStore(presence), health.map_seen, bus, clock
                ).tell_changes,
                also=(
                    RestrictedZones(alerts, FollowedStore(presence)).judge_due,
                    digests.tell_digest,
                    NamingTeller(ReviewStore(presence), bus).tell_left,
                ),
            ),
            anomalies=AnomalyChecks(alerts, sites, series),
            closing=AttendanceRooms.on(
                registry, presence, EmployeeService(EmployeeStore(registry), sites, clock), clock=clock
            ).closing,
            purging=faces.purging,
            reconciling=ReconcileService(sites, occupancy, ReconcileStore(presence), clock),
            rolling_up=RollUpService(
                sites, ledger, series, FenceStore(presence), heartbeats=health, clock=clock
            ),
            clock=clock,
        ),
    )


def make_actions(
    *,
    checks: SiteChecks,
    anomalies: AnomalyChecks,
    closing: ClosingService,
    purging: PurgeService,
    reconciling: ReconcileService,
    rolling_up: RollUpService,
    clock: Clock,
) -> dict[JobName, SiteAction]:
    """What each job does for one site."""

    def reconcile(site_id: str) -> Mapping[str, int]:
        done = reconciling.reconcile_site(site_id)
        if done is None:
            return {"reconciled": 0, "counters": 0, "drift": 0}
        return {"reconciled": 1, "counters": done.counters, "drift": done.camera_drift}

    return {
        JobName.CHECK_ALERTS: checks.check_site,
        JobName.ROLL_UP: lambda site_id: rolling_up.roll_up(site_id).counts(),
        JobName.RECONCILE: reconcile,
        # The last hour that is over, whatever the minutes of the site's offset from UTC.
        JobName.DETECT_ANOMALIES: lambda site_id: anomalies.detect_anomalies(site_id, clock() - HOUR),
        JobName.PURGE_PICTURES: purging.purge_site,
        JobName.CLOSE_ATTENDANCE: closing.close_site,
    }
