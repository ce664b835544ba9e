"""What should be counted: crossings of vertical lines by annotated people, or counted by eye."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

# Annotations tremble by a few pixels: a median over this many frames, and a band on either side.
MEDIAN_FRAMES = 5
HYSTERESIS_PX = 5.0

RIGHTWARDS, LEFTWARDS = "right", "left"


@dataclass(frozen=True)
class TrueCrossing:
    """Somebody's feet pass the line, at about this frame (from 0)."""

    frame: int
    line: str
    direction: str


def crossings_of_annotations(file: Path, xs: dict[str, float]) -> list[TrueCrossing]:
    """Crossings of the lines x = `xs[name]` (pixels) in a MOTChallenge `gt.txt`.

    On purpose not the product's own rule: each person's feet (bottom centre) are smoothed by a median, and
    a crossing is a change of side with hysteresis, dated at the change of sign.
    """
    rows = np.loadtxt(file, delimiter=",")
    rows = rows[rows[:, 6] != 0]
    found = []
    for person in np.unique(rows[:, 1]):
        path = rows[rows[:, 1] == person]
        path = path[np.argsort(path[:, 0])]
        feet = _median(path[:, 2] + path[:, 4] / 2.0)
        for line, x in xs.items():
            for index, direction in _changes(feet - x):
                found.append(TrueCrossing(int(path[index, 0]) - 1, line, direction))
    return sorted(found, key=lambda crossing: crossing.frame)


def crossings_by_eye(file: Path, line: str) -> list[TrueCrossing]:
    """A list made by eye: columns frame, direction (lr or rl)."""
    names = {"lr": RIGHTWARDS, "rl": LEFTWARDS}
    with file.open() as lines:
        return [
            TrueCrossing(int(row["frame"]), line, names[row["direction"]]) for row in csv.DictReader(lines)
        ]


def totals(crossings: list[TrueCrossing]) -> dict[tuple[str, str], int]:
    """How many by line and direction."""
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for crossing in crossings:
        counts[crossing.line, crossing.direction] += 1
    return dict(counts)


def _median(values: np.ndarray) -> np.ndarray:
    half = MEDIAN_FRAMES // 2
    padded = np.pad(values, half, mode="edge")
    return np.median(np.lib.stride_tricks.sliding_window_view(padded, MEDIAN_FRAMES), axis=1)


def _changes(distance: np.ndarray) -> list[tuple[int, str]]:
    """(index of the change of sign, direction) of every settled change of side."""
    changes = []
    side = 0
    for index, value in enumerate(distance):
        here = 0 if abs(value) < HYSTERESIS_PX else (1 if value > 0 else -1)
        if here == 0 or here == side:
            continue
        if side != 0:
            behind = np.flatnonzero(np.sign(distance[: index + 1]) != here)
            changes.append((int(behind[-1]) + 1, RIGHTWARDS if here > 0 else LEFTWARDS))
        side = here
    return changes
