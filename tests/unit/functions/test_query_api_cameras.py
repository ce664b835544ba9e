"""Routes of cameras: making, finding, listing, changing and deleting them."""

from __future__ import annotations

from typing import Any

import pytest

from floorsight.platform.errors import Unavailable
from floorsight.sites.model import DEFAULT_ANALYSE_FPS
from tests.fakes.scene import CAMERA, SITE
from tests.unit.functions.conftest import Api, problem_of

LIST = "/api/occupancy/cameras"
URL = f"{LIST}/{CAMERA}"
NEW_CAMERA: dict[str, Any] = {
    "camera_id": CAMERA,
    "site_id": SITE,
    "name": "Door 1",
    "role": "bidirectional",
}
MADE: dict[str, Any] = NEW_CAMERA | {
    "analyse_fps": DEFAULT_ANALYSE_FPS,
    "counting": True,
    "offline_after_seconds": 120,
    "identify": "off",
    "gate_id": None,
    "lane": None,
    "max_occupancy": None,
    "warning_percent": 80,
    "exceeded_percent": 100,
    "revision": 1,
    "created_at": "2026-03-02T12:00:00Z",
    "created_by": "olga",
}
CHANGE: dict[str, Any] = {
    "name": "North door",
    "role": "entry",
    "analyse_fps": 5,
    "counting": False,
    "offline_after_seconds": 30,
    "identify": "attendance",
    "gate_id": "north",
    "lane": "in-2",
    "max_occupancy": 50,
    "warning_percent": 75,
    "exceeded_percent": 110,
    "revision": 1,
}
WRONG = [
    ({"name": ""}, "bad_text", "name"),
    ({"role": "window"}, "invalid_request", "role"),
    ({"analyse_fps": 0}, "out_of_range", "analyse_fps"),
    ({"analyse_fps": 31}, "out_of_range", "analyse_fps"),
    ({"offline_after_seconds": 29}, "out_of_range", "offline_after_seconds"),
    ({"offline_after_seconds": 86_401}, "out_of_range", "offline_after_seconds"),
    ({"identify": "everybody"}, "invalid_request", "identify"),
    ({"gate_id": "North gate"}, "bad_identifier", "gate_id"),
    ({"gate_id": "north", "lane": "!"}, "bad_identifier", "lane"),
    ({"gate_id": None, "lane": "1"}, "lane_without_gate", "lane"),
    ({"counting": "maybe"}, "invalid_request", "counting"),
    ({"max_occupancy": -1}, "out_of_range", "max_occupancy"),
    ({"warning_percent": 150}, "limits_out_of_order", "warning_percent"),
    ({"exceeded_percent": 0}, "out_of_range", "exceeded_percent"),
]


@pytest.fixture
def made(api: Api) -> Api:
    api.scene.with_camera()
    return api


def test_a_camera_is_made_listed_and_found(api: Api) -> None:
    api.scene.sites.create_site(site_id=SITE, name="Plant 1", time_zone="Europe/Berlin")
    made = api.operator.post(LIST, json=NEW_CAMERA)
    assert (made.status_code, made.json()) == (201, MADE)
    listed = api.viewer.get(LIST, params={"site_id": SITE})
    assert listed.json() == {"items": [MADE], "next_cursor": None}
    assert api.viewer.get(URL).json() == MADE


def test_a_camera_is_made_with_all_that_can_be_said_of_it(api: Api) -> None:
    api.scene.sites.create_site(site_id=SITE, name="Plant 1", time_zone="Europe/Berlin")
    new = CHANGE | {"camera_id": CAMERA, "site_id": SITE}
    del new["revision"]
    assert api.operator.post(LIST, json=new).json() == MADE | new


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        *WRONG,
        ({"camera_id": "-door"}, "bad_identifier", "camera_id"),
        ({"camera_id": "d" * 64}, "bad_identifier", "camera_id"),
        ({"site_id": "nowhere"}, "unknown_site", "site_id"),
    ],
)
def test_a_bad_camera_is_refused_with_the_field(
    api: Api, change: dict[str, Any], code: str, field: str
) -> None:
    api.scene.sites.create_site(site_id=SITE, name="Plant 1", time_zone="Europe/Berlin")
    answer = api.operator.post(LIST, json=NEW_CAMERA | change)
    assert problem_of(answer) == (422, code, [field])
    assert problem_of(api.viewer.get(URL)) == (404, "unknown_camera", [])


def test_a_camera_is_made_once_even_at_another_site(made: Api) -> None:
    made.scene.with_camera("hall-1", site_id="plant-2")
    again = made.operator.post(LIST, json=NEW_CAMERA | {"site_id": "plant-2"})
    assert problem_of(again) == (409, "camera_exists", [])
    assert made.viewer.get(URL).json()["site_id"] == SITE


def test_cameras_are_listed_by_site(api: Api) -> None:
    assert problem_of(api.viewer.get(LIST)) == (422, "invalid_request", ["site_id"])
    unknown = api.viewer.get(LIST, params={"site_id": "nowhere"})
    assert problem_of(unknown) == (404, "unknown_site", [])


def test_cameras_come_in_pages(made: Api) -> None:
    made.scene.with_camera("door-2").with_camera("door-3").with_camera("hall-1", site_id="plant-2")
    first = made.viewer.get(LIST, params={"site_id": SITE, "limit": 2}).json()
    rest = made.viewer.get(LIST, params={"site_id": SITE, "limit": 2, "cursor": first["next_cursor"]}).json()
    ids = [camera["camera_id"] for camera in first["items"] + rest["items"]]
    assert ids == ["door-1", "door-2", "door-3"]
    assert rest["next_cursor"] is None


def test_a_camera_is_changed(made: Api) -> None:
    answer = made.operator.put(URL, json=CHANGE)
    expected = MADE | CHANGE | {"revision": 2}
    assert (answer.status_code, answer.json()) == (200, expected)
    assert made.viewer.get(URL).json() == expected
    assert made.viewer.get(LIST, params={"site_id": SITE}).json()["items"] == [expected]


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        *WRONG,
        ({"site_id": SITE}, "invalid_request", "site_id"),
        ({"created_by": "eve"}, "invalid_request", "created_by"),
        ({"revision": "newest"}, "invalid_request", "revision"),
    ],
)
def test_a_bad_change_of_a_camera_changes_nothing(
    made: Api, change: dict[str, Any], code: str, field: str
) -> None:
    assert problem_of(made.operator.put(URL, json=CHANGE | change)) == (422, code, [field])
    assert made.viewer.get(URL).json() == MADE


def test_a_change_of_what_somebody_else_has_changed_is_refused(made: Api) -> None:
    first = made.operator.put(URL, json=CHANGE | {"name": "First"}).json()
    answer = made.operator.put(URL, json=CHANGE | {"name": "Second"})
    assert problem_of(answer) == (409, "revision_changed", [])
    assert made.viewer.get(URL).json() == first


def test_a_deleted_camera_is_gone_from_lists_and_routes(made: Api) -> None:
    line, zone = made.scene.with_line(), made.scene.with_zone()
    answer = made.operator.delete(URL)
    assert (answer.status_code, answer.content) == (204, b"")
    assert made.viewer.get(LIST, params={"site_id": SITE}).json()["items"] == []
    for path in ("", "/lines", "/zones"):
        assert problem_of(made.viewer.get(URL + path)) == (404, "unknown_camera", [])
    assert problem_of(made.operator.put(URL, json=CHANGE)) == (404, "unknown_camera", [])
    for kind, name in (("line", line.line_id), ("zone", zone.zone_id)):
        answer = made.operator.put(f"/api/occupancy/{kind}s/{name}", json={})
        assert answer.status_code == 422
        assert made.operator.delete(f"/api/occupancy/{kind}s/{name}").status_code == 204


def test_the_id_of_a_deleted_camera_is_not_given_again(made: Api) -> None:
    """Its ledger bears it: a new camera would begin with the old one's history."""
    made.operator.delete(URL)
    assert problem_of(made.operator.post(LIST, json=NEW_CAMERA)) == (409, "camera_deleted", [])


def test_deleting_a_camera_again_changes_nothing(made: Api) -> None:
    made.operator.delete(URL)
    before = made.scene.registry.dump(), made.scene.presence.dump()
    made.scene.clock.advance(60)
    assert made.operator.delete(URL).status_code == 204
    assert (made.scene.registry.dump(), made.scene.presence.dump()) == before


def test_nobody_is_left_inside_a_deleted_camera_and_its_zones(made: Api) -> None:
    early, late = made.scene.with_zone(), made.scene.with_zone()
    made.operator.delete(f"/api/occupancy/zones/{early.zone_id}")
    made.scene.clock.advance(60)
    made.operator.delete(URL)
    for counter_id, deleted_at in (
        (early.zone_id, "12:00:00"),
        (CAMERA, "12:01:00"),
        (late.zone_id, "12:01:00"),
    ):
        baselines = made.scene.occupancy.list_baselines(counter_id).items
        assert [(each.count, f"{each.at:%H:%M:%S}", each.by) for each in baselines] == [
            (0, deleted_at, "olga")
        ]


def test_a_deletion_that_broke_off_is_completed_by_asking_again(
    made: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: Any, **__: Any) -> None:
        raise Unavailable("DynamoDB is busy")

    with monkeypatch.context() as patched:
        patched.setattr(made.scene.presence, "transact", busy)
        assert problem_of(made.operator.delete(URL)) == (503, "unavailable", [])
    assert made.operator.delete(URL).status_code == 204
    assert [each.count for each in made.scene.occupancy.list_baselines(CAMERA).items] == [0]


def test_a_deleted_camera_and_what_it_had_stay_explainable(made: Api) -> None:
    line = made.scene.with_line()
    zone = made.scene.with_zone()
    made.operator.delete(URL)
    plan = made.scene.sites.get_plan(CAMERA, with_deleted=True)
    assert plan.camera.deleted_at == made.scene.clock()
    assert [(each.line_id, each.deleted_at) for each in plan.lines] == [(line.line_id, made.scene.clock())]
    assert [(each.zone_id, each.deleted_at) for each in plan.zones] == [(zone.zone_id, made.scene.clock())]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_an_unknown_camera_is_not_found(api: Api, method: str) -> None:
    answer = api.operator.request(method, URL, json=CHANGE if method == "PUT" else None)
    assert problem_of(answer) == (404, "unknown_camera", [])
