"""SQS messages about streams → when cameras were seen, tracks' paths, what publishers say of themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from floorsight.events.publishing import PublisherReported
from floorsight.events.queue import Failures, Message, read_event
from floorsight.events.vision import StreamHealth, TrackEnded
from floorsight.occupancy.model import Mark
from floorsight.occupancy.rules import quarter_of
from floorsight.occupancy.store import mark_put
from floorsight.platform.aws import client
from floorsight.platform.dynamo import DynamoTable
from floorsight.platform.observability import configure_logging
from floorsight.platform.settings import RecordStreamSettings
from floorsight.platform.table import Put
from floorsight.streams.service import PublisherService, StreamService
from floorsight.streams.store import HealthStore, PublisherStore, TrajectoryStore

configure_logging()


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Lambda's entry point."""
    return record_messages(stream_service(), publisher_service(), event["Records"]).answer()


@cache
def stream_service() -> StreamService:
    """The service on this function's tables, made at the first call."""
    settings = RecordStreamSettings.from_environment()
    dynamodb = client("dynamodb")
    return StreamService(
        HealthStore(DynamoTable(settings.presence_table, dynamodb)),
        TrajectoryStore(DynamoTable(settings.trails_table, dynamodb)),
    )


@cache
def publisher_service() -> PublisherService:
    """The service on this function's table, made at the first call."""
    settings = RecordStreamSettings.from_environment()
    return PublisherService(PublisherStore(DynamoTable(settings.presence_table, client("dynamodb"))))


def record_messages(
    service: StreamService, publishers: PublisherService, messages: Sequence[Message]
) -> Failures:
    """Record what the messages tell of; each fails alone."""
    failures = Failures()
    for message in messages:
        with failures.catch([message["messageId"]]):
            event = read_event(message["body"], StreamHealth, TrackEnded, PublisherReported)
            if isinstance(event, StreamHealth):
                service.record_health(event, mark_heartbeat)
            elif isinstance(event, TrackEnded):
                service.record_track(event)
            elif isinstance(event, PublisherReported):
                publishers.record_report(event)
    return failures


def mark_heartbeat(site_id: str, camera_id: str, slot: datetime, token: str) -> Put:
    """Tells the roll-up that the camera has a minute row more."""
    return mark_put(Mark(site_id, camera_id, quarter_of(slot), token))
