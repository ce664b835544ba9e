"""A camera that is dead while its publisher lives: it is reported, it is an event, and the alert says why."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from floorsight.events.cameras import CameraWentOffline
from floorsight.events.vision import StreamHealth
from floorsight.platform.aws import client
from floorsight.platform.bus import EventBridgeBus
from floorsight.platform.clock import utc_now
from floorsight.platform.dynamo import DynamoTable
from floorsight.platform.errors import NotFound
from floorsight.streams.store import HealthStore
from floorsight.vision.chunk import new_stream_session
from infra.local.api_client import ApiClient
from infra.local.deployment import Deployment
from infra.local.emulator import free_port
from infra.local.processes import start_publisher
from tests.e2e import square
from tests.e2e.conftest import SITE
from tests.waiting import eventually

pytestmark = pytest.mark.cloud

CAMERA = "dead-door"


def test_a_dead_camera_is_reported_and_told(cloud: Deployment, api: ApiClient, tmp_path: Path) -> None:
    square.add_camera(api, SITE, CAMERA)
    with pytest.raises(NotFound, match="no publisher"):
        api.get(f"/api/occupancy/cameras/{CAMERA}/publisher")
    publisher = start_publisher(
        cloud.environment(cloud.publisher_settings()),
        f"rtsp://127.0.0.1:{free_port()}/nobody",
        site_id=SITE,
        camera_id=CAMERA,
        extra=("--spool", str(tmp_path)),
    )
    try:
        report = eventually(lambda: last_report(api, "camera_error"), "a report on the camera")
        # From when it counts as seen the clock may raise the alert at any moment: all that is asked of the
        # alert and its event is there before.
        with square.recorded(cloud, "offline-cameras", CameraWentOffline) as events:
            session = say_that_it_was_seen(cloud)
            seen = HealthStore(DynamoTable(cloud.presence_table_name, client("dynamodb")))
            eventually(lambda: seen.find_seen(SITE, CAMERA), "that it was seen")
            api.post("/api/occupancy/jobs/check_alerts/run", {"site_id": SITE})
            alert = eventually(lambda: offline_alert(api), "an alert")
            (event,) = eventually(lambda: [e for e in events() if e["camera_id"] == CAMERA], "an event")
    finally:
        code = square.end(publisher)
    assert code == 0, publisher.last_lines()
    assert (report["connected"], report["link_up"], report["stopped"]) == (False, True, False)
    assert report["queue"]["chunks"] == 0
    assert "its publisher gets nothing from the camera: " in alert["steps"][0]["text"]
    assert report["camera_error"] in alert["steps"][0]["text"]
    assert (event["alert_id"], event["stream_session"]) == (alert["alert_id"], session)
    if "the last report was not taken" not in publisher.log.read_text():
        assert eventually(lambda: last_report(api, "stopped"), "the publisher's last report")


def say_that_it_was_seen(cloud: Deployment) -> str:
    """As if its video had been analysed ten minutes ago; the stream session of then."""
    at = utc_now() - timedelta(minutes=10)
    session = new_stream_session(at, 1)
    event = StreamHealth(
        event_id=f"health-of-{CAMERA}",
        occurred_at=at,
        site_id=SITE,
        camera_id=CAMERA,
        stream_session=session,
        cause="chunk/1",
        minute=at.replace(second=0, microsecond=0),
        frames_analysed=300,
        frames_per_second=5.0,
    )
    EventBridgeBus(cloud.event_bus_name, client("events")).publish([event.to_message()])
    return session


def last_report(api: ApiClient, field: str) -> dict[str, Any] | None:
    """What its publisher reported last, once that says something of this field."""
    try:
        report: dict[str, Any] = api.get(f"/api/occupancy/cameras/{CAMERA}/publisher")
    except NotFound:
        return None
    return report if report[field] else None


def offline_alert(api: ApiClient) -> dict[str, Any] | None:
    alerts = api.get("/api/occupancy/alerts", site_id=SITE)["items"]
    found = [a for a in alerts if a["kind"] == "camera_offline" and a["subject_id"] == CAMERA]
    return found[0] if found else None
