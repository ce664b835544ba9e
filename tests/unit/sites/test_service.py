"""Setting up sites, cameras and lines; the API's tests show the rest."""

from __future__ import annotations

import re

import pytest

from floorsight.platform.errors import Conflict, NotFound
from floorsight.platform.ids import IDENTIFIER_PATTERN
from floorsight.sites.service import camera_of, new_suffix
from floorsight.vision.chunk import ChunkHeader
from tests.fakes.scene import CAMERA, SITE, Scene


def test_a_cameras_plan_has_its_lines_by_id() -> None:
    scene = Scene().with_camera().with_camera("door-10")
    lines = [scene.with_line(name=f"Line {number}") for number in range(3)]
    scene.with_line("door-10")
    plan = scene.sites.get_plan(CAMERA)
    assert plan.camera.camera_id == CAMERA
    assert plan.lines == tuple(sorted(lines, key=lambda line: line.line_id))


def test_a_line_id_tells_its_camera() -> None:
    line = Scene().with_camera().with_line()
    assert camera_of(line.line_id) == CAMERA
    assert re.fullmatch(r"door-1\.[a-z2-7]{6}", line.line_id)


@pytest.mark.parametrize("line_id", ["", "door-1", ".abc", "door-1."])
def test_other_line_ids_are_not_found(line_id: str) -> None:
    with pytest.raises(NotFound):
        camera_of(line_id)


def test_suffixes_differ() -> None:
    assert len({new_suffix() for _ in range(1000)}) > 990


def test_a_suffix_that_is_taken_overwrites_nothing() -> None:
    scene = Scene().with_camera()
    first = scene.with_line(name="First")
    object.__setattr__(scene.sites, "suffix", lambda: first.line_id.rpartition(".")[2])
    with pytest.raises(Conflict) as caught:
        scene.with_line(name="Second")
    assert caught.value.code == "line_exists"
    assert scene.sites.get_plan(CAMERA).lines == (first,)


def test_ids_fit_what_a_chunk_may_carry() -> None:
    schema = ChunkHeader.model_json_schema()["properties"]
    assert schema["camera_id"]["pattern"] == schema["site_id"]["pattern"] == IDENTIFIER_PATTERN


def test_sites_and_cameras_with_one_name_do_not_meet() -> None:
    scene = Scene().with_camera(SITE)
    assert scene.sites.get_site(SITE).site_id == scene.sites.get_camera(SITE).camera_id
    assert [camera.camera_id for camera in scene.sites.list_cameras(SITE).items] == [SITE]
