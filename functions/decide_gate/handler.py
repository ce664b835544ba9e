"""SQS messages with `PlateRead` and `VehicleLeft` → passages, visits, decisions, `GateDecided` events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from floorsight.events.envelope import Event
from floorsight.events.queue import Failures, Message, read_event
from floorsight.events.vehicles import PlateRead, VehicleLeft
from floorsight.platform.aws import hurried_client
from floorsight.platform.bus import Bus, EventBridgeBus
from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.dynamo import DynamoTable
from floorsight.platform.observability import configure_logging
from floorsight.platform.retry import Backoff
from floorsight.platform.settings import DecideGateSettings
from floorsight.platform.table import Table
from floorsight.sites.service import SiteService
from floorsight.sites.store import SiteStore
from floorsight.vehicles.gate.deciding import DecidingService
from floorsight.vehicles.gate.store import GateStore
from floorsight.vehicles.lists.store import VehicleStore
from floorsight.vehicles.policy.store import GatePolicyStore

configure_logging()

# The waits of a step are less than two seconds of the six that the function may run; a call that hangs takes
# three (aws.hurried_client). Whatever takes longer is delivered again, 18 s after it came.
PATIENCE = Backoff(attempts=5)

HANDLES: tuple[type[Event], ...] = (PlateRead, VehicleLeft)


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Lambda's entry point."""
    return decide_messages(deciding_service(), event["Records"]).answer()


@cache
def deciding_service() -> DecidingService:
    """The service on this function's tables and bus, made at the first call. It remembers no list."""
    settings = DecideGateSettings.from_environment()
    dynamodb = hurried_client("dynamodb")
    return wire_service(
        registry=DynamoTable(settings.registry_table, dynamodb),
        presence=DynamoTable(settings.presence_table, dynamodb),
        bus=EventBridgeBus(settings.event_bus, hurried_client("events"), Backoff(attempts=4)),
    )


def wire_service(*, registry: Table, presence: Table, bus: Bus, clock: Clock = utc_now) -> DecidingService:
    """The service on these tables and this bus."""
    return DecidingService(
        GateStore(presence),
        VehicleStore(registry),
        GatePolicyStore(registry),
        SiteService(SiteStore(registry), clock),
        bus,
        clock,
        PATIENCE,
    )


def decide_messages(service: DecidingService, messages: Sequence[Message]) -> Failures:
    """Take what the messages tell of; each fails alone."""
    failures = Failures()
    for message in messages:
        with failures.catch([message["messageId"]]):
            event = read_event(message["body"], *HANDLES)
            if isinstance(event, PlateRead):
                service.take_read(event)
            elif isinstance(event, VehicleLeft):
                service.take_leaving(event)
    return failures
