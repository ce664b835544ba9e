"""All trackers on all sequences, in turns, so that a busy moment of the machine meets all alike."""

from __future__ import annotations

import math
from collections.abc import Sequence as Items
from pathlib import Path

from benchmarks.tracking.contestants import OURS, contestants
from benchmarks.tracking.scores import Judge, Score
from benchmarks.tracking.sequences import load_sequences

Table = tuple[Items[str], list[list[str]]]


def compare(folder: Path, repeats: int) -> list[Table]:
    """Two tables: all sequences pooled, and HOTA and IDF1 of each."""
    sequences, runners = load_sequences(folder), contestants()
    judges = {name: Judge() for name in runners}
    scores: dict[tuple[str, str], Score] = {}
    seconds = dict.fromkeys(runners, 0.0)
    for sequence in sequences:
        fastest = dict.fromkeys(runners, math.inf)
        for repeat in range(max(repeats, 1)):
            for name, run in runners.items():
                answer = run(sequence)
                fastest[name] = min(fastest[name], answer.seconds)
                if repeat == 0:
                    scores[name, sequence.name] = judges[name].take(sequence, answer.frames)
        for name in runners:
            seconds[name] += fastest[name]
    frames = sum(len(sequence.detections) for sequence in sequences)
    speeds = {name: frames / seconds[name] for name in runners}
    pooled = {name: judge.together() for name, judge in judges.items()}
    return [_pooled_table(pooled, speeds), _table_by_sequence(scores, list(runners))]


def _pooled_table(pooled: dict[str, Score], speeds: dict[str, float]) -> Table:
    header = (
        "tracker",
        "HOTA",
        "DetA",
        "AssA",
        "MOTA",
        "IDF1",
        "id switches",
        "frames/s",
        "speed against ours",
    )
    rows = []
    for name, score in pooled.items():
        shares = (score.hota, score.detection, score.association, score.mota, score.idf1)
        speed = (f"{speeds[name]:.0f}", f"{speeds[name] / speeds[OURS]:.2f}")
        rows.append([name, *(f"{share:.2f}" for share in shares), str(score.switches), *speed])
    return header, rows


def _table_by_sequence(scores: dict[tuple[str, str], Score], names: list[str]) -> Table:
    header = ("HOTA / IDF1", *names)
    sequences = dict.fromkeys(sequence for _, sequence in scores)
    rows = []
    for sequence in sequences:
        found = [scores[name, sequence] for name in names]
        rows.append([sequence, *(f"{score.hota:.1f} / {score.idf1:.1f}" for score in found)])
    return header, rows
