"""SQS messages with `FaceSeen` events → who it is: an answer, an event, perhaps a review."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Protocol, cast

from floorsight.employees.service import EmployeeService
from floorsight.employees.store import EmployeeStore
from floorsight.events.identity import FaceSeen
from floorsight.events.queue import Failures, Message, read_event
from floorsight.identity.deciding import DecisionService
from floorsight.identity.gallery.holding import GalleryHolder
from floorsight.identity.gallery.store import GalleryStore
from floorsight.identity.keeping import Evidence
from floorsight.identity.policy.store import PolicyStore
from floorsight.identity.recognising import RecognitionService
from floorsight.identity.rekognition.backend import RekognitionBackend
from floorsight.identity.rekognition.calling import Caller
from floorsight.identity.rekognition.collections import Collections
from floorsight.identity.rekognition.store import SpendLedger
from floorsight.platform.aws import client
from floorsight.platform.bus import EventBridgeBus
from floorsight.platform.dynamo import DynamoTable
from floorsight.platform.objects import S3Objects
from floorsight.platform.observability import configure_logging
from floorsight.platform.settings import RecognisePersonSettings
from floorsight.sites.service import SiteService
from floorsight.sites.store import SiteStore

configure_logging()


class Context(Protocol):
    """What Lambda says of the invocation."""

    def get_remaining_time_in_millis(self) -> int: ...


def handler(event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Lambda's entry point."""

    def seconds_left() -> float:
        return context.get_remaining_time_in_millis() / 1000.0

    return answer_messages(recognition_service(), event["Records"], seconds_left).answer()


@cache
def recognition_service() -> RecognitionService:
    """The service on this function's resources, made at the first call; galleries stay in its memory."""
    settings = RecognisePersonSettings.from_environment()
    dynamodb = client("dynamodb")
    registry = DynamoTable(settings.registry_table, dynamodb)
    presence = DynamoTable(settings.presence_table, dynamodb)
    sites = SiteService(SiteStore(registry))
    rekognition = Collections(settings.stage, Caller(lambda: client("rekognition"), SpendLedger(presence)))
    return RecognitionService(
        sites=sites,
        policies=PolicyStore(registry),
        decisions=DecisionService(
            GalleryHolder(GalleryStore(registry)),
            EmployeeService(EmployeeStore(registry), sites),
            RekognitionBackend(rekognition),
        ),
        evidence=Evidence(S3Objects(settings.media_bucket, client("s3"))),
        presence=presence,
        bus=EventBridgeBus(settings.event_bus, client("events")),
    )


def answer_messages(
    service: RecognitionService, messages: Sequence[Message], seconds_left: Callable[[], float]
) -> Failures:
    """Answer each message's question; each fails alone."""
    failures = Failures()
    for message in messages:
        with failures.catch([message["messageId"]]):
            service.recognise(cast("FaceSeen", read_event(message["body"], FaceSeen)), seconds_left)
    return failures
