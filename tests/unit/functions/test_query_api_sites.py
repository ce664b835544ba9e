"""Routes of sites: making, finding, listing, changing and deleting them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.scene import CAMERA, SITE
from tests.unit.functions.conftest import Api, problem_of

NEW_SITE: dict[str, Any] = {"site_id": SITE, "name": "Plant 1", "time_zone": "Europe/Berlin"}
MADE: dict[str, Any] = NEW_SITE | {
    "quiet_hour": "03:00",
    "always_open": False,
    "max_occupancy": None,
    "warning_percent": 80,
    "exceeded_percent": 100,
    "revision": 1,
}
CHANGE: dict[str, Any] = {
    "name": "Plant One",
    "time_zone": "Asia/Kolkata",
    "quiet_hour": "02:30",
    "always_open": True,
    "max_occupancy": 120,
    "warning_percent": 70,
    "exceeded_percent": 90,
    "revision": 1,
}
WRONG = [
    ({"name": " "}, "bad_text", "name"),
    ({"time_zone": "Europe/Atlantis"}, "unknown_time_zone", "time_zone"),
    ({"time_zone": "../../etc/passwd"}, "unknown_time_zone", "time_zone"),
    ({"time_zone": "Europe"}, "unknown_time_zone", "time_zone"),
    ({"name": 5}, "invalid_request", "name"),
    ({"size": 5}, "invalid_request", "size"),
    ({"quiet_hour": "3:00"}, "invalid_request", "quiet_hour"),
    ({"quiet_hour": "24:00"}, "invalid_request", "quiet_hour"),
    ({"quiet_hour": "03:00\n"}, "invalid_request", "quiet_hour"),
    ({"quiet_hour": "\u0660\u0663:\u0660\u0660"}, "invalid_request", "quiet_hour"),  # Arabic digits
    ({"max_occupancy": 0}, "out_of_range", "max_occupancy"),
    ({"max_occupancy": 1_000_001}, "out_of_range", "max_occupancy"),
    ({"warning_percent": 0}, "out_of_range", "warning_percent"),
    ({"exceeded_percent": 201}, "out_of_range", "exceeded_percent"),
    ({"warning_percent": 100, "exceeded_percent": 99}, "limits_out_of_order", "warning_percent"),
]
URL = f"/api/sites/{SITE}"


@pytest.fixture
def made(api: Api) -> Api:
    assert api.operator.post("/api/sites", json=NEW_SITE).status_code == 201
    return api


def test_a_site_is_made_listed_and_found(api: Api) -> None:
    made = api.operator.post("/api/sites", json=NEW_SITE)
    assert (made.status_code, made.json()) == (201, MADE)
    assert api.viewer.get("/api/sites").json() == {"items": [MADE], "next_cursor": None}
    assert api.viewer.get(URL).json() == MADE


def test_a_site_is_made_with_all_that_can_be_said_of_it(api: Api) -> None:
    new = {name: value for name, value in CHANGE.items() if name != "revision"} | {"site_id": SITE}
    assert api.operator.post("/api/sites", json=new).json() == new | {"revision": 1}
    assert api.viewer.get(URL).json() == new | {"revision": 1}


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        *WRONG,
        ({"site_id": "Plant 1"}, "bad_identifier", "site_id"),
        ({"site_id": "plant\n"}, "bad_identifier", "site_id"),
    ],
)
def test_a_bad_site_is_refused_with_the_field(
    api: Api, change: dict[str, Any], code: str, field: str
) -> None:
    answer = api.operator.post("/api/sites", json=NEW_SITE | change)
    assert problem_of(answer) == (422, code, [field])
    assert api.viewer.get("/api/sites").json()["items"] == []


def test_a_site_is_made_once(made: Api) -> None:
    again = made.operator.post("/api/sites", json=NEW_SITE | {"name": "Other"})
    assert problem_of(again) == (409, "site_exists", [])
    assert made.viewer.get(URL).json()["name"] == "Plant 1"


def test_making_the_same_site_again_is_no_error(made: Api) -> None:
    """An answer got lost and the browser asked again: what it wants is there."""
    assert made.operator.post("/api/sites", json=NEW_SITE).json() == MADE


def test_sites_come_in_pages(api: Api) -> None:
    for number in range(5):
        api.operator.post("/api/sites", json=NEW_SITE | {"site_id": f"plant-{number}"})
    seen, cursor = [], ""
    for _ in range(3):
        page = api.viewer.get("/api/sites", params={"limit": 2, "cursor": cursor}).json()
        seen += [site["site_id"] for site in page["items"]]
        cursor = page["next_cursor"]
    assert seen == [f"plant-{number}" for number in range(5)]
    assert cursor is None


def test_a_site_is_changed(made: Api) -> None:
    answer = made.operator.put(URL, json=CHANGE)
    expected = CHANGE | {"site_id": SITE, "revision": 2}
    assert (answer.status_code, answer.json()) == (200, expected)
    assert made.viewer.get(URL).json() == expected
    assert made.viewer.get("/api/sites").json()["items"] == [expected]


def test_what_a_change_leaves_out_takes_its_default(made: Api) -> None:
    made.operator.put(URL, json=CHANGE)
    answer = made.operator.put(URL, json={"name": "Plant 1", "time_zone": "Europe/Berlin", "revision": 2})
    assert answer.json() == MADE | {"revision": 3}


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        *WRONG,
        ({"site_id": "plant-2"}, "invalid_request", "site_id"),
        ({"revision": -1}, "invalid_request", "revision"),
        ({"revision": 2**53}, "invalid_request", "revision"),
        ({"revision": None}, "invalid_request", "revision"),
    ],
)
def test_a_bad_change_of_a_site_changes_nothing(
    made: Api, change: dict[str, Any], code: str, field: str
) -> None:
    answer = made.operator.put(URL, json=CHANGE | change)
    assert problem_of(answer) == (422, code, [field])
    assert made.viewer.get(URL).json() == MADE


@pytest.mark.parametrize("revision", [0, 1, 3])
def test_a_change_of_what_somebody_else_has_changed_is_refused(made: Api, revision: int) -> None:
    first = made.operator.put(URL, json=CHANGE | {"name": "First"}).json()
    answer = made.operator.put(URL, json=CHANGE | {"name": "Second", "revision": revision})
    assert problem_of(answer) == (409, "revision_changed", [])
    assert made.viewer.get(URL).json() == first


def test_a_site_without_cameras_is_deleted_for_good(made: Api) -> None:
    answer = made.operator.delete(URL)
    assert (answer.status_code, answer.content) == (204, b"")
    assert problem_of(made.viewer.get(URL)) == (404, "unknown_site", [])
    assert problem_of(made.operator.put(URL, json=CHANGE)) == (404, "unknown_site", [])
    assert made.viewer.get("/api/sites").json()["items"] == []
    assert problem_of(made.operator.post("/api/sites", json=NEW_SITE)) == (409, "site_deleted", [])
    camera = {"camera_id": CAMERA, "site_id": SITE, "name": "Door 1", "role": "entry"}
    assert problem_of(made.operator.post("/api/occupancy/cameras", json=camera)) == (
        422,
        "unknown_site",
        ["site_id"],
    )


def test_deleting_a_site_again_is_no_error(made: Api) -> None:
    assert [made.operator.delete(URL).status_code for _ in range(2)] == [204, 204]


def test_a_site_with_cameras_is_not_deleted(api: Api) -> None:
    api.scene.with_camera().with_camera("door-2")
    for camera_id in (CAMERA, "door-2"):
        assert problem_of(api.operator.delete(URL)) == (409, "site_has_cameras", [])
        assert api.operator.delete(f"/api/occupancy/cameras/{camera_id}").status_code == 204
    assert api.operator.delete(URL).status_code == 204


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_an_unknown_site_is_not_found(api: Api, method: str) -> None:
    answer = api.operator.request(method, URL, json=CHANGE if method == "PUT" else None)
    assert problem_of(answer) == (404, "unknown_site", [])


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_very_long_ids_are_refused_before_they_reach_the_table(api: Api, method: str) -> None:
    answer = api.operator.request(
        method, "/api/sites/" + "a" * 3000, json=CHANGE if method == "PUT" else None
    )
    assert problem_of(answer) == (422, "invalid_request", ["site_id"])
