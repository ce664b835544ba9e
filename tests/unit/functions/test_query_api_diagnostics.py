"""How the system fares, in numbers and in words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from floorsight.diagnostics.model import WORKER
from floorsight.events.publishing import PublisherReported
from floorsight.events.vision import StreamHealth
from floorsight.occupancy.model import Mark
from floorsight.occupancy.rules import quarter_of
from floorsight.occupancy.store import mark_put
from tests.fakes.clock import NOON
from tests.fakes.scene import CAMERA, SESSION, SITE, Scene
from tests.unit.diagnostics.test_processing import measured
from tests.unit.functions.conftest import Api, problem_of
from tests.unit.streams.test_publishers import reported


def be_seen(scene: Scene) -> None:
    """A minute of the camera's stream, at NOON."""
    event = StreamHealth(
        event_id="health",
        occurred_at=NOON,
        site_id=SITE,
        camera_id=CAMERA,
        stream_session=SESSION,
        cause="chunk/1",
        minute=NOON,
        frames_analysed=300,
        frames_per_second=5.0,
    )
    scene.streams.record_health(
        event,
        lambda site_id, camera_id, slot, token: mark_put(Mark(site_id, camera_id, quarter_of(slot), token)),
    )


def diagnostic(api: Api, **query: Any) -> Any:
    answer = api.viewer.get("/api/diagnostic", params=query)
    assert answer.status_code == 200
    return answer.json()


def test_a_system_without_trouble_is_ok(api: Api) -> None:
    api.scene.with_camera()
    be_seen(api.scene)
    api.scene.processing.record(measured())
    found = diagnostic(api)
    (camera,) = found["cameras"]
    assert (found["status"], found["reasons"], found["stage"]) == ("ok", [], "local")
    assert (camera["camera_id"], camera["frames_per_second"], camera["publisher"]) == (CAMERA, 5.0, None)
    assert camera["last_seen_at"] == "2026-03-02T12:00:00Z"
    assert camera["processing"]["frames"] == 1500
    assert camera["processing"]["ms_a_frame"] == 14.0
    assert camera["reasons"] == []


def test_a_camera_that_never_sent_anything_is_not_missed(api: Api) -> None:
    api.scene.with_camera()
    assert diagnostic(api)["status"] == "ok"


def test_what_is_wrong_is_said_in_words(api: Api) -> None:
    api.scene.with_camera()
    be_seen(api.scene)
    api.scene.processing.record(measured(lag_seconds=400.0))
    trouble = {
        "connected": False,
        "camera_error": "no route to host",
        "disk_error": "full",
        "chunks_dropped": 3,
    }
    lost: PublisherReported = reported(1).model_copy(update=trouble)
    api.scene.publishers.record_report(lost)
    api.scene.clock.advance(1000)
    found = diagnostic(api, site_id=SITE)
    assert found["status"] == "degraded"
    assert found["reasons"] == found["cameras"][0]["reasons"]
    silent, camera, disk, dropped, lag = found["reasons"]
    assert all(reason.startswith(f"{CAMERA}: ") for reason in found["reasons"])
    assert "nothing seen for 1000 s" in silent
    assert "no route to host" in camera
    assert "full" in disk
    assert "3 chunks" in dropped
    assert "400 s behind" in lag
    assert found["cameras"][0]["publisher"]["connected"] is False


@pytest.mark.parametrize(("hours", "told"), [(2, True), (3, False)])
def test_lag_of_hours_ago_says_nothing_of_now(api: Api, hours: int, told: bool) -> None:
    api.scene.with_camera()
    api.scene.processing.record(measured(lag_seconds=400.0))
    api.scene.clock.advance(hours * 3600)
    assert any("400 s behind" in reason for reason in diagnostic(api)["reasons"]) is told


def test_an_unknown_site_is_told(api: Api) -> None:
    assert problem_of(api.viewer.get("/api/diagnostic?site_id=nowhere"))[:2] == (404, "unknown_site")


def metrics(api: Api, **query: Any) -> Any:
    return api.viewer.get("/api/diagnostic/metrics", params={"camera_id": CAMERA, **query})


def test_hours_are_listed_in_pages(api: Api) -> None:
    api.scene.with_camera()
    for number in (0, 1, 13):
        api.scene.processing.record(measured(number))
    api.scene.clock.advance(3 * 3600)
    first = metrics(api, limit=1).json()
    second = metrics(api, limit=1, cursor=first["next_cursor"]).json()
    (hour,) = first["items"]
    assert hour["start"] == "2026-03-02T12:00:00Z"
    assert hour["stage_ms"] == {"decode": 2001.0, "infer": 40000.0}
    assert hour["aws_calls"] == {"dynamodb:PutItem": 60, "dynamodb:WriteUnits": 240, "s3:PutObject": 4}
    assert (hour["plan_hits"], hour["plan_misses"], hour["lag_seconds"]) == (540, 60, 1.5)
    assert hour["calls_usd"] == pytest.approx(240 * 0.625e-6 + 4 * 0.005e-3)
    assert hour["compute_usd"] == pytest.approx(42.001 / 3600 * (2 * 0.04048 + 4 * 0.004445), abs=1e-6)
    assert [hour["start"] for hour in second["items"]] == ["2026-03-02T13:00:00Z"]
    assert second["next_cursor"] is None
    later = metrics(api, **{"from": (NOON + timedelta(hours=1)).isoformat()}).json()
    assert len(later["items"]) == 1


def test_hours_are_kept_as_a_table(api: Api) -> None:
    api.scene.with_camera()
    api.scene.processing.record(measured())
    api.scene.clock.advance(3600)
    answer = metrics(api, format="csv")
    assert answer.headers["content-disposition"] == f'attachment; filename="processing_{CAMERA}.csv"'
    header, row = (line.split(",") for line in answer.text.splitlines())
    values = dict(zip(header, row, strict=True))
    assert values["start"] == "2026-03-02T12:00:00+00:00"
    assert (values["frames"], values["aws_calls"], values["infer_ms"]) == ("1500", "32", "20000.0")


def test_what_workers_do_for_all_cameras_has_hours_of_its_own(api: Api) -> None:
    calls = {"kinesis:GetRecords": 60}
    api.scene.processing.record(measured(camera_id=WORKER, aws_calls=calls, frames=0, stage_ms={}))
    api.scene.clock.advance(60)
    (hour,) = metrics(api, camera_id=WORKER).json()["items"]
    assert hour["aws_calls"] == calls
    assert hour["ms_a_frame"] is None


def test_an_unknown_camera_and_a_foreign_cursor_are_told(api: Api) -> None:
    assert problem_of(metrics(api, camera_id="nobody"))[:2] == (404, "unknown_camera")
    api.scene.with_camera()
    assert problem_of(metrics(api, cursor="e30")) == (422, "bad_cursor", ["cursor"])
