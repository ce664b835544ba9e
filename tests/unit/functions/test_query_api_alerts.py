"""The routes of alerts and subscriptions: success, each error, paging, roles."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from floorsight.alerts.model import AlertKind, Concern, Finding, Severity
from floorsight.occupancy.series.model import SubjectKind
from floorsight.platform.errors import Unavailable
from floorsight.platform.topics import SubscriptionState
from tests.fakes.scene import CAMERA, SITE
from tests.unit.functions.conftest import Api

ALERTS = "/api/occupancy/alerts"
SUBSCRIPTIONS = f"/api/sites/{SITE}/subscriptions"
MAIL = {"protocol": "email", "endpoint": "security@example.com"}
SITE_CONCERN = Concern(AlertKind.CAPACITY, SITE, SubjectKind.SITE, SITE)


def problem_of(answer: Any) -> tuple[int, str, list[str]]:
    body = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, body["code"], [error["field"] for error in body.get("errors", [])]


def find(api: Api, severity: Severity | None, concern: Concern = SITE_CONCERN) -> None:
    """Tell the alerts room of a finding, and time goes on."""
    finding = Finding(concern, "Plant 1", severity, severity is None, "45 inside", {"inside": 45})
    api.scene.alerts.record_findings(SITE, lambda _: [finding])
    api.scene.clock.advance(400)


@pytest.fixture
def crowded(api: Api) -> str:
    """An open alert's id."""
    api.scene.with_camera()
    find(api, Severity.WARNING)
    return str(api.viewer.get(ALERTS, params={"site_id": SITE}).json()["items"][0]["alert_id"])


def test_an_alert_is_described(api: Api, crowded: str) -> None:
    alert = api.viewer.get(f"{ALERTS}/{crowded}").json()
    assert alert == api.viewer.get(ALERTS, params={"site_id": SITE}).json()["items"][0]
    assert (alert["kind"], alert["level"], alert["title"]) == ("capacity", "warning", "Capacity warning")
    assert (alert["state"], alert["severity"]) == ("open", "warning")
    assert (alert["subject_kind"], alert["subject_id"], alert["subject_name"]) == ("site", SITE, "Plant 1")
    [step] = alert["steps"]
    assert (step["name"], step["text"], step["numbers"]) == ("raised", "45 inside", {"inside": 45})
    assert step["delivery"] == "pending"


def test_an_alert_is_acknowledged_snoozed_and_resolved(api: Api, crowded: str) -> None:
    acknowledged = api.operator.post(f"{ALERTS}/{crowded}/acknowledge").json()
    assert (acknowledged["state"], acknowledged["acknowledged_by"]) == ("acknowledged", "olga")
    until = (api.scene.clock() + timedelta(hours=1)).isoformat()
    snoozed = api.operator.post(f"{ALERTS}/{crowded}/snooze", json={"until": until}).json()
    assert snoozed["snoozed_by"] == "olga"
    resolved = api.operator.post(f"{ALERTS}/{crowded}/resolve", json={"note": "a drill"}).json()
    assert (resolved["state"], resolved["resolved_by"], resolved["note"]) == ("resolved", "olga", "a drill")


@pytest.mark.parametrize("act", ["acknowledge", "resolve", "snooze"])
def test_acting_on_alerts_needs_an_operator_and_an_alert_that_lives(api: Api, crowded: str, act: str) -> None:
    body = {"until": (api.scene.clock() + timedelta(hours=1)).isoformat()} if act == "snooze" else {}

    def post(client: Any, alert_id: str) -> tuple[int, str, list[str]]:
        return problem_of(client.post(f"{ALERTS}/{alert_id}/{act}", json=body))

    assert post(api.stranger, crowded)[0] == 401
    assert post(api.viewer, crowded) == (403, "role_missing", [])
    assert post(api.operator, "plant-1.x.y") == (404, "unknown_alert", [])
    assert post(api.operator, "nothing") == (404, "unknown_alert", [])
    find(api, None)
    assert post(api.operator, crowded) == (409, "alert_resolved", [])


@pytest.mark.parametrize(
    ("act", "body", "code", "field"),
    [
        ("snooze", {}, "invalid_request", "until"),
        ("snooze", {"until": "2026-03-02T13:00:00"}, "invalid_request", "until"),
        ("snooze", {"until": "2026-03-02T11:00:00Z"}, "bad_snooze", "until"),
        ("snooze", {"until": "2027-03-02T13:00:00Z"}, "bad_snooze", "until"),
        ("resolve", {"note": "x" * 501}, "invalid_request", "note"),
        ("resolve", {"why": "x"}, "invalid_request", "why"),
    ],
)
def test_bad_acts_are_refused_with_the_field(
    api: Api, crowded: str, act: str, body: dict[str, Any], code: str, field: str
) -> None:
    answer = api.operator.post(f"{ALERTS}/{crowded}/{act}", json=body)
    assert problem_of(answer) == (422, code, [field])


def test_alerts_are_listed_by_state_and_time_in_pages(api: Api) -> None:
    api.scene.with_camera()
    start = api.scene.clock()
    for _ in range(3):
        find(api, Severity.WARNING)
        find(api, None)
    find(api, Severity.CRITICAL)

    def listed(**params: Any) -> list[str]:
        answer = api.viewer.get(ALERTS, params={"site_id": SITE, **params}).json()
        return [alert["raised_at"] for alert in answer["items"]]

    everything = listed()
    assert everything == sorted(everything, reverse=True)
    assert len(everything) == 4
    assert listed(state="open") == everything[:1]
    assert listed(state="resolved") == everything[1:]
    assert listed(state=["open", "resolved"]) == everything
    assert listed(state="acknowledged") == []
    after = (start + timedelta(seconds=800)).isoformat()
    assert listed(**{"from": after}) == everything[:3]
    assert listed(to=after) == everything[3:]
    seen, cursor = [], ""
    while cursor is not None:
        params = {"site_id": SITE, "limit": 3, "cursor": cursor}
        page = api.viewer.get(ALERTS, params=params).json()
        seen += [alert["raised_at"] for alert in page["items"]]
        cursor = page["next_cursor"]
    assert seen == everything


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, (422, "invalid_request", ["site_id"])),
        ({"site_id": "nowhere"}, (404, "unknown_site", [])),
        ({"site_id": SITE, "state": "closed"}, (422, "invalid_request", ["state.0"])),
        ({"site_id": SITE, "from": "2026-03-02T12:00:00"}, (422, "invalid_request", ["from"])),
        ({"site_id": SITE, "cursor": "bm8"}, (422, "bad_cursor", ["cursor"])),
    ],
)
def test_bad_lists_are_refused(api: Api, params: dict[str, Any], expected: Any) -> None:
    api.scene.with_camera()
    assert problem_of(api.viewer.get(ALERTS, params=params)) == expected
    assert api.stranger.get(ALERTS, params=params).status_code == 401


def test_an_address_subscribes_is_listed_and_ends(api: Api) -> None:
    api.scene.with_camera()
    made = api.operator.post(SUBSCRIPTIONS, json=MAIL)
    assert made.status_code == 201
    subscription = made.json()
    assert subscription.items() >= (MAIL | {"min_severity": "warning", "state": "pending"}).items()
    assert (subscription["site_id"], subscription["created_by"]) == (SITE, "olga")
    [arn] = api.scene.topic.subscriptions
    api.scene.topic.states[arn] = SubscriptionState.CONFIRMED
    listed = api.operator.get(SUBSCRIPTIONS).json()
    assert listed == {"items": [subscription | {"state": "confirmed"}], "next_cursor": None}
    path = f"{SUBSCRIPTIONS}/{subscription['subscription_id']}"
    assert api.operator.delete(path).status_code == 204
    assert api.operator.get(SUBSCRIPTIONS).json()["items"] == []
    assert api.scene.topic.subscriptions == {}
    assert problem_of(api.operator.delete(path)) == (404, "unknown_subscription", [])


def test_subscriptions_come_in_pages(api: Api) -> None:
    api.scene.with_camera()
    for number in range(3):
        api.operator.post(SUBSCRIPTIONS, json={"protocol": "email", "endpoint": f"olga{number}@example.com"})
    first = api.operator.get(SUBSCRIPTIONS, params={"limit": 2}).json()
    rest = api.operator.get(SUBSCRIPTIONS, params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert len({each["endpoint"] for each in first["items"] + rest["items"]}) == 3


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"protocol": "fax"}, "invalid_request", "protocol"),
        ({"endpoint": "nobody"}, "bad_endpoint", "endpoint"),
        ({"protocol": "https", "endpoint": "http://127.0.0.1:1/x"}, "bad_endpoint", "endpoint"),
        ({"min_severity": "huge"}, "invalid_request", "min_severity"),
        ({"more": 1}, "invalid_request", "more"),
    ],
)
def test_a_bad_subscription_is_refused_with_the_field(
    api: Api, change: dict[str, Any], code: str, field: str
) -> None:
    api.scene.with_camera()
    assert problem_of(api.operator.post(SUBSCRIPTIONS, json=MAIL | change)) == (422, code, [field])
    assert api.scene.topic.subscriptions == {}


def test_subscriptions_need_an_operator_and_a_site(api: Api) -> None:
    calls: list[Callable[[Any], Any]] = [
        lambda client: client.get(SUBSCRIPTIONS),
        lambda client: client.post(SUBSCRIPTIONS, json=MAIL),
        lambda client: client.delete(f"{SUBSCRIPTIONS}/x"),
    ]
    for call in calls:
        assert call(api.stranger).status_code == 401
        assert problem_of(call(api.viewer)) == (403, "role_missing", [])
        assert call(api.operator).status_code == 404


def test_a_topic_that_does_not_answer_is_said(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    api.scene.with_camera()

    def refuse(*_: Any) -> str:
        raise Unavailable("SNS is busy")

    monkeypatch.setattr(api.scene.topic, "subscribe", refuse)
    assert problem_of(api.operator.post(SUBSCRIPTIONS, json=MAIL))[0] == 503
    monkeypatch.undo()
    [left] = api.operator.get(SUBSCRIPTIONS).json()["items"]
    assert left["state"] == "lapsed"
    assert api.operator.post(SUBSCRIPTIONS, json=MAIL).json()["state"] == "pending"


def test_the_camera_of_the_scene_has_alerts_of_its_own(api: Api, crowded: str) -> None:
    find(api, Severity.WARNING, Concern(AlertKind.CAMERA_OFFLINE, SITE, SubjectKind.CAMERA, CAMERA))
    [offline, crowding] = api.viewer.get(ALERTS, params={"site_id": SITE}).json()["items"]
    assert (offline["kind"], offline["level"], offline["title"]) == (
        "camera_offline",
        None,
        "Camera offline",
    )
    assert crowding["alert_id"] == crowded


def test_who_wants_to_hear_of_employees_says_so(api: Api) -> None:
    api.scene.with_camera()
    body = MAIL | {"about": ["missing_punches", "missing_punches"]}
    made = api.operator.post(SUBSCRIPTIONS, json=body).json()
    assert made["about"] == ["missing_punches"]
    (policy,) = (policy for _, _, policy in api.scene.topic.subscriptions.values())
    assert policy == {"audience": [f"{SITE}/missing_punches"]}
    assert api.operator.post(SUBSCRIPTIONS, json=MAIL).json()["about"] == ["security"]
    status, code, fields = problem_of(api.operator.post(SUBSCRIPTIONS, json=MAIL | {"about": []}))
    assert (status, code, fields) == (422, "invalid_request", ["about"])


def test_what_a_site_wants_to_be_told_of_its_employees(api: Api) -> None:
    api.scene.with_camera()
    path = f"/api/sites/{SITE}/people-alerts"
    off = {"site_id": SITE, "outside_hours": False, "digest_at": None, "revision": 0}
    assert api.viewer.get(path).json() == off
    change = {"outside_hours": True, "digest_at": "07:45", "revision": 0}
    assert api.operator.put(path, json=change).json() == {**off, **change, "revision": 1}
    assert api.viewer.get(path).json()["digest_at"] == "07:45"
    other = {"revision": 0, "digest_at": "09:00"}
    assert problem_of(api.operator.put(path, json=other))[:2] == (409, "revision_changed")
    assert problem_of(api.operator.put(path, json=change | {"digest_at": "7.45"}))[0] == 422
    assert problem_of(api.viewer.get(path.replace(SITE, "gone")))[:2] == (404, "unknown_site")
