"""The living tracks of one camera: a table with a column for each.

Here and in the rooms beside it columns are chosen by `take`: a third of the time of an index.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from floorsight.vision.detections import ObjectClass
from floorsight.vision.tracking.kalman import BELIEF_ROWS, POSITION, MotionNoise, begin

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# Rows of the table: the belief about the box, then what was seen of the track.
BELIEF = slice(0, BELIEF_ROWS)
SEEN_AT, HITS, SCORE = range(BELIEF_ROWS, BELIEF_ROWS + 3)
VOTES = slice(SCORE + 1, SCORE + 1 + len(ObjectClass))
TABLE_ROWS = VOTES.stop

CLASS_ROWS = np.arange(len(ObjectClass))[:, None]

# What may be mistaken for each other: a car may flicker to truck, a person never becomes a bus.
_KINDS = np.array([0, 1, 2, 1, 2, 2], np.int64)


@dataclass(frozen=True)
class Tracks:
    """n tracks. ids: (n,). table: (TABLE_ROWS, n); the properties are views of its rows.

    seen_at: seconds of the last detection. hits: detections so far. scores: of the last detection.
    votes: (classes, n) summed scores by class.
    """

    ids: Ints
    table: Array

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def beliefs(self) -> Array:
        return self.table[BELIEF]

    @property
    def positions(self) -> Array:
        return self.table[POSITION]

    @property
    def seen_at(self) -> Array:
        return self.table[SEEN_AT]  # type: ignore[no-any-return]

    @property
    def hits(self) -> Array:
        return self.table[HITS]  # type: ignore[no-any-return]

    @property
    def scores(self) -> Array:
        return self.table[SCORE]  # type: ignore[no-any-return]

    def classes(self) -> Ints:
        """By vote, (n,)."""
        return self.table[VOTES].argmax(axis=0)  # type: ignore[no-any-return]

    def kinds(self) -> Ints:
        """Groups of classes, (n,). A track never changes its own."""
        return _KINDS.take(self.classes())

    def where(self, keep: Bools) -> Tracks:
        chosen = keep.nonzero()[0]
        return Tracks(self.ids.take(chosen), self.table.take(chosen, axis=1))

    def joined(self, other: Tracks) -> Tracks:
        table = np.concatenate([self.table, other.table], axis=1)
        return Tracks(np.concatenate([self.ids, other.ids]), table)

    @classmethod
    def none(cls) -> Tracks:
        return cls(np.zeros(0, np.int64), np.zeros((TABLE_ROWS, 0)))


def kinds_of(classes: Ints) -> Ints:
    """Groups of the classes of detections, (n,)."""
    return _KINDS.take(classes)


def begin_tracks(
    centres: Array, scores: Array, ballots: Array, at_seconds: float, first_id: int, noise: MotionNoise
) -> Tracks:
    """A track for every detection: centres (4, n), scores (n,), ballots (classes, n)."""
    count = len(scores)
    table = np.zeros((TABLE_ROWS, count))
    table[BELIEF] = begin(centres, noise)
    table[SEEN_AT] = at_seconds
    table[HITS] = 1.0
    table[SCORE] = scores
    table[VOTES] = ballots
    return Tracks(np.arange(first_id, first_id + count, dtype=np.int64), table)
