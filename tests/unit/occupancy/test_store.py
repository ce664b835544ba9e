"""What the occupancy room's items look like."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from floorsight.events.vision import Direction
from floorsight.occupancy.model import Baseline, Count, Counter, Crossing, Tally
from floorsight.platform.items import Key
from floorsight.platform.table import Put
from tests.fakes.clock import NOON
from tests.fakes.scene import CAMERA, SITE, Scene, line_crossed


def test_the_stored_form_is_what_the_documents_say() -> None:
    """Other rooms and later versions read these items: a change here needs a new version."""
    scene = Scene().with_camera()
    crossing = Crossing.of(line_crossed(4, Direction.OUT, confidence=1.0, snapshot_key="snapshots/x.jpg"))
    scene.occupancy.record_crossings(CAMERA, [crossing])
    ledger = scene.presence.get(
        Key(f"LEDGER#{CAMERA}", f"2026-03-02T12:00:00.000000Z#{crossing.crossing_id}")
    )
    assert ledger == {
        "PK": f"LEDGER#{CAMERA}",
        "SK": f"2026-03-02T12:00:00.000000Z#{crossing.crossing_id}",
        "type": "crossing",
        "v": 2,
        "crossing_id": crossing.crossing_id,
        "site_id": SITE,
        "camera_id": CAMERA,
        "counter_id": CAMERA,
        "stream_session": "20260302T110000.000000Z-0001",
        "line_id": "door-1.aaaaaa",
        "line_revision": 1,
        "track_id": 4,
        "crossing_number": 1,
        "direction": "out",
        "occurred_at": "2026-03-02T12:00:00.000000Z",
        "object_class": "person",
        "confidence": 1,
        "anchor": [0.5, 0.75],
        "snapshot_key": "snapshots/x.jpg",
    }
    assert scene.presence.get(Key(f"LIVE#{SITE}", f"CAMERA#{CAMERA}")) == {
        "PK": f"LIVE#{SITE}",
        "SK": f"CAMERA#{CAMERA}",
        "type": "live_count",
        "v": 2,
        "site_id": SITE,
        "counter_id": CAMERA,
        "baseline_count": 0,
        "baseline_at": "1970-01-01T00:00:00.000000Z",
        "baseline_by": "floorsight",
        "baseline_reason": "no count was given yet",
        "exits": 1,
        "exits:door-1.aaaaaa": 1,
    }
    assert scene.presence.get(Key(f"DIRTY#{SITE}", f"2026-03-02T12:00:00.000000Z#{CAMERA}")) == {
        "PK": f"DIRTY#{SITE}",
        "SK": f"2026-03-02T12:00:00.000000Z#{CAMERA}",
        "type": "dirty_mark",
        "v": 1,
        "site_id": SITE,
        "counter_id": CAMERA,
        "quarter": "2026-03-02T12:00:00.000000Z",
        "token": crossing.crossing_id,
    }


def test_a_crossing_comes_back_as_it_went_in() -> None:
    scene = Scene().with_camera()
    crossing = Crossing.of(line_crossed(4, confidence=1.0, anchor=(0.0, 1.0)))
    scene.occupancy.record_crossings(CAMERA, [crossing])
    [found] = scene.occupancy.list_crossings(CAMERA).items
    assert found == crossing
    assert isinstance(found.confidence, float)


# As the first release wrote them.
LEDGER_1: dict[str, Any] = {
    "PK": "LEDGER#door-1",
    "SK": "2026-03-02T12:00:00.000000Z#0f5c",
    "type": "crossing",
    "v": 1,
    "crossing_id": "0f5c",
    "site_id": "plant-1",
    "camera_id": "door-1",
    "stream_session": "20260302T110000.000000Z-0001",
    "line_id": "door-1.aaaaaa",
    "line_revision": 1,
    "track_id": 4,
    "crossing_number": 1,
    "direction": "out",
    "occurred_at": "2026-03-02T12:00:00.000000Z",
    "object_class": "person",
    "confidence": 1,
    "anchor": [0.5, 0.75],
    "snapshot_key": "snapshots/x.jpg",
}
BASELINE_1: dict[str, Any] = {
    "PK": "BASELINE#door-1",
    "SK": "2026-03-02T11:00:00.000000Z",
    "type": "baseline",
    "v": 1,
    "camera_id": "door-1",
    "count": 5,
    "at": "2026-03-02T11:00:00.000000Z",
    "by": "olga",
    "reason": "head count",
}
LIVE_1: dict[str, Any] = {
    "PK": "LIVE#plant-1",
    "SK": "CAMERA#door-1",
    "type": "live_count",
    "v": 1,
    "site_id": "plant-1",
    "camera_id": "door-1",
    "baseline_count": 5,
    "baseline_at": "2026-03-02T11:00:00.000000Z",
    "baseline_by": "olga",
    "baseline_reason": "head count",
    "baseline_revision": 1,
    "exits": 1,
    "exits:door-1.aaaaaa": 1,
}
BASELINE = Baseline(5, NOON - timedelta(hours=1), "olga", "head count")


def scene_of_layout_1() -> Scene:
    scene = Scene().with_camera()
    for item in (LEDGER_1, BASELINE_1, LIVE_1):
        scene.presence.write(Put(item))
    return scene


def test_items_of_layout_1_are_read() -> None:
    store = scene_of_layout_1().occupancy.store
    [crossing] = store.list_crossings(CAMERA).items
    assert (crossing.crossing_id, crossing.counter_id, crossing.zone_id) == ("0f5c", CAMERA, None)
    assert (crossing.direction, crossing.occurred_at, crossing.dwell_seconds) == (Direction.OUT, NOON, None)
    assert store.list_baselines(CAMERA).items == [BASELINE]
    assert BASELINE.correction is None
    count = Count(BASELINE, Tally(exits=1), {"door-1.aaaaaa": Tally(exits=1)}, baseline_revision=1)
    assert store.load_count(Counter(CAMERA, SITE)) == count
    assert store.load_counts(SITE) == {CAMERA: count}


def test_counting_goes_on_where_layout_1_ended() -> None:
    scene = scene_of_layout_1()
    later = Crossing.of(line_crossed(9, occurred_at=NOON + timedelta(seconds=1)))
    scene.occupancy.record_crossings(CAMERA, [later])
    count = scene.occupancy.get_camera_occupancy(CAMERA).count
    assert (count.baseline, count.total) == (BASELINE, Tally(entries=1, exits=1))


def test_the_ledger_and_the_baselines_are_read_by_range() -> None:
    """Later than `after`, up to and with `until`."""
    scene = Scene().with_camera()
    crossings = [
        Crossing.of(line_crossed(n, occurred_at=NOON + timedelta(seconds=second)))
        for n, second in enumerate([0, 0, 1, 2, 2, 3])
    ]
    scene.occupancy.record_crossings(CAMERA, crossings)
    moments = [NOON + timedelta(seconds=second) for second in range(4)]
    for moment in moments:
        scene.clock.now = moment
        scene.occupancy.calibrate(CAMERA, count=1, by="olga", reason="heads")
    store = scene.occupancy.store
    found = store.list_crossings(CAMERA, after=moments[0], until=moments[2]).items
    assert {crossing.track_id for crossing in found} == {2, 3, 4}
    assert [each.at for each in store.list_baselines(CAMERA, after=moments[0], until=moments[2]).items] == [
        moments[1],
        moments[2],
    ]
    assert store.find_baseline(CAMERA, until=moments[2] + timedelta(milliseconds=1)).at == moments[2]
    assert store.find_baseline(CAMERA, until=moments[0] - timedelta(milliseconds=1)).by == "floorsight"


def test_what_is_written_is_marked_until_it_is_rolled_up() -> None:
    scene = Scene().with_camera()
    store = scene.occupancy.store
    early, late = NOON - timedelta(minutes=1), NOON + timedelta(minutes=14, seconds=59)
    scene.occupancy.record_crossings(
        CAMERA, [Crossing.of(line_crossed(n, occurred_at=at)) for n, at in enumerate([late, early, NOON])]
    )
    first, second = store.load_marks(SITE)
    assert (first.quarter, second.quarter) == (NOON - timedelta(minutes=15), NOON)
    assert (first.site_id, first.counter_id) == (SITE, CAMERA)

    scene.occupancy.record_crossings(CAMERA, [Crossing.of(line_crossed(7))])
    assert store.clear_mark(first)
    assert not store.clear_mark(second), "something was written since it was read"
    [third] = store.load_marks(SITE)
    assert (third.quarter, third.token != second.token) == (NOON, True)

    scene.occupancy.record_crossings(CAMERA, [Crossing.of(line_crossed(7))])  # known: nothing to roll up
    assert store.load_marks(SITE) == [third]
    assert store.clear_mark(third)
    scene.occupancy.calibrate(CAMERA, count=1, by="olga", reason="heads")
    assert [mark.quarter for mark in store.load_marks(SITE)] == [NOON]
