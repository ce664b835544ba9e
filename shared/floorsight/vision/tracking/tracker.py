"""The tracker: ByteTrack's association (Zhang et al., ECCV 2022) with a filter in seconds instead of frames.

Confident detections are for every track, lost ones included; faint ones for the tracks that were seen a
moment ago and found nothing, so that somebody half hidden keeps the id. Unlike the original, a young track
may live on faint detections too: the built-in detector gives people far away low scores for many frames on
end. A track is confirmed when it was seen `confirm_hits` times. Tracks stand in columns, one numpy call
for all of them.

Ids belong to the tracker's own state, not to a class or a module: two cameras never share them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from floorsight.vision.detections import Detections
from floorsight.vision.tracking.association import Pairs, Scene, associate
from floorsight.vision.tracking.boxes import to_corners
from floorsight.vision.tracking.kalman import correct, predict
from floorsight.vision.tracking.settings import TrackerSettings
from floorsight.vision.tracking.tracks import (
    BELIEF,
    HITS,
    SCORE,
    SEEN_AT,
    VOTES,
    Tracks,
    begin_tracks,
)

__all__ = ["Observed", "Tracker", "TrackerSettings", "TrackerState", "Tracks", "empty_state"]

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class TrackerState:
    """Everything that the next frame depends on."""

    tracks: Tracks
    next_id: int = 1
    at_seconds: float | None = None

    def without_tracks(self) -> TrackerState:
        """With nobody in view; ids go on rising."""
        return replace(self, tracks=Tracks.none())


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
        settings = self.settings
        elapsed = 0.0 if state.at_seconds is None else max(at_seconds - state.at_seconds, 0.0)
        tracks = Tracks(state.tracks.ids, state.tracks.table.copy())  # ours: the state before stays as it was
        predict(tracks.beliefs, elapsed, settings.noise)
        scene = Scene.of(detections.boxes, detections.scores, detections.classes)
        pairs, unused = associate(tracks, scene, at_seconds, elapsed, settings)
        self._correct(tracks, scene, pairs, at_seconds)
        fresh = unused[scene.scores[unused] >= settings.new_track_score]
        if len(fresh):
            tracks = tracks.joined(self._begin(scene, fresh, at_seconds, state.next_id))
        tracks, observed = self._sorted_out(tracks, at_seconds)
        return TrackerState(tracks, state.next_id + len(fresh), at_seconds), observed

    def _correct(self, tracks: Tracks, scene: Scene, pairs: Pairs, at_seconds: float) -> None:
        rows, columns = pairs
        if not len(rows):
            return
        scores = scene.scores.take(columns)
        seen = tracks.table.take(rows, axis=1)
        correct(seen[BELIEF], scene.centres.take(columns, axis=1), scores, self.settings.noise)
        seen[SEEN_AT] = at_seconds
        seen[HITS] += 1.0
        seen[SCORE] = scores
        seen[VOTES] += scene.ballots.take(columns, axis=1)
        tracks.table[:, rows] = seen

    def _begin(self, scene: Scene, chosen: Ints, at_seconds: float, first_id: int) -> Tracks:
        centres, scores, ballots = scene.centres[:, chosen], scene.scores[chosen], scene.ballots[:, chosen]
        return begin_tracks(centres, scores, ballots, at_seconds, first_id, self.settings.noise)

    def _sorted_out(self, tracks: Tracks, at_seconds: float) -> tuple[Tracks, Observed]:
        """The tracks that live on, and what is said of this frame.

        Given up is who was lost for too long, or never confirmed and not seen again at once.
        """
        unseen = at_seconds - tracks.seen_at
        confirmed = tracks.hits >= self.settings.confirm_hits
        seen = unseen == 0.0
        kept = unseen <= self.settings.keep_lost_seconds * confirmed
        shown = tracks.where(seen)
        observed = Observed(
            ids=shown.ids,
            boxes=to_corners(shown.positions).T,
            scores=shown.scores,
            classes=shown.classes(),
            confirmed=confirmed[seen],
            ended_ids=tracks.ids[~kept],
        )
        return (tracks if kept.all() else tracks.where(kept)), observed
