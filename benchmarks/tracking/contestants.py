"""The trackers, each fed with the same detections and asked for what it would show a user.

Every peer has its own documented defaults, and is told the frame rate, as each of them can be. A peer's
output is its confirmed tracks in that frame, with the boxes that it gives them; ours likewise. Turning the
detections into a tracker's own type is not timed, nor is reading the answer.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.tracking.sequences import Detected, Sequence, Tracked
from floorsight.vision.detections import Detections
from floorsight.vision.tracking.tracker import Tracker, empty_state

OURS = "Floorsight"


@dataclass(frozen=True)
class Run:
    """What a tracker said of a sequence, frame by frame, and how long it took over it."""

    frames: list[Tracked]
    seconds: float


Contestant = Callable[[Sequence], Run]


def contestants() -> dict[str, Contestant]:
    """Ours first, then the peers."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # supervision announces that its ByteTrack moves to `trackers`
        import supervision
        import trackers
    makers: dict[str, Callable[[float], Callable[[Any], Any]]] = {
        "supervision ByteTrack": lambda rate: supervision.ByteTrack(frame_rate=rate).update_with_detections,
        "trackers SORT": lambda rate: trackers.SORTTracker(frame_rate=rate).update,
        "trackers ByteTrack": lambda rate: trackers.ByteTrackTracker(frame_rate=rate).update,
        "trackers OC-SORT": lambda rate: trackers.OCSORTTracker(frame_rate=rate).update,
        "trackers C-BIoU": lambda rate: trackers.CBIoUTracker(frame_rate=rate).update,
    }
    peers = {name: _peer(make, supervision.Detections) for name, make in makers.items()}
    return {OURS: run_ours, **peers}


def run_ours(sequence: Sequence) -> Run:
    """Floorsight's tracker with its defaults."""
    tracker, state = Tracker(), empty_state()
    frames, seconds = [], 0.0
    for index, found in enumerate(sequence.detections):
        detections = Detections(found.corners, found.scores, np.zeros(len(found.scores), np.int64))
        began = time.perf_counter()
        state, observed = tracker.step(state, detections, sequence.seconds(index))
        seconds += time.perf_counter() - began
        frames.append(Tracked(observed.ids[observed.confirmed], observed.boxes[observed.confirmed]))
    return Run(frames, seconds)


def _peer(make: Callable[[float], Callable[[Any], Any]], detections_type: type) -> Contestant:
    def run(sequence: Sequence) -> Run:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            update = make(sequence.frames_per_second)
        frames, seconds = [], 0.0
        for detections in _theirs(sequence.detections, detections_type):
            began = time.perf_counter()
            answer = update(detections)
            seconds += time.perf_counter() - began
            frames.append(_shown(answer))
        return Run(frames, seconds)

    return run


def _theirs(frames: Iterator[Detected] | Any, detections_type: type) -> Iterator[Any]:
    for found in frames:
        count = len(found.scores)
        yield detections_type(xyxy=found.corners, confidence=found.scores, class_id=np.zeros(count, int))


def _shown(answer: Any) -> Tracked:
    """The confirmed tracks; `trackers` numbers the others -1."""
    ids = np.zeros(0, np.int64) if answer.tracker_id is None else np.asarray(answer.tracker_id, np.int64)
    confirmed = ids >= 0
    return Tracked(ids[confirmed], np.asarray(answer.xyxy)[confirmed])
