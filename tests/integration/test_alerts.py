"""Crossings on the bus → counts → alerts → a queue and a web server, through the real functions."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from floorsight.events.identity import AnswerSource, PersonNotRecognised, PersonRecognised
from floorsight.events.vehicles import Alarm, GateDecided, Verdict
from floorsight.events.vision import Direction, LineCrossed, ZoneEntered
from floorsight.platform.aws import client
from floorsight.platform.bus import SOURCE, EventBridgeBus
from floorsight.platform.clock import utc_now
from infra.local.accounts import Account
from infra.local.deployment import Deployment
from tests.cloud import make_client
from tests.e2e import square
from tests.fakes.decisions import gate_decided
from tests.integration.test_deployment import sign_in
from tests.waiting import HTTP_SECONDS, eventually, patient_http

pytestmark = pytest.mark.cloud

# Of forty people it warns from 32, is exceeded from 40, and is over from 30 down.
LIMIT = 40
EXPECTED = [("raised", "warning"), ("escalated", "exceeded"), ("resolved", "exceeded")]


def keep(notices: list[dict[str, Any]], notice: dict[str, Any]) -> None:
    """One that comes again is the same: what is told is told at least once."""
    if notice["id"] not in {each["id"] for each in notices}:
        notices.append(notice)


@dataclass
class Receiver:
    """A web server on loopback that confirms its subscription as SNS asks, and keeps what it is told."""

    notices: list[dict[str, Any]] = field(default_factory=list)

    def __enter__(self) -> Receiver:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if body["Type"] == "SubscriptionConfirmation":
                    httpx.get(body["SubscribeURL"], timeout=HTTP_SECONDS).raise_for_status()
                else:
                    keep(receiver.notices, json.loads(body["Message"]))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: Any) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/alerts"


@dataclass
class Mailbox:
    """A queue that the topic may send to, emptied into `notices`."""

    sqs: Any
    url: str
    arn: str
    notices: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def make(cls, cloud: Deployment) -> Mailbox:
        sqs = make_client("sqs", cloud.endpoint)
        url = sqs.create_queue(QueueName=f"alerts-{uuid.uuid4().hex[:8]}")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        allowed = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
        return cls(sqs, url, arn)

    def empty(self) -> list[dict[str, Any]]:
        """All that ever came."""
        while found := self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages"):
            for message in found:
                keep(self.notices, json.loads(json.loads(message["Body"])["Message"]))
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return self.notices


@dataclass
class Door:
    """A camera over a door of a site of forty people, and everything that looks at it."""

    cloud: Deployment
    http: httpx.Client
    operator: dict[str, str]
    name: str
    line_id: str = ""
    people: int = 0
    tracks: int = 0

    def call(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.http.request(
            method, f"{self.cloud.api_url}/api/{path}", json=body, headers=self.operator
        )
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def set_up(self) -> None:
        site = {"site_id": self.name, "name": "Works", "time_zone": "Europe/Berlin", "max_occupancy": LIMIT}
        self.call("POST", "sites", site | {"always_open": True})  # no quiet hour comes between
        camera = {"camera_id": self.name, "site_id": self.name, "name": "Door", "role": "bidirectional"}
        self.call("POST", "occupancy/cameras", camera)
        line = {"name": "Threshold", "start": {"x": 0.5, "y": 0.0}, "end": {"x": 0.5, "y": 1.0}}
        self.line_id = self.call("POST", f"occupancy/cameras/{self.name}/lines", line)["line_id"]

    def subscribe(self, protocol: str, endpoint: str) -> str:
        body = {"protocol": protocol, "endpoint": endpoint, "min_severity": "warning"}
        return str(self.call("POST", f"sites/{self.name}/subscriptions", body)["subscription_id"])

    def watch_server_room(self) -> str:
        """Have faces looked for, and nobody wanted in a part of the picture; its zone's id."""
        camera = self.call("GET", f"occupancy/cameras/{self.name}")
        change = {"name": "Door", "role": "bidirectional", "identify": "recognise"}
        self.call("PUT", f"occupancy/cameras/{self.name}", change | {"revision": camera["revision"]})
        corner = [{"x": 0.0, "y": 0.5}, {"x": 0.5, "y": 0.5}, {"x": 0.5, "y": 1.0}, {"x": 0.0, "y": 1.0}]
        zone = {"name": "Server room", "polygon": corner, "restricted": True}
        return str(self.call("POST", f"occupancy/cameras/{self.name}/zones", zone)["zone_id"])

    def states(self) -> set[str]:
        listed = self.call("GET", f"sites/{self.name}/subscriptions")["items"]
        return {each["state"] for each in listed}

    def move(self, *ways: int) -> None:
        """One person after the other goes in (1) or out (-1), each an event on the bus of its own."""
        bus = EventBridgeBus(self.cloud.event_bus_name, client("events"))
        for way in ways:
            self.tracks += 1
            self.people += way
            crossing = LineCrossed(
                event_id=uuid.uuid4().hex,
                occurred_at=utc_now(),
                site_id=self.name,
                camera_id=self.name,
                stream_session="20260101T000000.000Z-test",
                cause="chunk/1",
                line_id=self.line_id,
                line_revision=1,
                track_id=self.tracks,
                crossing_number=1,
                direction=Direction.IN if way > 0 else Direction.OUT,
                object_class="person",
                confidence=0.9,
                anchor=(0.5, 0.5),
            )
            bus.publish([crossing.to_message()])

    def go_to(self, *levels: int) -> None:
        """Be at one number after the other: a queue keeps no order, so each is waited for."""
        for level in levels:
            way = 1 if level > self.people else -1
            self.move(*[way] * abs(level - self.people))
            self.settle()

    def settle(self) -> None:
        """Wait until every event was counted and looked at."""
        live = f"occupancy/live?site_id={self.name}"
        eventually(lambda: self.call("GET", live)["raw"] == self.people, f"{self.people} inside")
        square.settle(self.cloud)  # what is counted is told a moment later
        sqs = make_client("sqs", self.cloud.endpoint)
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]

        def is_empty() -> bool:
            found = sqs.get_queue_attributes(QueueUrl=self.queue_url, AttributeNames=names)["Attributes"]
            return {int(found[name]) for name in names} == {0}

        eventually(is_empty, "an empty queue of raise_alert")

    def hears(self, mailbox: Mailbox, expected: list[tuple[str, str]]) -> None:
        """Wait until that was told, by whoever claimed to tell it; once all is settled it is nothing else."""
        eventually(lambda: told(mailbox.empty()) == expected, f"{expected} and nothing else")
        self.settle()
        assert told(mailbox.empty()) == expected

    @property
    def queue_url(self) -> str:
        """The queue of raise_alert, by the function that it feeds."""
        lambdas = make_client("lambda", self.cloud.endpoint)
        [mapping] = [
            each
            for each in lambdas.list_event_source_mappings()["EventSourceMappings"]
            if "raisealert" in each["FunctionArn"].lower()
        ]
        name = mapping["EventSourceArn"].rpartition(":")[2]
        return str(make_client("sqs", self.cloud.endpoint).get_queue_url(QueueName=name)["QueueUrl"])


@pytest.fixture
def door(cloud: Deployment, accounts: dict[str, Account]) -> Iterator[Door]:
    with patient_http() as http:
        door = Door(cloud, http, sign_in(http, cloud, accounts["operator"]), f"alert-{uuid.uuid4().hex[:8]}")
        door.set_up()
        yield door


def told(notices: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(notice["step"], notice["level"]) for notice in notices]


def test_subscribers_are_told_once_each_while_the_count_flickers(door: Door) -> None:
    mailbox = Mailbox.make(door.cloud)
    with Receiver() as receiver:
        door.subscribe("sqs", mailbox.arn)
        web = door.subscribe("https", receiver.url)
        eventually(lambda: door.states() == {"confirmed"}, "both subscriptions confirmed")
        door.go_to(31, 32, 31, 32, 31, 33, 31, 32)
        door.hears(mailbox, EXPECTED[:1])
        door.go_to(39, 40, 39, 40, 41, 40, 39, 31, 32, 31, 40)
        door.hears(mailbox, EXPECTED[:2])
        door.go_to(31, 30, 31, 30, 32)  # it is over, and what returns so soon is in its cooldown
        eventually(lambda: len(receiver.notices) >= 3, "the web server's notices")

        door.hears(mailbox, EXPECTED)
        by_step = sorted(receiver.notices, key=lambda notice: notice["at"])
        assert by_step == mailbox.notices
        assert {(notice["site_id"], notice["kind"]) for notice in by_step} == {(door.name, "capacity")}

        alerts = f"occupancy/alerts?site_id={door.name}"

        def deliveries() -> list[str]:
            [alert] = door.call("GET", alerts)["items"]
            return [step["delivery"] for step in alert["steps"]]

        eventually(lambda: deliveries() == ["sent"] * 3, "each step noted as sent")
        [alert] = door.call("GET", alerts)["items"]
        assert (alert["state"], alert["resolved_by"]) == ("resolved", "floorsight")

        door.call("DELETE", f"sites/{door.name}/subscriptions/{web}")
        assert len(door.call("GET", f"sites/{door.name}/subscriptions")["items"]) == 1


def test_a_person_acknowledges_and_resolves_and_a_higher_severity_hears_nothing_of_a_warning(
    door: Door,
) -> None:
    everything, worst_only = Mailbox.make(door.cloud), Mailbox.make(door.cloud)
    door.subscribe("sqs", everything.arn)
    body = {"protocol": "sqs", "endpoint": worst_only.arn, "min_severity": "critical"}
    door.call("POST", f"sites/{door.name}/subscriptions", body)
    door.move(*[1] * 32)
    eventually(lambda: told(everything.empty()) == [("raised", "warning")], "the warning")
    door.settle()
    alerts = f"occupancy/alerts?site_id={door.name}&state=open"
    [alert] = door.call("GET", alerts)["items"]
    path = f"occupancy/alerts/{alert['alert_id']}"
    assert door.call("POST", f"{path}/acknowledge")["state"] == "acknowledged"
    assert door.call("GET", alerts)["items"] == []
    assert door.call("POST", f"{path}/resolve", {"note": "a drill"})["note"] == "a drill"
    eventually(lambda: len(everything.empty()) == 2, "that it was resolved")
    assert told(everything.notices)[1] == ("resolved", "warning")
    assert worst_only.empty() == []


def test_somebody_unknown_in_a_restricted_zone_is_told_once_and_an_employee_is_not(door: Door) -> None:
    mailbox = Mailbox.make(door.cloud)
    door.subscribe("sqs", mailbox.arn)
    zone_id = door.watch_server_room()
    bus = EventBridgeBus(door.cloud.event_bus_name, client("events"))
    stranger, employee = visit(door, 1, zone_id), visit(door, 2, zone_id)
    nobody, anna = answers(door, 1)[0], answers(door, 2)[1]
    # The answer comes before the visit, and after it; each event twice.
    for event in (nobody, employee, anna, stranger) * 2:
        bus.publish([event.to_message()])
    eventually(lambda: len(mailbox.empty()) >= 1, "the alert")
    door.settle()
    assert [(each["kind"], each["step"], each["severity"]) for each in mailbox.empty()] == [
        ("unknown_person", "raised", "critical")
    ]
    assert mailbox.notices[0]["subject"] == {"kind": "zone", "id": zone_id, "name": "Server room"}

    [alert] = door.call("GET", f"occupancy/alerts?site_id={door.name}&state=open")["items"]
    assert alert["title"] == "Unknown person"
    assert alert["steps"][0]["numbers"] == {"track_id": 1, "visit_number": 1}
    bus.publish([answers(door, 1)[1].to_message()])  # somebody named the stranger in the review queue
    eventually(lambda: len(mailbox.empty()) == 2, "that it is taken back")
    assert (mailbox.notices[1]["step"], mailbox.notices[1]["text"]) == (
        "resolved",
        "recognised as an employee meanwhile",
    )


def test_a_blocked_vehicle_is_told_once_and_decisions_without_alarm_do_not_come_that_far(door: Door) -> None:
    mailbox = Mailbox.make(door.cloud)
    door.subscribe("sqs", mailbox.arn)
    door.settle()
    here = {"site_id": door.name, "camera_id": door.name, "occurred_at": utc_now()}
    held = {"alarm": None, "verdict": Verdict.HOLD, "passage_id": f"{door.name}-2"}
    blocked = gate_decided(**here, event_id=f"{door.name}-blocked", passage_id=f"{door.name}-1")
    other = gate_decided(**here, **held, event_id=f"{door.name}-held")
    near = gate_decided(**here, event_id=f"{door.name}-near", passage_id="3", alarm=Alarm.NEAR_BLOCKED)
    EventBridgeBus(door.cloud.event_bus_name, client("events")).publish(
        [event.to_message() for event in (other, blocked, near, blocked, other)]
    )
    eventually(lambda: len(mailbox.empty()) >= 2, "both alerts")
    door.settle()
    told_of = sorted((each["severity"], each["kind"], each["step"]) for each in mailbox.empty())
    assert told_of == [("critical", "blocked_vehicle", "raised"), ("warning", "blocked_vehicle", "raised")]
    [text] = [each["text"] for each in mailbox.notices if each["severity"] == "critical"]
    assert text.startswith("KA01AB1234 is blocked: at gate north, lane 1, coming in, ")
    assert lets_through(door, blocked)
    assert not lets_through(door, other)


def lets_through(door: Door, event: GateDecided) -> bool:
    """Whether a rule of raise_alert's queue takes an event of this content, by the patterns as deployed."""
    events, bus = make_client("events", door.cloud.endpoint), door.cloud.event_bus_name
    queue = door.queue_url.rpartition("/")[2]
    message = event.to_message()
    body = json.dumps(
        {
            "id": "1",
            "account": "000000000000",
            "source": SOURCE,
            "time": "2026-01-01T00:00:00Z",
            "region": "us-east-1",
            "resources": [],
            "detail-type": message.detail_type,
            "detail": json.loads(message.detail),
        }
    )
    rules = [
        rule
        for rule in events.list_rules(EventBusName=bus)["Rules"]
        for target in events.list_targets_by_rule(Rule=rule["Name"], EventBusName=bus)["Targets"]
        if target["Arn"].endswith(f":{queue}")
    ]
    assert len(rules) == 2
    return any(
        events.test_event_pattern(EventPattern=rule["EventPattern"], Event=body)["Result"] for rule in rules
    )


def envelope(door: Door, what: str, track: int) -> dict[str, Any]:
    return {
        "event_id": f"{door.name}-{what}-{track}",
        "occurred_at": utc_now(),
        "site_id": door.name,
        "camera_id": door.name,
        "stream_session": "20260101T000000.000Z-test",
        "cause": "chunk/1",
        "track_id": track,
    }


def visit(door: Door, track: int, zone_id: str) -> ZoneEntered:
    return ZoneEntered(
        **envelope(door, "entered", track),
        zone_id=zone_id,
        zone_revision=1,
        restricted=True,
        visit_number=1,
        object_class="person",
        confidence=0.9,
        anchor=(0.2, 0.7),
    )


def answers(door: Door, track: int) -> tuple[PersonNotRecognised, PersonRecognised]:
    """That nobody knows who it is, and that it is an employee."""
    seen = {"first_seen_at": utc_now(), "last_seen_at": utc_now()}
    nobody = PersonNotRecognised(**envelope(door, "nobody", track), **seen, review_id="r-1")
    known = {"employee_id": "anna", "confidence": 0.9, "source": AnswerSource.GALLERY}
    return nobody, PersonRecognised(**envelope(door, "anna", track), **seen, **known)
