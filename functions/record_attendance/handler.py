"""SQS messages about who was recognised and who crossed a line → punches, records, `PunchRecorded` events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from floorsight.attendance.planning.service import PlanningService
from floorsight.attendance.planning.store import PlanningStore
from floorsight.attendance.recording import SightingService
from floorsight.attendance.service import AttendanceService
from floorsight.attendance.store import AttendanceStore
from floorsight.attendance.track_store import TrackStore
from floorsight.employees.service import EmployeeService
from floorsight.employees.store import EmployeeStore
from floorsight.events.identity import PersonRecognised
from floorsight.events.queue import Failures, Message, read_event
from floorsight.events.vision import LineCrossed
from floorsight.platform.aws import client
from floorsight.platform.bus import Bus, EventBridgeBus
from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.dynamo import DynamoTable
from floorsight.platform.observability import configure_logging
from floorsight.platform.settings import RecordAttendanceSettings
from floorsight.platform.table import Table
from floorsight.sites.service import SiteService
from floorsight.sites.store import SiteStore

configure_logging()


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Lambda's entry point."""
    return record_messages(sighting_service(), event["Records"]).answer()


@cache
def sighting_service() -> SightingService:
    """The service on this function's tables and bus, made at the first call."""
    settings = RecordAttendanceSettings.from_environment()
    dynamodb = client("dynamodb")
    return wire_service(
        registry=DynamoTable(settings.registry_table, dynamodb),
        presence=DynamoTable(settings.presence_table, dynamodb),
        bus=EventBridgeBus(settings.event_bus, client("events")),
    )


def wire_service(*, registry: Table, presence: Table, bus: Bus, clock: Clock = utc_now) -> SightingService:
    """The service on these tables and this bus."""
    sites = SiteService(SiteStore(registry), clock)
    employees = EmployeeService(EmployeeStore(registry), sites, clock)
    plans = PlanningService(PlanningStore(registry), employees)
    attendance = AttendanceService(AttendanceStore(presence), plans, clock)
    return SightingService(attendance, TrackStore(presence), sites, employees, bus, clock)


def record_messages(service: SightingService, messages: Sequence[Message]) -> Failures:
    """Record what the messages tell of; each fails alone."""
    failures = Failures()
    for message in messages:
        with failures.catch([message["messageId"]]):
            event = read_event(message["body"], PersonRecognised, LineCrossed)
            if isinstance(event, PersonRecognised):
                service.record_sighting(event)
            elif isinstance(event, LineCrossed):
                service.record_crossing(event)
    return failures
