"""What the routes work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from floorsight.alerts.service import AlertService
from floorsight.alerts.subscriptions.service import SubscriptionService
from floorsight.attendance.rooms import AttendanceRooms
from floorsight.diagnostics.diagnosing import DiagnosticService
from floorsight.diagnostics.service import ProcessingService
from floorsight.employees.service import EmployeeService
from floorsight.identity.enrolling.adding import FaceKeeping
from floorsight.identity.erasing.service import ErasureService
from floorsight.identity.metrics.service import MetricsService
from floorsight.identity.policy.service import PolicyService
from floorsight.identity.review.naming import NamingService
from floorsight.identity.review.service import ReviewService
from floorsight.jobs.service import JobService
from floorsight.occupancy.recount.service import RecountService
from floorsight.occupancy.series.history import HistoryService
from floorsight.occupancy.series.statistics import StatisticsService
from floorsight.occupancy.service import OccupancyService
from floorsight.recordings.service import RecordingService
from floorsight.sites.service import SiteService
from floorsight.streams.service import PublisherService
from floorsight.vehicles.erasing.service import PlateErasureService
from floorsight.vehicles.gate.listing import GateLists
from floorsight.vehicles.gate.overriding import OverridingService
from floorsight.vehicles.lists.importing import ImportService
from floorsight.vehicles.lists.service import VehicleListService
from floorsight.vehicles.policy.service import GatePolicyService
from floorsight.views.service import ViewService
from functions.query_api.job_starter import JobStarter
from functions.query_api.pictures import PictureLinks
from functions.query_api.signing_in import UserPool


@dataclass(frozen=True)
class Services:
    """The rooms' use cases, and what stands beside them."""

    stage: str
    sites: SiteService
    occupancy: OccupancyService
    history: HistoryService
    statistics: StatisticsService
    views: ViewService
    alerts: AlertService
    subscriptions: SubscriptionService
    recounts: RecountService
    publishers: PublisherService
    processing: ProcessingService
    diagnostics: DiagnosticService
    recordings: RecordingService
    attendance: AttendanceRooms
    employees: EmployeeService
    faces: FaceKeeping
    erasing: ErasureService
    identity_policies: PolicyService
    identity_metrics: MetricsService
    reviews: ReviewService
    naming: NamingService
    vehicle_lists: VehicleListService
    vehicle_imports: ImportService
    plate_erasing: PlateErasureService
    gate_policies: GatePolicyService
    gate_lists: GateLists
    gate_overrides: OverridingService
    jobs: JobService
    job_starter: JobStarter
    pictures: PictureLinks
    users: UserPool


MakeServices = Callable[[], Services]


def _services(request: Request) -> Services:
    make: MakeServices = request.app.state.make_services
    return make()


Wired = Annotated[Services, Depends(_services)]
