"""Routes of counters: zones' counts, calibration, what is told of deleted ones."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from floorsight.events.vision import Direction
from floorsight.occupancy.model import CountedEvent, Crossing
from floorsight.occupancy.service import MAX_BASELINE
from floorsight.sites.model import CameraRole, Zone
from tests.fakes.clock import NOON
from tests.fakes.scene import CAMERA, SITE, line_crossed
from tests.fakes.zones import make_zone, zone_entered, zone_left
from tests.unit.functions.conftest import Api, problem_of

CAMERAS, ZONES = "/api/occupancy/cameras", "/api/occupancy/zones"
FIRST = {
    "count": 0,
    "at": "1970-01-01T00:00:00Z",
    "by": "floorsight",
    "reason": "no count was given yet",
    "replaced_raw": None,
    "replaced_occupancy": None,
    "correction": None,
}


def record(api: Api, counter_id: str, *events: CountedEvent) -> None:
    api.scene.occupancy.record_crossings(counter_id, [Crossing.of(event) for event in events])


def zone_with_visits(api: Api) -> Zone:
    """Three came, one of them left after 7 s."""
    zone = make_zone(api.scene.with_camera(), name="Press", restricted=True)
    record(api, zone.zone_id, *[zone_entered(number, zone.zone_id) for number in (1, 2, 3)])
    left_at = NOON + timedelta(seconds=7)
    record(api, zone.zone_id, zone_left(2, zone.zone_id, occurred_at=left_at, dwell_seconds=7))
    return zone


def numbers(answer: dict[str, Any]) -> tuple[int, int, int, int]:
    return answer["occupancy"], answer["raw"], answer["entries"], answer["exits"]


def test_the_live_count_of_a_zone(api: Api) -> None:
    zone = zone_with_visits(api)
    assert api.viewer.get(f"{ZONES}/{zone.zone_id}/live").json() == {
        "zone_id": zone.zone_id,
        "camera_id": CAMERA,
        "site_id": SITE,
        "name": "Press",
        "restricted": True,
        "occupancy": 2,
        "raw": 2,
        "entries": 3,
        "exits": 1,
        "baseline": FIRST,
    }


def test_a_sites_count_shows_its_zones_and_does_not_add_them(api: Api) -> None:
    zone = zone_with_visits(api)
    idle = make_zone(api.scene, name="Idle")
    record(api, CAMERA, line_crossed(1))
    answer = api.viewer.get("/api/occupancy/live", params={"site_id": SITE}).json()
    assert numbers(answer) == (1, 1, 1, 0)
    assert {each["zone_id"]: each["occupancy"] for each in answer["zones"]} == {
        zone.zone_id: 2,
        idle.zone_id: 0,
    }


def test_a_camera_that_does_not_count_adds_nothing_to_its_site(api: Api) -> None:
    """A door that two cameras see belongs to one of them."""
    api.scene.with_camera()
    api.scene.sites.create_camera(
        camera_id="door-2", site_id=SITE, name="Same door", role=CameraRole.ENTRY, by="olga", counting=False
    )
    record(api, CAMERA, line_crossed(1), line_crossed(2))
    record(api, "door-2", line_crossed(1, camera_id="door-2"))
    answer = api.viewer.get("/api/occupancy/live", params={"site_id": SITE}).json()
    assert numbers(answer) == (2, 2, 2, 0)
    told = {each["camera_id"]: (each["counting"], each["occupancy"]) for each in answer["cameras"]}
    assert told == {CAMERA: (True, 2), "door-2": (False, 1)}


def test_explain_lists_what_adds_up_to_a_zones_count(api: Api) -> None:
    zone = zone_with_visits(api)
    url = f"{ZONES}/{zone.zone_id}/live/explain"
    first = api.viewer.get(url, params={"limit": 3}).json()
    rest = api.viewer.get(url, params={"limit": 3, "cursor": first["next_cursor"]}).json()
    assert first["arithmetic"] == "baseline 0 + 3 in - 1 out = 2"
    assert (first["camera_id"], first["zone_id"], first["corrections"]) == (CAMERA, zone.zone_id, [])
    listed = first["crossings"] + rest["crossings"]
    assert [(each["direction"], each["dwell_seconds"]) for each in listed] == [
        ("in", None),
        ("in", None),
        ("in", None),
        ("out", 7.0),
    ]
    assert {(each["line_id"], each["line_name"]) for each in listed} == {(zone.zone_id, "Press")}
    assert rest["next_cursor"] is None


def test_who_entered_and_left_a_zone_is_listed_newest_first(api: Api) -> None:
    zone = zone_with_visits(api)
    url = f"{ZONES}/{zone.zone_id}/crossings"
    page = api.viewer.get(url, params={"limit": 3}).json()
    rest = api.viewer.get(url, params={"limit": 3, "cursor": page["next_cursor"]}).json()
    ways = [each["direction"] for each in page["items"] + rest["items"]]
    assert (ways, rest["next_cursor"]) == (["out", "in", "in", "in"], None)


@pytest.mark.parametrize("path", ["/live", "/live/explain", "/crossings", "/baselines"])
@pytest.mark.parametrize("zone_id", [f"{CAMERA}.nowhere", "nowhere.aaaaaa", CAMERA])
def test_an_unknown_zone_is_not_found(api: Api, path: str, zone_id: str) -> None:
    api.scene.with_camera()
    assert problem_of(api.viewer.get(f"{ZONES}/{zone_id}{path}")) == (404, "unknown_zone", [])


@pytest.mark.parametrize("path", ["/live", "/live/explain", "/crossings", "/baselines"])
def test_a_zone_is_no_camera(api: Api, path: str) -> None:
    zone = make_zone(api.scene.with_camera())
    answer = api.viewer.get(f"{CAMERAS}/{zone.zone_id}{path}")
    assert problem_of(answer) == (404, "unknown_camera", [])


def test_a_camera_is_calibrated(api: Api) -> None:
    api.scene.with_camera()
    record(api, CAMERA, *[line_crossed(number, Direction.OUT) for number in range(3)])
    api.scene.clock.advance(60)
    made = api.operator.post(f"{CAMERAS}/{CAMERA}/calibrate", json={"count": 4, "reason": "head count"})
    expected = {
        "count": 4,
        "at": "2026-03-02T12:01:00Z",
        "by": "olga",
        "reason": "head count",
        "replaced_raw": -3,
        "replaced_occupancy": 0,
        "correction": 7,
    }
    assert (made.status_code, made.json()) == (201, expected)
    live = api.viewer.get(f"{CAMERAS}/{CAMERA}/live").json()
    assert (numbers(live), live["baseline"]) == ((4, 4, 0, 0), expected)
    assert api.viewer.get(f"{CAMERAS}/{CAMERA}/live/explain").json()["corrections"] == [expected]
    listed = api.viewer.get(f"{CAMERAS}/{CAMERA}/baselines").json()
    assert listed == {"items": [expected], "next_cursor": None}


def test_a_zone_is_calibrated(api: Api) -> None:
    zone = zone_with_visits(api)
    api.scene.clock.advance(60)
    made = api.operator.post(f"{ZONES}/{zone.zone_id}/calibrate", json={"count": 0, "reason": "empty"})
    assert (made.status_code, made.json()["correction"]) == (201, -2)
    assert api.viewer.get(f"{ZONES}/{zone.zone_id}/live").json()["occupancy"] == 0
    assert len(api.viewer.get(f"{ZONES}/{zone.zone_id}/baselines").json()["items"]) == 1
    assert api.viewer.get(f"{CAMERAS}/{CAMERA}/baselines").json()["items"] == []


def test_baselines_come_in_pages_newest_first(api: Api) -> None:
    api.scene.with_camera()
    for count in range(5):
        api.scene.clock.advance(1)
        api.operator.post(f"{CAMERAS}/{CAMERA}/calibrate", json={"count": count, "reason": "heads"})
    seen, cursor = [], ""
    for _ in range(3):
        page = api.viewer.get(f"{CAMERAS}/{CAMERA}/baselines", params={"limit": 2, "cursor": cursor}).json()
        seen += [(each["count"], each["correction"]) for each in page["items"]]
        cursor = page["next_cursor"]
    assert seen == [(4, 1), (3, 1), (2, 1), (1, 1), (0, 0)]
    assert cursor is None
    explained = api.viewer.get(f"{CAMERAS}/{CAMERA}/live/explain").json()
    assert [each["count"] for each in explained["corrections"]] == [4, 3, 2, 1, 0]


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"count": -1, "reason": "x"}, "out_of_range", "count"),
        ({"count": MAX_BASELINE + 1, "reason": "x"}, "out_of_range", "count"),
        ({"count": "many", "reason": "x"}, "invalid_request", "count"),
        ({"count": 1.5, "reason": "x"}, "invalid_request", "count"),
        ({"count": 1}, "invalid_request", "reason"),
        ({"count": 1, "reason": ""}, "bad_text", "reason"),
        ({"count": 1, "reason": " "}, "bad_text", "reason"),
        ({"count": 1, "reason": "a\nb"}, "bad_text", "reason"),
        ({"count": 1, "reason": "x" * 201}, "bad_text", "reason"),
        ({"count": 1, "reason": "x", "at": "2026-01-01T00:00:00Z"}, "invalid_request", "at"),
    ],
)
def test_a_bad_head_count_is_refused_with_the_field(
    api: Api, body: dict[str, Any], code: str, field: str
) -> None:
    api.scene.with_camera()
    answer = api.operator.post(f"{CAMERAS}/{CAMERA}/calibrate", json=body)
    assert problem_of(answer) == (422, code, [field])
    assert api.viewer.get(f"{CAMERAS}/{CAMERA}/baselines").json()["items"] == []


def test_two_head_counts_for_one_moment_contradict_each_other(api: Api) -> None:
    api.scene.with_camera()
    url = f"{CAMERAS}/{CAMERA}/calibrate"
    assert api.operator.post(url, json={"count": 4, "reason": "heads"}).status_code == 201
    assert api.operator.post(url, json={"count": 4, "reason": "again"}).json()["reason"] == "heads"
    answer = api.operator.post(url, json={"count": 5, "reason": "heads"})
    assert problem_of(answer) == (409, "baseline_exists", [])


@pytest.mark.parametrize(
    ("url", "code"),
    [(f"{CAMERAS}/nowhere", "unknown_camera"), (f"{ZONES}/{CAMERA}.nowhere", "unknown_zone")],
)
def test_nothing_unknown_is_calibrated(api: Api, url: str, code: str) -> None:
    api.scene.with_camera()
    answer = api.operator.post(f"{url}/calibrate", json={"count": 1, "reason": "x"})
    assert problem_of(answer) == (404, code, [])


def test_a_deleted_camera_has_no_live_count_but_stays_explainable(api: Api) -> None:
    zone = zone_with_visits(api)
    line = api.scene.with_line()
    record(api, CAMERA, line_crossed(1, line_id=line.line_id))
    api.scene.clock.advance(60)
    assert api.operator.delete(f"{CAMERAS}/{CAMERA}").status_code == 204
    assert problem_of(api.viewer.get(f"{CAMERAS}/{CAMERA}/live")) == (404, "unknown_camera", [])
    assert problem_of(api.viewer.get(f"{ZONES}/{zone.zone_id}/live"))[0] == 404
    late = api.operator.post(f"{CAMERAS}/{CAMERA}/calibrate", json={"count": 1, "reason": "x"})
    assert problem_of(late) == (404, "unknown_camera", [])

    explained = api.viewer.get(f"{CAMERAS}/{CAMERA}/live/explain").json()
    assert (explained["arithmetic"], explained["corrections"][0]["correction"]) == (
        "baseline 0 + 0 in - 0 out = 0",
        -1,
    )
    [crossing] = api.viewer.get(f"{CAMERAS}/{CAMERA}/crossings").json()["items"]
    assert crossing["line_name"] == "Threshold"
    explained = api.viewer.get(f"{ZONES}/{zone.zone_id}/live/explain").json()
    assert (explained["occupancy"], explained["corrections"][0]["correction"]) == (0, -2)
    site = api.viewer.get("/api/occupancy/live", params={"site_id": SITE}).json()
    assert (site["occupancy"], site["cameras"], site["zones"]) == (0, [], [])
