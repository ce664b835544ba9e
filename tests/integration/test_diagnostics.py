"""Measurements from the bus to the API, and calls as botocore really makes them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from floorsight.diagnostics.model import WORKER
from floorsight.diagnostics.rules import hour_of
from floorsight.platform.aws import client
from floorsight.platform.bus import EventBridgeBus
from floorsight.platform.call_counts import CALLS, calls_for
from floorsight.platform.clock import utc_now
from floorsight.platform.dynamo import DynamoTable
from floorsight.platform.items import Key
from floorsight.platform.objects import S3Objects
from floorsight.platform.table import Put
from infra.local.accounts import Account
from infra.local.api_client import ApiClient
from infra.local.deployment import Deployment
from tests.unit.diagnostics.test_processing import measured
from tests.waiting import eventually

pytestmark = pytest.mark.cloud


@pytest.fixture(scope="module")
def api(cloud: Deployment, accounts: dict[str, Account]) -> Iterator[ApiClient]:
    with ApiClient(cloud.api_url) as api:
        api.sign_in("viewer", accounts["viewer"].password)
        yield api


def test_a_measurement_on_the_bus_is_in_its_hour_once(cloud: Deployment, api: ApiClient) -> None:
    now = utc_now()
    bus = EventBridgeBus(cloud.event_bus_name, client("events"))
    names = [uuid.uuid4().hex for _ in range(2)]
    events = [measured(event_id=name, started_at=now, occurred_at=now, camera_id=WORKER) for name in names]
    bus.publish([event.to_message() for event in (*events, events[0])])

    def hour() -> dict[str, Any] | None:
        found = api.get(
            "/api/diagnostic/metrics", camera_id=WORKER, to=(now + timedelta(hours=1)).isoformat()
        )
        hours: list[dict[str, Any]] = found["items"]
        return next((each for each in hours if each["chunks"] >= 600), None)

    counted = eventually(hour, "two measurements")
    assert counted["chunks"] == 600
    assert counted["start"] == hour_of(now).isoformat().replace("+00:00", "Z")


def test_the_system_is_diagnosed(api: ApiClient) -> None:
    found = api.get("/api/diagnostic")
    assert found["status"] in {"ok", "degraded"}
    assert (found["status"] == "ok") is (found["reasons"] == [])


def test_calls_are_counted_for_whom_they_are_made(cloud: Deployment) -> None:
    table = DynamoTable(cloud.trails_table_name, client("dynamodb"))
    objects = S3Objects(cloud.media_bucket_name, client("s3"))

    def count() -> dict[str | None, dict[str, float]]:
        CALLS.take()
        with calls_for("door-1"):
            table.write(Put({"PK": "TEST", "SK": "1", "text": "x" * 3000}))
            table.get(Key("TEST", "1"))
            objects.put("live/test.jpg", b"x", content_type="image/jpeg")
        table.get(Key("TEST", "2"))
        return CALLS.take()

    puts = {"dynamodb:PutItem": 1, "dynamodb:WriteUnits": 4, "s3:PutObject": 1}
    expected = {"door-1": puts | {"dynamodb:GetItem": 1}, None: {"dynamodb:GetItem": 1}}
    # A call that boto3 repeats, as it was answered too late, is rightly counted twice.
    eventually(lambda: count() == expected, f"calls as in {expected}")
