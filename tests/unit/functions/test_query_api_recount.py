"""Recounting through the API; what it counts is tested in tests/property/test_recount.py."""

from __future__ import annotations

from typing import Any

import pytest

from floorsight.geometry.lines import Point
from floorsight.occupancy.model import Crossing
from tests.fakes.scene import CAMERA, Scene, line_crossed
from tests.fakes.walks import Walk
from tests.unit.functions.conftest import Api, problem_of

PATH = "/api/occupancy/recount"
HOUR = {"from": "2026-03-02T12:00:00Z", "to": "2026-03-02T14:00:00+01:00"}


@pytest.fixture
def line_id(scene: Scene) -> str:
    """A line that one person with a path and one without have crossed."""
    scene.with_camera()
    line = scene.with_line()
    walk = Walk(1, [Point(0.1, 0.5), Point(0.9, 0.5)])
    scene.streams.record_track(walk.ended(10))
    events = [*walk.crossings(scene.sites.get_camera(CAMERA), line), line_crossed(2, line_id=line.line_id)]
    scene.occupancy.record_crossings(CAMERA, map(Crossing.of, events))
    return line.line_id


def ask(api: Api, **body: Any) -> Any:
    return api.operator.post(PATH, json={"camera_id": CAMERA, **HOUR, **body})


def test_unchanged_lines_are_compared_with_the_ledger(api: Api, line_id: str) -> None:
    body = ask(api).json()
    assert (body["from"], body["to"]) == ("2026-03-02T12:00:00Z", "2026-03-02T14:00:00+01:00")
    assert (body["tracks"], body["tracks_with_path"]) == (2, 1)
    (line,) = body["lines"]
    assert (line["line_id"], line["name"], line["settle_frames"]) == (line_id, "Threshold", 2)
    assert line["old"] == line["new"] == {"entries": 2, "exits": 0}
    assert (line["from_paths"], line["from_ledger"]) == ({"entries": 1, "exits": 0},) * 2


def test_another_line_is_compared_with_the_ledger(api: Api, scene: Scene, line_id: str) -> None:
    before = scene.presence.dump(), scene.registry.dump(), scene.trails.dump()
    changed = {"line_id": line_id, "start": {"x": 0.95, "y": 1.0}, "end": {"x": 0.95, "y": 0.0}}
    (line,) = ask(api, lines=[changed]).json()["lines"]
    assert line["start"] == {"x": 0.95, "y": 1.0}
    assert (line["old"], line["new"]) == ({"entries": 2, "exits": 0}, {"entries": 1, "exits": 0})
    assert (scene.presence.dump(), scene.registry.dump(), scene.trails.dump()) == before


@pytest.mark.parametrize(
    ("change", "code", "fields"),
    [
        ({"from": "2026-03-02T12:00:00"}, "invalid_request", ["from"]),
        ({"to": HOUR["from"]}, "empty_period", ["to"]),
        ({"to": "2026-03-03T12:00:01Z"}, "period_too_long", ["to"]),
        ({"from": "0001-01-01T00:00:00+14:00"}, "out_of_range", ["from"]),
        ({"lines": [{"line_id": f"{CAMERA}.zzzzzz"}]}, "unknown_line", ["lines.0.line_id"]),
        ({"lines": [{"line_id": f"{CAMERA}.zzzzzz", "angle": 3}]}, "invalid_request", ["lines.0.angle"]),
        ({"until": HOUR["to"]}, "invalid_request", ["until"]),
    ],
)
def test_what_can_not_be_recounted_is_named(
    api: Api, line_id: str, change: dict[str, Any], code: str, fields: list[str]
) -> None:
    assert problem_of(ask(api, **change)) == (422, code, fields)


def test_bad_geometry_is_named(api: Api, line_id: str) -> None:
    changed = {"line_id": line_id, "start": {"x": 3, "y": 3}, "end": {"x": 4, "y": 4}}
    assert problem_of(ask(api, lines=[changed])) == (422, "line_outside_frame", ["lines.0.start"])


def test_an_unknown_camera_is_not_found(api: Api) -> None:
    assert problem_of(ask(api, camera_id="nowhere"))[:2] == (404, "unknown_camera")


def test_it_needs_an_operator(api: Api, line_id: str) -> None:
    body = {"camera_id": CAMERA, **HOUR}
    assert api.stranger.post(PATH, json=body).status_code == 401
    assert problem_of(api.viewer.post(PATH, json=body))[:2] == (403, "role_missing")
