"""What people set up, on the table in memory and on DynamoDB's adapter: keys and expectations fit."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import time

import pytest

from floorsight.geometry.lines import Point
from floorsight.geometry.polygons import Polygon
from floorsight.platform.errors import FloorsightError, NotFound
from floorsight.platform.table import Put, Table
from floorsight.sites.model import Anchor, Camera, CameraRole, Limits
from floorsight.sites.service import SiteService
from floorsight.sites.store import SiteStore
from tests.fakes.clock import ManualClock
from tests.fakes.scene import CAMERA, LOWER_HALF, MIDDLE, SITE
from tests.unit.sites.test_layout import CAMERA_1, LINE_1, SITE_1


@pytest.fixture
def sites(table: Table) -> SiteService:
    return SiteService(SiteStore(table), ManualClock())


def with_camera(sites: SiteService, camera_id: str = CAMERA) -> Camera:
    if sites.store.find_site(SITE) is None:
        sites.create_site(site_id=SITE, name="Plant 1", time_zone="Europe/Berlin")
    return sites.create_camera(
        camera_id=camera_id, site_id=SITE, name="Door", role=CameraRole.BIDIRECTIONAL, by="olga"
    )


def outcome(call: Callable[[], object]) -> str:
    """`done`, or the code of the error."""
    try:
        call()
    except FloorsightError as error:
        return error.code
    return "done"


def test_everything_that_can_be_said_survives_the_table(sites: SiteService) -> None:
    site = sites.create_site(
        site_id=SITE,
        name="Werk 1 (Süd)",
        time_zone="Asia/Kolkata",
        quiet_hour=time(2, 30),
        always_open=True,
        limits=Limits(1000, 1, 200),
    )
    camera = sites.create_camera(
        camera_id=CAMERA,
        site_id=SITE,
        name="Door",
        role=CameraRole.EXIT,
        by="olga",
        analyse_fps=5,
        counting=False,
        offline_after_seconds=30,
        limits=Limits(7),
    )
    line = sites.create_line(CAMERA, name="Threshold", segment=MIDDLE, anchor=Anchor.CENTER, inverted=True)
    polygon = Polygon((Point(1 / 3, 0.0), Point(1.0, 0.1 + 0.2), Point(1e-7, 1.0)))
    zone = sites.create_zone(CAMERA, name="Press", polygon=polygon, restricted=True, limits=Limits(2, 50, 60))
    assert (sites.get_site(SITE), sites.get_camera(CAMERA)) == (site, camera)
    assert sites.list_sites().items == [site]
    assert sites.list_cameras(SITE).items == [camera]
    plan = sites.get_plan(CAMERA)
    assert (plan.camera, plan.lines, plan.zones) == (camera, (line,), (zone,))


def test_changes_replace_what_was_read_and_nothing_else(sites: SiteService) -> None:
    camera = with_camera(sites)
    line = sites.create_line(CAMERA, name="Threshold", segment=MIDDLE)
    zone = sites.create_zone(CAMERA, name="Press", polygon=LOWER_HALF, limits=Limits(3))
    site = sites.update_site(replace(sites.get_site(SITE), limits=Limits(9), quiet_hour=time(4)))
    camera = sites.update_camera(replace(camera, limits=Limits(4), name="North"))
    line = sites.update_line(replace(line, name="North"))
    zone = sites.update_zone(replace(zone, limits=Limits()))  # an attribute that goes
    assert (sites.get_site(SITE), sites.get_camera(CAMERA)) == (site, camera)
    assert (sites.get_line(line.line_id), sites.get_zone(zone.zone_id)) == (line, zone)
    assert [each.revision for each in (site, camera, line, zone)] == [2, 2, 2, 2]
    assert sites.list_sites().items == [site]
    assert sites.list_cameras(SITE).items == [camera]


def test_of_many_changes_of_one_revision_one_is_made(sites: SiteService) -> None:
    camera = with_camera(sites)

    def rename(number: int) -> str:
        return outcome(lambda: sites.update_camera(replace(camera, name=f"Door {number}")))

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(rename, range(8)))
    assert sorted(outcomes) == ["done", *["revision_changed"] * 7]
    assert sites.get_camera(CAMERA).name == f"Door {outcomes.index('done')}"


def test_a_lost_answer_is_no_conflict(sites: SiteService) -> None:
    """The first try was written; the second one finds exactly what it wants."""
    camera = with_camera(sites)
    sites.store.add(camera)
    assert sites.store.count_cameras(SITE) == 1
    changed = replace(camera, name="North", revision=2)
    for _ in range(2):
        sites.store.replace(changed, revision=1)
    gone = replace(changed, deleted_at=sites.clock(), revision=3)
    for _ in range(2):
        sites.store.replace(gone, revision=2)
    assert sites.store.count_cameras(SITE) == 0


def test_ids_are_given_once(sites: SiteService) -> None:
    with_camera(sites)
    other = {"site_id": SITE, "name": "Other", "time_zone": "Europe/Paris"}
    assert outcome(lambda: sites.create_site(**other)) == "site_exists"
    camera = {"camera_id": CAMERA, "site_id": SITE, "name": "Other", "role": CameraRole.ENTRY, "by": "eve"}
    assert outcome(lambda: sites.create_camera(**camera)) == "camera_exists"
    sites.delete_camera(CAMERA)
    assert outcome(lambda: sites.create_camera(**camera)) == "camera_deleted"
    assert sites.store.count_cameras(SITE) == 0
    sites.delete_site(SITE)
    assert outcome(lambda: sites.create_site(**other)) == "site_deleted"


def test_what_is_deleted_is_found_only_by_who_asks_for_it(sites: SiteService) -> None:
    with_camera(sites)
    with_camera(sites, "door-2")
    line = sites.create_line(CAMERA, name="Threshold", segment=MIDDLE)
    zone = sites.create_zone(CAMERA, name="Press", polygon=LOWER_HALF)
    sites.delete_line(line.line_id)
    deleted_at = sites.delete_camera(CAMERA)
    assert [camera.camera_id for camera in sites.list_cameras(SITE).items] == ["door-2"]
    for find, name in ((sites.get_camera, CAMERA), (sites.get_plan, CAMERA)):
        with pytest.raises(NotFound):
            find(name)
    plan = sites.get_plan(CAMERA, with_deleted=True)
    assert plan.camera.deleted_at == deleted_at
    assert [each.line_id for each in plan.lines] == [line.line_id]
    assert plan.zones == (replace(zone, deleted_at=deleted_at),)


def test_deleted_sites_are_listed_by_when_they_were_deleted(sites: SiteService) -> None:
    assert isinstance(sites.clock, ManualClock)
    for number in range(3):
        sites.create_site(site_id=f"plant-{number}", name="Plant", time_zone="Europe/Berlin")
    first = sites.delete_site("plant-1")
    sites.clock.advance(60)
    second = sites.delete_site("plant-0")
    assert [site.site_id for site in sites.list_sites().items] == ["plant-2"]
    for since, expected in ((first, ["plant-1", "plant-0"]), (second, ["plant-0"])):
        assert [site.site_id for site in sites.list_deleted_sites(since)] == expected
    sites.clock.advance(60)
    assert sites.list_deleted_sites(sites.clock()) == []


def test_a_site_goes_only_without_cameras_however_many_come_at_once(sites: SiteService) -> None:
    """Cameras are added while others delete the site: never is there a camera without its site."""
    for round_number in range(5):
        site_id = f"plant-{round_number}"
        sites.create_site(site_id=site_id, name="Plant", time_zone="Europe/Berlin")

        def add(number: int, site_id: str = site_id) -> str:
            camera = {"camera_id": f"{site_id}-{number}", "role": CameraRole.ENTRY, "by": "olga"}
            return outcome(lambda: sites.create_camera(site_id=site_id, name="Door", **camera))

        def delete(site_id: str = site_id) -> str:
            return outcome(lambda: sites.delete_site(site_id))

        with ThreadPoolExecutor(4) as pool:
            jobs = [pool.submit(add, 1), pool.submit(delete), pool.submit(add, 2), pool.submit(delete)]
        added, deleted = ({jobs[first].result(), jobs[first + 2].result()} for first in (0, 1))
        assert added <= {"done", "unknown_site"}
        assert deleted <= {"done", "site_has_cameras", "revision_changed"}
        assert "done" not in added & deleted
        assert sites.store.count_cameras(site_id) == [job.result() for job in jobs[::2]].count("done")


def test_items_of_layout_1_are_read_and_replaced(table: Table, sites: SiteService) -> None:
    for item in (SITE_1, CAMERA_1, LINE_1):
        table.write(Put(item))
    assert sites.list_cameras(SITE).items == [sites.get_camera(CAMERA)]
    assert outcome(lambda: sites.delete_site(SITE)) == "site_has_cameras"
    line = sites.update_line(replace(sites.get_line("door-1.q7wk3a"), settle_frames=4))
    assert sites.get_plan(CAMERA).lines == (line,)
    camera = sites.get_camera(CAMERA)
    sites.update_camera(replace(camera, counting=False))
    assert outcome(lambda: sites.update_camera(replace(camera, counting=True))) == "revision_changed"
    sites.delete_camera(CAMERA)
    sites.delete_site(SITE)
    assert sites.list_sites().items == []
