"""Counting on the table in memory and on DynamoDB's adapter: keys, expressions and refusals fit together."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from floorsight.events.vision import Direction
from floorsight.occupancy.model import Baseline, CountedEvent, Crossing, Tally
from floorsight.occupancy.rules import count_crossings
from floorsight.platform.table import Table
from floorsight.sites.service import SiteService
from floorsight.sites.store import SiteStore
from tests.fakes.clock import NOON
from tests.fakes.scene import CAMERA, SITE, Scene, line_crossed
from tests.fakes.zones import make_zone, zone_entered, zone_left


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


def test_a_zones_visits_are_counted_beside_its_camera(table: Table) -> None:
    scene = Scene(presence=table).with_camera()
    zone = make_zone(scene)
    visits: list[CountedEvent] = [zone_entered(number, zone.zone_id) for number in range(5)]
    visits += [zone_left(number, zone.zone_id, dwell_seconds=number / 3) for number in range(3)]
    for _ in range(2):
        scene.occupancy.record_crossings(zone.zone_id, [Crossing.of(visit) for visit in reversed(visits)])
    scene.occupancy.record_crossings(CAMERA, some_crossings(3))
    assert scene.occupancy.get_zone_occupancy(zone.zone_id).count.total == Tally(entries=5, exits=3)
    explained = scene.occupancy.explain_count(zone.zone_id)
    assert sorted(c.dwell_seconds for c in explained.crossings if c.dwell_seconds is not None) == [
        number / 3 for number in range(3)
    ]
    site = scene.occupancy.get_site_occupancy(SITE)
    assert (site.total.entries + site.total.exits, site.zones[0].count.total.entries) == (3, 5)


def test_baselines_of_the_past_are_kept_in_order_and_once(table: Table) -> None:
    scene = Scene(presence=table).with_camera()
    crossings = some_crossings(60)
    scene.occupancy.record_crossings(CAMERA, crossings)
    scene.clock.advance(60)
    moments = [NOON + timedelta(seconds=second) for second in (2, -2, 0)]
    kept = {}
    for moment in [*moments, *moments]:
        kept[moment] = scene.occupancy.set_baseline_at(CAMERA, Baseline(7, moment, "olga", "heads"))
    newest_first = [kept[moment] for moment in sorted(moments, reverse=True)]
    assert scene.occupancy.list_baselines(CAMERA).items == newest_first
    page = scene.occupancy.list_baselines(CAMERA, limit=2)
    rest = scene.occupancy.list_baselines(CAMERA, limit=2, start_key=page.next_key)
    assert page.items + rest.items == newest_first
    count = scene.occupancy.get_camera_occupancy(CAMERA).count
    assert count.baseline == newest_first[0]
    assert count.total == count_crossings(count.baseline, crossings).total
    store = scene.occupancy.store
    assert store.list_baselines(CAMERA, after=moments[1], until=moments[2]).items == [kept[moments[2]]]
    between = store.list_crossings(CAMERA, after=moments[1], until=moments[2]).items
    assert {c.crossing_id for c in between} == {
        c.crossing_id for c in crossings if moments[1] < c.occurred_at <= moments[2]
    }


def test_marks_go_when_they_are_rolled_up_and_not_before(table: Table) -> None:
    scene = Scene(presence=table).with_camera()
    store = scene.occupancy.store
    scene.occupancy.record_crossings(CAMERA, some_crossings(60))
    early, late = store.load_marks(SITE)
    assert (late.quarter, late.quarter - early.quarter) == (NOON, timedelta(minutes=15))
    scene.occupancy.calibrate(CAMERA, count=1, by="olga", reason="heads")
    assert store.clear_mark(early)
    assert not store.clear_mark(late)
    [renewed] = store.load_marks(SITE)
    assert store.clear_mark(renewed)
    assert store.load_marks(SITE) == []


def test_a_plan_survives_the_table(make_table: Callable[[], Table]) -> None:
    sites = SiteService(SiteStore(make_table()))
    scene = Scene()
    scene.sites = sites
    scene.with_camera()
    lines = {scene.with_line(name=f"Line {number}") for number in range(3)}
    assert set(sites.get_plan(CAMERA).lines) == lines
    assert [site.site_id for site in sites.list_sites().items] == [SITE]
    assert [camera.camera_id for camera in sites.list_cameras(SITE).items] == [CAMERA]
