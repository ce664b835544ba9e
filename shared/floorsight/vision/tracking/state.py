"""The tracker's state as plain JSON values: small, versioned, exact.

Python writes a float with as many digits as it takes to read the same float back, so a restored tracker
gives the same answers as one that never stopped.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from floorsight.platform.errors import Malformed
from floorsight.vision.tracking.kalman import POSITION, PP, PV, VELOCITY, VV
from floorsight.vision.tracking.tracker import TrackerState
from floorsight.vision.tracking.tracks import HITS, SCORE, SEEN_AT, TABLE_ROWS, VOTES, Tracks

FORMAT = 1
_BELIEFS = {"position": POSITION, "velocity": VELOCITY, "pp": PP, "pv": PV, "vv": VV}


def dump_tracker(state: TrackerState) -> dict[str, Any]:
    """JSON values for a state."""
    table = state.tracks.table
    return {
        "format": FORMAT,
        "next_id": state.next_id,
        "at_seconds": state.at_seconds,
        "ids": state.tracks.ids.tolist(),
        "seen_at": table[SEEN_AT].tolist(),
        "hits": table[HITS].astype(np.int64).tolist(),
        "votes": table[VOTES].T.tolist(),
        "scores": table[SCORE].tolist(),
        **{name: table[rows].T.tolist() for name, rows in _BELIEFS.items()},
    }


def load_tracker(values: dict[str, Any]) -> TrackerState:
    """The state that `dump_tracker` wrote. Raises Malformed for a format that is not known."""
    if values.get("format") != FORMAT:
        raise Malformed(f"tracker state of format {values.get('format')!r}; this code reads {FORMAT}")
    ids = np.array(values["ids"], np.int64)
    table = np.zeros((TABLE_ROWS, len(ids)))
    table[SEEN_AT], table[HITS], table[SCORE] = values["seen_at"], values["hits"], values["scores"]
    for name, rows in {**_BELIEFS, "votes": VOTES}.items():
        table[rows] = np.array(values[name], np.float64).reshape(len(ids), rows.stop - rows.start).T
    return TrackerState(Tracks(ids, table), values["next_id"], values["at_seconds"])
