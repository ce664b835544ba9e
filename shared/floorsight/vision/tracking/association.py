"""Which detection belongs to which track."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from floorsight.vision.tracking.assignment import assign
from floorsight.vision.tracking.boxes import likeness, to_centres, to_corners
from floorsight.vision.tracking.camera import common_shift, is_plain, move_along
from floorsight.vision.tracking.kalman import CENTRE, HEIGHT
from floorsight.vision.tracking.settings import TrackerSettings
from floorsight.vision.tracking.tracks import CLASS_ROWS, Tracks, kinds_of

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Pairs = tuple[Ints, Ints]


@dataclass(frozen=True)
class Scene:
    """The detections of one frame: centres (4, m) in pixels, scores (m,), kinds (m,).

    ballots: (classes, m) the score in the row of the class.
    """

    centres: Array
    scores: Array
    kinds: Ints
    ballots: Array

    @classmethod
    def of(cls, corners: npt.NDArray[np.float32], scores: npt.NDArray[np.float32], classes: Ints) -> Scene:
        exact = corners.T.astype(np.float64, order="C")
        sure = scores.astype(np.float64)
        return cls(to_centres(exact), sure, kinds_of(classes), sure * (classes == CLASS_ROWS))


def associate(
    tracks: Tracks, scene: Scene, at_seconds: float, elapsed: float, settings: TrackerSettings
) -> tuple[Pairs, Ints]:
    """Pairs (tracks, detections), and the confident detections that nobody took.

    The confident detections are for everybody. If those of the people in view all lie to one side of where
    they were expected, the camera has moved: all tracks move along, in place, and choose again. The faint
    detections are for whoever was seen a moment ago and found nothing.
    """
    unseen = at_seconds - tracks.seen_at
    missed = np.minimum(unseen - elapsed, 1.0)
    confirmed = tracks.hits >= settings.confirm_hits
    confident = scene.scores >= settings.high_score
    places = to_corners(scene.centres, settings.widening)
    same_kind = tracks.kinds()[:, None] == scene.kinds
    claims = np.where(confirmed, 1.0, settings.young_claim)[:, None] * (same_kind & confident)
    price = (settings.least_worth + settings.doubt_per_second * missed)[:, None]

    def choose() -> tuple[Array, Pairs]:
        alike = likeness(to_corners(tracks.positions, settings.widening), places)
        return alike, assign((alike * scene.scores - price) * claims)

    alike, pairs = choose()
    in_view = confirmed & (missed <= 0.0)
    steady = in_view.take(pairs[0]).nonzero()[0]
    if len(steady) >= settings.camera_pairs:
        rows, columns = pairs[0].take(steady), pairs[1].take(steady)
        found = scene.centres.take(columns, axis=1)
        shift = common_shift(found[CENTRE] - tracks.positions[CENTRE].take(rows, axis=1))
        move_along(tracks, shift, ~in_view, elapsed)
        if is_plain(shift, found[HEIGHT]):
            alike, pairs = choose()
    left = _without(confident, pairs[1])
    if not confident.all():
        faint = (scene.scores >= settings.low_score) & ~confident
        waiting = _without(unseen <= settings.faint_seconds, pairs[0])
        faint_pairs = assign((alike - settings.faint_likeness) * (same_kind & faint & waiting[:, None]))
        pairs = _joined(pairs, faint_pairs)
    return pairs, left.nonzero()[0]


def _without(chosen: Bools, taken: Ints) -> Bools:
    left = chosen.copy()
    left[taken] = False
    return left


def _joined(first: Pairs, second: Pairs) -> Pairs:
    return np.concatenate([first[0], second[0]]), np.concatenate([first[1], second[1]])
