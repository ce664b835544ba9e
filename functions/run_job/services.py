"""What this function works with, made once a process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from floorsight.jobs.model import JobName
from floorsight.jobs.service import JobService, SiteAction
from floorsight.jobs.store import JobStore
from floorsight.occupancy.reconcile.service import ReconcileService
from floorsight.occupancy.reconcile.store import ReconcileStore
from floorsight.occupancy.series.fence import FenceStore
from floorsight.occupancy.series.service import RollUpService
from floorsight.occupancy.series.store import TableSeries
from floorsight.occupancy.service import OccupancyService
from floorsight.occupancy.store import OccupancyStore
from floorsight.platform.aws import client
from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.dynamo import DynamoTable
from floorsight.platform.settings import RunJobSettings
from floorsight.platform.table import Table
from floorsight.sites.service import SiteService
from floorsight.sites.store import SiteStore
from floorsight.streams.store import HealthStore


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
    return wire_services(
        DynamoTable(settings.registry_table, dynamodb), DynamoTable(settings.presence_table, dynamodb)
    )


def wire_services(registry: Table, presence: Table, clock: Clock = utc_now) -> Services:
    """The services on these tables."""
    sites = SiteService(SiteStore(registry), clock)
    ledger = OccupancyStore(presence)
    occupancy = OccupancyService(sites, ledger, clock)
    reconciling = ReconcileService(sites, occupancy, ReconcileStore(presence), clock)
    rolling_up = RollUpService(
        sites,
        ledger,
        TableSeries(presence),
        FenceStore(presence),
        heartbeats=HealthStore(presence),
        clock=clock,
    )
    return Services(
        jobs=JobService(JobStore(presence), clock),
        sites=sites,
        actions={
            JobName.ROLL_UP: lambda site_id: rolling_up.roll_up(site_id).counts(),
            JobName.RECONCILE: _counting_drift(reconciling),
        },
    )


def _counting_drift(reconciling: ReconcileService) -> Callable[[str], Mapping[str, int]]:
    def reconcile(site_id: str) -> Mapping[str, int]:
        done = reconciling.reconcile_site(site_id)
        if done is None:
            return {"reconciled": 0, "counters": 0, "drift": 0}
        return {"reconciled": 1, "counters": done.counters, "drift": done.camera_drift}

    return reconcile
