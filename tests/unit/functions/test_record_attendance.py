"""SQS batches of who was recognised and who crossed a line: each message fails alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from floorsight.events.envelope import Event
from floorsight.events.vision import Direction
from functions.record_attendance import handler as module
from tests.fakes.clock import NOON
from tests.fakes.scene import line_crossed
from tests.fakes.workday import EMPLOYEE, IN, OUT, at
from tests.fakes.workforce import ENTRY, Workforce, crossed, recognised
from tests.unit.streams.test_service import health


def message(message_id: str, event: Event) -> dict[str, Any]:
    body = {"detail-type": event.detail_type(), "detail": event.model_dump(mode="json")}
    return {"messageId": message_id, "body": json.dumps(body)}


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> Workforce:
    plant = Workforce()
    plant.add_shift()
    plant.hire(EMPLOYEE, "day")
    plant.add_camera("gate")
    plant.add_camera("entry", ENTRY)
    service = module.wire_service(
        registry=plant.registry, presence=plant.presence, bus=plant.bus, clock=plant.clock
    )
    monkeypatch.setattr(module, "sighting_service", lambda: service)
    return plant


def handle(*messages: dict[str, Any]) -> list[str]:
    answer = module.handler({"Records": list(messages)}, None)
    return [each["itemIdentifier"] for each in answer["batchItemFailures"]]


def test_a_batch_becomes_punches_and_what_is_none_fails_alone(plant: Workforce) -> None:
    failed = handle(
        message("a", recognised("08:00", camera_id="entry")),
        message("b", health(NOON)),
        {"messageId": "c", "body": "not json"},
        message("d", crossed("16:00:02", OUT, track_id=2)),
        message("e", recognised("16:00", track_id=2)),
        message("f", recognised("16:00", "nobody", track_id=3)),  # nothing that a repetition would mend
    )
    assert failed == ["b", "c"]
    assert (plant.record_of().check_in, plant.record_of().check_out) == (at("08:00"), at("16:00"))
    assert [event.direction for event in plant.told()] == [IN, OUT]


def test_crossings_of_cameras_that_count_only_cost_a_look_at_the_camera(plant: Workforce) -> None:
    before = plant.memory.dump()
    assert handle(message("a", line_crossed(1, Direction.IN))) == []
    assert plant.memory.dump() == before
