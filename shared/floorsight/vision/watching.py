"""Whatever looks at the tracks of a chunk besides counting: frame by frame, and once more at its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from floorsight.events.envelope import Event
from floorsight.vision.decoding import Frame
from floorsight.vision.faces.record import FaceRecord
from floorsight.vision.stream_state import StreamState
from floorsight.vision.timing import Stage
from floorsight.vision.track_log import TrackLog
from floorsight.vision.tracking.tracker import Observed

Logs = Mapping[int, TrackLog]


@dataclass(frozen=True, repr=False)
class Settled:
    """What a chunk comes to: the living tracks' logs, what is told, and what is kept under which keys.

    `pictures` are JPEGs.
    """

    logs: dict[int, TrackLog]
    events: Sequence[Event]
    records: Mapping[str, FaceRecord] = field(default_factory=dict)
    pictures: Mapping[str, bytes] = field(default_factory=dict)


class TrackWatch(Protocol):
    """One chunk's watch over something."""

    @property
    def stage(self) -> Stage:
        """What its time is booked on."""

    def look(self, frame: Frame, observed: Observed, logs: Logs, at_ms: int) -> dict[int, TrackLog]:
        """Look at a frame; returns the logs, which say what was looked at."""

    def settle(self, logs: Logs, ended: Logs, state: StreamState) -> Settled:
        """After the last frame. `ended` are the tracks that were given up in this chunk; `state` is the one
        before it, with the time at which the stream began."""
