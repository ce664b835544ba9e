"""Our rule and LineZone on the same tracks, on a peer's tracks, and on what the detections allow at best."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence as Items
from pathlib import Path

import lap
import numpy as np

from benchmarks.counting.from_tracks import (
    Counts,
    count_by_line_zone,
    count_by_our_rule,
    error,
    true_counts,
)
from benchmarks.counting.standing import JITTERS, standing_people
from benchmarks.tracking.contestants import contestants
from benchmarks.tracking.sequences import Sequence, Tracked, load_sequences
from floorsight.vision.detections import Detections
from floorsight.vision.tracking.boxes import overlap
from floorsight.vision.tracking.tracker import Observed, Tracker, empty_state

Table = tuple[Items[str], list[list[str]]]
PEER = "supervision ByteTrack"
SAME_OVERLAP = 0.5
SEEDS = (1, 2, 3)


def compare_crossings(folder: Path) -> Table:
    """Counted, and errors summed over lines and directions, of all sequences together."""
    peer = contestants()[PEER]
    true = 0
    counted: dict[str, int] = defaultdict(int)
    wrong: dict[str, int] = defaultdict(int)
    for sequence in load_sequences(folder):
        truth = true_counts(folder, sequence)
        true += sum(truth.values())
        for name, counts in _ways(sequence, peer(sequence).frames).items():
            counted[name] += sum(counts.values())
            wrong[name] += error(counts, truth)
    header = ("tracks, rule", "true", "counted", "total off by", "error by line and direction")
    rows = [
        [
            name,
            str(true),
            str(counted[name]),
            f"{abs(counted[name] - true) / true:.1%}",
            f"{wrong[name] / true:.1%}",
        ]
        for name in counted
    ]
    return header, rows


def compare_standing() -> Table:
    """Counts where nobody crosses, over all seeds."""
    header = ("edges tremble by (share of the height)", "ours", "LineZone, feet", "LineZone, four corners")
    rows = []
    for jitter in JITTERS:
        counts = [0, 0, 0]
        for seed in SEEDS:
            sequence = standing_people(jitter, seed)
            observed = follow(sequence)
            tracks = shown(observed)
            found = (
                count_by_our_rule(sequence, observed),
                count_by_line_zone(sequence, tracks, at_feet=True),
                count_by_line_zone(sequence, tracks, at_feet=False),
            )
            counts = [before + sum(new.values()) for before, new in zip(counts, found, strict=True)]
        rows.append([f"{jitter:.1%}", *(str(count) for count in counts)])
    return header, rows


def follow(sequence: Sequence) -> list[Observed]:
    """What our tracker observes, frame by frame."""
    tracker, state, frames = Tracker(), empty_state(), []
    for index, found in enumerate(sequence.detections):
        detections = Detections(found.corners, found.scores, np.zeros(len(found.scores), np.int64))
        state, observed = tracker.step(state, detections, sequence.seconds(index))
        frames.append(observed)
    return frames


def shown(frames: list[Observed]) -> list[Tracked]:
    """The confirmed tracks of each frame."""
    return [Tracked(frame.ids[frame.confirmed], frame.boxes[frame.confirmed]) for frame in frames]


def _ways(sequence: Sequence, theirs: list[Tracked]) -> dict[str, Counts]:
    observed = follow(sequence)
    tracks = shown(observed)
    return {
        "our tracks, our rule": count_by_our_rule(sequence, observed),
        "our tracks, LineZone at the feet": count_by_line_zone(sequence, tracks, at_feet=True),
        "our tracks, LineZone": count_by_line_zone(sequence, tracks, at_feet=False),
        f"{PEER}, LineZone at the feet": count_by_line_zone(sequence, theirs, at_feet=True),
        f"{PEER}, LineZone": count_by_line_zone(sequence, theirs, at_feet=False),
        "detections with their true ids, our rule": count_by_our_rule(
            sequence, _as_seen(_true_ids(sequence))
        ),
        "annotated boxes, our rule": count_by_our_rule(sequence, _as_seen(list(sequence.truth))),
        "annotated boxes, LineZone": count_by_line_zone(sequence, sequence.truth, at_feet=False),
    }


def _true_ids(sequence: Sequence) -> list[Tracked]:
    """Each detection with the id of the annotated person it overlaps: what a faultless tracker would say."""
    frames = []
    for found, true in zip(sequence.detections, sequence.truth, strict=True):
        if not len(found.scores) or not len(true.ids):
            frames.append(Tracked(np.zeros(0, np.int64), np.zeros((0, 4))))
            continue
        shared = overlap(found.corners.T.astype(np.float64), true.corners.T.astype(np.float64))
        rows, columns = lap.lapjvc(-shared, return_cost=False)
        same = shared[rows, columns] >= SAME_OVERLAP
        frames.append(Tracked(true.ids[columns[same]], found.corners[rows[same]]))
    return frames


def _as_seen(frames: list[Tracked]) -> list[Observed]:
    return [
        Observed(
            ids=frame.ids,
            boxes=np.asarray(frame.corners, np.float64),
            scores=np.ones(len(frame.ids)),
            classes=np.zeros(len(frame.ids), np.int64),
            confirmed=np.ones(len(frame.ids), np.bool_),
            ended_ids=np.zeros(0, np.int64),
        )
        for frame in frames
    ]
