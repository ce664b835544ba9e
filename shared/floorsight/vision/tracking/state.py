"""The tracker's state as plain JSON values: small, versioned, exact.

Python writes a float with as many digits as it takes to read the same float back, so a restored tracker
gives the same answers as one that never stopped.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from floorsight.platform.errors import Malformed
from floorsight.vision.detections import ObjectClass
from floorsight.vision.tracking.kalman import Motion
from floorsight.vision.tracking.tracker import TrackerState, Tracks

FORMAT = 1
_MOTION = ("position", "velocity", "pp", "pv", "vv")


def dump_tracker(state: TrackerState) -> dict[str, Any]:
    """JSON values for a state."""
    tracks = state.tracks
    return {
        "format": FORMAT,
        "next_id": state.next_id,
        "at_seconds": state.at_seconds,
        "ids": tracks.ids.tolist(),
        "seen_at": tracks.seen_at.tolist(),
        "hits": tracks.hits.tolist(),
        "votes": tracks.votes.tolist(),
        "scores": tracks.scores.tolist(),
        **{name: getattr(tracks.motion, name).tolist() for name in _MOTION},
    }


def load_tracker(values: dict[str, Any]) -> TrackerState:
    """The state that `dump_tracker` wrote. Raises Malformed for a format that is not known."""
    if values.get("format") != FORMAT:
        raise Malformed(f"tracker state of format {values.get('format')!r}; this code reads {FORMAT}")
    count = len(values["ids"])

    def column(name: str, width: int) -> Any:
        return np.array(values[name], np.float64).reshape(count, width)

    tracks = Tracks(
        ids=np.array(values["ids"], np.int64),
        motion=Motion(*(column(name, 4) for name in _MOTION)),
        seen_at=np.array(values["seen_at"], np.float64),
        hits=np.array(values["hits"], np.int64),
        votes=column("votes", len(ObjectClass)),
        scores=np.array(values["scores"], np.float64),
    )
    return TrackerState(tracks, values["next_id"], values["at_seconds"])
