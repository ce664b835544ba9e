"""SQS batches of minutes and tracks: each message fails alone."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from floorsight.events.envelope import Event
from floorsight.streams.service import StreamService
from floorsight.streams.store import HealthStore, TrajectoryStore
from functions.record_stream import handler as module
from tests.fakes.clock import NOON
from tests.fakes.scene import CAMERA, SITE, Scene, line_crossed
from tests.unit.streams.test_publishers import reported
from tests.unit.streams.test_service import ended, health


def message(message_id: str, event: Event) -> dict[str, Any]:
    body = {"detail-type": event.detail_type(), "detail": event.model_dump(mode="json")}
    return {"messageId": message_id, "body": json.dumps(body)}


def test_minutes_and_tracks_are_kept_and_the_rest_fails_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene()
    service = StreamService(HealthStore(scene.presence), TrajectoryStore(scene.trails), scene.clock)
    monkeypatch.setattr(module, "stream_service", lambda: service)
    monkeypatch.setattr(module, "publisher_service", lambda: scene.publishers)
    records = [
        message("a", health(NOON + timedelta(minutes=7))),
        message("b", line_crossed(1)),
        {"messageId": "c", "body": "not json"},
        message("d", ended(1, NOON)),
        message("e", reported(1)),
    ]
    answer = module.handler({"Records": records}, None)
    assert [each["itemIdentifier"] for each in answer["batchItemFailures"]] == ["b", "c"]
    assert list(service.list_last_seen(SITE)) == [CAMERA]
    assert len(service.list_tracks(CAMERA, NOON - timedelta(hours=1), NOON)) == 1
    assert list(scene.publishers.list_reports(SITE)) == [CAMERA]
    (mark,) = scene.occupancy.store.load_marks(SITE)
    assert (mark.counter_id, mark.quarter) == (CAMERA, NOON)
