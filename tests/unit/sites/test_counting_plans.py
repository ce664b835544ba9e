"""Counting plans from the site registry: what the pipeline needs of lines and zones."""

from __future__ import annotations

from dataclasses import replace

import pytest

from floorsight.events.vision import Direction
from floorsight.geometry.lines import Point
from floorsight.geometry.polygons import Polygon
from floorsight.platform.errors import NotFound
from floorsight.sites.counting_plans import REFRESH_SECONDS, RegistryPlans
from floorsight.sites.model import Anchor, CameraRole, Identify, Zone
from tests.fakes.scene import CAMERA, SITE, Scene

HALL = Polygon((Point(0.2, 0.2), Point(0.8, 0.2), Point(0.8, 0.8), Point(0.2, 0.8)))


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def scene() -> Scene:
    return Scene().with_camera()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def plans(scene: Scene, time: Time) -> RegistryPlans:
    return RegistryPlans(scene.sites, time)


def add_zone(scene: Scene) -> Zone:
    return scene.sites.create_zone(CAMERA, name="Hall", polygon=HALL, restricted=True, anchor=Anchor.CENTER)


def test_a_plan_has_the_lines_and_zones_of_its_camera(scene: Scene, plans: RegistryPlans) -> None:
    line, zone = scene.with_line(), add_zone(scene)
    plan = plans.plan_of(CAMERA)
    assert (plan.site_id, plan.camera_id, plan.analyse_fps) == (SITE, CAMERA, 10.0)
    (counting_line,), (counting_zone,) = plan.lines, plan.zones
    assert (counting_line.line_id, counting_line.segment) == (line.line_id, line.segment)
    assert (counting_line.to_right, counting_line.to_left) == (Direction.IN, Direction.OUT)
    assert counting_line.at_feet
    assert (counting_zone.zone_id, counting_zone.polygon) == (zone.zone_id, HALL)
    assert counting_zone.settle_frames == zone.settle_frames
    assert counting_zone.restricted
    assert not counting_zone.at_feet


def test_the_role_rules_out_a_direction_at_lines_but_not_at_zones(scene: Scene, time: Time) -> None:
    scene.with_camera("way-in", role=CameraRole.ENTRY).with_line("way-in")
    plan = RegistryPlans(scene.sites, time).plan_of("way-in")
    assert (plan.lines[0].to_right, plan.lines[0].to_left) == (Direction.IN, None)


def test_only_what_changes_the_counting_is_a_new_revision(
    scene: Scene, plans: RegistryPlans, time: Time
) -> None:
    zone = add_zone(scene)
    zone = scene.sites.update_zone(replace(zone, name="Great hall"))
    assert zone.revision == 2
    assert plans.plan_of(CAMERA).zones[0].revision == 1
    scene.sites.update_zone(replace(zone, settle_frames=3))
    time.now += REFRESH_SECONDS
    assert plans.plan_of(CAMERA).zones[0].revision == 3


def test_what_was_deleted_is_not_counted(scene: Scene, plans: RegistryPlans, time: Time) -> None:
    zone, line = add_zone(scene), scene.with_line()
    assert plans.plan_of(CAMERA).zones
    scene.sites.delete_zone(zone.zone_id)
    scene.sites.delete_line(line.line_id)
    time.now += REFRESH_SECONDS
    assert (plans.plan_of(CAMERA).lines, plans.plan_of(CAMERA).zones) == ((), ())


def test_an_edit_takes_effect_within_the_refresh_time(scene: Scene, plans: RegistryPlans, time: Time) -> None:
    assert plans.plan_of(CAMERA).zones == ()
    add_zone(scene)
    time.now += REFRESH_SECONDS - 0.1
    assert plans.plan_of(CAMERA).zones == ()
    time.now += 0.1
    assert len(plans.plan_of(CAMERA).zones) == 1


def test_an_unknown_camera_is_remembered_as_such(scene: Scene, plans: RegistryPlans, time: Time) -> None:
    for _ in range(2):
        with pytest.raises(NotFound):
            plans.plan_of("new-1")
    scene.with_camera("new-1")
    with pytest.raises(NotFound):
        plans.plan_of("new-1")
    time.now += REFRESH_SECONDS
    assert plans.plan_of("new-1").camera_id == "new-1"


def test_a_deleted_camera_is_unknown(scene: Scene, plans: RegistryPlans) -> None:
    scene.sites.delete_camera(CAMERA)
    with pytest.raises(NotFound):
        plans.plan_of(CAMERA)


@pytest.mark.parametrize(("use", "looked_for"), [(use, use is not Identify.OFF) for use in Identify])
def test_faces_are_looked_for_only_where_somebody_asked_for_it(
    scene: Scene, plans: RegistryPlans, use: Identify, looked_for: bool
) -> None:
    scene.sites.update_camera(replace(scene.sites.get_camera(CAMERA), identify=use))
    assert plans.plan_of(CAMERA).identifies is looked_for
