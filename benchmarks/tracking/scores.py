"""HOTA, MOTA and IDF1, by TrackEval (Luiten and Hoffhues), whose code the MOTChallenge server runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.tracking.sequences import Sequence, Tracked
from floorsight.vision.tracking.boxes import overlap


@dataclass(frozen=True)
class Score:
    """Shares are in per cent. `switches` counts identity switches (CLEAR MOT)."""

    hota: float
    detection: float
    association: float
    mota: float
    idf1: float
    switches: int


class Judge:
    """Scores one tracker: sequences first, then all of them together (pooled, not averaged)."""

    def __init__(self) -> None:
        from trackeval.metrics import CLEAR, HOTA, Identity

        quiet = {"PRINT_CONFIG": False}
        self._metrics = (HOTA(), CLEAR(quiet), Identity(quiet))
        self._results: dict[str, tuple[Any, ...]] = {}

    def take(self, sequence: Sequence, frames: list[Tracked]) -> Score:
        """Score a sequence and remember it for the whole."""
        data = _trackeval_data(sequence, frames)
        results = tuple(metric.eval_sequence(data) for metric in self._metrics)
        self._results[sequence.name] = results
        return _score(*results)

    def together(self) -> Score:
        """The score of all sequences taken so far."""
        pooled = [
            metric.combine_sequences({name: results[place] for name, results in self._results.items()})
            for place, metric in enumerate(self._metrics)
        ]
        return _score(*pooled)


def _score(hota: Any, clear: Any, identity: Any) -> Score:
    return Score(
        hota=100.0 * float(np.mean(hota["HOTA"])),
        detection=100.0 * float(np.mean(hota["DetA"])),
        association=100.0 * float(np.mean(hota["AssA"])),
        mota=100.0 * float(clear["MOTA"]),
        idf1=100.0 * float(identity["IDF1"]),
        switches=int(clear["IDSW"]),
    )


def _trackeval_data(sequence: Sequence, frames: list[Tracked]) -> dict[str, Any]:
    """What TrackEval's data sets hand to its metrics: ids from 0 without gaps, and overlaps by frame."""
    true_ids, said_ids = _numbers(list(sequence.truth)), _numbers(frames)
    pairs = zip(sequence.truth, frames, strict=True)
    return {
        "num_timesteps": len(frames),
        "gt_ids": [_numbered(frame, true_ids) for frame in sequence.truth],
        "tracker_ids": [_numbered(frame, said_ids) for frame in frames],
        "similarity_scores": [
            overlap(true.corners.astype(np.float64).T, said.corners.astype(np.float64).T)
            for true, said in pairs
        ],
        "num_gt_ids": len(true_ids),
        "num_tracker_ids": len(said_ids),
        "num_gt_dets": sum(len(frame.ids) for frame in sequence.truth),
        "num_tracker_dets": sum(len(frame.ids) for frame in frames),
    }


def _numbers(frames: list[Tracked]) -> dict[int, int]:
    seen = sorted({number for frame in frames for number in frame.ids.tolist()})
    return {number: place for place, number in enumerate(seen)}


def _numbered(frame: Tracked, numbers: dict[int, int]) -> np.ndarray:
    return np.array([numbers[number] for number in frame.ids.tolist()], np.int64)
