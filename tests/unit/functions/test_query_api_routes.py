"""Every route: what it answers when all is well, and each of its errors."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from floorsight.events.vision import Direction
from floorsight.occupancy.model import Crossing
from floorsight.platform.errors import Unavailable
from floorsight.platform.observability import JsonFormatter
from floorsight.views.model import SeenTrack, View
from tests.fakes.clock import NOON
from tests.fakes.scene import CAMERA, SITE, line_crossed
from tests.unit.functions.conftest import Api, problem_of

BASE = f"/api/occupancy/cameras/{CAMERA}"


def record(api: Api, *crossings: tuple[int, Direction, int], line_id: str, **changes: Any) -> None:
    """Crossings given as (number, direction, seconds after noon)."""
    api.scene.occupancy.record_crossings(
        CAMERA,
        [
            Crossing.of(
                line_crossed(
                    number, way, line_id=line_id, occurred_at=NOON + timedelta(seconds=seconds), **changes
                )
            )
            for number, way, seconds in crossings
        ],
    )


def test_health_needs_nothing(api: Api) -> None:
    answer = api.stranger.get("/api/health")
    assert answer.json() == {"status": "ok", "stage": "local", "version": "0.1.0"}
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("cursor", ["!", "bm8", "W10", "e30", "eyJQSyI6MX0", "a" * 9, "é"])
def test_a_damaged_cursor_is_refused(api: Api, cursor: str) -> None:
    answer = api.viewer.get("/api/sites", params={"cursor": cursor})
    assert problem_of(answer) == (422, "bad_cursor", ["cursor"])


def test_a_cursor_of_another_list_is_refused(api: Api) -> None:
    scene = api.scene.with_camera().with_camera("door-2").with_camera("hall-1", site_id="plant-2")
    scene.with_camera("hall-2", site_id="plant-2")
    page = api.viewer.get("/api/occupancy/cameras", params={"site_id": SITE, "limit": 1}).json()
    for params in ({"site_id": "plant-2", "cursor": page["next_cursor"]},):
        answer = api.viewer.get("/api/occupancy/cameras", params=params)
        assert problem_of(answer) == (422, "bad_cursor", ["cursor"])
    answer = api.viewer.get(f"{BASE}/crossings", params={"cursor": page["next_cursor"]})
    assert problem_of(answer) == (422, "bad_cursor", ["cursor"])


@pytest.mark.parametrize("limit", ["0", "501", "many"])
def test_a_limit_is_1_to_500(api: Api, limit: str) -> None:
    answer = api.viewer.get("/api/sites", params={"limit": limit})
    assert problem_of(answer) == (422, "invalid_request", ["limit"])


@pytest.mark.parametrize(
    "path", ["", "/lines", "/live", "/live/explain", "/crossings", "/baselines", "/view"]
)
def test_an_unknown_camera_is_not_found(api: Api, path: str) -> None:
    assert problem_of(api.viewer.get(BASE + path)) == (404, "unknown_camera", [])


def test_an_unknown_site_is_not_found(api: Api) -> None:
    assert problem_of(api.viewer.get("/api/sites/nowhere")) == (404, "unknown_site", [])
    live = api.viewer.get("/api/occupancy/live", params={"site_id": "nowhere"})
    assert problem_of(live) == (404, "unknown_site", [])


def test_a_camera_that_counted_nothing_is_at_its_first_baseline(api: Api) -> None:
    api.scene.with_camera()
    answer = api.viewer.get(f"{BASE}/live").json()
    assert answer == {
        "camera_id": CAMERA,
        "site_id": SITE,
        "name": "Door 1",
        "counting": True,
        "occupancy": 0,
        "raw": 0,
        "entries": 0,
        "exits": 0,
        "baseline": {
            "count": 0,
            "at": "1970-01-01T00:00:00Z",
            "by": "floorsight",
            "reason": "no count was given yet",
            "replaced_raw": None,
            "replaced_occupancy": None,
            "correction": None,
        },
        "last_crossing_at": None,
        "lines": [],
    }


def test_the_live_count_of_a_camera_with_its_lines(api: Api) -> None:
    first = api.scene.with_camera().with_line()
    second = api.scene.with_line(name="Back door", inverted=True)
    record(api, (1, Direction.IN, 9), (2, Direction.IN, 3), line_id=first.line_id)
    record(api, (3, Direction.OUT, 1), line_id=second.line_id)
    answer = api.viewer.get(f"{BASE}/live").json()
    assert {name: answer[name] for name in ("occupancy", "raw", "entries", "exits")} == {
        "occupancy": 1,
        "raw": 1,
        "entries": 2,
        "exits": 1,
    }
    assert answer["last_crossing_at"] == "2026-03-02T12:00:09Z"
    counts = {line["name"]: (line["entries"], line["exits"], line["inverted"]) for line in answer["lines"]}
    assert counts == {"Threshold": (2, 0, False), "Back door": (0, 1, True)}
    assert set(answer["lines"][0]) == {
        *("line_id", "name", "start", "end", "inverted", "in_label", "out_label", "entries", "exits")
    }


def test_a_count_below_zero_is_shown_as_none_inside(api: Api) -> None:
    line = api.scene.with_camera().with_line()
    record(api, (1, Direction.OUT, 0), (2, Direction.OUT, 1), line_id=line.line_id)
    live = api.viewer.get(f"{BASE}/live").json()
    assert (live["occupancy"], live["raw"]) == (0, -2)
    explained = api.viewer.get(f"{BASE}/live/explain").json()
    assert explained["arithmetic"] == "baseline 0 + 0 in - 2 out = -2, shown as 0"
    record(api, (3, Direction.IN, 2), (4, Direction.IN, 3), (5, Direction.IN, 4), line_id=line.line_id)
    assert api.viewer.get(f"{BASE}/live").json()["occupancy"] == 1


def test_a_sites_count_is_the_sum_over_its_cameras_raw_numbers(api: Api) -> None:
    """People who come in by one door leave by another: only the sum is cut off at zero."""
    scene = api.scene.with_camera().with_camera("exit-1").with_camera("hall-1", site_id="plant-2")
    record(api, *[(number, Direction.IN, number) for number in range(5)], line_id=f"{CAMERA}.aaaaaa")
    leaving = [Crossing.of(line_crossed(number, Direction.OUT, camera_id="exit-1")) for number in range(3)]
    scene.occupancy.record_crossings("exit-1", leaving)
    answer = api.viewer.get("/api/occupancy/live", params={"site_id": SITE}).json()
    assert {name: answer[name] for name in ("site_id", "occupancy", "raw", "entries", "exits")} == {
        "site_id": SITE,
        "occupancy": 2,
        "raw": 2,
        "entries": 5,
        "exits": 3,
    }
    assert {camera["camera_id"]: camera["raw"] for camera in answer["cameras"]} == {CAMERA: 5, "exit-1": -3}


def test_explain_lists_what_adds_up_to_the_count(api: Api) -> None:
    line = api.scene.with_camera().with_line()
    ways = [Direction.IN, Direction.IN, Direction.OUT, Direction.IN]
    record(api, *[(n, way, 9 - n) for n, way in enumerate(ways)], line_id=line.line_id)
    first = api.viewer.get(f"{BASE}/live/explain", params={"limit": 3}).json()
    rest = api.viewer.get(f"{BASE}/live/explain", params={"limit": 3, "cursor": first["next_cursor"]}).json()
    assert first["arithmetic"] == "baseline 0 + 3 in - 1 out = 2"
    assert first["as_of"] == "2026-03-02T12:00:00Z"
    listed = first["crossings"] + rest["crossings"]
    assert [crossing["track_id"] for crossing in listed] == [3, 2, 1, 0]
    assert [crossing["direction"] for crossing in listed].count("in") == first["entries"] == 3
    assert rest["next_cursor"] is None


def test_explain_begins_at_the_baseline(api: Api) -> None:
    line = api.scene.with_camera().with_line()
    record(api, (1, Direction.IN, -5), (2, Direction.IN, 0), (3, Direction.IN, 5), line_id=line.line_id)
    before = api.viewer.get(f"{BASE}/live/explain", params={"limit": 1}).json()
    api.scene.occupancy.calibrate(CAMERA, count=7, by="olga", reason="head count")
    answer = api.viewer.get(f"{BASE}/live/explain").json()
    assert [crossing["track_id"] for crossing in answer["crossings"]] == [3]
    assert answer["arithmetic"] == "baseline 7 + 1 in - 0 out = 8"
    assert answer["baseline"] == {
        "count": 7,
        "at": "2026-03-02T12:00:00Z",
        "by": "olga",
        "reason": "head count",
        "replaced_raw": 2,
        "replaced_occupancy": 2,
        "correction": 5,
    }
    stale = api.viewer.get(f"{BASE}/live/explain", params={"cursor": before["next_cursor"]})
    assert problem_of(stale) == (422, "bad_cursor", ["cursor"])


def test_crossings_are_listed_newest_first(api: Api) -> None:
    line = api.scene.with_camera().with_line()
    record(api, (1, Direction.IN, 0), line_id=line.line_id, snapshot_key="snapshots/door-1/a b.jpg")
    record(api, (2, Direction.OUT, 5), (3, Direction.IN, 3), line_id=f"{CAMERA}.gone22")
    page = api.viewer.get(f"{BASE}/crossings", params={"limit": 2}).json()
    rest = api.viewer.get(f"{BASE}/crossings", params={"limit": 2, "cursor": page["next_cursor"]}).json()
    listed = page["items"] + rest["items"]
    assert [crossing["track_id"] for crossing in listed] == [2, 3, 1]
    assert [crossing["line_name"] for crossing in listed] == [None, None, "Threshold"]
    oldest = listed[2]
    assert oldest.pop("crossing_id")
    url = oldest.pop("snapshot_url")
    prefix = "https://pictures.s3.eu-central-1.amazonaws.com/snapshots/door-1/a%20b.jpg?"
    assert url.startswith(prefix)
    assert "X-Amz-Expires=600" in url
    assert oldest == {
        "occurred_at": "2026-03-02T12:00:00Z",
        "line_id": line.line_id,
        "line_name": "Threshold",
        "direction": "in",
        "track_id": 1,
        "object_class": "person",
        "confidence": 0.9,
        "dwell_seconds": None,
    }
    assert listed[0]["snapshot_url"] is None


def test_asking_for_a_view_marks_the_camera_as_watched(api: Api) -> None:
    api.scene.with_camera()
    assert not api.scene.views.is_watched(CAMERA)
    assert problem_of(api.viewer.get(f"{BASE}/view")) == (404, "no_view_yet", [])
    assert api.scene.views.is_watched(CAMERA)


def test_the_latest_view(api: Api) -> None:
    api.scene.with_camera()
    track = SeenTrack(7, "person", (0.0, 0.25, 0.5, 1.0), 0.75)
    api.scene.views.save_view(
        View(CAMERA, NOON - timedelta(seconds=1.5), "live/door-1/latest.jpg", 768, 576, (track,))
    )
    answer = api.viewer.get(f"{BASE}/view").json()
    assert answer.pop("image_url").startswith(
        "https://pictures.s3.eu-central-1.amazonaws.com/live/door-1/latest.jpg?"
    )
    assert answer == {
        "camera_id": CAMERA,
        "captured_at": "2026-03-02T11:59:58.500000Z",
        "lag_seconds": 1.5,
        "width": 768,
        "height": 576,
        "tracks": [
            {"track_id": 7, "object_class": "person", "box": [0.0, 0.25, 0.5, 1.0], "confidence": 0.75}
        ],
    }


def test_no_body_and_no_json_are_refused(api: Api) -> None:
    assert problem_of(api.operator.post("/api/sites")) == (422, "invalid_request", ["body"])
    broken = api.operator.post("/api/sites", content="{", headers={"content-type": "application/json"})
    assert problem_of(broken) == (422, "invalid_request", ["body"])


@pytest.mark.parametrize("body", [b"\xff\xfe", b"[" * 100_000], ids=["no UTF-8", "nested too deeply"])
def test_a_body_that_can_not_be_decoded_is_refused_as_any_other(api: Api, body: bytes) -> None:
    answer = api.operator.post("/api/sites", content=body, headers={"content-type": "application/json"})
    assert problem_of(answer) == (422, "invalid_request", ["body"])


def test_unknown_paths_and_methods(api: Api) -> None:
    assert problem_of(api.viewer.get("/api/nothing")) == (404, "no_such_route", [])
    assert problem_of(api.viewer.delete("/api/sites")) == (405, "method_not_allowed", [])


def test_a_busy_table_is_unavailable_for_now(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: Any, **__: Any) -> None:
        raise Unavailable("DynamoDB is busy")

    monkeypatch.setattr(api.scene.registry, "get", busy)
    answer = api.viewer.get(f"/api/sites/{SITE}")
    assert problem_of(answer) == (503, "unavailable", [])
    assert answer.headers["retry-after"] == "2"


def test_a_fault_of_ours_tells_nothing_but_is_logged(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(api.scene.registry, "get", broken)
    answer = api.viewer.get(f"/api/sites/{SITE}")
    assert problem_of(answer) == (500, "internal", [])
    assert "secret" not in answer.text
    assert "secret detail" in caplog.text


def test_a_fault_is_logged_with_its_route_and_not_with_the_plate_in_the_address(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("out of order")

    monkeypatch.setattr(api.scene.registry, "get", broken)
    answer = api.viewer.get(f"/api/v1/vehicle/vehicles/{SITE}.MH12AB1234.blocked")
    assert answer.status_code == 500
    (record,) = [each for each in caplog.records if each.message == "unexpected error"]
    assert vars(record)["route"].startswith("GET ")
    assert vars(record)["route"].endswith("/vehicles/{vehicle_id}")
    told = JsonFormatter().format(record)  # what CloudWatch gets
    assert "out of order" in told
    assert "MH12AB1234" not in told
