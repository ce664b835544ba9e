"""A recount says what would have been counted, had the lines been other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from floorsight.events.vision import Direction, LineCrossed
from floorsight.geometry.lines import Point, Segment
from floorsight.occupancy.model import Crossing, Tally
from floorsight.occupancy.recount.model import LineChange
from floorsight.occupancy.recount.service import RecountService
from floorsight.platform.items import Key
from floorsight.sites.model import Camera, CameraRole, Line
from floorsight.streams.service import StreamService
from floorsight.streams.store import HealthStore, TrajectoryStore
from tests.fakes.clock import NOON
from tests.fakes.scene import CAMERA, Scene
from tests.fakes.walks import Walk
from tests.thoroughness import drawn

START, END = NOON - timedelta(minutes=1), NOON + timedelta(hours=1)
UPRIGHT = Segment(Point(0.5, 1.0), Point(0.5, 0.0))
ACROSS = Segment(Point(0.0, 0.5), Point(1.0, 0.5))
MOVED = Segment(Point(0.0, 0.25), Point(1.0, 0.25))

# Clear of all three lines by more than a path is simplified, and never past a line's end.
coordinate = st.sampled_from([0.1, 0.18, 0.32, 0.4, 0.6, 0.7, 0.85])
walks = st.lists(st.lists(st.builds(Point, coordinate, coordinate), min_size=2, max_size=7), max_size=5)
roles = st.sampled_from(CameraRole)


class Hall:
    """A camera with two lines, and the tracks of people who walked there."""

    def __init__(
        self, places: list[list[Point]], role: CameraRole, settle_frames: int, paths: set[int]
    ) -> None:
        self.scene = Scene()
        self.scene.with_camera(role=role)
        for segment in (UPRIGHT, ACROSS):
            self.scene.with_line(segment=segment, settle_frames=settle_frames)
        self.streams = StreamService(
            HealthStore(self.scene.presence), TrajectoryStore(self.scene.trails), self.scene.clock
        )
        self.service = RecountService(self.scene.sites, self.scene.occupancy.store, self.streams)
        self.walks = [Walk(number, route) for number, route in enumerate(places)]
        for walk in self.walks:
            if walk.track_id in paths:
                self.streams.record_track(walk.ended(self.camera.analyse_fps))
        events = [event for line in self.lines for event in self.would_count(line)]
        self.scene.occupancy.record_crossings(CAMERA, map(Crossing.of, events))

    @property
    def camera(self) -> Camera:
        return self.scene.sites.get_camera(CAMERA)

    @property
    def lines(self) -> tuple[Line, ...]:
        return self.scene.sites.get_plan(CAMERA).lines

    def would_count(self, line: Line) -> list[LineCrossed]:
        return [event for walk in self.walks for event in walk.crossings(self.camera, line)]


def tally(events: Iterable[LineCrossed]) -> Tally:
    ways = [event.direction for event in events]
    return Tally(ways.count(Direction.IN), ways.count(Direction.OUT))


@settings(max_examples=drawn(500), deadline=None)
@given(walks, roles, st.integers(1, 4), st.sets(st.integers(0, 4)))
def test_unchanged_lines_give_what_the_ledger_has(
    places: list[list[Point]], role: CameraRole, settle_frames: int, paths: set[int]
) -> None:
    hall = Hall(places, role, settle_frames, paths)
    before = hall.scene.presence.dump(), hall.scene.trails.dump()
    found = hall.service.recount(CAMERA, START, END)
    assert [(each.line, each.new) for each in found.lines] == [(each.line, each.old) for each in found.lines]
    assert [each.old for each in found.lines] == [tally(hall.would_count(line)) for line in hall.lines]
    with_path = {walk.track_id for walk in hall.walks} & paths
    assert found.tracks_with_path == len(with_path)
    assert (hall.scene.presence.dump(), hall.scene.trails.dump()) == before


@settings(max_examples=drawn(500), deadline=None)
@given(walks, roles, st.integers(1, 4), st.integers(1, 4), st.booleans())
def test_another_line_gives_what_it_would_have_counted(
    places: list[list[Point]], role: CameraRole, settle_before: int, settle_frames: int, inverted: bool
) -> None:
    hall = Hall(places, role, settle_before, set(range(5)))
    line = hall.lines[0]
    change = LineChange(line.line_id, MOVED.start, MOVED.end, inverted, settle_frames)
    (found,) = hall.service.recount(CAMERA, START, END, [change]).lines
    moved = replace(line, segment=MOVED, inverted=inverted, settle_frames=settle_frames)
    assert (found.line, found.old) == (moved, tally(hall.would_count(line)))
    assert found.new == tally(hall.would_count(moved))


@settings(max_examples=drawn(500), deadline=None)
@given(walks, st.sets(st.integers(0, 4)))
def test_a_turned_line_needs_no_paths(places: list[list[Point]], paths: set[int]) -> None:
    hall = Hall(places, CameraRole.BIDIRECTIONAL, 2, paths)
    changes = [LineChange(line.line_id, inverted=not line.inverted) for line in hall.lines]
    for each in hall.service.recount(CAMERA, START, END, changes).lines:
        assert each.new == each.from_ledger == Tally(each.old.exits, each.old.entries)


def test_the_walks_of_these_tests_do_cross() -> None:
    """Else all of the above would be about nothing."""
    there_and_back = [Point(0.1, 0.1), Point(0.85, 0.7), Point(0.1, 0.18)]
    hall = Hall([there_and_back], CameraRole.BIDIRECTIONAL, 2, {0})
    found = hall.service.recount(CAMERA, START, END)
    assert [each.from_paths for each in found.lines] == [Tally(1, 1), Tally(1, 1)]
    assert isinstance(next(iter(hall.scene.trails.dump())), Key)
