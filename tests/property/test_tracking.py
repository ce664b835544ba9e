"""The Kalman filter against the textbook's matrices, and trackers that are stored and go on."""

from __future__ import annotations

import itertools
import json

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from floorsight.vision.detections import Detections
from floorsight.vision.tracking.assignment import assign
from floorsight.vision.tracking.boxes import likeness
from floorsight.vision.tracking.kalman import (
    POSITION,
    PP,
    PV,
    VELOCITY,
    VV,
    MotionNoise,
    begin,
    correct,
    predict,
)
from floorsight.vision.tracking.state import dump_tracker, load_tracker
from floorsight.vision.tracking.tracker import Observed, Tracker, TrackerState, empty_state

Array = npt.NDArray[np.float64]


class TextbookFilter:
    """One box, eight dimensions, full matrices (Bar-Shalom, Li and Kirubarajan, 2001, section 5.2)."""

    def __init__(self, measured: Array, noise: MotionNoise) -> None:
        height = measured[3]
        speeds = noise.initial_speed * height * np.array([1.0, 1.0, 0.2, 0.2])
        self.x = np.concatenate([measured, np.zeros(4)])
        self.p = np.diag(np.concatenate([np.full(4, (noise.measurement * height) ** 2), speeds**2]))
        self.noise = noise

    def predict(self, seconds: float) -> None:
        height = max(self.x[3], 1.0)
        noise = self.noise
        accelerations = np.array([noise.acceleration] * 2 + [noise.size_acceleration] * 2) * height
        f = np.eye(8)
        f[:4, 4:] = np.eye(4) * seconds
        g = np.vstack([np.eye(4) * seconds**2 / 2.0, np.eye(4) * seconds])
        self.x = f @ self.x
        self.x[2:4] = np.maximum(self.x[2:4], 1.0)
        self.p = f @ self.p @ f.T + g @ np.diag(accelerations**2) @ g.T

    def correct(self, measured: Array, score: float) -> None:
        height = max(self.x[3], 1.0)
        h = np.hstack([np.eye(4), np.zeros((4, 4))])
        r = np.eye(4) * (self.noise.measurement * height * (2.0 - score)) ** 2
        gain = self.p @ h.T @ np.linalg.inv(h @ self.p @ h.T + r)
        self.x = self.x + gain @ (measured - h @ self.x)
        self.p = (np.eye(8) - gain @ h) @ self.p


sizes = st.floats(2.0, 500.0)
centres = st.tuples(st.floats(-100, 2000), st.floats(-100, 2000), sizes, sizes)
steps = st.lists(st.tuples(st.floats(0.0, 2.0), st.none() | centres, st.floats(0.1, 1.0)), max_size=12)


@settings(max_examples=200)
@given(st.lists(centres, min_size=1, max_size=3), steps)
def test_four_small_filters_are_the_one_large_one(
    boxes: list[tuple[float, ...]], walk: list[tuple[float, tuple[float, ...] | None, float]]
) -> None:
    noise = MotionNoise()
    beliefs = begin(np.array(boxes, np.float64).T, noise)
    textbook = [TextbookFilter(np.array(box, np.float64), noise) for box in boxes]
    for seconds, measured, score in walk:
        predict(beliefs, seconds, noise)
        for one in textbook:
            one.predict(seconds)
        if measured is not None:
            same_for_all = np.tile(np.array([measured], np.float64).T, len(boxes))
            correct(beliefs, same_for_all, np.full(len(boxes), score), noise)
            for one in textbook:
                one.correct(same_for_all[:, 0], score)
    for number, one in enumerate(textbook):
        same(beliefs[POSITION, number], one.x[:4])
        same(beliefs[VELOCITY, number], one.x[4:])
        same(beliefs[PP, number], np.diag(one.p[:4, :4]))
        same(beliefs[PV, number], np.diag(one.p[:4, 4:]))
        same(beliefs[VV, number], np.diag(one.p[4:, 4:]))


def same(ours: Array, theirs: Array) -> None:
    # The textbook's subtraction of covariances loses digits where a sure measurement meets a vague guess.
    scale = max(1.0, float(np.abs(theirs).max()))
    np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-7 * scale)


@st.composite
def scenes(draw: st.DrawFn) -> list[tuple[float, Detections]]:
    """People and vehicles who move, tremble, vanish and come back; frames at uneven times."""
    dice = np.random.default_rng(draw(st.integers(0, 2**32)))
    count = draw(st.integers(0, 5))
    where, speed = dice.uniform(0, 400, (count, 2)), dice.normal(0, 60, (count, 2))
    kinds = dice.integers(0, 6, count)
    at, frames = 0.0, []
    for _ in range(draw(st.integers(1, 20))):
        seconds = float(dice.uniform(0.03, 0.5))
        at += seconds
        where += speed * seconds
        shown = dice.random(count) < 0.8
        corners = np.concatenate([where, where + np.array([40, 100])], axis=1) + dice.normal(0, 2, (count, 4))
        scores = dice.uniform(0.05, 1.0, count)
        frames.append(
            (
                round(at, 3),
                Detections(corners[shown].astype(np.float32), scores[shown].astype(np.float32), kinds[shown]),
            )
        )
    return frames


def stored_and_loaded(state: TrackerState) -> TrackerState:
    return load_tracker(json.loads(json.dumps(dump_tracker(state))))


def told(observed: Observed) -> str:
    """Every bit of what was observed."""
    columns = (observed.boxes, observed.scores, observed.classes, observed.confirmed, observed.ended_ids)
    return json.dumps([observed.ids.tolist(), *(column.tolist() for column in columns)])


@settings(max_examples=250, deadline=None)
@given(scenes(), st.sets(st.integers(0, 19)))
def test_a_tracker_that_is_stored_anywhere_goes_on_bit_by_bit(
    frames: list[tuple[float, Detections]], cuts: set[int]
) -> None:
    tracker = Tracker()
    through, cut = empty_state(), empty_state()
    for number, (at, detections) in enumerate(frames):
        if number in cuts:
            cut = stored_and_loaded(cut)
        through, first = tracker.step(through, detections, at)
        cut, second = tracker.step(cut, detections, at)
        assert told(first) == told(second)
    assert json.dumps(dump_tracker(through)) == json.dumps(dump_tracker(cut))


@settings(max_examples=250, deadline=None)
@given(scenes())
def test_promises(frames: list[tuple[float, Detections]]) -> None:
    state, ended, born = empty_state(), set[int](), set[int]()
    for at, detections in frames:
        before = state
        state, observed = Tracker().step(state, detections, at)
        ids, gone = set(observed.ids.tolist()), set(observed.ended_ids.tolist())
        assert len(ids) == len(observed.ids) <= len(detections)
        assert not ids & ended
        assert not gone & ended
        # Everybody lives on, or has ended, and that is said once.
        assert set(before.tracks.ids.tolist()) <= set(state.tracks.ids.tolist()) | gone
        assert min(ids - born, default=before.next_id) >= before.next_id
        ended |= gone
        born |= ids
        assert set(state.tracks.ids.tolist()) == born - ended


worths = st.integers(1, 5).flatmap(
    lambda rows: st.integers(1, 5).flatmap(
        lambda columns: st.lists(
            st.lists(
                st.sampled_from([-1.0, -0.2, 0.0]) | st.floats(-1.0, 1.0), min_size=columns, max_size=columns
            ),
            min_size=rows,
            max_size=rows,
        )
    )
)


@settings(max_examples=400)
@given(worths)
def test_no_assignment_is_worth_more(table: list[list[float]]) -> None:
    worth = np.array(table)
    rows, columns = assign(worth)
    assert len(set(rows.tolist())) == len(set(columns.tolist())) == len(rows)
    assert (worth[rows, columns] > 0.0).all()
    tall = worth if worth.shape[0] >= worth.shape[1] else worth.T
    best = max(
        sum(max(tall[row, column], 0.0) for column, row in enumerate(order))
        for order in itertools.permutations(range(tall.shape[0]), tall.shape[1])
    )
    np.testing.assert_allclose(worth[rows, columns].sum(), best, atol=1e-12)


def naive_likeness(first: list[float], second: list[float]) -> float:
    """Pair by pair, from the definition."""
    across = min(first[2], second[2]) - max(first[0], second[0])
    down = min(first[3], second[3]) - max(first[1], second[1])
    if across <= 0.0 or down <= 0.0:
        return 0.0
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (first, second)]
    tall = max(first[3], second[3]) - min(first[1], second[1])
    return across * down / (sum(areas) - across * down) * down / tall


boxes = st.tuples(st.floats(0, 200), st.floats(0, 200), st.floats(1, 150), st.floats(1, 150)).map(
    lambda box: [box[0], box[1], box[0] + box[2], box[1] + box[3]]
)


@settings(max_examples=200)
@given(st.lists(boxes, min_size=1, max_size=6), st.lists(boxes, min_size=1, max_size=6))
def test_likeness_is_that_of_a_plain_loop(first: list[list[float]], second: list[list[float]]) -> None:
    vectorised = likeness(np.array(first).T, np.array(second).T)
    plain = [[naive_likeness(one, other) for other in second] for one in first]
    np.testing.assert_allclose(vectorised, plain, atol=1e-9)
