"""SQS batches: a message fails alone, or with its camera's."""

from __future__ import annotations

import json
from typing import Any

import pytest

from floorsight.events.envelope import Event
from floorsight.events.vision import Direction
from functions.update_occupancy import handler as module
from tests.fakes.scene import CAMERA, Scene, line_crossed
from tests.fakes.table import FaultyTable


def message(message_id: str, event: Event, **envelope: Any) -> dict[str, Any]:
    body = {
        "version": "0",
        "source": "floorsight",
        "detail-type": event.detail_type(),
        "detail": event.model_dump(mode="json"),
    }
    return {"messageId": message_id, "body": json.dumps(body | envelope)}


def counts(scene: Scene, camera_id: str = CAMERA) -> tuple[int, int]:
    total = scene.occupancy.get_camera_occupancy(camera_id).count.total
    return total.entries, total.exits


@pytest.fixture
def scene() -> Scene:
    return Scene().with_camera().with_camera("door-2")


def handle(scene: Scene, monkeypatch: pytest.MonkeyPatch, *messages: dict[str, Any]) -> list[str]:
    """The ids of the messages that the queue must deliver again."""
    monkeypatch.setattr(module, "occupancy_service", lambda: scene.occupancy)
    answer = module.handler({"Records": list(messages)}, None)
    assert set(answer) == {"batchItemFailures"}
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_a_batch_is_counted(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = handle(
        scene,
        monkeypatch,
        message("a", line_crossed(1)),
        message("b", line_crossed(2, Direction.OUT)),
        message("c", line_crossed(3, camera_id="door-2")),
        message("d", line_crossed(1)),
    )
    assert failed == []
    assert counts(scene) == (1, 1)
    assert counts(scene, "door-2") == (1, 0)


def test_a_batch_delivered_again_changes_nothing(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = [message(str(number), line_crossed(number)) for number in range(10)]
    for _ in range(3):
        assert handle(scene, monkeypatch, *batch) == []
    assert counts(scene) == (10, 0)


@pytest.mark.parametrize(
    "bad",
    [
        {"messageId": "bad", "body": "not json"},
        {"messageId": "bad", "body": "[]"},
        {"messageId": "bad", "body": "{}"},
        message("bad", line_crossed(9), **{"detail-type": "TrackEnded.v1"}),
        message("bad", line_crossed(9), **{"detail-type": "LineCrossed.v2"}),
        message("bad", line_crossed(9), detail={"event_id": "x"}),
        message("bad", line_crossed(9), detail=None),
        message("bad", line_crossed(9, camera_id="nowhere")),
    ],
    ids=["text", "list", "empty", "other", "version", "fields", "null", "camera"],
)
def test_a_bad_message_fails_alone(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, bad: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    failed = handle(scene, monkeypatch, message("a", line_crossed(1)), bad, message("b", line_crossed(2)))
    assert failed == ["bad"]
    assert counts(scene) == (2, 0)
    [record] = [record for record in caplog.records if record.levelname == "ERROR"]
    assert vars(record)["messages"] == ["bad"]


def test_a_new_publishers_fields_are_no_fault(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    detail = line_crossed(1).model_dump(mode="json") | {"a_new_field": 1}
    assert handle(scene, monkeypatch, message("a", line_crossed(1), detail=detail)) == []
    assert counts(scene) == (1, 0)


def test_a_busy_table_fails_that_cameras_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(around_presence=lambda table: FaultyTable(table, lambda: 0.5, unavailable=1.0))
    scene.with_camera()
    assert handle(scene, monkeypatch, message("a", line_crossed(1)), message("b", line_crossed(2))) == [
        "a",
        "b",
    ]
    assert scene.presence.query(f"LEDGER#{CAMERA}").items == []


def test_an_unforeseen_fault_of_one_camera_spares_the_others(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = type(scene.occupancy).record_crossings

    def record_or_break(service: Any, camera_id: str, crossings: Any) -> None:
        if camera_id == CAMERA:
            raise RuntimeError("a fault of ours")
        record(service, camera_id, crossings)

    monkeypatch.setattr(type(scene.occupancy), "record_crossings", record_or_break)
    failed = handle(
        scene,
        monkeypatch,
        message("a", line_crossed(1)),
        message("b", line_crossed(2, camera_id="door-2")),
    )
    assert failed == ["a"]
    assert counts(scene, "door-2") == (1, 0)
