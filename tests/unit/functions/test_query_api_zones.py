"""Routes of zones: drawing, listing, changing and deleting them."""

from __future__ import annotations

from typing import Any

import pytest

from floorsight.sites.model import MAX_ZONES_PER_CAMERA
from tests.fakes.scene import CAMERA
from tests.unit.functions.conftest import Api, problem_of

LIST = f"/api/occupancy/cameras/{CAMERA}/zones"
CORNERS = [{"x": 0.25, "y": 0.25}, {"x": 0.75, "y": 0.25}, {"x": 0.75, "y": 0.75}, {"x": 0.25, "y": 0.75}]
NEW_ZONE: dict[str, Any] = {"name": "Press", "polygon": CORNERS}
MADE: dict[str, Any] = NEW_ZONE | {
    "camera_id": CAMERA,
    "restricted": False,
    "anchor": "bottom_center",
    "settle_frames": 2,
    "max_occupancy": None,
    "warning_percent": 80,
    "exceeded_percent": 100,
    "revision": 1,
    "counting_revision": 1,
}
BOW_TIE = [CORNERS[0], CORNERS[2], CORNERS[1], CORNERS[3]]
WRONG = [
    ({"polygon": CORNERS[:2]}, "zone_point_count", "polygon"),
    (
        {"polygon": [{"x": index / 40, "y": index**2 / 1600} for index in range(33)]},
        "zone_point_count",
        "polygon",
    ),
    ({"polygon": BOW_TIE}, "zone_not_simple", "polygon.0"),
    ({"polygon": [*CORNERS[:3], CORNERS[0]]}, "zone_repeated_point", "polygon.3"),
    ({"polygon": [*CORNERS[:3], {"x": 9, "y": 0}]}, "zone_outside_frame", "polygon.3.x"),
    ({"polygon": [*CORNERS[:3], {"x": "left", "y": 0}]}, "invalid_request", "polygon.3.x"),
    ({"polygon": [*CORNERS[:3], {"x": 0}]}, "invalid_request", "polygon.3.y"),
    ({"polygon": "everywhere"}, "invalid_request", "polygon"),
    ({"name": " Press"}, "bad_text", "name"),
    ({"anchor": "head"}, "invalid_request", "anchor"),
    ({"restricted": "sometimes"}, "invalid_request", "restricted"),
    ({"settle_frames": 0}, "out_of_range", "settle_frames"),
    ({"settle_frames": 11}, "out_of_range", "settle_frames"),
    ({"max_occupancy": 0}, "out_of_range", "max_occupancy"),
    ({"warning_percent": 150}, "limits_out_of_order", "warning_percent"),
]


@pytest.fixture
def url(api: Api) -> str:
    """The path of a zone that is there."""
    api.scene.with_camera()
    zone = api.operator.post(LIST, json=NEW_ZONE).json()
    return f"/api/occupancy/zones/{zone['zone_id']}"


def test_a_zone_is_made_and_listed(api: Api) -> None:
    api.scene.with_camera()
    made = api.operator.post(LIST, json=NEW_ZONE)
    assert made.status_code == 201
    zone = made.json()
    assert zone.pop("zone_id").startswith(f"{CAMERA}.")
    assert zone == MADE
    assert api.viewer.get(LIST).json() == {"items": [made.json()], "next_cursor": None}


@pytest.mark.parametrize(("change", "code", "field"), WRONG)
def test_a_bad_zone_is_refused_with_the_field(
    api: Api, change: dict[str, Any], code: str, field: str
) -> None:
    api.scene.with_camera()
    answer = api.operator.post(LIST, json=NEW_ZONE | change)
    assert problem_of(answer) == (422, code, [field])
    assert api.viewer.get(LIST).json()["items"] == []


def test_a_zone_that_is_no_number_is_refused(api: Api) -> None:
    api.scene.with_camera()
    body = '{"name": "x", "polygon": [{"x": 0, "y": 0}, {"x": 1, "y": Infinity}, {"x": 1, "y": 1}]}'
    answer = api.operator.post(LIST, content=body, headers={"content-type": "application/json"})
    assert problem_of(answer) == (422, "zone_not_finite", ["polygon.1.y"])


def test_a_camera_has_a_limited_number_of_zones(api: Api, url: str) -> None:
    for _ in range(MAX_ZONES_PER_CAMERA - 1):
        api.scene.with_zone()
    assert problem_of(api.operator.post(LIST, json=NEW_ZONE)) == (409, "too_many_zones", [])
    api.operator.delete(url)
    assert api.operator.post(LIST, json=NEW_ZONE).status_code == 201


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_zones_of_an_unknown_camera_are_not_found(api: Api, method: str) -> None:
    answer = api.operator.request(method, LIST, json=NEW_ZONE if method == "POST" else None)
    assert problem_of(answer) == (404, "unknown_camera", [])


@pytest.mark.parametrize(
    "change", [{"polygon": CORNERS[:3]}, {"anchor": "center"}, {"settle_frames": 5, "restricted": True}]
)
def test_a_change_of_what_a_zone_counts_raises_both_revisions(
    api: Api, url: str, change: dict[str, Any]
) -> None:
    answer = api.operator.put(url, json=NEW_ZONE | change | {"revision": 1})
    expected = MADE | change | {"zone_id": url.rpartition("/")[2], "revision": 2, "counting_revision": 2}
    assert (answer.status_code, answer.json()) == (200, expected)
    assert api.viewer.get(LIST).json()["items"] == [expected]


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Lathe"},
        {"restricted": True},
        {"max_occupancy": 3, "warning_percent": 60, "exceeded_percent": 70},
    ],
)
def test_other_changes_follow_nobody_anew(api: Api, url: str, change: dict[str, Any]) -> None:
    answer = api.operator.put(url, json=NEW_ZONE | change | {"revision": 1})
    expected = MADE | change | {"zone_id": url.rpartition("/")[2], "revision": 2, "counting_revision": 1}
    assert (answer.status_code, answer.json()) == (200, expected)


@pytest.mark.parametrize(
    ("change", "code", "field"), [*WRONG, ({"zone_id": "door-1.b"}, "invalid_request", "zone_id")]
)
def test_a_bad_change_of_a_zone_changes_nothing(
    api: Api, url: str, change: dict[str, Any], code: str, field: str
) -> None:
    before = api.viewer.get(LIST).json()
    answer = api.operator.put(url, json=NEW_ZONE | {"revision": 1} | change)
    assert problem_of(answer) == (422, code, [field])
    assert api.viewer.get(LIST).json() == before


def test_a_change_needs_the_revision_that_was_read(api: Api, url: str) -> None:
    assert problem_of(api.operator.put(url, json=NEW_ZONE)) == (422, "invalid_request", ["revision"])


def test_a_change_of_what_somebody_else_has_changed_is_refused(api: Api, url: str) -> None:
    first = api.operator.put(url, json=NEW_ZONE | {"name": "First", "revision": 1}).json()
    answer = api.operator.put(url, json=NEW_ZONE | {"name": "Second", "revision": 1})
    assert problem_of(answer) == (409, "revision_changed", [])
    assert api.viewer.get(LIST).json()["items"] == [first]


def test_a_deleted_zone_is_gone_and_kept(api: Api, url: str) -> None:
    answer = api.operator.delete(url)
    assert (answer.status_code, answer.content) == (204, b"")
    assert api.viewer.get(LIST).json()["items"] == []
    put = api.operator.put(url, json=NEW_ZONE | {"revision": 1})
    assert problem_of(put) == (404, "unknown_zone", [])
    zone_id = url.rpartition("/")[2]
    assert api.scene.sites.get_zone(zone_id, with_deleted=True).deleted_at == api.scene.clock()


def test_deleting_a_zone_again_changes_nothing(api: Api, url: str) -> None:
    api.operator.delete(url)
    before = api.scene.registry.dump()
    assert api.operator.delete(url).status_code == 204
    assert api.scene.registry.dump() == before


@pytest.mark.parametrize("zone_id", ["door-1.aaaaaa", "door-1", "door-2.aaaaaa", "door-1."])
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_an_unknown_zone_is_not_found(api: Api, method: str, zone_id: str) -> None:
    api.scene.with_camera()
    body = NEW_ZONE | {"revision": 1} if method == "PUT" else None
    answer = api.operator.request(method, f"/api/occupancy/zones/{zone_id}", json=body)
    assert problem_of(answer) == (404, "unknown_zone", [])


def test_a_line_is_no_zone(api: Api) -> None:
    line = api.scene.with_camera().with_line()
    answer = api.operator.delete(f"/api/occupancy/zones/{line.line_id}")
    assert problem_of(answer) == (404, "unknown_zone", [])
