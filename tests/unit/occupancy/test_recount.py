"""What a recount refuses, and what it takes from where; the laws are in tests/property/test_recount.py."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from floorsight.events.vision import Direction
from floorsight.geometry.lines import Point
from floorsight.occupancy.model import Crossing, Tally
from floorsight.occupancy.recount import service as module
from floorsight.occupancy.recount.model import LineChange
from floorsight.occupancy.recount.rules import sample_path
from floorsight.occupancy.recount.service import RecountService
from floorsight.platform.errors import Malformed, NotFound
from floorsight.sites.model import Anchor, CameraRole
from floorsight.streams.service import StreamService
from floorsight.streams.store import HealthStore, TrajectoryStore
from tests.fakes.clock import NOON
from tests.fakes.scene import CAMERA, Scene, line_crossed
from tests.fakes.walks import Walk

HOUR = timedelta(hours=1)
THROUGH = [Point(0.1, 0.5), Point(0.9, 0.5)]


@pytest.fixture
def scene() -> Scene:
    return Scene().with_camera()


@pytest.fixture
def streams(scene: Scene) -> StreamService:
    return StreamService(HealthStore(scene.presence), TrajectoryStore(scene.trails), scene.clock)


@pytest.fixture
def recounts(scene: Scene, streams: StreamService) -> RecountService:
    return RecountService(scene.sites, scene.occupancy.store, streams)


def refused(act: Callable[[], Any]) -> tuple[str, str | None]:
    with pytest.raises(Malformed) as caught:
        act()
    return caught.value.code, caught.value.field


def test_a_period_is_a_day_at_most_and_not_empty(recounts: RecountService) -> None:
    assert refused(lambda: recounts.recount(CAMERA, NOON, NOON)) == ("empty_period", "to")
    too_long = NOON + 24 * HOUR + timedelta(seconds=1)
    assert refused(lambda: recounts.recount(CAMERA, NOON, too_long)) == ("period_too_long", "to")
    assert recounts.recount(CAMERA, NOON, NOON + 24 * HOUR).tracks == 0


def test_an_unknown_camera_is_not_found(recounts: RecountService) -> None:
    with pytest.raises(NotFound):
        recounts.recount("nowhere", NOON, NOON + HOUR)


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"start": Point(2.0, 2.0), "end": Point(3.0, 3.0)}, "line_outside_frame", "lines.1.start"),
        ({"settle_frames": 99}, "out_of_range", "lines.1.settle_frames"),
        ({"anchor": Anchor.CENTER}, "no_path_of_anchor", "lines.1.anchor"),
    ],
)
def test_a_change_that_can_not_be_is_named(
    scene: Scene, recounts: RecountService, change: dict[str, Any], code: str, field: str
) -> None:
    first, second = (scene.with_line(name=name).line_id for name in ("One", "Two"))
    changes = [LineChange(first), LineChange(second, **change)]
    assert refused(lambda: recounts.recount(CAMERA, NOON, NOON + HOUR, changes)) == (code, field)


@pytest.mark.parametrize(
    "change",
    [
        {"start": Point(0.25, 1.0), "end": Point(0.25, 0.0)},
        {"settle_frames": 3},
        {"settle_frames": 3, "inverted": True},
        {"anchor": Anchor.CENTER, "settle_frames": 3},
    ],
)
def test_a_line_of_another_anchor_is_not_recounted_from_paths_of_feet(
    scene: Scene, recounts: RecountService, change: dict[str, Any]
) -> None:
    changed = LineChange(scene.with_line(anchor=Anchor.CENTER).line_id, **change)
    found = refused(lambda: recounts.recount(CAMERA, NOON, NOON + HOUR, [changed]))
    assert found == ("no_path_of_anchor", "lines.0.anchor")


def test_a_line_of_another_anchor_is_taken_from_the_ledger(
    scene: Scene, streams: StreamService, recounts: RecountService
) -> None:
    """The feet of somebody whose middle crossed it may not have."""
    line = scene.with_line(anchor=Anchor.CENTER)
    streams.record_track(Walk(1, THROUGH).ended(10))
    crossings = [Crossing.of(line_crossed(number, line_id=line.line_id)) for number in (1, 2, 3)]
    scene.occupancy.record_crossings(CAMERA, crossings)
    for changes, expected in (
        ([], Tally(3, 0)),
        ([LineChange(line.line_id)], Tally(3, 0)),
        ([LineChange(line.line_id, inverted=True)], Tally(0, 3)),
    ):
        (found,) = recounts.recount(CAMERA, NOON, NOON + HOUR, changes).lines
        assert (found.old, found.from_paths, found.from_ledger) == (Tally(3, 0), Tally(), expected)
    feet = LineChange(line.line_id, anchor=Anchor.BOTTOM_CENTER)
    (found,) = recounts.recount(CAMERA, NOON, NOON + HOUR, [feet]).lines
    assert (found.from_paths, found.from_ledger) == (Tally(1, 0), Tally(2, 0))


def test_a_line_of_another_anchor_at_an_entry_is_not_turned(recounts: RecountService, scene: Scene) -> None:
    """The ledger lacks the crossings that never counted."""
    scene.with_camera("door-2", role=CameraRole.ENTRY)
    line = scene.with_line("door-2", anchor=Anchor.CENTER)
    turned = [LineChange(line.line_id, inverted=True)]
    found = refused(lambda: recounts.recount("door-2", NOON, NOON + HOUR, turned))
    assert found == ("no_path_of_anchor", "lines.0.anchor")


def test_lines_are_of_the_camera_and_named_once(scene: Scene, recounts: RecountService) -> None:
    line_id = scene.with_line().line_id
    for asked, code, field in [
        ([f"{CAMERA}.zzzzzz"], "unknown_line", "lines.0.line_id"),
        ([line_id, line_id], "line_named_twice", "lines.1.line_id"),
    ]:
        changes = [LineChange(each) for each in asked]
        found = refused(lambda changes=changes: recounts.recount(CAMERA, NOON, NOON + HOUR, changes))
        assert found == (code, field)


@pytest.mark.parametrize("limit", ["MAX_TRACKS", "MAX_CROSSINGS", "MAX_SAMPLES"])
def test_too_much_is_refused_with_advice(
    scene: Scene,
    streams: StreamService,
    recounts: RecountService,
    monkeypatch: pytest.MonkeyPatch,
    limit: str,
) -> None:
    line = scene.with_line()
    for number in range(3):
        streams.record_track(Walk(number, THROUGH).ended(10))
        scene.occupancy.record_crossings(CAMERA, [Crossing.of(line_crossed(number, line_id=line.line_id))])
    recounts.recount(CAMERA, NOON, NOON + HOUR)
    monkeypatch.setattr(module, limit, 2)
    with pytest.raises(Malformed, match="recount a shorter period") as caught:
        recounts.recount(CAMERA, NOON, NOON + HOUR)
    assert caught.value.code == "too_much_to_recount"


def test_tracks_without_a_path_keep_what_the_ledger_has(
    scene: Scene, streams: StreamService, recounts: RecountService
) -> None:
    line = scene.with_line()
    streams.record_track(Walk(1, THROUGH).ended(10))
    events = [line_crossed(number, line_id=line.line_id) for number in (1, 2, 3)]
    scene.occupancy.record_crossings(CAMERA, map(Crossing.of, events))
    away = LineChange(line.line_id, start=Point(0.95, 1.0), end=Point(0.95, 0.0))
    found = recounts.recount(CAMERA, NOON, NOON + HOUR, [away])
    (each,) = found.lines
    assert (each.old, each.from_paths, each.from_ledger) == (Tally(3, 0), Tally(), Tally(2, 0))
    assert (found.tracks, found.tracks_with_path) == (3, 1)


def test_only_what_happened_in_the_period_counts(
    scene: Scene, streams: StreamService, recounts: RecountService
) -> None:
    scene.with_line()
    streams.record_track(Walk(1, THROUGH, started_at=NOON - timedelta(seconds=1)).ended(10))
    (whole,) = recounts.recount(CAMERA, NOON - HOUR, NOON + HOUR).lines
    assert whole.from_paths == Tally(1, 0)
    # It crossed 0.75 s after it began, and was still there when the second period began.
    (before,) = recounts.recount(CAMERA, NOON - HOUR, NOON).lines
    (after,) = recounts.recount(CAMERA, NOON, NOON + HOUR).lines
    assert (before.from_paths, after.from_paths) == (Tally(1, 0), Tally())


def test_a_direction_of_earlier_settings_is_left_as_it_was(scene: Scene, recounts: RecountService) -> None:
    line = scene.with_line()
    earlier = line_crossed(1, Direction.IN, line_id=line.line_id, line_revision=line.counting_revision + 7)
    current = line_crossed(2, Direction.IN, line_id=line.line_id)
    scene.occupancy.record_crossings(CAMERA, map(Crossing.of, (earlier, current)))
    turned = LineChange(line.line_id, inverted=not line.inverted)
    (found,) = recounts.recount(CAMERA, NOON - HOUR, NOON + HOUR, [turned]).lines
    assert (found.old, found.new) == (Tally(2, 0), Tally(1, 1))


def test_a_path_is_sampled_as_often_as_frames_are_analysed() -> None:
    path = ((0, 0.0, 0.0), (250, 0.5, 0.0), (1000, 0.5, 0.75))
    times = [at for at, _, _ in sample_path(path, 10)]
    assert times == [0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000]
    assert {at: (x, y) for at, x, y in sample_path(path, 10)}[200] == (0.4, 0.0)
    assert list(sample_path((), 10)) == []
    assert list(sample_path(((0, 0.1, 0.2),), 10)) == [(0, 0.1, 0.2)]


def test_the_rounding_of_times_makes_no_sample_twice() -> None:
    path = ((0, 0.0, 0.0), (334, 1.0, 0.0))  # six frames at 15 a second: 0, 66.7, ... 333.3
    assert len(list(sample_path(path, 15))) == 6
