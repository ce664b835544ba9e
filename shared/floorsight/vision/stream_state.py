"""The state of one camera's stream: all that the next chunk depends on (docs/formats/stream-state.md).

JSON, compressed with zlib: readable by anybody, exact to the last bit, no pickle.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from floorsight.platform.clock import moment_text, read_moment
from floorsight.platform.errors import Malformed
from floorsight.vision.minutes import StreamMinute
from floorsight.vision.stored_logs import dump_log, load_log
from floorsight.vision.track_log import TrackLog
from floorsight.vision.tracking.state import dump_tracker, load_tracker
from floorsight.vision.tracking.tracker import TrackerState, empty_state

FORMAT = 4
# Format 1 knew no zones, scores and minutes; format 2 no faces; format 3 no plates.
READABLE = (1, 2, 3, 4)
# Gaps remembered, so that a chunk that comes late is told from one that comes twice.
MAX_GAPS = 32
# Earlier stream sessions remembered for the same reason: records are read again after a restart.
MAX_EARLIER = 8


@dataclass(frozen=True)
class Progress:
    """How far a stream session was taken.

    `gaps` are ranges (first, last) of sequences that had not arrived when a later one did.
    """

    stream_session: str
    sequence: int
    gaps: tuple[tuple[int, int], ...] = ()

    def missed(self, sequence: int) -> bool:
        """Whether this sequence lies in a known gap."""
        return any(first <= sequence <= last for first, last in self.gaps)


@dataclass(frozen=True)
class Tally:
    """What a stream session has come to: analysed frames, crossings, chunks that were put aside."""

    frames: int = 0
    crossings: int = 0
    refused: int = 0

    def plus(self, *, frames: int = 0, crossings: int = 0, refused: int = 0) -> Tally:
        return Tally(self.frames + frames, self.crossings + crossings, self.refused + refused)


@dataclass(frozen=True)
class StreamState:
    """After the chunk `sequence` of a stream session.

    `began_at` is the capture time of the first analysed frame, the zero of the tracker's clock.
    `minute` is the capture minute of the last analysed frame. `gaps` are those of `Progress`; `earlier` is
    how far the sessions before this one were taken; `tally` is this session's. `interrupted` says that the
    last chunk was put aside, so that the tracks are older than `sequence`.
    """

    stream_session: str
    sequence: int = -1
    began_at: datetime | None = None
    next_frame_ms: float = 0.0
    tracker: TrackerState = field(default_factory=empty_state)
    logs: dict[int, TrackLog] = field(default_factory=dict)
    minute: StreamMinute | None = None
    gaps: tuple[tuple[int, int], ...] = ()
    earlier: tuple[Progress, ...] = ()
    tally: Tally = Tally()
    interrupted: bool = False

    def time_of(self, milliseconds: int) -> datetime:
        """The capture time of a moment on the tracker's clock. Only after the first analysed frame."""
        if self.began_at is None:
            raise ValueError("the stream has no analysed frame yet")
        return self.began_at + timedelta(milliseconds=milliseconds)

    def seconds_until(self, moment: datetime) -> float | None:
        """From the last analysed frame to a capture time; None before the first."""
        if self.began_at is None or self.tracker.at_seconds is None:
            return None
        return (moment - self.began_at).total_seconds() - self.tracker.at_seconds

    def without_tracks(self) -> StreamState:
        """With nobody in view; ids go on rising."""
        return replace(self, tracker=self.tracker.without_tracks(), logs={})

    def progress_of(self, stream_session: str) -> Progress | None:
        """How far that session was taken; None if it is new or long forgotten."""
        known = (self._progress(), *self.earlier)
        return next((past for past in known if past.stream_session == stream_session), None)

    def next_session(self, stream_session: str) -> StreamState:
        """The empty state of a new session, which still knows what was taken before it."""
        return StreamState(stream_session, earlier=(*self.earlier, self._progress())[-MAX_EARLIER:])

    @property
    def is_ended(self) -> bool:
        """Whether nothing is left to tell if no further chunk of the session comes."""
        return not self.logs and self.minute is None

    def ended(self) -> StreamState:
        """After the session's last chunk, with nothing left to tell of it."""
        return replace(self, logs={}, minute=None)

    def with_gap(self, first: int, last: int) -> StreamState:
        """With one more gap; the oldest is forgotten when there are too many."""
        return replace(self, gaps=(*self.gaps, (first, last))[-MAX_GAPS:])

    def _progress(self) -> Progress:
        return Progress(self.stream_session, self.sequence, self.gaps)


def dump_state(state: StreamState) -> bytes:
    """The stored form."""
    values = {
        "format": FORMAT,
        "stream_session": state.stream_session,
        "sequence": state.sequence,
        "began_at": moment_text(state.began_at),
        "next_frame_ms": state.next_frame_ms,
        "tracker": dump_tracker(state.tracker),
        "logs": {str(track_id): dump_log(log) for track_id, log in state.logs.items()},
        "minute": state.minute,
        "gaps": state.gaps,
        "earlier": [(past.stream_session, past.sequence, past.gaps) for past in state.earlier],
        "tally": [state.tally.frames, state.tally.crossings, state.tally.refused],
        "interrupted": state.interrupted,
    }
    return zlib.compress(json.dumps(values, separators=(",", ":")).encode(), level=6)


def load_state(stored: bytes) -> StreamState:
    """What `dump_state` wrote.

    Raises:
        Malformed: `bad_state`, when it is damaged or of a format that is not known.
    """
    try:
        return _load(json.loads(zlib.decompress(stored)))
    except (zlib.error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Malformed(f"the stored stream state is damaged: {error!r}", code="bad_state") from error


def _load(values: dict[str, Any]) -> StreamState:
    found = values.get("format")
    if found not in READABLE:
        raise Malformed(f"stream state of format {found!r}; this code reads {READABLE}", code="bad_state")
    minute = None if found == 1 else values["minute"]
    return StreamState(
        stream_session=values["stream_session"],
        sequence=values["sequence"],
        began_at=read_moment(values["began_at"]),
        next_frame_ms=values["next_frame_ms"],
        tracker=load_tracker(values["tracker"]),
        logs={int(track_id): load_log(log, found) for track_id, log in values["logs"].items()},
        minute=StreamMinute(*minute) if minute else None,
        gaps=_load_gaps(values["gaps"]),
        earlier=tuple(Progress(session, last, _load_gaps(gaps)) for session, last, gaps in values["earlier"]),
        tally=Tally(*values.get("tally", ())),
        interrupted=values.get("interrupted", False),
    )


def _load_gaps(values: list[list[int]]) -> tuple[tuple[int, int], ...]:
    return tuple((first, last) for first, last in values)
