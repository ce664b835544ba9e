"""Routes of lines: drawing, listing, changing and deleting them."""

from __future__ import annotations

from typing import Any

import pytest

from floorsight.sites.model import MAX_LINES_PER_CAMERA
from tests.fakes.scene import CAMERA
from tests.unit.functions.conftest import Api, problem_of

LIST = f"/api/occupancy/cameras/{CAMERA}/lines"
NEW_LINE: dict[str, Any] = {"name": "Threshold", "start": {"x": 0.5, "y": 1}, "end": {"x": 0.5, "y": 0}}
MADE: dict[str, Any] = NEW_LINE | {
    "camera_id": CAMERA,
    "inverted": False,
    "in_label": "in",
    "out_label": "out",
    "anchor": "bottom_center",
    "settle_frames": 2,
    "revision": 1,
    "counting_revision": 1,
}
WRONG = [
    ({"end": {"x": 0.5, "y": 1.0}}, "line_too_short", "end"),
    ({"start": {"x": 2, "y": 2}, "end": {"x": 3, "y": 2}}, "line_outside_frame", "start"),
    ({"start": {"x": 0, "y": 0}, "end": {"x": 0, "y": 1}}, "line_outside_frame", "start"),
    ({"start": {"x": 0.5, "y": 1e200}}, "line_outside_frame", "start.y"),
    ({"end": {"x": -1e4, "y": 0.5}}, "line_outside_frame", "end.x"),
    ({"start": {"x": "left", "y": 0}}, "invalid_request", "start.x"),
    ({"start": {"x": 0.5}}, "invalid_request", "start.y"),
    ({"name": "a\nb"}, "bad_text", "name"),
    ({"in_label": ""}, "bad_text", "in_label"),
    ({"anchor": "head"}, "invalid_request", "anchor"),
    ({"settle_frames": 0}, "out_of_range", "settle_frames"),
    ({"settle_frames": 11}, "out_of_range", "settle_frames"),
]


@pytest.fixture
def url(api: Api) -> str:
    """The path of a line that is there."""
    line = api.scene.with_camera().with_line()
    return f"/api/occupancy/lines/{line.line_id}"


def test_a_line_is_made_and_listed(api: Api) -> None:
    api.scene.with_camera()
    made = api.operator.post(LIST, json=NEW_LINE)
    assert made.status_code == 201
    line = made.json()
    assert line.pop("line_id").startswith(f"{CAMERA}.")
    assert line == MADE
    assert api.viewer.get(LIST).json() == {"items": [made.json()], "next_cursor": None}


@pytest.mark.parametrize(("change", "code", "field"), WRONG)
def test_a_bad_line_is_refused_with_the_field(
    api: Api, change: dict[str, Any], code: str, field: str
) -> None:
    api.scene.with_camera()
    answer = api.operator.post(LIST, json=NEW_LINE | change)
    assert problem_of(answer) == (422, code, [field])
    assert api.viewer.get(LIST).json()["items"] == []


def test_a_line_that_is_no_number_is_refused(api: Api) -> None:
    api.scene.with_camera()
    body = '{"name": "x", "start": {"x": NaN, "y": 0}, "end": {"x": 1, "y": 1}}'
    answer = api.operator.post(LIST, content=body, headers={"content-type": "application/json"})
    assert problem_of(answer) == (422, "line_not_finite", ["start.x"])


def test_a_camera_has_a_limited_number_of_lines(api: Api) -> None:
    api.scene.with_camera()
    lines = [api.scene.with_line() for _ in range(MAX_LINES_PER_CAMERA)]
    assert problem_of(api.operator.post(LIST, json=NEW_LINE)) == (409, "too_many_lines", [])
    api.operator.delete(f"/api/occupancy/lines/{lines[0].line_id}")
    assert api.operator.post(LIST, json=NEW_LINE).status_code == 201


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_lines_of_an_unknown_camera_are_not_found(api: Api, method: str) -> None:
    answer = api.operator.request(method, LIST, json=NEW_LINE if method == "POST" else None)
    assert problem_of(answer) == (404, "unknown_camera", [])


@pytest.mark.parametrize(
    "change",
    [
        {"start": {"x": 0.25, "y": 1.0}},
        {"end": {"x": 0.75, "y": 0.0}},
        {"inverted": True},
        {"anchor": "center"},
        {"settle_frames": 5},
        {"name": "North", "settle_frames": 5},
    ],
)
def test_a_change_of_what_a_line_counts_raises_both_revisions(
    api: Api, url: str, change: dict[str, Any]
) -> None:
    answer = api.operator.put(url, json=NEW_LINE | change | {"revision": 1})
    expected = MADE | change | {"line_id": url.rpartition("/")[2], "revision": 2, "counting_revision": 2}
    assert (answer.status_code, answer.json()) == (200, expected)
    assert api.viewer.get(LIST).json()["items"] == [expected]


@pytest.mark.parametrize("change", [{"name": "North"}, {"in_label": "arriving"}, {"out_label": "gone"}])
def test_a_new_name_follows_nobody_anew(api: Api, url: str, change: dict[str, Any]) -> None:
    named = api.operator.put(url, json=NEW_LINE | change | {"revision": 1}).json()
    assert (named["revision"], named["counting_revision"]) == (2, 1)
    moved = api.operator.put(url, json=NEW_LINE | change | {"settle_frames": 3, "revision": 2}).json()
    assert (moved["revision"], moved["counting_revision"]) == (3, 3)


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        *WRONG,
        ({"line_id": "door-1.b"}, "invalid_request", "line_id"),
        ({"camera_id": CAMERA}, "invalid_request", "camera_id"),
        ({"revision": 1.5}, "invalid_request", "revision"),
    ],
)
def test_a_bad_change_of_a_line_changes_nothing(
    api: Api, url: str, change: dict[str, Any], code: str, field: str
) -> None:
    before = api.viewer.get(LIST).json()
    answer = api.operator.put(url, json=NEW_LINE | {"revision": 1} | change)
    assert problem_of(answer) == (422, code, [field])
    assert api.viewer.get(LIST).json() == before


def test_a_change_needs_the_revision_that_was_read(api: Api, url: str) -> None:
    assert problem_of(api.operator.put(url, json=NEW_LINE)) == (422, "invalid_request", ["revision"])


def test_a_change_of_what_somebody_else_has_changed_is_refused(api: Api, url: str) -> None:
    first = api.operator.put(url, json=NEW_LINE | {"name": "First", "revision": 1}).json()
    answer = api.operator.put(url, json=NEW_LINE | {"name": "Second", "revision": 1})
    assert problem_of(answer) == (409, "revision_changed", [])
    assert api.viewer.get(LIST).json()["items"] == [first]


def test_a_deleted_line_is_gone_and_its_name_is_kept(api: Api, url: str) -> None:
    answer = api.operator.delete(url)
    assert (answer.status_code, answer.content) == (204, b"")
    assert api.viewer.get(LIST).json()["items"] == []
    assert api.scene.sites.get_plan(CAMERA).lines == ()
    put = api.operator.put(url, json=NEW_LINE | {"revision": 1})
    assert problem_of(put) == (404, "unknown_line", [])
    kept = api.scene.sites.get_plan(CAMERA, with_deleted=True).lines
    assert [(line.name, line.deleted_at) for line in kept] == [("Threshold", api.scene.clock())]


def test_deleting_a_line_again_changes_nothing(api: Api, url: str) -> None:
    api.operator.delete(url)
    before = api.scene.registry.dump()
    assert api.operator.delete(url).status_code == 204
    assert api.scene.registry.dump() == before


@pytest.mark.parametrize("line_id", ["door-1.aaaaaa", "door-1", "door-2.aaaaaa", ".", "door-1."])
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_an_unknown_line_is_not_found(api: Api, method: str, line_id: str) -> None:
    api.scene.with_camera()
    body = NEW_LINE | {"revision": 1} if method == "PUT" else None
    answer = api.operator.request(method, f"/api/occupancy/lines/{line_id}", json=body)
    assert answer.status_code == 404
    if line_id != ".":  # which clients take for "this folder"
        assert problem_of(answer) == (404, "unknown_line", [])


def test_a_zone_is_no_line(api: Api) -> None:
    zone = api.scene.with_camera().with_zone()
    answer = api.operator.delete(f"/api/occupancy/lines/{zone.zone_id}")
    assert problem_of(answer) == (404, "unknown_line", [])
