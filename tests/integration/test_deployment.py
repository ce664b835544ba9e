"""The local stage, deployed for real: its routes, its users, its first reaction."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from floorsight.events.envelope import Event
from floorsight.events.vision import Direction, LineCrossed, VisitEnd, ZoneEntered, ZoneLeft
from floorsight.platform.aws import client
from floorsight.platform.bus import EventBridgeBus
from floorsight.platform.clock import utc_now
from infra.constructs.reaction import MAX_RECEIVES
from infra.local.accounts import Account
from infra.local.deployment import Deployment, deploy
from tests.cloud import make_client
from tests.waiting import eventually, patient_http

pytestmark = pytest.mark.cloud


@dataclass(frozen=True)
class Door:
    """A camera with a line over a door."""

    site_id: str
    camera_id: str
    line_id: str

    def crossing(self, track_id: int, *, camera_id: str | None = None) -> LineCrossed:
        return LineCrossed(
            event_id=uuid.uuid4().hex,
            occurred_at=utc_now(),
            site_id=self.site_id,
            camera_id=camera_id or self.camera_id,
            stream_session="20260101T000000.000Z-test",
            cause="chunk/1",
            line_id=self.line_id if camera_id is None else f"{camera_id}.aaaaaa",
            line_revision=1,
            track_id=track_id,
            crossing_number=1,
            direction=Direction.IN,
            object_class="person",
            confidence=0.9,
            anchor=(0.5, 0.5),
        )


@pytest.fixture(scope="module")
def api(cloud: Deployment) -> Iterator[httpx.Client]:
    with patient_http() as http:
        yield http


def sign_in(api: httpx.Client, cloud: Deployment, account: Account) -> dict[str, str]:
    body = {"username": account.username, "password": account.password}
    answer = api.post(f"{cloud.api_url}/api/login", json=body)
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['id_token']}"}


@pytest.fixture(scope="module")
def operator(api: httpx.Client, cloud: Deployment, accounts: dict[str, Account]) -> dict[str, str]:
    return sign_in(api, cloud, accounts["operator"])


@pytest.fixture
def door(api: httpx.Client, cloud: Deployment, operator: dict[str, str]) -> Door:
    """A door of this test's own."""
    name = f"door-{uuid.uuid4().hex[:8]}"

    def create(path: str, body: dict[str, Any]) -> Any:
        answer = api.post(f"{cloud.api_url}/api/{path}", json=body, headers=operator)
        assert answer.status_code == 201, answer.text
        return answer.json()

    # Else its counts begin anew when the quiet hour comes while a test runs.
    far_off = (datetime.now(ZoneInfo("Europe/Berlin")) + timedelta(hours=12)).strftime("%H:%M")
    site = {"site_id": name, "name": "Works", "time_zone": "Europe/Berlin", "quiet_hour": far_off}
    create("sites", site)
    create("occupancy/cameras", {"camera_id": name, "site_id": name, "name": "Door", "role": "bidirectional"})
    line = create(
        f"occupancy/cameras/{name}/lines",
        {"name": "Threshold", "start": {"x": 0.5, "y": 0.0}, "end": {"x": 0.5, "y": 1.0}},
    )
    return Door(name, name, line["line_id"])


def test_the_outputs_name_what_exists(cloud: Deployment) -> None:
    for table in (cloud.registry_table_name, cloud.presence_table_name, cloud.trails_table_name):
        assert client("dynamodb").describe_table(TableName=table)["Table"]["TableStatus"] == "ACTIVE"
    assert client("kinesis").describe_stream_summary(StreamName=cloud.chunk_stream_name)
    assert client("s3").head_bucket(Bucket=cloud.media_bucket_name)
    assert client("events").describe_event_bus(Name=cloud.event_bus_name)["Name"] == cloud.event_bus_name


def test_a_deployment_is_found_again(cloud: Deployment) -> None:
    assert Deployment.load(cloud.port) == cloud


def test_deploying_again_changes_nothing(cloud: Deployment) -> None:
    assert deploy(cloud.endpoint) == cloud


def test_health_needs_no_token(api: httpx.Client, cloud: Deployment) -> None:
    answer = api.get(f"{cloud.api_url}/api/health")
    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["stage"]) == ("ok", "local")


@pytest.mark.parametrize("path", ["/api/me", "/api/sites", "/api/occupancy/cameras"])
def test_other_routes_stop_at_the_authorizer(api: httpx.Client, cloud: Deployment, path: str) -> None:
    for headers in ({}, {"Authorization": "Bearer not-a-token"}):
        assert api.get(f"{cloud.api_url}{path}", headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("role", "roles"),
    [
        ("admin", {"admin", "operator", "viewer"}),
        ("operator", {"operator", "viewer"}),
        ("viewer", {"viewer"}),
    ],
)
def test_users_sign_in_as_what_they_are(
    api: httpx.Client, cloud: Deployment, accounts: dict[str, Account], role: str, roles: set[str]
) -> None:
    headers = sign_in(api, cloud, accounts[role])
    answer = api.get(f"{cloud.api_url}/api/me", headers=headers).json()
    assert answer["username"] == role
    assert set(answer["roles"]) == roles


def test_a_wrong_password_is_refused(
    api: httpx.Client, cloud: Deployment, accounts: dict[str, Account]
) -> None:
    body = {"username": "viewer", "password": accounts["viewer"].password + "x"}
    answer = api.post(f"{cloud.api_url}/api/login", json=body)
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_credentials")


def test_a_crossing_on_the_bus_is_counted(
    api: httpx.Client, cloud: Deployment, operator: dict[str, str], door: Door
) -> None:
    bus = EventBridgeBus(cloud.event_bus_name, client("events"))
    crossing = door.crossing(track_id=1).to_message()
    bus.publish([crossing, crossing, door.crossing(track_id=2).to_message()])
    live = f"{cloud.api_url}/api/occupancy/cameras/{door.camera_id}/live"

    counted = eventually(
        lambda: (answer := api.get(live, headers=operator).json())["entries"] >= 2 and answer, "two entries"
    )
    assert (counted["entries"], counted["exits"], counted["occupancy"]) == (2, 0, 2)


def test_a_visit_to_a_zone_on_the_bus_is_counted(
    api: httpx.Client, cloud: Deployment, operator: dict[str, str], door: Door
) -> None:
    """Leaving may arrive before entering; the zone has its own count, and its camera's stays as it is."""
    occupancy = f"{cloud.api_url}/api/occupancy"
    polygon = [{"x": x, "y": y} for x, y in ((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9))]
    zone = api.post(
        f"{occupancy}/cameras/{door.camera_id}/zones",
        json={"name": "Press", "polygon": polygon},
        headers=operator,
    ).json()
    entered = ZoneEntered(
        **door.crossing(track_id=1).model_dump(include=set(Event.model_fields)),
        zone_id=zone["zone_id"],
        zone_revision=zone["revision"],
        restricted=False,
        track_id=1,
        visit_number=1,
        object_class="person",
        confidence=0.9,
        anchor=(0.5, 0.5),
    )
    left = ZoneLeft(
        **entered.model_dump() | {"event_id": uuid.uuid4().hex, "occurred_at": utc_now()},
        entered_at=entered.occurred_at,
        dwell_seconds=1.5,
        reason=VisitEnd.LEFT,
    )
    second = entered.model_copy(update={"event_id": uuid.uuid4().hex, "track_id": 2})
    EventBridgeBus(cloud.event_bus_name, client("events")).publish(
        [event.to_message() for event in (left, second, entered, left)]
    )
    live = f"{occupancy}/zones/{zone['zone_id']}/live"
    counted = eventually(
        lambda: (
            (answer := api.get(live, headers=operator).json())["entries"] + answer["exits"] >= 3 and answer
        ),
        "two entered and one left",
    )
    assert (counted["entries"], counted["exits"], counted["occupancy"]) == (2, 1, 1)
    assert api.get(f"{occupancy}/cameras/{door.camera_id}/live", headers=operator).json()["entries"] == 0


def test_an_event_that_fails_for_ever_is_kept_and_blocks_nothing(
    api: httpx.Client, cloud: Deployment, operator: dict[str, str], door: Door
) -> None:
    sqs = make_client("sqs", cloud.endpoint)
    queue, dead_letters = cloud.update_occupancy_queue_url, cloud.update_occupancy_dlq_url
    # Two minutes between attempts, as on AWS, would make this test ten minutes long.
    hidden = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["VisibilityTimeout"])["Attributes"]
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "1"})
    bus = EventBridgeBus(cloud.event_bus_name, client("events"))
    unknown = door.crossing(track_id=1, camera_id=f"nobody-{uuid.uuid4().hex[:8]}")
    try:
        bus.publish([unknown.to_message(), door.crossing(track_id=2).to_message()])
        live = f"{cloud.api_url}/api/occupancy/cameras/{door.camera_id}/live"
        eventually(lambda: api.get(live, headers=operator).json()["entries"] == 1, "its neighbour's count")
        kept = eventually(lambda: find_message(sqs, dead_letters, unknown.event_id), "a dead letter")
    finally:
        sqs.set_queue_attributes(QueueUrl=queue, Attributes=hidden)
    assert int(kept["Attributes"]["ApproximateReceiveCount"]) > MAX_RECEIVES


def find_message(sqs: Any, queue: str, text: str) -> Any:
    """The message with this text; others, of events that failed elsewhere, are left to themselves."""
    found = sqs.receive_message(
        QueueUrl=queue, AttributeNames=["All"], MaxNumberOfMessages=10, WaitTimeSeconds=1
    )
    return next((each for each in found.get("Messages", []) if text in each["Body"]), None)
