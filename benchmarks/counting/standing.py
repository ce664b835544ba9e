"""People who stand at a line and whose boxes tremble: nobody crosses, so nothing may be counted."""

from __future__ import annotations

import numpy as np

from benchmarks.tracking.sequences import Detected, Sequence

WIDTH, HEIGHT, FRAMES_PER_SECOND, SECONDS = 1920, 1080, 10.0, 60
PERSON = np.array([80.0, 200.0])
# Standard deviations of each box edge, in heights of the person; 2 % is what detectors do on a good picture.
JITTERS = (0.005, 0.01, 0.02, 0.03, 0.05)
# Distances of the feet from the line, in heights of the person.
DISTANCES = (-0.03, -0.01, 0.0, 0.01, 0.03)
SCORE = 0.8


def standing_people(jitter: float, seed: int) -> Sequence:
    """One person at each of three lines, once for each distance: 15 people for a minute."""
    dice = np.random.default_rng(seed)
    lines = np.array([0.25, 0.5, 0.75]) * WIDTH
    feet = [
        (line + distance * PERSON[1], 210.0 + 205.0 * row)
        for line in lines
        for row, distance in enumerate(DISTANCES)
    ]
    still = np.array([(x - PERSON[0] / 2, y - PERSON[1], x + PERSON[0] / 2, y) for x, y in feet], np.float64)
    scores = np.full(len(still), SCORE, np.float32)
    frames = [
        Detected((still + dice.normal(0.0, jitter * PERSON[1], still.shape)).astype(np.float32), scores)
        for _ in range(int(SECONDS * FRAMES_PER_SECOND))
    ]
    return Sequence("standing", FRAMES_PER_SECOND, WIDTH, HEIGHT, frames, [])
