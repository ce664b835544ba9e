"""The tracker: ByteTrack's two-stage association (Zhang et al., ECCV 2022) on a time-aware Kalman filter.

First the confident detections are matched with every track, lost ones included; then the faint ones with
the tracks that were seen a moment ago and found nothing, so that somebody half hidden keeps the id. Unlike
the original, a young track may live on faint detections too: the built-in detector gives people far away
low scores for many frames on end. A track is confirmed when it was seen `confirm_hits` times. Tracks stand
in columns, one numpy call for all of them.

Ids belong to the tracker's own state, not to a class or a module: two cameras never share them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from floorsight.vision.detections import Detections, ObjectClass
from floorsight.vision.tracking.assignment import assign
from floorsight.vision.tracking.boxes import overlap, to_centres, to_corners, widened
from floorsight.vision.tracking.kalman import Motion, MotionNoise, begin, correct, predict

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# What may be mistaken for each other: a car may flicker to truck, a person never becomes a bus.
_NEVER = 1e6
_KINDS = np.array([0, 1, 2, 1, 2, 2], np.int64)


@dataclass(frozen=True)
class TrackerSettings:
    """Thresholds of the tracker; times are in seconds.

    The cost of a match is 1 - overlap x score for confident detections and 1 - overlap for faint ones.
    One set for every camera, chosen on three pedestrian videos at 5, 10 and 25 frames per second
    (docs/adr/0004).
    """

    high_score: float = 0.45
    low_score: float = 0.1
    new_track_score: float = 0.45
    confident_limit: float = 0.9
    faint_limit: float = 0.5
    tentative_limit: float = 0.9
    faint_seconds: float = 0.25
    widening: float = 0.1
    confirm_hits: int = 2
    keep_lost_seconds: float = 1.5
    noise: MotionNoise = field(default_factory=MotionNoise)


@dataclass(frozen=True)
class Tracks:
    """All living tracks, column by column; n rows.

    ids: (n,). seen_at: (n,) seconds of the last detection. hits: (n,) detections so far.
    votes: (n, classes) summed scores by class. scores: (n,) of the last detection.
    """

    ids: Ints
    motion: Motion
    seen_at: Array
    hits: Ints
    votes: Array
    scores: Array

    def __len__(self) -> int:
        return len(self.ids)

    def where(self, keep: Bools) -> Tracks:
        return Tracks(
            self.ids[keep],
            self.motion.where(keep),
            self.seen_at[keep],
            self.hits[keep],
            self.votes[keep],
            self.scores[keep],
        )

    def joined(self, other: Tracks) -> Tracks:
        return Tracks(
            np.concatenate([self.ids, other.ids]),
            self.motion.joined(other.motion),
            np.concatenate([self.seen_at, other.seen_at]),
            np.concatenate([self.hits, other.hits]),
            np.concatenate([self.votes, other.votes]),
            np.concatenate([self.scores, other.scores]),
        )

    @classmethod
    def none(cls) -> Tracks:
        return _new_tracks(Detections.none(), 0.0, 1, MotionNoise())


@dataclass(frozen=True)
class TrackerState:
    """Everything that the next frame depends on."""

    tracks: Tracks
    next_id: int = 1
    at_seconds: float | None = None


@dataclass(frozen=True)
class Observed:
    """The tracks that were detected in this frame, and the ids of those given up in it.

    boxes: (n, 4) filtered corners in pixels. classes: (n,) by vote. confirmed: (n,).
    """

    ids: Ints
    boxes: Array
    scores: Array
    classes: Ints
    confirmed: Bools
    ended_ids: Ints


def empty_state() -> TrackerState:
    return TrackerState(Tracks.none())


class Tracker:
    """Steps from one state to the next. Holds settings only, so it can serve every camera."""

    def __init__(self, settings: TrackerSettings | None = None) -> None:
        self.settings = settings or TrackerSettings()

    def step(
        self, state: TrackerState, detections: Detections, at_seconds: float
    ) -> tuple[TrackerState, Observed]:
        """Take the detections of one frame; frames come in time order.

        Args:
            at_seconds: the frame's capture time on any clock that goes on for the stream session.
        """
        elapsed = 0.0 if state.at_seconds is None else max(at_seconds - state.at_seconds, 0.0)
        tracks = replace(state.tracks, motion=predict(state.tracks.motion, elapsed, self.settings.noise))
        matched_rows, matched_columns, unused = self._associate(tracks, detections, at_seconds)
        tracks = self._corrected(tracks, matched_rows, detections.where(matched_columns), at_seconds)
        fresh = unused[detections.scores[unused] >= self.settings.new_track_score]
        born = _new_tracks(detections.where(fresh), at_seconds, state.next_id, self.settings.noise)
        tracks = tracks.joined(born)
        gone = self._gone(tracks, at_seconds)
        ended = tracks.ids[gone]
        tracks = tracks.where(~gone)
        seen = tracks.seen_at == at_seconds
        observed = self._observed(tracks.where(seen), ended)
        return TrackerState(tracks, state.next_id + len(fresh), at_seconds), observed

    def _associate(
        self, tracks: Tracks, detections: Detections, at_seconds: float
    ) -> tuple[Ints, Ints, Ints]:
        """Matched track rows, their detections, and the confident detections left over."""
        high = np.flatnonzero(detections.scores >= self.settings.high_score)
        low = np.flatnonzero(
            (detections.scores >= self.settings.low_score) & (detections.scores < self.settings.high_score)
        )
        confirmed = tracks.hits >= self.settings.confirm_hits
        apart = self._distances(tracks, detections)
        # The surer of two overlapping detections is the better match; among faint ones only place counts.
        cost = 1.0 - (1.0 - apart) * detections.scores
        pairs: list[tuple[Ints, Ints]] = []

        def match(cost: Array, rows: Ints, columns: Ints, limit: float) -> tuple[Ints, Ints]:
            chosen_rows, chosen_columns = assign(cost[np.ix_(rows, columns)], limit)
            pairs.append((rows[chosen_rows], columns[chosen_columns]))
            return np.delete(rows, chosen_rows), np.delete(columns, chosen_columns)

        rows, high = match(cost, np.flatnonzero(confirmed), high, self.settings.confident_limit)
        young, high = match(cost, np.flatnonzero(~confirmed), high, self.settings.tentative_limit)
        rows = np.concatenate([rows, young])
        fresh = at_seconds - tracks.seen_at[rows] <= self.settings.faint_seconds
        match(apart, rows[fresh], low, self.settings.faint_limit)
        matched_rows = np.concatenate([rows for rows, _ in pairs])
        matched_columns = np.concatenate([columns for _, columns in pairs])
        return matched_rows, matched_columns, high

    def _distances(self, tracks: Tracks, detections: Detections) -> Array:
        share = self.settings.widening
        predicted = widened(to_corners(tracks.motion.position), share)
        shared = overlap(predicted, widened(detections.boxes.astype(np.float64), share))
        kinds = _KINDS[tracks.votes.argmax(axis=1)] if len(tracks) else np.zeros(0, np.int64)
        different = kinds[:, None] != _KINDS[detections.classes][None, :]
        return np.where(different, _NEVER, 1.0 - shared)

    def _corrected(self, tracks: Tracks, rows: Ints, detections: Detections, at_seconds: float) -> Tracks:
        if not len(rows):
            return tracks
        scores = detections.scores.astype(np.float64)
        measured = to_centres(detections.boxes.astype(np.float64))
        better = correct(tracks.motion.where(rows), measured, scores, self.settings.noise)
        columns = [column.copy() for column in tracks.motion.columns()]
        for column, values in zip(columns, better.columns(), strict=True):
            column[rows] = values
        seen_at, hits = tracks.seen_at.copy(), tracks.hits.copy()
        votes, last_scores = tracks.votes.copy(), tracks.scores.copy()
        seen_at[rows] = at_seconds
        hits[rows] += 1
        votes[rows, detections.classes] += scores
        last_scores[rows] = scores
        return Tracks(tracks.ids, Motion(*columns), seen_at, hits, votes, last_scores)

    def _gone(self, tracks: Tracks, at_seconds: float) -> Bools:
        """Lost for too long, or never confirmed and not seen again at once."""
        unseen = at_seconds - tracks.seen_at
        tentative = tracks.hits < self.settings.confirm_hits
        return (unseen > self.settings.keep_lost_seconds) | (tentative & (unseen > 0.0))

    def _observed(self, tracks: Tracks, ended: Ints) -> Observed:
        return Observed(
            ids=tracks.ids,
            boxes=to_corners(tracks.motion.position),
            scores=tracks.scores,
            classes=tracks.votes.argmax(axis=1) if len(tracks) else np.zeros(0, np.int64),
            confirmed=tracks.hits >= self.settings.confirm_hits,
            ended_ids=ended,
        )


def _new_tracks(detections: Detections, at_seconds: float, first_id: int, noise: MotionNoise) -> Tracks:
    count = len(detections)
    scores = detections.scores.astype(np.float64)
    votes = np.zeros((count, len(ObjectClass)))
    votes[np.arange(count), detections.classes] = scores
    return Tracks(
        ids=np.arange(first_id, first_id + count, dtype=np.int64),
        motion=begin(to_centres(detections.boxes.astype(np.float64)), noise),
        seen_at=np.full(count, at_seconds),
        hits=np.ones(count, np.int64),
        votes=votes,
        scores=scores,
    )
