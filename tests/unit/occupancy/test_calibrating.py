"""Baselines: for now, for a moment in the past, and for what was deleted."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from floorsight.events.vision import Direction
from floorsight.occupancy.model import Baseline, Count, Counter, Crossing, Tally
from floorsight.platform.errors import Conflict, FloorsightError, Malformed, NotFound, Unavailable
from floorsight.platform.retry import Backoff
from tests.fakes.clock import NOON
from tests.fakes.scene import CAMERA, SITE, Scene, line_crossed, no_wait
from tests.fakes.table import FaultyTable
from tests.fakes.zones import make_zone, zone_entered

COUNTER = Counter(CAMERA, SITE)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def scene_with(*crossings: tuple[Direction, int], now: float = 100) -> Scene:
    """Crossings given as (direction, seconds after noon), and the present."""
    scene = Scene().with_camera()
    events = [
        line_crossed(number, way, occurred_at=at(second)) for number, (way, second) in enumerate(crossings)
    ]
    scene.occupancy.record_crossings(CAMERA, map(Crossing.of, events))
    scene.clock.now = at(now)
    return scene


def given(count: int, second: float) -> Baseline:
    return Baseline(count, at(second), "olga", "head count")


def live(scene: Scene) -> Count:
    return scene.occupancy.store.load_count(COUNTER)


IN, OUT = Direction.IN, Direction.OUT


def test_calibration_says_what_it_replaced() -> None:
    scene = scene_with((IN, 0), (OUT, 1), (OUT, 2))
    kept = scene.occupancy.calibrate(CAMERA, count=7, by="olga", reason="head count")
    assert kept == Baseline(7, at(100), "olga", "head count", replaced_raw=-1)
    assert kept.correction == 8
    assert live(scene).baseline == kept
    assert scene.occupancy.list_baselines(CAMERA).items == [kept]


def test_a_baseline_in_the_past_replaces_what_was_counted_until_then() -> None:
    """Reconciling at a quiet hour that is over: whoever came since is still inside."""
    scene = scene_with((IN, 0), (IN, 1), (IN, 50), (OUT, 60), (IN, 70))
    kept = scene.occupancy.set_baseline_at(CAMERA, given(0, 20))
    assert kept.replaced_raw == 2
    assert (live(scene).baseline, live(scene).total) == (kept, Tally(entries=2, exits=1))


def test_the_same_baseline_again_changes_nothing() -> None:
    scene = scene_with((IN, 0), (IN, 50))
    kept = scene.occupancy.set_baseline_at(CAMERA, given(0, 20))
    before = scene.presence.dump()  # type: ignore[attr-defined]
    again = Baseline(0, at(20), "otto", "somebody else's run of the same job")
    assert scene.occupancy.set_baseline_at(CAMERA, again) == kept
    assert scene.presence.dump() == before  # type: ignore[attr-defined]


def test_another_count_for_the_same_moment_is_a_conflict() -> None:
    scene = scene_with((IN, 0))
    scene.occupancy.set_baseline_at(CAMERA, given(0, 20))
    with pytest.raises(Conflict, match="olga has given 0 for 2026-03-02T12:00:20") as caught:
        scene.occupancy.set_baseline_at(CAMERA, given(1, 20))
    assert caught.value.code == "baseline_exists"
    assert live(scene).baseline.count == 0


def test_a_baseline_before_the_newest_only_enters_the_history() -> None:
    scene = scene_with((IN, 0), (IN, 1), (IN, 30), (IN, 60))
    first = scene.occupancy.set_baseline_at(CAMERA, given(10, 10))
    newest = scene.occupancy.set_baseline_at(CAMERA, given(20, 50))
    before = live(scene)
    late = scene.occupancy.set_baseline_at(CAMERA, given(3, 40))
    assert (first.replaced_raw, newest.replaced_raw, late.replaced_raw) == (2, 11, 11)
    assert live(scene) == before
    assert scene.occupancy.list_baselines(CAMERA).items == [newest, late, first]
    earliest = scene.occupancy.set_baseline_at(CAMERA, given(5, 0))
    assert earliest.replaced_raw == 1


def test_every_baseline_has_its_quarter_hour_rolled_up() -> None:
    scene = scene_with(now=4000)
    scene.occupancy.set_baseline_at(CAMERA, given(1, 3700))
    scene.occupancy.set_baseline_at(CAMERA, given(2, 1000))
    quarters = [mark.quarter for mark in scene.occupancy.store.load_marks(SITE)]
    assert quarters == [at(900), at(3600)]


@pytest.mark.parametrize(
    ("baseline", "field", "code"),
    [
        (given(-1, 0), "count", "out_of_range"),
        (given(1_000_001, 0), "count", "out_of_range"),
        (given(1, 100.000001), "at", "in_the_future"),
        (Baseline(1, at(0), "olga", " counted"), "reason", "bad_text"),
    ],
)
def test_a_wrong_baseline_is_refused_with_the_field(baseline: Baseline, field: str, code: str) -> None:
    scene = scene_with()
    with pytest.raises(Malformed) as caught:
        scene.occupancy.set_baseline_at(CAMERA, baseline)
    assert (caught.value.field, caught.value.code) == (field, code)


@pytest.mark.parametrize(
    ("counter_id", "code"), [("nowhere", "unknown_camera"), (f"{CAMERA}.nowhere", "unknown_zone")]
)
def test_an_unknown_counter_is_not_found(counter_id: str, code: str) -> None:
    scene = scene_with()
    for use in (
        lambda: scene.occupancy.calibrate(counter_id, count=1, by="olga", reason="x"),
        lambda: scene.occupancy.close_counter(counter_id, at(0)),
        lambda: scene.occupancy.list_baselines(counter_id),
        lambda: scene.occupancy.explain_count(counter_id),
        lambda: scene.occupancy.record_crossings(counter_id, []),
    ):
        with pytest.raises(NotFound) as caught:
            use()
        assert caught.value.code == code


def test_a_lost_answer_sets_the_baseline_once() -> None:
    scene = scene_with((IN, 0))
    # Before each of two reads, before the write: nothing. After the write: the answer is lost.
    dice = iter([0.9, 0.9, 0.9, 0.9, 0.9, 0.1])
    faults = FaultyTable(scene.presence, lambda: next(dice, 0.9), answer_lost=0.5)
    lossy = Scene(presence=scene.presence, around_presence=lambda _: faults).with_camera()
    lossy.clock.now = at(100)
    kept = lossy.occupancy.calibrate(CAMERA, count=4, by="olga", reason="head count")
    assert next(dice, None) is None
    assert kept.replaced_raw == 1
    assert lossy.occupancy.store.list_baselines(CAMERA).items == [kept]
    assert live(lossy).baseline_revision == 1


def test_contention_without_end_is_unavailable() -> None:
    scene = Scene(
        around_presence=lambda table: FaultyTable(table, lambda: 0.5, contention=1.0),
        backoff=Backoff(attempts=3, sleep=no_wait),
    ).with_camera()
    with pytest.raises(Unavailable, match="the baseline of door-1 could not be set: others are writing"):
        scene.occupancy.calibrate(CAMERA, count=4, by="olga", reason="head count")


def test_a_deleted_camera_is_emptied_with_its_zones() -> None:
    scene = scene_with((IN, 0), (IN, 200))
    zone = make_zone(scene)
    scene.occupancy.record_crossings(zone.zone_id, [Crossing.of(zone_entered(1, zone.zone_id))])
    deleted_at = scene.sites.delete_camera(CAMERA)
    for _ in range(2):
        scene.occupancy.close_counter(CAMERA, deleted_at, by="olga")
    assert live(scene).total == Tally(entries=1), "of a clock that is ahead; shown nowhere"
    for counter_id in (CAMERA, zone.zone_id):
        [closing] = scene.occupancy.list_baselines(counter_id).items
        assert (closing.count, closing.at, closing.by, closing.replaced_raw) == (0, at(100), "olga", 1)
    with pytest.raises(FloorsightError):
        scene.occupancy.calibrate(CAMERA, count=1, by="olga", reason="x")


def test_a_deleted_zone_is_emptied_and_nothing_else() -> None:
    scene = scene_with((IN, 0))
    zone = make_zone(scene)
    scene.occupancy.record_crossings(zone.zone_id, [Crossing.of(zone_entered(1, zone.zone_id))])
    scene.occupancy.close_counter(zone.zone_id, scene.sites.delete_zone(zone.zone_id))
    assert scene.occupancy.explain_count(zone.zone_id).count.baseline.reason == "the zone was deleted"
    assert live(scene).total == Tally(entries=1)
