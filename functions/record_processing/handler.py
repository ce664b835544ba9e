"""SQS messages with `ProcessingMeasured` events → hours of processing by camera."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, cast

from floorsight.diagnostics.service import ProcessingService
from floorsight.diagnostics.store import ProcessingStore
from floorsight.events.diagnostics import ProcessingMeasured
from floorsight.events.queue import Failures, Message, read_event
from floorsight.platform.aws import client
from floorsight.platform.dynamo import DynamoTable
from floorsight.platform.observability import configure_logging
from floorsight.platform.settings import RecordProcessingSettings

configure_logging()


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Lambda's entry point."""
    return record_messages(processing_service(), event["Records"]).answer()


@cache
def processing_service() -> ProcessingService:
    """The service on this function's table, made at the first call."""
    settings = RecordProcessingSettings.from_environment()
    return ProcessingService(ProcessingStore(DynamoTable(settings.trails_table, client("dynamodb"))))


def record_messages(service: ProcessingService, messages: Sequence[Message]) -> Failures:
    """Record what the messages tell of; each fails alone."""
    failures = Failures()
    for message in messages:
        with failures.catch([message["messageId"]]):
            service.record(cast("ProcessingMeasured", read_event(message["body"], ProcessingMeasured)))
    return failures
