"""SQS messages with `OccupancyChanged` events → alerts about counts, told to whoever subscribed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cache
from typing import Any, cast

from floorsight.alerts.checks import CountChecks
from floorsight.alerts.model import AlertPolicy
from floorsight.alerts.service import AlertService
from floorsight.alerts.store import AlertStore
from floorsight.events.occupancy import OccupancyChanged
from floorsight.events.queue import Failures, Message, read_event
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


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Lambda's entry point."""
    return check_messages(count_checks(), event["Records"]).answer()


@cache
def count_checks() -> CountChecks:
    """The checks on this function's tables and topic, made at the first call."""
    settings = RaiseAlertSettings.from_environment()
    dynamodb = client("dynamodb")
    presence = DynamoTable(settings.presence_table, dynamodb)
    sites = SiteService(SiteStore(DynamoTable(settings.registry_table, dynamodb)))
    alerts = AlertService(
        sites,
        AlertStore(presence),
        SnsTopic(settings.security_topic, lambda: client("sns")),
        policy=AlertPolicy(timedelta(seconds=settings.cooldown_seconds), settings.drift_tolerance),
    )
    occupancy = OccupancyService(sites, OccupancyStore(presence))
    return CountChecks(alerts, sites, occupancy.list_raw_counts)


def check_messages(checks: CountChecks, messages: Sequence[Message]) -> Failures:
    """Look once at each site that the messages tell of.

    A message that can't be read fails alone; the others of a site succeed or fail together.
    """
    failures = Failures()
    by_site: dict[str, dict[str, str]] = defaultdict(dict)
    for message in messages:
        with failures.catch([message["messageId"]]):
            event = cast("OccupancyChanged", read_event(message["body"], OccupancyChanged))
            by_site[event.site_id][message["messageId"]] = event.counter_id
    for site_id, counters in by_site.items():
        with failures.catch(counters):
            checks.check_counters(site_id, counters.values())
    return failures
