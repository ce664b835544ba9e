"""The chunk pipeline: a chunk and the state before it → facts and the state after it.

It publishes nothing and stores nothing, so that it can be run again: the same chunk on the same state gives
the same facts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from floorsight.events.envelope import Event
from floorsight.vision.choosing import choose_frames
from floorsight.vision.chunk import Chunk
from floorsight.vision.decoding import Frame
from floorsight.vision.detector import Detector
from floorsight.vision.faces.reading import FaceReads
from floorsight.vision.faces.record import FaceRecord
from floorsight.vision.faces.watching import FaceWatch
from floorsight.vision.facts import face_event, health_event
from floorsight.vision.plan import CountingPlan
from floorsight.vision.plates.ending import EndedPlates, end_plates
from floorsight.vision.plates.reading import PlateReads
from floorsight.vision.plates.watching import PlateWatch
from floorsight.vision.stream_state import StreamState
from floorsight.vision.timing import Stage, Stopwatch
from floorsight.vision.tracking.tracker import Observed, Tracker
from floorsight.vision.walk import Snapshot, Walk, end_track
from floorsight.vision.watching import TrackWatch


@dataclass(frozen=True)
class Analysis:
    """What a chunk came to. `frame` and `observed` are its last analysed frame, if it had any.

    `face_records` and `pictures` (JPEGs) are to be kept under their keys.
    """

    state: StreamState
    events: list[Event]
    snapshots: list[Snapshot]
    face_records: dict[str, FaceRecord]
    pictures: dict[str, bytes]
    frames_analysed: int
    frame: Frame | None
    observed: Observed | None


class ChunkPipeline:
    """Decode → choose frames → detect (one batch) → track → count, and read what the plan asks for."""

    def __init__(
        self,
        detector: Detector,
        tracker: Tracker,
        open_faces: Callable[[], FaceReads] | None = None,
        open_plates: Callable[[], PlateReads | None] | None = None,
    ) -> None:
        """`open_faces` and `open_plates` give what reads faces and plates, the same each time.

        They are called when a plan asks for it. Without them none are looked for; nor are plates while
        `open_plates` gives None.
        """
        self._detector = detector
        self._tracker = tracker
        self._open_faces = open_faces
        self._open_plates = open_plates

    def analyse(self, chunk: Chunk, plan: CountingPlan, state: StreamState, stopwatch: Stopwatch) -> Analysis:
        """Take a verified chunk of the state's stream session, later than the state's sequence.

        Raises:
            Malformed: `undecodable`, `too_much_video`; nothing has changed then.
        """
        with stopwatch.measure(Stage.DECODE):
            frames, state = choose_frames(chunk, plan.analyse_fps, state)
        found = self._detector.detect(frames, stopwatch)
        walk = Walk(self._tracker, chunk, plan, state, stopwatch, self._watches(chunk, plan, state))
        for frame, detections in zip(frames, found, strict=True):
            walk.take(frame, detections)
        walk.settle()
        after = replace(
            state,
            sequence=chunk.header.sequence,
            interrupted=False,
            tracker=walk.tracker_state,
            logs=dict(walk.logs),
            minute=walk.minute,
            tally=state.tally.plus(frames=len(frames), crossings=walk.crossings),
        )
        last = frames[-1] if frames else None
        return Analysis(
            state=after,
            events=walk.events,
            snapshots=walk.snapshots,
            face_records=walk.face_records,
            pictures=walk.pictures,
            frames_analysed=len(frames),
            frame=last,
            observed=walk.observed,
        )

    def _watches(self, chunk: Chunk, plan: CountingPlan, state: StreamState) -> list[TrackWatch]:
        sequence = chunk.header.sequence
        watches: list[TrackWatch] = []
        if self._open_faces is not None and plan.identifies:
            watches.append(FaceWatch(self._open_faces(), plan, sequence))
        reader = self._open_plates() if self._open_plates is not None and plan.gate is not None else None
        if reader is not None and plan.gate is not None:
            watches.append(PlateWatch(reader, plan, plan.gate, sequence))
        elif any(log.plates.gate_id for log in state.logs.values()):
            watches.append(EndedPlates(plan, sequence))
        return watches

    def end_session(self, plan: CountingPlan, state: StreamState) -> list[Event]:
        """The facts that follow when a stream session is over: every track has ended, and its minute too."""
        cause = "session-end"
        events = self._end_tracks(plan, state, cause)
        if state.minute is not None:
            events.append(health_event(state.minute, plan, state, cause))
        return events

    def resume(self, plan: CountingPlan, state: StreamState, at: datetime) -> tuple[StreamState, list[Event]]:
        """The state in which a stream goes on at a capture time, and the facts that follow.

        After chunks that were not analysed for longer than a lost track is kept, who is in view is not who
        was, wherever they stand: all tracks have ended.
        """
        seconds = state.seconds_until(at) if state.interrupted else None
        if seconds is None or seconds <= self._tracker.settings.keep_lost_seconds:
            return state, []
        return state.without_tracks(), self._end_tracks(plan, state, "gap")

    def _end_tracks(self, plan: CountingPlan, state: StreamState, cause: str) -> list[Event]:
        confirm_hits = self._tracker.settings.confirm_hits
        events: list[Event] = []
        for track_id, log in state.logs.items():
            events += end_track(track_id, log, confirm_hits, plan, state, cause)
            if plan.identifies and log.faces.kept:
                events.append(face_event(track_id, log.faces, plan, state, cause))
            events += end_plates(track_id, log, plan, state, cause)
        return events
