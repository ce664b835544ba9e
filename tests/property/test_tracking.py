"""The Kalman filter against the textbook's matrices, and trackers that are stored and go on."""

from __future__ import annotations

import json

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from floorsight.vision.detections import Detections
from floorsight.vision.tracking.kalman import Motion, MotionNoise, begin, correct, predict
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
    motion = begin(np.array(boxes, np.float64), noise)
    textbook = [TextbookFilter(np.array(box, np.float64), noise) for box in boxes]
    for seconds, measured, score in walk:
        motion = predict(motion, seconds, noise)
        for one in textbook:
            one.predict(seconds)
        if measured is not None:
            rows = np.tile(np.array(measured, np.float64), (len(boxes), 1))
            motion = correct(motion, rows, np.full(len(boxes), score), noise)
            for one in textbook:
                one.correct(rows[0], score)
    for number, one in enumerate(textbook):
        same(motion.position[number], one.x[:4])
        same(motion.velocity[number], one.x[4:])
        same(motion.pp[number], np.diag(one.p[:4, :4]))
        same(motion.pv[number], np.diag(one.p[:4, 4:]))
        same(motion.vv[number], np.diag(one.p[4:, 4:]))


def same(ours: Array, theirs: Array) -> None:
    # The textbook's subtraction of covariances loses digits where a sure measurement meets a vague guess.
    scale = max(1.0, float(np.abs(theirs).max()))
    np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-7 * scale)


def test_a_prediction_leaves_what_it_came_from_alone() -> None:
    noise = MotionNoise()
    motion = begin(np.array([[10.0, 10.0, 0.5, 0.5]]), noise)
    before = [column.copy() for column in motion.columns()]
    predict(motion, 1.0, noise)
    assert all((a == b).all() for a, b in zip(before, motion.columns(), strict=True))
    assert isinstance(motion.where(np.array([True])), Motion)


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
