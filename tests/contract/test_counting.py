"""Counting on the table in memory and on DynamoDB's adapter: keys, expressions and refusals fit together."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from floorsight.events.vision import Direction
from floorsight.occupancy.model import Crossing
from floorsight.occupancy.rules import count_crossings
from floorsight.platform.table import Table
from floorsight.sites.service import SiteService
from floorsight.sites.store import SiteStore
from tests.fakes.clock import NOON
from tests.fakes.scene import CAMERA, SITE, Scene, line_crossed


def some_crossings(size: int) -> list[Crossing]:
    dice = random.Random(size)
    return [
        Crossing.of(
            line_crossed(
                number,
                dice.choice(list(Direction)),
                line_id=f"{CAMERA}.{dice.choice(['aaaaaa', 'bbbbbb'])}",
                occurred_at=NOON + timedelta(milliseconds=dice.randrange(-5000, 5000)),
            )
        )
        for number in range(size)
    ]


def test_crossings_are_counted_once_and_explained(table: Table) -> None:
    scene = Scene(presence=table).with_camera()
    crossings = some_crossings(120)
    scene.occupancy.record_crossings(CAMERA, crossings[:70])
    scene.occupancy.record_crossings(CAMERA, crossings[30:] + crossings[:50])
    count = scene.occupancy.get_camera_occupancy(CAMERA).count
    assert count == count_crossings(count.baseline, crossings)
    assert scene.occupancy.get_site_occupancy(SITE).raw == count.total.entries - count.total.exits
    explained = scene.occupancy.explain_count(CAMERA)
    assert explained.crossings == sorted(crossings, key=lambda c: (c.occurred_at, c.crossing_id))
    newest = scene.occupancy.list_crossings(CAMERA, limit=7)
    assert newest.items == explained.crossings[::-1][:7]


def test_a_baseline_starts_the_count_again(table: Table) -> None:
    scene = Scene(presence=table).with_camera()
    crossings = some_crossings(60)
    scene.occupancy.record_crossings(CAMERA, crossings[:40])
    scene.occupancy.calibrate(CAMERA, count=9, by="olga", reason="heads")
    scene.occupancy.record_crossings(CAMERA, crossings[20:])
    count = scene.occupancy.get_camera_occupancy(CAMERA).count
    expected = count_crossings(count.baseline, crossings)
    assert count.baseline.count == 9
    assert (count.total, count.by_line) == (expected.total, expected.by_line)


def test_many_writers_of_one_camera_lose_nothing(table: Table) -> None:
    scene = Scene(presence=table).with_camera()
    crossings = some_crossings(200)
    parts = [crossings[start : start + 25] for start in range(0, 200, 10)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda part: scene.occupancy.record_crossings(CAMERA, part), parts))
    count = scene.occupancy.get_camera_occupancy(CAMERA).count
    assert count == count_crossings(count.baseline, crossings)


def test_a_plan_survives_the_table(make_table: Callable[[], Table]) -> None:
    sites = SiteService(SiteStore(make_table()))
    scene = Scene()
    scene.sites = sites
    scene.with_camera()
    lines = {scene.with_line(name=f"Line {number}") for number in range(3)}
    assert set(sites.get_plan(CAMERA).lines) == lines
    assert [site.site_id for site in sites.list_sites().items] == [SITE]
    assert [camera.camera_id for camera in sites.list_cameras(SITE).items] == [CAMERA]
