"""SQS batches: a site is looked at once, and its messages fail together."""

from __future__ import annotations

import json
from typing import Any

import pytest

from floorsight.alerts.occurrences.store import OccurrenceStore
from floorsight.alerts.occurrences.telling import Teller
from floorsight.alerts.people.hours import OutsideHours
from floorsight.alerts.people.store import FollowedStore, PeoplePolicyStore
from floorsight.alerts.people.zones import RestrictedZones
from floorsight.alerts.vehicles.gates import BlockedVehicles
from floorsight.events.occupancy import CounterKind, OccupancyChanged
from floorsight.platform.errors import Unavailable
from floorsight.platform.settings import RaiseAlertSettings
from functions.raise_alert import handler as module
from tests.fakes.clock import NOON
from tests.fakes.decisions import gate_decided
from tests.fakes.restricted import People
from tests.fakes.scene import CAMERA, SESSION, SITE, line_crossed
from tests.fakes.watch import Watch


def changed(number: int, *, site_id: str = SITE, counter_id: str = CAMERA) -> OccupancyChanged:
    return OccupancyChanged(
        event_id=str(number),
        occurred_at=NOON,
        site_id=site_id,
        camera_id=CAMERA,
        stream_session=SESSION,
        cause="x",
        counter_id=counter_id,
        counter_kind=CounterKind.ZONE if "." in counter_id else CounterKind.CAMERA,
    )


def message(message_id: str, event: Any, **envelope: Any) -> dict[str, Any]:
    body = {"detail-type": event.detail_type(), "detail": event.model_dump(mode="json")}
    return {"messageId": message_id, "body": json.dumps(body | envelope)}


def checks_of(watch: Watch) -> module.Checks:
    """The function's checks on a watch's tables."""
    presence, registry = watch.scene.presence, watch.scene.registry
    teller = Teller(watch.alerts, OccurrenceStore(presence))
    return module.Checks(
        watch.count_checks,
        RestrictedZones(watch.alerts, FollowedStore(presence)),
        OutsideHours(teller, watch.sites, PeoplePolicyStore(registry)),
        BlockedVehicles(teller, watch.sites),
    )


def handle(checks: module.Checks, monkeypatch: pytest.MonkeyPatch, *messages: dict[str, Any]) -> list[str]:
    """The ids of the messages that the queue must deliver again."""
    monkeypatch.setattr(module, "make_checks", lambda: checks)
    answer = module.handler({"Records": list(messages)}, None)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


@pytest.fixture
def watch() -> Watch:
    return Watch()


def test_a_batch_is_one_look_at_its_site(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    watch.counts[CAMERA] = 45
    batch = [message(str(number), changed(number)) for number in range(10)]
    assert handle(checks_of(watch), monkeypatch, *batch) == []
    assert handle(checks_of(watch), monkeypatch, *batch) == []
    assert watch.topic.steps == [("capacity", "raised", "warning")]


@pytest.mark.parametrize(
    "bad",
    [
        {"messageId": "bad", "body": "not json"},
        message("bad", line_crossed(1)),
        message("bad", changed(1), detail={"event_id": "x"}),
    ],
    ids=["text", "other", "fields"],
)
def test_a_bad_message_fails_alone(
    watch: Watch, monkeypatch: pytest.MonkeyPatch, bad: dict[str, Any]
) -> None:
    watch.counts[CAMERA] = 45
    assert handle(checks_of(watch), monkeypatch, message("a", changed(1)), bad) == ["bad"]
    assert len(watch.history) == 1


def test_a_site_that_is_gone_fails_nobody(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    messages = [message("a", changed(1, site_id="gone")), message("b", changed(2))]
    assert handle(checks_of(watch), monkeypatch, *messages) == []


def test_a_topic_that_does_not_answer_fails_that_sites_messages(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise Unavailable("SNS is busy")

    watch.topic.before = refuse
    watch.counts[CAMERA] = 45
    messages = [
        message("a", changed(1)),
        message("b", changed(2, site_id="gone")),
        message("c", changed(3, counter_id=f"{CAMERA}.gone")),
    ]
    assert handle(checks_of(watch), monkeypatch, *messages) == ["a", "c"]


def test_messages_about_people_are_looked_at_one_by_one(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant = People(watch)
    batch = [
        message("entered", plant.entered()),
        message("nobody", plant.not_recognised()),
        message("bad", plant.entered(), detail={}),
        message("left", plant.left()),
        message("punch", plant.punched()),
        message("recognised", plant.recognised(track=2)),
        message("count", changed(1)),
    ]
    assert handle(checks_of(watch), monkeypatch, *batch) == ["bad"]
    assert handle(checks_of(watch), monkeypatch, *batch) == ["bad"]
    assert watch.topic.steps == [("unknown_person", "raised", "critical")]


def test_messages_about_gates_are_looked_at_one_by_one(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = [
        message("blocked", gate_decided()),
        message("nowhere", gate_decided(passage_id="p-2", site_id="gone")),
        message("nothing", gate_decided(passage_id="p-3", alarm=None)),
    ]
    assert handle(checks_of(watch), monkeypatch, *batch) == ["nowhere"]
    assert handle(checks_of(watch), monkeypatch, *batch) == ["nowhere"]
    assert watch.topic.steps == [("blocked_vehicle", "raised", "critical")]


def test_it_is_wired_as_its_settings_say(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = RaiseAlertSettings(
        registry_table="r", presence_table="p", security_topic="arn:t", cooldown_seconds=7, drift_tolerance=1
    )
    for name, value in settings.to_environment().items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "eu-central-1")
    module.make_checks.cache_clear()
    policy = module.make_checks().counts.alerts.policy
    module.make_checks.cache_clear()
    assert (policy.cooldown.total_seconds(), policy.drift_tolerance) == (7, 1)
