"""Vehicle lists as files through the deployed API, and the plate of a real photograph tried against them."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import cv2
import httpx
import pytest

from floorsight.events.vehicles import PlateRead
from floorsight.platform.aws import client
from floorsight.platform.bus import EventBridgeBus
from floorsight.platform.clock import utc_now
from infra.local.accounts import Account
from infra.local.api_client import ApiClient
from infra.local.deployment import Deployment
from infra.paths import REPOSITORY
from tests.fakes.gatehouse import plate_read
from tests.waiting import HTTP_SECONDS, eventually, patient_http

pytestmark = [pytest.mark.cloud, pytest.mark.media]

SITE = "depot"
VEHICLE = "/api/v1/vehicle"
ROWS = 1000
PHOTO = REPOSITORY / ".floorsight" / "media" / "plate-photo-a.png"
PLATE = "5AU5341"
FILE = "list;plate;reason;valid_until\r\n" + "".join(
    f"blocked;MH12AB{number:04};theft;\r\n"
    if number % 4 == 0
    else f"allowed;KA05M{number:04};;2030-12-31\r\n"
    for number in range(ROWS)
)


class Depot:
    """The API as an operator of a site of its own calls it."""

    def __init__(self, cloud: Deployment, api: ApiClient, password: str) -> None:
        api.sign_in("admin", password)
        api.post("/api/sites", {"site_id": SITE, "name": "Depot", "time_zone": "Asia/Kolkata"})
        token = httpx.post(
            f"{cloud.api_url}/api/login",
            json={"username": "admin", "password": password},
            timeout=HTTP_SECONDS,
        ).json()["id_token"]
        self.bus = EventBridgeBus(cloud.event_bus_name, client("events"))
        self.http = patient_http(base_url=cloud.api_url, headers={"Authorization": f"Bearer {token}"})

    def import_file(self, text: str, **query: Any) -> httpx.Response:
        return self.http.post(
            f"{VEHICLE}/vehicles/import",
            params={"site_id": SITE, **query},
            content=text.encode("utf-8-sig"),
            headers={"Content-Type": "text/csv"},
        )

    def read_at_gate(self, plate: str) -> PlateRead:
        """A vehicle that was seen in the last two seconds, told on the bus."""
        now = utc_now()
        times = {"first_seen_at": now - timedelta(seconds=2), "last_seen_at": now, "occurred_at": now}
        read = plate_read(plate, event_id=uuid.uuid4().hex, site_id=SITE, **times)
        self.bus.publish([read.to_message()])
        return read

    def log_of(self, plate: str) -> list[dict[str, Any]]:
        found = self.http.get(f"{VEHICLE}/logs", params={"site_id": SITE, "plate": plate}).json()
        items: list[dict[str, Any]] = found["items"]
        return items

    def try_plate(self, **body: Any) -> list[dict[str, Any]]:
        answer = self.http.post(f"{VEHICLE}/validate-plate", json={"site_id": SITE, **body})
        assert answer.status_code == 200, answer.text
        plates: list[dict[str, Any]] = answer.json()["plates"]
        return plates


@pytest.fixture(scope="module")
def depot(cloud: Deployment, accounts: dict[str, Account]) -> Iterator[Depot]:
    with ApiClient(cloud.api_url) as api:
        depot = Depot(cloud, api, accounts["admin"].password)
        with depot.http:
            yield depot


def test_a_thousand_rows_go_in_come_out_and_change_nothing_again(depot: Depot) -> None:
    wrong = depot.import_file(FILE + "stolen;X1;;\r\n")
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, f"lines.{ROWS + 2}.list")
    assert depot.import_file(FILE, dry_run=True).json()["new"] == ROWS

    saved = depot.import_file(FILE)
    assert (saved.status_code, saved.json()["new"]) == (200, ROWS), saved.text

    exported = depot.http.get(f"{VEHICLE}/vehicles/export", params={"site_id": SITE}).text
    assert len(exported.splitlines()) == ROWS + 1
    assert depot.import_file(exported).json()["unchanged"] == ROWS
    [plate] = depot.try_plate(text="MH12AB0004")
    assert plate["decision"]["verdict"] == "deny"


def test_a_photographs_plate_is_read_and_decided_about(depot: Depot) -> None:
    if not PHOTO.is_file():
        pytest.fail(f"{PHOTO} is missing: run `make setup` or `floorsight media pull --all`", pytrace=False)
    _, coded = cv2.imencode(".jpg", cv2.imread(str(PHOTO)))
    picture = {"image": base64.b64encode(coded.tobytes()).decode()}
    [before] = depot.try_plate(**picture)
    assert before["text"] == PLATE
    assert before["decision"]["reasons"][0]["code"] == "not_listed"
    assert all(0 <= corner["x"] <= 1 and 0 <= corner["y"] <= 1 for corner in before["corners"])
    depot.http.post(
        f"{VEHICLE}/vehicles", json={"site_id": SITE, "list": "allowed", "plate": "5au-5341"}
    ).raise_for_status()
    [after] = depot.try_plate(**picture, confidence=0.99)
    assert after["decision"]["verdict"] == "allow"


def test_a_plate_is_forgotten_on_request(depot: Depot) -> None:
    plate = "KA09ZZ0001"
    listed = depot.http.post(
        f"{VEHICLE}/vehicles", json={"site_id": SITE, "list": "allowed", "plate": plate, "note": "leased"}
    ).json()
    depot.read_at_gate(plate)
    [decided] = eventually(lambda: depot.log_of(plate), "the decision")
    assert decided["verdict"] == "allow"

    request = {"site_id": SITE, "plate": "ka 09 zz-0001"}
    refused = depot.http.post(f"{VEHICLE}/erasures", json=request)
    assert (refused.status_code, refused.json()["code"]) == (409, "still_listed")
    depot.http.delete(f"{VEHICLE}/vehicles/{listed['vehicle_id']}").raise_for_status()
    report = depot.http.post(f"{VEHICLE}/erasures", json=request).json()
    removed = {kind: number for kind, number in report["removed"].items() if number}
    assert removed.pop("pictures", 0) <= 2
    assert removed == {"passages": 1, "readings": 1, "visits": 1, "listings": 1}
    assert report["finished_at"]

    assert depot.log_of(plate) == []
    for path in (f"decisions/{decided['decision_id']}", f"vehicles/{listed['vehicle_id']}"):
        assert depot.http.get(f"{VEHICLE}/{path}").status_code == 404
    reports = depot.http.get(f"{VEHICLE}/erasures", params={"site_id": SITE})
    assert reports.json() == [report]
    assert plate not in reports.text
