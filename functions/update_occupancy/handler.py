"""SQS messages with crossings of lines and zones → ledgers, live counts and `OccupancyChanged` events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from floorsight.events.queue import Failures, Message, read_event
from floorsight.events.vision import LineCrossed, ZoneEntered, ZoneLeft
from floorsight.occupancy.model import CountedEvent, Crossing
from floorsight.occupancy.service import OccupancyService
from floorsight.occupancy.store import OccupancyStore
from floorsight.platform.aws import client
from floorsight.platform.bus import Bus, EventBridgeBus
from floorsight.platform.dynamo import DynamoTable
from floorsight.platform.observability import configure_logging
from floorsight.platform.settings import UpdateOccupancySettings
from floorsight.sites.service import SiteService
from floorsight.sites.store import SiteStore

configure_logging()


@dataclass(frozen=True)
class Services:
    """What this function works with."""

    occupancy: OccupancyService
    bus: Bus


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Lambda's entry point."""
    return record_messages(make_services(), event["Records"]).answer()


@cache
def make_services() -> Services:
    """The services on this function's tables and bus, made at the first call."""
    settings = UpdateOccupancySettings.from_environment()
    dynamodb = client("dynamodb")
    sites = SiteService(SiteStore(DynamoTable(settings.registry_table, dynamodb)))
    store = OccupancyStore(DynamoTable(settings.presence_table, dynamodb))
    return Services(OccupancyService(sites, store), EventBridgeBus(settings.event_bus, client("events")))


def record_messages(services: Services, messages: Sequence[Message]) -> Failures:
    """Record what the messages tell of, a counter's together, and publish that its count has changed.

    A message that can't be read fails alone; the others of a counter succeed or fail together. They succeed
    only once the change is published: what is delivered again is published again, under the same id.
    """
    failures = Failures()
    by_counter: dict[str, dict[str, Crossing]] = defaultdict(dict)
    for message in messages:
        with failures.catch([message["messageId"]]):
            event = read_event(message["body"], LineCrossed, ZoneEntered, ZoneLeft)
            crossing = Crossing.of(cast("CountedEvent", event))
            by_counter[crossing.counter_id][message["messageId"]] = crossing
    for counter_id, crossings in by_counter.items():
        with failures.catch(crossings):
            if changed := services.occupancy.record_crossings(counter_id, crossings.values()):
                services.bus.publish([changed.to_message()])
    return failures
