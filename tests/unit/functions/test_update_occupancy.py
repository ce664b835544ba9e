"""SQS batches: a message fails alone, or with its counter's; what was recorded is published."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from floorsight.events.envelope import Event
from floorsight.events.occupancy import CounterKind, OccupancyChanged
from floorsight.events.vision import Direction
from floorsight.occupancy.model import Tally
from floorsight.platform.bus import Bus, Message
from floorsight.platform.errors import Unavailable
from functions.update_occupancy import handler as module
from tests.fakes.bus import MemoryBus
from tests.fakes.clock import NOON
from tests.fakes.scene import CAMERA, SITE, Scene, line_crossed
from tests.fakes.table import FaultyTable, MemoryTable
from tests.fakes.zones import make_zone, zone_entered, zone_left


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
    return handle_publishing(scene, monkeypatch, MemoryBus(), *messages)


def handle_publishing(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, bus: Bus, *messages: dict[str, Any]
) -> list[str]:
    monkeypatch.setattr(module, "make_services", lambda: module.Services(scene.occupancy, bus))
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
        message("bad", zone_entered(9, f"{CAMERA}.nowhere")),
        message("bad", line_crossed(9), **{"detail-type": "LineCrossed.v2"}),
        message("bad", line_crossed(9), detail={"event_id": "x"}),
        message("bad", line_crossed(9), detail=None),
        message("bad", line_crossed(9, camera_id="nowhere")),
    ],
    ids=["text", "list", "empty", "other", "zone", "version", "fields", "null", "camera"],
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

    def record_or_break(service: Any, counter_id: str, crossings: Any) -> Any:
        if counter_id == CAMERA:
            raise RuntimeError("a fault of ours")
        return record(service, counter_id, crossings)

    monkeypatch.setattr(type(scene.occupancy), "record_crossings", record_or_break)
    failed = handle(
        scene,
        monkeypatch,
        message("a", line_crossed(1)),
        message("b", line_crossed(2, camera_id="door-2")),
    )
    assert failed == ["a"]
    assert counts(scene, "door-2") == (1, 0)


def published(bus: MemoryBus) -> list[OccupancyChanged]:
    assert {each.detail_type for each in bus.messages} <= {OccupancyChanged.detail_type()}
    return [OccupancyChanged.parse(each.detail) for each in bus.messages]


def test_visits_to_a_zone_are_counted_in_any_order(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    zone_id = make_zone(scene).zone_id
    failed = handle(
        scene,
        monkeypatch,
        message("a", zone_left(1, zone_id)),
        message("b", line_crossed(1)),
        message("c", zone_entered(2, zone_id)),
        message("d", zone_entered(1, zone_id)),
        message("e", zone_left(1, zone_id)),
    )
    assert failed == []
    assert scene.occupancy.get_zone_occupancy(zone_id).count.total == Tally(entries=2, exits=1)
    assert counts(scene) == (1, 0)


def test_a_counters_batch_is_one_transaction(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    transactions = []

    class SpyTable(MemoryTable):
        def transact(self, writes: Sequence[Any]) -> None:
            transactions.append(len(writes))
            super().transact(writes)

    scene = Scene(presence=SpyTable()).with_camera()
    handle(scene, monkeypatch, *[message(str(number), line_crossed(number)) for number in range(10)])
    assert transactions == [12]  # ten crossings, the quarter hour's mark, the counter


def test_what_changed_is_published_by_counter(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    zone_id, bus = make_zone(scene).zone_id, MemoryBus()
    latest = line_crossed(2, occurred_at=NOON + timedelta(seconds=3))
    handle_publishing(
        scene,
        monkeypatch,
        bus,
        message("a", line_crossed(1)),
        message("b", latest),
        message("c", zone_entered(1, zone_id)),
    )
    camera, zone = published(bus)
    assert (camera.counter_id, camera.counter_kind, camera.site_id) == (CAMERA, CounterKind.CAMERA, SITE)
    assert (camera.occurred_at, camera.cause) == (latest.occurred_at, latest.event_id)
    assert (zone.counter_id, zone.counter_kind, zone.camera_id) == (zone_id, CounterKind.ZONE, CAMERA)


def test_what_is_delivered_again_is_published_again_under_the_same_id(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    bus = MemoryBus()
    batch = [message("a", line_crossed(1)), message("b", line_crossed(2))]
    handle_publishing(scene, monkeypatch, bus, *batch)
    handle_publishing(scene, monkeypatch, bus, *reversed(batch), batch[0])
    first, again = bus.messages
    assert first == again
    handle_publishing(scene, monkeypatch, bus, message("c", line_crossed(3)))
    assert len({event.event_id for event in published(bus)}) == 2


def test_what_could_not_be_published_is_delivered_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    class DeadBus:
        def publish(self, messages: Sequence[Message]) -> None:
            raise Unavailable("the bus does not answer")

    assert handle_publishing(scene, monkeypatch, DeadBus(), message("a", line_crossed(1))) == ["a"]
    bus = MemoryBus()
    assert handle_publishing(scene, monkeypatch, bus, message("a", line_crossed(1))) == []
    assert counts(scene) == (1, 0)
    assert len(bus.messages) == 1


def test_late_crossings_of_a_deleted_camera_are_kept(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.sites.delete_camera(CAMERA)
    assert handle(scene, monkeypatch, message("a", line_crossed(1))) == []
    assert len(scene.occupancy.list_crossings(CAMERA).items) == 1
