"""SQS messages with `LineCrossed` events → ledger and live counts; the answer names those that failed."""

from __future__ import annotations

import json
import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from floorsight.events.vision import LineCrossed
from floorsight.occupancy.model import Crossing
from floorsight.occupancy.service import OccupancyService
from floorsight.occupancy.store import OccupancyStore
from floorsight.platform.aws import client
from floorsight.platform.dynamo import DynamoTable
from floorsight.platform.errors import Malformed
from floorsight.platform.observability import configure_logging
from floorsight.platform.settings import UpdateOccupancySettings
from floorsight.sites.service import SiteService
from floorsight.sites.store import SiteStore

configure_logging()
_log = logging.getLogger(__name__)

Message = Mapping[str, Any]  # an SQS message as Lambda hands it over


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Lambda's entry point."""
    failed = record_messages(occupancy_service(), event["Records"])
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


@cache
def occupancy_service() -> OccupancyService:
    """The service on this function's tables, made at the first call."""
    settings = UpdateOccupancySettings.from_environment()
    dynamodb = client("dynamodb")
    sites = SiteService(SiteStore(DynamoTable(settings.registry_table, dynamodb)))
    return OccupancyService(sites, OccupancyStore(DynamoTable(settings.presence_table, dynamodb)))


def record_messages(service: OccupancyService, messages: Sequence[Message]) -> list[str]:
    """Record what the messages tell of; returns the ids of those to be delivered again.

    A message that can't be read fails alone; the others of a camera succeed or fail together.
    """
    failed: list[str] = []
    by_camera: dict[str, dict[str, Crossing]] = defaultdict(dict)
    for message in messages:
        with _failing(failed, [message["messageId"]]):
            crossing = read_crossing(message["body"])
            by_camera[crossing.camera_id][message["messageId"]] = crossing
    for camera_id, crossings in by_camera.items():
        with _failing(failed, crossings):
            service.record_crossings(camera_id, crossings.values())
    return failed


def read_crossing(body: str) -> Crossing:
    """The crossing in EventBridge's envelope. Raises Malformed."""
    try:
        envelope = json.loads(body)
        detail_type, detail = envelope["detail-type"], envelope["detail"]
    except (ValueError, KeyError, TypeError) as error:
        raise Malformed(f"not an event of the bus: {error!r}", code="bad_event") from error
    if detail_type != LineCrossed.detail_type():
        raise Malformed(f"{detail_type} is no {LineCrossed.detail_type()}", code="bad_event")
    return Crossing.of(LineCrossed.parse(detail))


@contextmanager
def _failing(failed: list[str], message_ids: Sequence[str] | Mapping[str, Any]) -> Iterator[None]:
    """Whatever goes wrong inside fails these messages only: their neighbours must not share their DLQ."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - whatever it is, it is logged and delivered again
        _log.exception(
            "not recorded", extra={"messages": list(message_ids), "code": getattr(error, "code", "internal")}
        )
        failed.extend(message_ids)
