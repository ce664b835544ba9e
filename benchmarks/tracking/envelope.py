"""How far a person may move between two frames before the track breaks: one walker, no noise, many speeds."""

from __future__ import annotations

import numpy as np

from floorsight.vision.detections import Detections
from floorsight.vision.tracking.tracker import Tracker, empty_state

FRAME_RATES = (5.0, 10.0, 15.0, 25.0, 30.0)
WIDTH, HEIGHT = 80.0, 200.0
SCORE = 0.8
FRAMES = 20
STEPS = np.arange(0.05, 3.0, 0.05)  # shares of the width


def keeps_one_id(step: float, frame_rate: float, *, walks_in: bool) -> bool:
    """Whether somebody who moves `step` widths a frame has one id from the first frame to the last.

    `walks_in`: the first frame that they are seen in is in full motion; else they stand for a second and
    then speed up over another, as a person does at most.
    """
    tracker, state, ids = Tracker(), empty_state(), set[int]()
    x = 0.0
    still = 0 if walks_in else round(frame_rate)
    rising = 0 if walks_in else round(frame_rate)
    for number in range(still + rising + FRAMES):
        x += step * WIDTH * min(max(number - still, 0) / rising, 1.0) if rising else step * WIDTH
        box = np.array([[x, 0.0, x + WIDTH, HEIGHT]], np.float32)
        detections = Detections(box, np.array([SCORE], np.float32), np.zeros(1, np.int64))
        state, observed = tracker.step(state, detections, number / frame_rate)
        ids.update(observed.ids.tolist())
    return ids == {1}


def fastest_step(frame_rate: float, *, walks_in: bool) -> float:
    """The largest step, in widths a frame, up to which every smaller one keeps the id as well."""
    fastest = 0.0
    for step in STEPS.tolist():
        if not keeps_one_id(step, frame_rate, walks_in=walks_in):
            break
        fastest = step
    return fastest


def envelope() -> tuple[tuple[str, ...], list[list[str]]]:
    """A table by frame rate; widths a frame, and what that is in heights a second."""
    header = (
        "frames/s analysed",
        "walks into the picture: widths a frame",
        "heights a second",
        "speeds up within a second: widths a frame",
        "heights a second",
    )
    rows = []
    for rate in FRAME_RATES:
        cells = []
        for walks_in in (True, False):
            step = fastest_step(rate, walks_in=walks_in)
            cells += [f"{step:.2f}", f"{step * rate * WIDTH / HEIGHT:.1f}"]
        rows.append([f"{rate:.0f}", *cells])
    return header, rows
