"""Addresses: which can be subscribed, and what each is told of."""

from __future__ import annotations

from typing import Any

import pytest

from floorsight.alerts.model import AlertKind, Concern, Finding, Severity
from floorsight.alerts.subscriptions.model import About, Protocol, Subscription
from floorsight.alerts.subscriptions.rules import NOBODY, check_endpoint, protocol_of_topic
from floorsight.occupancy.series.model import SubjectKind
from floorsight.platform.errors import Conflict, Malformed, Unavailable
from floorsight.platform.topics import FilterPolicy, SubscriptionState
from tests.fakes.scene import SITE, Scene

QUEUE = "arn:aws:sqs:eu-central-1:123456789012:alerts"
GOOD = [
    (Protocol.EMAIL, "security@example.com"),
    (Protocol.EMAIL, "olga.müller+night@mail.example.org"),
    (Protocol.SMS, "+4915112345678"),
    (Protocol.HTTPS, "https://example.com/alerts?x=1"),
    (Protocol.HTTPS, "https://example.com:8443/"),
    (Protocol.SQS, QUEUE),
    (Protocol.SQS, "arn:aws-cn:sqs:cn-north-1:123456789012:a_b-c"),
]
BAD = [
    (Protocol.EMAIL, "security"),
    (Protocol.EMAIL, "a@b"),
    (Protocol.EMAIL, "a@example.com,b@example.com"),
    (Protocol.EMAIL, "security@example.com\n"),
    (Protocol.SMS, "015112345678"),
    (Protocol.SMS, "+49 151 12345678"),
    (Protocol.HTTPS, "http://example.com/"),
    (Protocol.HTTPS, "https://"),
    (Protocol.HTTPS, "https://olga:secret@example.com/"),
    (Protocol.HTTPS, "https://example.com:99999/"),
    (Protocol.HTTPS, "https://[::1"),
    (Protocol.HTTPS, "ftp://example.com/"),
    (Protocol.HTTPS, "https://example.com/" + "x" * 500),
    (Protocol.SQS, "arn:aws:sns:eu-central-1:123456789012:alerts"),
    (Protocol.SQS, "https://sqs.eu-central-1.amazonaws.com/123456789012/alerts"),
    (Protocol.SQS, ""),
]


@pytest.mark.parametrize(("protocol", "endpoint"), GOOD)
def test_good_endpoints(protocol: Protocol, endpoint: str) -> None:
    check_endpoint(protocol, endpoint, allow_loopback=False)
    assert protocol_of_topic(protocol, endpoint) == protocol


@pytest.mark.parametrize("allow_loopback", [False, True])
@pytest.mark.parametrize(("protocol", "endpoint"), BAD)
def test_bad_endpoints_are_refused_with_an_example(
    protocol: Protocol, endpoint: str, allow_loopback: bool
) -> None:
    with pytest.raises(Malformed, match="write one such as") as refused:
        check_endpoint(protocol, endpoint, allow_loopback=allow_loopback)
    assert (refused.value.code, refused.value.field) == ("bad_endpoint", "endpoint")


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:8000/x", "http://[::1]:8000/", "http://localhost/"])
def test_plain_http_goes_to_this_machine_only_where_that_is_allowed(endpoint: str) -> None:
    check_endpoint(Protocol.HTTPS, endpoint, allow_loopback=True)
    assert protocol_of_topic(Protocol.HTTPS, endpoint) == "http"
    with pytest.raises(Malformed):
        check_endpoint(Protocol.HTTPS, endpoint, allow_loopback=False)


@pytest.fixture
def scene() -> Scene:
    return Scene().with_camera().with_camera("hall-1", site_id="plant-2")


def subscribe(
    scene: Scene, site_id: str = SITE, severity: Severity = Severity.WARNING, endpoint: str = QUEUE
) -> Subscription:
    return scene.subscriptions.subscribe(
        site_id, protocol=Protocol.SQS, endpoint=endpoint, min_severity=severity, by="olga"
    )


def happen(scene: Scene, site_id: str, severity: Severity) -> None:
    concern = Concern(AlertKind.CAPACITY, site_id, SubjectKind.SITE, site_id)
    found = Finding(concern, "Plant", severity, False, "45 inside")
    scene.alerts.record_findings(site_id, lambda _: [found])
    scene.alerts.send_due(site_id)


def heard(scene: Scene, arn: str | None) -> list[str]:
    return [notice.attributes["audience"] for notice in scene.topic.heard_by(str(arn))]


def test_an_address_hears_of_its_sites_each_from_its_own_severity(scene: Scene) -> None:
    first = subscribe(scene, SITE, Severity.CRITICAL)
    second = subscribe(scene, "plant-2", Severity.NOTICE)
    assert first.arn == second.arn
    assert len(scene.topic.subscriptions) == 1
    for site_id in (SITE, "plant-2"):
        for severity in (Severity.NOTICE, Severity.WARNING, Severity.CRITICAL):
            happen(scene, site_id, severity)
    assert heard(scene, first.arn) == [
        "plant-1/critical",
        "plant-2/notice",
        "plant-2/warning",
        "plant-2/critical",
    ]


def test_again_changes_the_severity(scene: Scene) -> None:
    subscribe(scene, severity=Severity.CRITICAL)
    again = subscribe(scene, severity=Severity.WARNING)
    happen(scene, SITE, Severity.WARNING)
    assert heard(scene, again.arn) == ["plant-1/warning"]
    [(listed, state)] = scene.subscriptions.list_subscriptions(SITE).items
    assert (listed, state) == (again, SubscriptionState.CONFIRMED)


def test_ending_one_site_leaves_the_others(scene: Scene) -> None:
    first, second = subscribe(scene, SITE), subscribe(scene, "plant-2")
    scene.subscriptions.unsubscribe(SITE, first.subscription_id)
    happen(scene, SITE, Severity.WARNING)
    happen(scene, "plant-2", Severity.WARNING)
    assert heard(scene, second.arn) == ["plant-2/warning"]
    assert scene.subscriptions.list_subscriptions(SITE).items == []
    scene.subscriptions.unsubscribe("plant-2", second.subscription_id)
    assert scene.topic.subscriptions == {}


def test_before_it_ends_its_filter_is_closed(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """SNS keeps what nobody has confirmed: it must hear nothing, should somebody confirm it later."""
    made = subscribe(scene)
    monkeypatch.setattr(scene.topic, "unsubscribe", lambda arn: None)
    scene.subscriptions.unsubscribe(SITE, made.subscription_id)
    assert scene.topic.subscriptions[str(made.arn)][2] == NOBODY


def test_one_that_lapsed_is_made_anew_for_all_its_sites(scene: Scene) -> None:
    subscribe(scene, SITE)
    old = subscribe(scene, "plant-2")
    scene.topic.unsubscribe(str(old.arn))
    new = subscribe(scene, SITE)
    assert new.arn != old.arn
    [(other, state)] = scene.subscriptions.list_subscriptions("plant-2").items
    assert (other.arn, state) == (new.arn, SubscriptionState.CONFIRMED)


def test_what_sns_refuses_is_not_kept(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> str:
        raise Malformed("SNS refuses the endpoint", code="bad_endpoint", field="endpoint")

    monkeypatch.setattr(scene.topic, "subscribe", refuse)
    with pytest.raises(Malformed):
        subscribe(scene)
    assert scene.subscriptions.list_subscriptions(SITE).items == []


def test_what_sns_refuses_now_stays_as_it_was_before(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    made = subscribe(scene, severity=Severity.CRITICAL)

    def refuse(*_: object) -> str:
        raise Malformed("SNS refuses the endpoint", code="bad_endpoint", field="endpoint")

    monkeypatch.setattr(scene.topic, "subscribe", refuse)
    with pytest.raises(Malformed):
        subscribe(scene, severity=Severity.NOTICE)
    assert scene.subscriptions.list_subscriptions(SITE).items == [(made, SubscriptionState.CONFIRMED)]


@pytest.mark.parametrize("again", [SITE, "plant-2"])
def test_one_can_be_ended_though_sns_did_not_answer_when_it_was_asked_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, again: str
) -> None:
    made = subscribe(scene, SITE)

    def throttle(*_: object) -> str:
        raise Unavailable("SNS is busy")

    with monkeypatch.context() as patch:
        patch.setattr(scene.topic, "subscribe", throttle)
        with pytest.raises(Unavailable):
            subscribe(scene, again, Severity.NOTICE)
    assert [(s.arn, state) for s, state in scene.subscriptions.list_subscriptions(again).items] == [
        (made.arn, SubscriptionState.CONFIRMED)
    ]
    scene.subscriptions.unsubscribe(again, made.subscription_id)
    happen(scene, again, Severity.CRITICAL)
    still_there = made.arn in scene.topic.subscriptions
    assert still_there == (again != SITE)  # the other site is still wanted
    assert not still_there or heard(scene, made.arn) == []


def test_an_address_has_fifty_sites_at_most(scene: Scene) -> None:
    for number in range(3, 53):
        scene.sites.create_site(site_id=f"plant-{number}", name="Plant", time_zone="Europe/Berlin")
        subscribe(scene, f"plant-{number}")
    with pytest.raises(Conflict, match="50 sites"):
        subscribe(scene, SITE)
    subscribe(scene, "plant-3", Severity.CRITICAL)


def test_alerts_about_employees_reach_only_whoever_asked_for_their_kind(scene: Scene) -> None:
    security = subscribe(scene, SITE, Severity.NOTICE)
    hr = scene.subscriptions.subscribe(
        SITE,
        protocol=Protocol.EMAIL,
        endpoint="hr@example.com",
        min_severity=Severity.CRITICAL,
        by="olga",
        about=[About.MISSING_PUNCHES],
    )
    for kind in (AlertKind.MISSING_PUNCHES, AlertKind.OUTSIDE_HOURS, AlertKind.UNKNOWN_PERSON):
        finding = Finding(
            Concern(kind, SITE, SubjectKind.SITE, SITE), "Plant", Severity.NOTICE, over=False, text="x"
        )
        scene.alerts.record_and_send(SITE, lambda _, found=finding: [found])
    assert heard(scene, security.arn) == [f"{SITE}/notice"]
    assert heard(scene, hr.arn) == [f"{SITE}/missing_punches"]
    assert scene.subscriptions.store.find(hr.subscription_id, SITE) == hr


def test_thirty_sites_of_everything_fill_a_filter(scene: Scene) -> None:
    for number in range(31):
        site_id = f"yard-{number}"
        scene.sites.create_site(site_id=site_id, name="Yard", time_zone="Europe/Berlin")
        wanted = {"protocol": Protocol.SQS, "endpoint": QUEUE, "min_severity": Severity.NOTICE}
        if number < 30:
            scene.subscriptions.subscribe(site_id, **wanted, by="olga", about=About)
        else:
            with pytest.raises(Conflict, match="30 sites"):
                scene.subscriptions.subscribe(site_id, **wanted, by="olga", about=About)


def test_who_subscribes_an_address_as_its_last_site_ends_is_told(scene: Scene) -> None:
    ending = subscribe(scene)
    topic: Any = scene.topic
    set_filter = topic.set_filter

    def subscribe_then(arn: str, policy: FilterPolicy) -> None:
        topic.set_filter = set_filter
        set_filter(arn, policy)
        subscribe(scene, "plant-2")

    topic.set_filter = subscribe_then
    scene.subscriptions.unsubscribe(SITE, ending.subscription_id)
    [(kept, state)] = scene.subscriptions.list_subscriptions("plant-2").items
    assert (kept.site_id, state) == ("plant-2", SubscriptionState.CONFIRMED)
    assert scene.subscriptions.list_subscriptions(SITE).items == []
