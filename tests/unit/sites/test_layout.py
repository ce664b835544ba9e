"""Items as they lie in tables: those of layout 1, written before there were limits, zones and deletions, are
still read, and become layout 2 with their next change. The examples are copies of stored items: never edit
them, whatever the code says.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

import pytest

from floorsight.geometry.lines import Point, Segment
from floorsight.platform.errors import Conflict
from floorsight.platform.items import Key
from floorsight.platform.table import Put
from floorsight.sites.layout import UNREVISED
from floorsight.sites.model import Anchor, Camera, CameraRole, Identify, Limits, Line, Site
from floorsight.sites.service import SiteService
from floorsight.sites.store import SiteStore
from tests.fakes.clock import ManualClock
from tests.fakes.table import MemoryTable

SITE_1: dict[str, Any] = {
    "PK": "SITE#plant-1",
    "SK": "SITE",
    "type": "site",
    "v": 1,
    "site_id": "plant-1",
    "name": "Plant 1",
    "time_zone": "Europe/Berlin",
    "GSI1PK": "SITES",
    "GSI1SK": "SITE#plant-1",
}
CAMERA_1: dict[str, Any] = {
    "PK": "CAMERA#door-1",
    "SK": "CAMERA",
    "type": "camera",
    "v": 1,
    "camera_id": "door-1",
    "site_id": "plant-1",
    "name": "Door 1",
    "role": "bidirectional",
    "analyse_fps": 10,
    "created_at": "2026-03-02T12:00:00.000000Z",
    "created_by": "olga",
    "GSI1PK": "SITE#plant-1",
    "GSI1SK": "CAMERA#door-1",
}
LINE_1: dict[str, Any] = {
    "PK": "CAMERA#door-1",
    "SK": "LINE#door-1.q7wk3a",
    "type": "line",
    "v": 1,
    "line_id": "door-1.q7wk3a",
    "camera_id": "door-1",
    "name": "Threshold",
    "start": {"x": 0.5, "y": 1},
    "end": {"x": 0.5, "y": 0},
    "inverted": False,
    "in_label": "in",
    "out_label": "out",
    "anchor": "bottom_center",
    "settle_frames": 2,
    "revision": 1,
}
# The first zones, and sites, cameras and lines with limits: layout 2, or a zone's first.
SITE_2: dict[str, Any] = SITE_1 | {
    "v": 2,
    "quiet_hour": "02:30",
    "always_open": True,
    "max_occupancy": 250,
    "warning_percent": 70,
    "exceeded_percent": 95,
    "revision": 4,
    "cameras": 1,
}
CAMERA_2: dict[str, Any] = CAMERA_1 | {
    "PK": "CAMERA#door-2",
    "v": 2,
    "camera_id": "door-2",
    "counting": False,
    "offline_after_seconds": 300,
    "max_occupancy": 20,
    "warning_percent": 70,
    "exceeded_percent": 95,
    "revision": 3,
    "GSI1SK": "CAMERA#door-2",
}
ZONE_1: dict[str, Any] = {
    "PK": "CAMERA#door-1",
    "SK": "ZONE#door-1.m2c5xy",
    "type": "zone",
    "v": 1,
    "zone_id": "door-1.m2c5xy",
    "camera_id": "door-1",
    "name": "Press",
    "points": [{"x": 0, "y": 0}, {"x": 0.5, "y": 0}, {"x": 0.25, "y": 0.75}],
    "restricted": True,
    "anchor": "center",
    "settle_frames": 3,
    "max_occupancy": 2,
    "warning_percent": 80,
    "exceeded_percent": 100,
    "revision": 3,
    "counting_revision": 2,
}


@pytest.fixture
def table() -> MemoryTable:
    table = MemoryTable()
    for item in (SITE_1, CAMERA_1, LINE_1):
        table.write(Put(item))
    return table


@pytest.fixture
def sites(table: MemoryTable) -> SiteService:
    return SiteService(SiteStore(table), ManualClock())


def stored(table: MemoryTable, item: dict[str, Any]) -> dict[str, Any]:
    return table.dump()[Key(item["PK"], item["SK"])]


def test_a_site_of_layout_1_has_no_limits_and_the_usual_quiet_hour(sites: SiteService) -> None:
    expected = Site(
        "plant-1",
        "Plant 1",
        "Europe/Berlin",
        quiet_hour=time(3),
        always_open=False,
        limits=Limits(None, 80, 100),
        revision=UNREVISED,
    )
    assert sites.get_site("plant-1") == expected
    assert sites.list_sites().items == [expected]


def test_a_camera_of_layout_1_counts(sites: SiteService) -> None:
    expected = Camera(
        camera_id="door-1",
        site_id="plant-1",
        name="Door 1",
        role=CameraRole.BIDIRECTIONAL,
        analyse_fps=10,
        created_at=datetime(2026, 3, 2, 12, tzinfo=UTC),
        created_by="olga",
        counting=True,
        offline_after_seconds=120,
        limits=Limits(None, 80, 100),
        revision=UNREVISED,
    )
    assert sites.get_camera("door-1") == expected
    assert sites.list_cameras("plant-1").items == [expected]


def test_a_camera_of_layout_2_recognises_nobody(sites: SiteService, table: MemoryTable) -> None:
    table.write(Put(CAMERA_2))
    camera = sites.get_camera("door-2")
    assert (camera.identify, camera.revision, camera.limits.max_occupancy) == (Identify.OFF, 3, 20)
    assert (camera.gate_id, camera.lane) == (None, None)


def test_a_line_of_layout_1_counted_since_its_only_revision(sites: SiteService) -> None:
    plan = sites.get_plan("door-1")
    assert plan.zones == ()
    assert plan.lines == (
        Line(
            line_id="door-1.q7wk3a",
            camera_id="door-1",
            name="Threshold",
            segment=Segment(Point(0.5, 1.0), Point(0.5, 0.0)),
            inverted=False,
            in_label="in",
            out_label="out",
            anchor=Anchor.BOTTOM_CENTER,
            settle_frames=2,
            revision=1,
            counting_revision=1,
        ),
    )


def test_a_change_brings_todays_layout(sites: SiteService, table: MemoryTable) -> None:
    sites.update_site(replace(sites.get_site("plant-1"), always_open=True))
    sites.update_camera(replace(sites.get_camera("door-1"), counting=False))
    sites.update_line(replace(sites.get_line("door-1.q7wk3a"), settle_frames=3))
    site, camera, line = (stored(table, item) for item in (SITE_1, CAMERA_1, LINE_1))
    assert [item["v"] for item in (site, camera, line)] == [2, 4, 2]
    assert (site["revision"], site["always_open"]) == (1, True)
    assert (camera["revision"], camera["counting"]) == (1, False)
    assert (line["revision"], line["counting_revision"]) == (2, 2)
    assert {name: camera[name] for name in ("GSI1PK", "created_at", "created_by")} == {
        name: CAMERA_1[name] for name in ("GSI1PK", "created_at", "created_by")
    }


def test_of_two_first_changes_only_one_is_made(sites: SiteService) -> None:
    camera = sites.get_camera("door-1")
    sites.update_camera(replace(camera, name="North door"))
    with pytest.raises(Conflict) as caught:
        sites.update_camera(replace(camera, name="South door"))
    assert caught.value.code == "revision_changed"
    assert sites.get_camera("door-1").name == "North door"


def test_the_cameras_of_a_site_of_layout_1_are_counted_before_it_may_go(
    sites: SiteService, table: MemoryTable
) -> None:
    with pytest.raises(Conflict) as caught:
        sites.delete_site("plant-1")
    assert caught.value.code == "site_has_cameras"
    assert stored(table, SITE_1)["cameras"] == 1


def test_a_camera_is_added_to_those_of_a_site_of_layout_1(sites: SiteService, table: MemoryTable) -> None:
    sites.create_camera(
        camera_id="door-2", site_id="plant-1", name="Door 2", role=CameraRole.ENTRY, by="olga"
    )
    assert stored(table, SITE_1)["cameras"] == 2
    sites.delete_camera("door-1")
    assert stored(table, SITE_1)["cameras"] == 1


def test_what_is_stored_now_reads_the_same_tomorrow() -> None:
    table = MemoryTable()
    for item in (SITE_2, CAMERA_1, ZONE_1):
        table.write(Put(item))
    sites = SiteService(SiteStore(table), ManualClock())
    site, zone = sites.get_site("plant-1"), sites.get_zone("door-1.m2c5xy")
    assert (site.quiet_hour, site.always_open, site.limits) == (time(2, 30), True, Limits(250, 70, 95))
    assert (zone.revision, zone.counting_revision, zone.limits) == (3, 2, Limits(2, 80, 100))
    assert zone.polygon.points == (Point(0.0, 0.0), Point(0.5, 0.0), Point(0.25, 0.75))
    sites.store.replace(replace(site, revision=5), revision=4)
    sites.store.replace(replace(zone, revision=4), revision=3)
    assert stored(table, SITE_2) == SITE_2 | {"revision": 5}
    assert stored(table, ZONE_1) == ZONE_1 | {"revision": 4}
