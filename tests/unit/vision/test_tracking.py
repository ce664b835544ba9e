"""The tracker's parts and its promises, on hand-made detections."""

from __future__ import annotations

import json

import numpy as np
import pytest

from floorsight.platform.errors import Malformed
from floorsight.vision.detections import Detections, ObjectClass
from floorsight.vision.tracking.assignment import assign
from floorsight.vision.tracking.boxes import likeness, overlap, to_centres, to_corners
from floorsight.vision.tracking.camera import common_shift
from floorsight.vision.tracking.state import dump_tracker, load_tracker
from floorsight.vision.tracking.tracker import Observed, Tracker, TrackerState, empty_state

Row = tuple[float, float, float, float, float, ObjectClass]
PERSON, CAR, TRUCK = ObjectClass.PERSON, ObjectClass.CAR, ObjectClass.TRUCK
STEP = 0.2


def frame(*rows: Row) -> Detections:
    """Detections from (left, top, right, bottom, score, class)."""
    return Detections(
        np.array([row[:4] for row in rows], np.float32).reshape(-1, 4),
        np.array([row[4] for row in rows], np.float32),
        np.array([int(row[5]) for row in rows], np.int64),
    )


def person(x: float, y: float = 100.0, score: float = 0.9, kind: ObjectClass = PERSON) -> Row:
    return (x, y, x + 40.0, y + 100.0, score, kind)


def follow(
    frames: list[Detections], tracker: Tracker | None = None, state: TrackerState | None = None
) -> tuple[TrackerState, list[Observed]]:
    tracker, state = tracker or Tracker(), state or empty_state()
    seen = []
    for number, detections in enumerate(frames):
        state, observed = tracker.step(state, detections, number * STEP)
        seen.append(observed)
    return state, seen


class TestBoxes:
    def test_centres_and_corners_are_inverse(self) -> None:
        corners = np.array([[1.0, 2.0, 11.0, 22.0], [0.0, 0.0, 3.0, 1.0]]).T
        assert to_centres(corners).T.tolist() == [[6.0, 12.0, 10.0, 20.0], [1.5, 0.5, 3.0, 1.0]]
        np.testing.assert_allclose(to_corners(to_centres(corners)), corners)

    @pytest.mark.parametrize(
        ("first", "second", "expected"),
        [
            ((0, 0, 10, 10), (0, 0, 10, 10), 1.0),
            ((0, 0, 10, 10), (5, 0, 15, 10), 1 / 3),
            ((0, 0, 10, 10), (10, 0, 20, 10), 0.0),
            ((0, 0, 10, 10), (30, 30, 40, 40), 0.0),
            ((0, 0, 10, 10), (2, 2, 4, 4), 0.04),
            ((5, 5, 5, 5), (5, 5, 5, 5), 0.0),
        ],
    )
    def test_overlap(self, first: tuple[int, ...], second: tuple[int, ...], expected: float) -> None:
        shared = overlap(np.array([first], np.float64).T, np.array([second], np.float64).T)
        assert shared[0, 0] == pytest.approx(expected)

    def test_overlap_is_by_pair(self) -> None:
        assert overlap(np.zeros((4, 3)), np.zeros((4, 2))).shape == (3, 2)
        assert overlap(np.zeros((4, 0)), np.zeros((4, 2))).shape == (0, 2)

    def test_likeness_is_overlap_in_area_times_overlap_in_height(self) -> None:
        one, other = np.array([[0.0, 0.0, 10.0, 30.0]]).T, np.array([[0.0, 15.0, 10.0, 45.0]]).T
        assert likeness(one, other)[0, 0] == pytest.approx((1 / 3) * (1 / 3))
        assert likeness(one, one)[0, 0] == pytest.approx(1.0)
        assert likeness(one, one + 100.0)[0, 0] == 0.0

    def test_widened(self) -> None:
        assert to_corners(np.array([[5.0, 10.0, 10.0, 20.0]]).T, 0.1).T.tolist() == [[-1.0, -2.0, 11.0, 22.0]]


class TestAssignment:
    def test_only_pairs_worth_something(self) -> None:
        rows, columns = assign(np.array([[0.4, -0.4], [-0.4, 0.0]]))
        assert (rows.tolist(), columns.tolist()) == ([0], [0])

    def test_who_wants_the_same_gives_way_where_it_costs_least(self) -> None:
        rows, columns = assign(np.array([[0.9, 0.8], [0.7, 0.1]]))
        assert sorted(zip(rows.tolist(), columns.tolist(), strict=True)) == [(0, 1), (1, 0)]

    @pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0)])
    def test_nothing_to_assign(self, shape: tuple[int, int]) -> None:
        rows, columns = assign(np.zeros(shape))
        assert (len(rows), len(columns)) == (0, 0)


class TestCamera:
    def test_what_all_share_is_the_cameras(self) -> None:
        gaps = np.array([[10.0, 10.0, 10.0, 10.0, 90.0], [-4.0, -4.0, -4.0, -4.0, 0.0]])
        np.testing.assert_allclose(common_shift(gaps), [[10.0], [-4.0]])

    def test_who_go_their_own_ways_move_no_camera(self) -> None:
        gaps = np.array([[-30.0, -10.0, 2.0, 12.0, 31.0], [0.0, 0.0, 0.0, 0.0, 0.0]])
        assert abs(common_shift(gaps)[0, 0]) < 0.4

    def test_the_lost_move_along(self) -> None:
        people = [person(150.0 * n, 100.0 + 20.0 * n) for n in range(6)]
        panned = [
            (x + 25.0, y, right + 25.0, bottom, score, kind) for x, y, right, bottom, score, kind in people
        ]
        again = [
            (x + 40.0, y, right + 40.0, bottom, score, kind) for x, y, right, bottom, score, kind in people
        ]
        frames = [frame(*people)] * 10 + [frame(*panned[1:]), frame(*again[1:]), frame(*again)]
        state, seen = follow(frames)
        assert state.next_id == 7
        assert seen[-1].ids[np.argsort(seen[-1].boxes[:, 0])].tolist() == [1, 2, 3, 4, 5, 6]


class TestIdentity:
    def test_a_walker_keeps_the_id(self) -> None:
        _, seen = follow([frame(person(10.0 * n)) for n in range(20)])
        assert {tuple(observed.ids.tolist()) for observed in seen} == {(1,)}
        assert [bool(observed.confirmed[0]) for observed in seen] == [False] + [True] * 19

    def test_two_who_pass_each_other_keep_theirs(self) -> None:
        frames = [frame(person(12.0 * n, 100.0), person(300.0 - 12.0 * n, 160.0)) for n in range(25)]
        state, seen = follow(frames)
        assert state.next_id == 3
        lefts = [dict(zip(o.ids.tolist(), o.boxes[:, 0].tolist(), strict=True)) for o in seen]
        assert lefts[-1][1] > 250
        assert lefts[-1][2] < 50

    def test_ids_are_never_used_again(self) -> None:
        empty = [frame()] * 20
        state, seen = follow(([frame(person(10.0))] * 3 + empty) * 4)
        ids = [observed.ids.tolist() for observed in seen if len(observed.ids)]
        assert [group[0] for group in ids] == [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]
        assert state.next_id == 5
        assert [i for observed in seen for i in observed.ended_ids.tolist()] == [1, 2, 3, 4]

    def test_two_cameras_share_no_ids_although_they_share_the_tracker(self) -> None:
        tracker = Tracker()
        first, second = empty_state(), empty_state()
        for number in range(5):
            first, one = tracker.step(first, frame(person(10.0)), number * STEP)
            second, other = tracker.step(second, frame(person(500.0)), number * STEP)
            assert one.ids.tolist() == other.ids.tolist() == [1]
        assert first.tracks.positions[0, 0] < 100 < second.tracks.positions[0, 0]

    def test_somebody_hidden_for_a_moment_comes_back_as_the_same(self) -> None:
        frames = [frame(person(10.0 * n)) if n not in (6, 7, 8) else frame() for n in range(15)]
        _, seen = follow(frames)
        assert {i for observed in seen for i in observed.ids.tolist()} == {1}

    def test_who_stays_away_is_given_up(self) -> None:
        keep = Tracker().settings.keep_lost_seconds
        frames = [frame(person(10.0))] * 3 + [frame()] * (int(keep / STEP) + 3)
        state, seen = follow(frames)
        assert len(state.tracks) == 0
        ended = [number for number, observed in enumerate(seen) if len(observed.ended_ids)]
        assert len(ended) == 1
        assert (ended[0] - 2) * STEP > keep >= (ended[0] - 3) * STEP


class TestSuspicion:
    def test_what_was_seen_once_is_dropped(self) -> None:
        state, seen = follow([frame(person(10.0)), frame(), frame(person(400.0)), frame()])
        assert len(state.tracks) == 0
        assert [observed.ended_ids.tolist() for observed in seen] == [[], [1], [], [2]]
        assert not any(observed.confirmed.any() for observed in seen)

    def test_a_faint_detection_begins_no_track(self) -> None:
        faint = Tracker().settings.new_track_score - 0.01
        state, _ = follow([frame(person(10.0, score=faint))] * 5)
        assert state.next_id == 1

    def test_but_it_keeps_one_alive(self) -> None:
        low = Tracker().settings.low_score + 0.05
        state, seen = follow([frame(person(10.0))] * 3 + [frame(person(12.0, score=low))] * 4)
        assert [observed.ids.tolist() for observed in seen] == [[1]] * 7
        assert state.next_id == 2

    def test_what_is_too_faint_is_not_looked_at(self) -> None:
        _, seen = follow([frame(person(10.0))] * 3 + [frame(person(10.0, score=0.05))])
        assert seen[-1].ids.tolist() == []


class TestClasses:
    @pytest.mark.parametrize("other", [CAR, TRUCK, ObjectClass.BICYCLE, ObjectClass.BUS])
    def test_a_person_never_becomes_something_else(self, other: ObjectClass) -> None:
        frames = [frame(person(10.0))] * 3 + [frame(person(10.0, kind=other))] * 3
        _, seen = follow(frames)
        assert {i for observed in seen[:3] for i in observed.ids.tolist()} == {1}
        assert {i for observed in seen[3:] for i in observed.ids.tolist()} == {2}
        assert {int(c) for observed in seen[:3] for c in observed.classes} == {int(PERSON)}

    def test_a_car_may_flicker_to_a_truck_and_the_vote_decides(self) -> None:
        kinds = [CAR, CAR, TRUCK, CAR, TRUCK, CAR]
        _, seen = follow([frame(person(10.0, kind=kind)) for kind in kinds])
        assert {i for observed in seen for i in observed.ids.tolist()} == {1}
        assert [int(observed.classes[0]) for observed in seen[2:]] == [int(CAR)] * 4


class TestEmptyFrames:
    def test_nothing_ever(self) -> None:
        state, seen = follow([frame()] * 10)
        assert state.next_id == 1
        for observed in seen:
            assert observed.boxes.shape == (0, 4)
            assert len(observed.ids) == len(observed.classes) == len(observed.ended_ids) == 0

    def test_an_empty_state_survives_storing(self) -> None:
        assert load_tracker(json.loads(json.dumps(dump_tracker(empty_state())))).tracks.ids.tolist() == []


def test_steps_leave_the_state_before_them_alone() -> None:
    tracker = Tracker()
    state, _ = follow([frame(person(10.0), person(300.0))] * 3, tracker)
    before = json.dumps(dump_tracker(state))
    tracker.step(state, frame(person(14.0)), 3 * STEP)
    tracker.step(state, frame(), 99.0)
    assert json.dumps(dump_tracker(state)) == before


def test_a_state_of_another_format_is_refused() -> None:
    values = dump_tracker(empty_state()) | {"format": 99}
    with pytest.raises(Malformed, match="99"):
        load_tracker(values)
