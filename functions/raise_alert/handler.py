"""SQS messages with events of counts, people and gates → alerts, told to whoever subscribed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from floorsight.alerts.checks import CountChecks
from floorsight.alerts.model import AlertPolicy
from floorsight.alerts.occurrences.store import OccurrenceStore
from floorsight.alerts.occurrences.telling import Teller
from floorsight.alerts.people.hours import OutsideHours
from floorsight.alerts.people.store import FollowedStore, PeoplePolicyStore
from floorsight.alerts.people.zones import RestrictedZones
from floorsight.alerts.service import AlertService
from floorsight.alerts.store import AlertStore
from floorsight.alerts.vehicles.gates import BlockedVehicles
from floorsight.events.attendance import PunchRecorded
from floorsight.events.envelope import Event
from floorsight.events.identity import PersonNotRecognised, PersonRecognised
from floorsight.events.occupancy import OccupancyChanged
from floorsight.events.queue import Failures, Message, read_event
from floorsight.events.vehicles import GateDecided
from floorsight.events.vision import ZoneEntered, ZoneLeft
from floorsight.occupancy.service import OccupancyService
from floorsight.occupancy.store import OccupancyStore
from floorsight.platform.aws import client
from floorsight.platform.dynamo import DynamoTable
from floorsight.platform.observability import configure_logging
from floorsight.platform.settings import RaiseAlertSettings
from floorsight.platform.topics import SnsTopic
from floorsight.sites.service import SiteService
from floorsight.sites.store import SiteStore

configure_logging()
HANDLES: tuple[type[Event], ...] = (
    OccupancyChanged,
    ZoneEntered,
    ZoneLeft,
    PersonRecognised,
    PersonNotRecognised,
    PunchRecorded,
    GateDecided,
)


@dataclass(frozen=True)
class Checks:
    """What looks at which events."""

    counts: CountChecks
    zones: RestrictedZones
    hours: OutsideHours
    gates: BlockedVehicles


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Lambda's entry point."""
    return check_messages(make_checks(), event["Records"]).answer()


@cache
def make_checks() -> Checks:
    """The checks on this function's tables and topic, made at the first call."""
    settings = RaiseAlertSettings.from_environment()
    dynamodb = client("dynamodb")
    presence = DynamoTable(settings.presence_table, dynamodb)
    registry = DynamoTable(settings.registry_table, dynamodb)
    sites = SiteService(SiteStore(registry))
    alerts = AlertService(
        sites,
        AlertStore(presence),
        SnsTopic(settings.security_topic, lambda: client("sns")),
        policy=AlertPolicy(timedelta(seconds=settings.cooldown_seconds), settings.drift_tolerance),
    )
    occupancy = OccupancyService(sites, OccupancyStore(presence))
    teller = Teller(alerts, OccurrenceStore(presence))
    return Checks(
        CountChecks(alerts, sites, occupancy.list_raw_counts),
        RestrictedZones(alerts, FollowedStore(presence)),
        OutsideHours(teller, sites, PeoplePolicyStore(registry)),
        BlockedVehicles(teller, sites),
    )


def check_messages(checks: Checks, messages: Sequence[Message]) -> Failures:
    """Look once at each site whose counts the messages tell of, and at each message about a person or a gate.

    A message that can't be read fails alone, as those about people and gates do; the others of a site
    succeed or fail together.
    """
    failures = Failures()
    by_site: dict[str, dict[str, str]] = defaultdict(dict)
    for message in messages:
        with failures.catch([message["messageId"]]):
            event = read_event(message["body"], *HANDLES)
            if isinstance(event, OccupancyChanged):
                by_site[event.site_id][message["messageId"]] = event.counter_id
            else:
                _check_single(checks, event)
    for site_id, counters in by_site.items():
        with failures.catch(counters):
            checks.counts.check_counters(site_id, counters.values())
    return failures


def _check_single(checks: Checks, event: Event) -> None:
    if isinstance(event, ZoneEntered | ZoneLeft):
        checks.zones.note_visit(event)
    elif isinstance(event, PersonRecognised | PersonNotRecognised):
        checks.zones.note_answer(event)
    elif isinstance(event, PunchRecorded):
        checks.hours.note_punch(event)
    elif isinstance(event, GateDecided):
        checks.gates.note_decision(event)
