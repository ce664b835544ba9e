"""SQS batches of plates that were read: each message fails alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from floorsight.events.envelope import Event
from functions.decide_gate import handler as module
from tests.fakes.clock import NOON
from tests.fakes.gatehouse import PLATE, Gatehouse, after_noon, left_after, plate_read
from tests.unit.streams.test_service import health


def message(message_id: str, event: Event) -> dict[str, Any]:
    body = {"detail-type": event.detail_type(), "detail": event.model_dump(mode="json")}
    return {"messageId": message_id, "body": json.dumps(body)}


@pytest.fixture
def gatehouse(monkeypatch: pytest.MonkeyPatch) -> Gatehouse:
    gatehouse = Gatehouse()
    gatehouse.allow()
    service = module.wire_service(
        registry=gatehouse.registry, presence=gatehouse.presence, bus=gatehouse.bus, clock=gatehouse.clock
    )
    monkeypatch.setattr(module, "deciding_service", lambda: service)
    return gatehouse


def test_a_batch_becomes_decisions_and_what_is_none_fails_alone(gatehouse: Gatehouse) -> None:
    read = plate_read()
    records = [
        message("a", read),
        message("b", health(NOON)),
        {"messageId": "c", "body": "not json"},
        message("d", left_after(read, 50)),
        message("e", plate_read(track=2, site_id="nowhere")),
        message("f", plate_read(at=109, track=3)),
    ]
    gatehouse.clock.now = after_noon(111)
    answer = module.handler({"Records": records}, None)
    assert [each["itemIdentifier"] for each in answer["batchItemFailures"]] == ["b", "c", "e"]
    [decided] = gatehouse.decisions()
    assert (decided.plate, decided.passage.last_seen) == (PLATE, after_noon(111))
    assert [told.decision_id for told in gatehouse.tellings()] == [decided.decision_id] * 2  # of each reading
