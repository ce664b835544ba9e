"""SQS messages with `FaceSeen` events → who it is: an answer, an event, perhaps a review."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Protocol, cast

from floorsight.events.identity import FaceSeen
from floorsight.events.queue import Failures, Message, read_event
from floorsight.identity.gallery.holding import GalleryHolder
from floorsight.identity.gallery.store import GalleryStore
from floorsight.identity.recognising import RecognitionService
from floorsight.identity.recognition_room import open_recognition
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
    return open_recognition(
        settings.stage,
        registry=registry,
        presence=DynamoTable(settings.presence_table, dynamodb),
        objects=S3Objects(settings.media_bucket, client("s3")),
        sites=SiteService(SiteStore(registry)),
        bus=EventBridgeBus(settings.event_bus, client("events")),
        galleries=GalleryHolder(GalleryStore(registry)),
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
