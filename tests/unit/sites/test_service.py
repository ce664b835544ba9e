"""Setting up sites, cameras and lines; the API's tests show the rest."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, time
from typing import Any

import pytest

from floorsight.platform.errors import Conflict, Malformed, NotFound, Unavailable
from floorsight.platform.ids import IDENTIFIER_PATTERN
from floorsight.platform.retry import Backoff
from floorsight.platform.table import Update
from floorsight.sites.model import CameraRole, Site
from floorsight.sites.service import SiteService, camera_of, new_suffix
from floorsight.sites.store import SITE as SITE_ITEM
from floorsight.sites.store import SiteStore
from floorsight.vision.chunk import ChunkHeader
from tests.fakes.scene import CAMERA, SITE, Scene, no_wait
from tests.fakes.table import FaultyTable, MemoryTable


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


def test_contention_is_waited_out() -> None:
    """DynamoDB refuses transactions on one site that come at once; the emulator never does."""
    table = FaultyTable(MemoryTable(), contention=0.5)
    sites = SiteService(SiteStore(table, Backoff(attempts=50, sleep=no_wait)))
    sites.create_site(site_id=SITE, name="Plant 1", time_zone="Europe/Berlin")
    for number in range(20):
        sites.create_camera(
            camera_id=f"door-{number}", site_id=SITE, name="Door", role=CameraRole.ENTRY, by="olga"
        )
        sites.delete_camera(f"door-{number}")
    assert sites.store.count_cameras(SITE) == 0


def test_endless_contention_is_told_and_changes_nothing() -> None:
    memory = MemoryTable()
    sites = SiteService(SiteStore(FaultyTable(memory, contention=1.0), Backoff(sleep=no_wait)))
    with pytest.raises(Unavailable) as caught:
        sites.create_site(site_id=SITE, name="Plant 1", time_zone="Europe/Berlin")
    assert caught.value.code == "contention"
    assert memory.dump() == {}


def test_a_camera_can_not_be_moved_to_another_site() -> None:
    scene = Scene().with_camera().with_camera("hall-1", site_id="plant-2")
    camera = scene.sites.get_camera(CAMERA)
    with pytest.raises(Conflict) as caught:
        scene.sites.update_camera(replace(camera, site_id="plant-2"))
    assert caught.value.code == "site_fixed"
    assert scene.sites.get_camera(CAMERA) == camera


def test_a_site_with_cameras_keeps_its_time_zone() -> None:
    """Its history is in hours and days of that zone."""
    scene = Scene()
    elsewhere = scene.sites.create_site(site_id="plant-9", name="Plant 9", time_zone="UTC")
    moved = scene.sites.update_site(replace(elsewhere, time_zone="Asia/Kolkata"))
    scene.with_camera("hall-9", site_id="plant-9")
    with pytest.raises(Conflict) as caught:
        scene.sites.update_site(replace(scene.sites.get_site("plant-9"), time_zone="UTC"))
    assert caught.value.code == "time_zone_in_use"
    assert scene.sites.get_site("plant-9") == moved
    renamed = scene.sites.update_site(replace(moved, name="Plant nine"))
    assert renamed.name == "Plant nine"
    scene.sites.delete_camera("hall-9")  # its history stays
    with pytest.raises(Conflict) as caught:
        scene.sites.update_site(replace(renamed, time_zone="UTC"))
    assert caught.value.code == "time_zone_in_use"


def test_a_site_from_before_that_was_noted_keeps_its_time_zone() -> None:
    """Nothing tells whether it had cameras that were deleted."""
    scene = Scene()
    site = scene.sites.create_site(site_id=SITE, name="Plant 1", time_zone="UTC")
    scene.registry.write(Update(SITE_ITEM.key(site_id=SITE), set={"had_cameras": None}))
    with pytest.raises(Conflict) as caught:
        scene.sites.update_site(replace(site, time_zone="Asia/Kolkata"))
    assert caught.value.code == "time_zone_in_use"
    assert scene.sites.update_site(replace(site, name="Plant one")).name == "Plant one"


def test_a_camera_that_comes_while_the_time_zone_changes_is_seen() -> None:
    scene = Scene()
    site = scene.sites.create_site(site_id=SITE, name="Plant 1", time_zone="UTC")
    table = FaultyTable(scene.registry)
    others = SiteService(SiteStore(table, Backoff(sleep=no_wait)), scene.clock)
    table.interrupt = lambda: scene.with_camera()
    with pytest.raises(Conflict) as caught:
        others.update_site(replace(site, time_zone="Asia/Kolkata"))
    assert caught.value.code == "revision_changed"
    assert scene.sites.get_site(SITE) == site


def test_a_line_drawn_while_its_camera_is_deleted_is_deleted_with_it() -> None:
    scene = Scene().with_camera()
    late = scene.with_line()
    scene.sites.delete_camera(CAMERA)
    scene.sites.store.add(replace(late, line_id=f"{CAMERA}.late22"))
    with pytest.raises(NotFound):
        scene.sites.get_line(f"{CAMERA}.late22")
    found = scene.sites.get_line(f"{CAMERA}.late22", with_deleted=True)
    assert found.deleted_at == scene.sites.get_camera(CAMERA, with_deleted=True).deleted_at


def test_a_camera_may_not_be_deleted_while_somebody_changes_it() -> None:
    scene = Scene().with_camera()
    table = FaultyTable(scene.registry)
    others = SiteService(SiteStore(table, Backoff(sleep=no_wait)), scene.clock)
    table.interrupt = lambda: scene.sites.update_camera(replace(scene.sites.get_camera(CAMERA), name="North"))
    with pytest.raises(Conflict) as caught:
        others.delete_camera(CAMERA)
    assert caught.value.code == "revision_changed"
    assert scene.sites.get_camera(CAMERA).name == "North"
    assert scene.sites.store.count_cameras(SITE) == 1


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"quiet_hour": time(3, 0, 1)}, "bad_time_of_day", "quiet_hour"),
        ({"quiet_hour": time(3, tzinfo=UTC)}, "bad_time_of_day", "quiet_hour"),
        ({"time_zone": "Mars/Olympus"}, "unknown_time_zone", "time_zone"),
    ],
)
def test_a_site_that_can_not_be(fields: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(Malformed) as caught:
        Site(**{"site_id": SITE, "name": "Plant 1", "time_zone": "Europe/Berlin"} | fields)
    assert (caught.value.code, caught.value.field) == (code, field)
