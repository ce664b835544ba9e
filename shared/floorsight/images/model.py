"""A frame that was posted, where it stands among its camera's frames, and what it was answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from floorsight.images.jpeg import Jpeg
from floorsight.vision.store import Committed


@dataclass(frozen=True)
class PostedFrame:
    """A camera's frame as a client sent it. `captured_at` None is now; `frame_id` None gets one."""

    camera_id: str
    jpeg: Jpeg
    frame_id: str | None = None
    captured_at: datetime | None = None


@dataclass(frozen=True)
class SeenVehicle:
    """A tracked vehicle in the frame; `kind` is its track's class by vote.

    `plate` is what was read of it by then, at cameras that are at a gate, and `plate_confidence` that of its
    least sure character.
    """

    track_id: int
    kind: str
    confidence: float
    plate: str | None = None
    plate_confidence: float = 0.0


@dataclass(frozen=True)
class GateAnswer:
    """What the gate has decided about a vehicle in the frame, and why.

    `admitted` is what holds: what a guard did, else the verdict. `opens` says whether a barrier is to be
    lifted by this answer.
    """

    track_id: int
    decision_id: str
    verdict: str
    explanation: str
    admitted: bool
    opens: bool


@dataclass(frozen=True)
class NamedFace:
    """A person in the frame who is known: by which track, how surely, and who says so."""

    track_id: int
    name: str
    confidence: float
    source: str


@dataclass(frozen=True)
class FrameAnswer:
    """What a frame came to. `digest` is that of the picture, so that a repeat is told from another frame.

    `occupancy`, `entries` and `exits` are the camera's, with this frame's crossings in them; `processing_ms`
    goes from the frame's arrival to its commit. `people_tracks` are the people in it, of `stream_session`:
    their names are asked for when they are told, and not kept here.
    """

    frame_id: str
    digest: str
    captured_at: datetime
    occupancy: int
    entries: int
    exits: int
    entries_this_frame: int
    exits_this_frame: int
    people: int
    vehicles: tuple[SeenVehicle, ...]
    processing_ms: float
    stream_session: str = ""  # and no tracks: answers from before people were recognised
    people_tracks: tuple[int, ...] = ()


@dataclass(frozen=True)
class StoredStream:
    """A camera's stream as it was committed last. `answers` are the latest frames', oldest first; None if
    the camera's chunks were of video."""

    committed: Committed
    answers: Sequence[FrameAnswer] | None = None


@dataclass(frozen=True)
class Place:
    """Where a frame goes in its camera's stream."""

    stream_session: str
    sequence: int
    captured_at: datetime
