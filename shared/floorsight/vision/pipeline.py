"""The chunk pipeline: a chunk and the state before it → facts and the state after it.

It publishes nothing and stores nothing, so that it can be run again: the same chunk on the same state gives
the same facts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from floorsight.events.envelope import Event
from floorsight.events.vision import LineCrossed, ZoneEntered
from floorsight.vision.choosing import choose_frames, milliseconds_of
from floorsight.vision.chunk import Chunk
from floorsight.vision.counting import Counter, Crossing, Finding, Logs
from floorsight.vision.decoding import Frame
from floorsight.vision.detections import Detections
from floorsight.vision.detector import Detector
from floorsight.vision.faces.reading import FaceReads
from floorsight.vision.faces.record import FaceRecord
from floorsight.vision.faces.watching import FaceWatch
from floorsight.vision.facts import (
    crossing_event,
    ended_event,
    entered_event,
    face_event,
    health_event,
    left_event,
)
from floorsight.vision.minutes import StreamMinute, minute_of
from floorsight.vision.plan import CountingPlan
from floorsight.vision.stream_state import StreamState
from floorsight.vision.timing import Stage, Stopwatch
from floorsight.vision.track_log import TrackLog
from floorsight.vision.tracking.tracker import Observed, Tracker
from floorsight.vision.visits import VisitBegan, end_visits


@dataclass(frozen=True)
class Snapshot:
    """The frame of a crossing or an entering and where in it the person is (normalised corners)."""

    key: str
    frame: Frame
    box: tuple[float, float, float, float]


@dataclass(frozen=True)
class Analysis:
    """What a chunk came to. `frame` and `observed` are its last analysed frame, if it had any.

    `face_records` are to be kept under their keys.
    """

    state: StreamState
    events: list[Event]
    snapshots: list[Snapshot]
    face_records: dict[str, FaceRecord]
    frames_analysed: int
    frame: Frame | None
    observed: Observed | None


class ChunkPipeline:
    """Decode → choose frames → detect (one batch) → track → count, and look for faces if the plan says so."""

    def __init__(
        self, detector: Detector, tracker: Tracker, open_faces: Callable[[], FaceReads] | None = None
    ) -> None:
        """`open_faces` gives what reads faces, the same each time; it is called when a plan asks for faces.

        Without it no faces are looked for.
        """
        self._detector = detector
        self._tracker = tracker
        self._open_faces = open_faces

    def analyse(self, chunk: Chunk, plan: CountingPlan, state: StreamState, stopwatch: Stopwatch) -> Analysis:
        """Take a verified chunk of the state's stream session, later than the state's sequence.

        Raises:
            Malformed: `undecodable`, `too_much_video`; nothing has changed then.
        """
        with stopwatch.measure(Stage.DECODE):
            frames, state = choose_frames(chunk, plan.analyse_fps, state)
        found = self._detector.detect(frames, stopwatch)
        walk = _Walk(self._tracker, chunk, plan, state, stopwatch, self._watch_faces(chunk, plan))
        for frame, detections in zip(frames, found, strict=True):
            walk.take(frame, detections)
        walk.settle_faces()
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
            frames_analysed=len(frames),
            frame=last,
            observed=walk.observed,
        )

    def _watch_faces(self, chunk: Chunk, plan: CountingPlan) -> FaceWatch | None:
        if self._open_faces is None or not plan.identifies:
            return None
        return FaceWatch(self._open_faces(), plan, chunk.header.sequence)

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
            events += _end_of_track(track_id, log, confirm_hits, plan, state, cause)
            if plan.identifies and log.faces.kept:
                events.append(face_event(track_id, log.faces, plan, state, cause))
        return events


class _Walk:
    """Goes through the frames of one chunk, collecting facts."""

    def __init__(
        self,
        tracker: Tracker,
        chunk: Chunk,
        plan: CountingPlan,
        state: StreamState,
        stopwatch: Stopwatch,
        face_watch: FaceWatch | None,
    ) -> None:
        self._face_watch = face_watch
        self._tracker, self._plan, self._state, self._stopwatch = tracker, plan, state, stopwatch
        self._counter = Counter(plan, chunk.header.width, chunk.header.height)
        self._cause = f"chunk/{chunk.header.sequence}"
        self.tracker_state = state.tracker
        self.minute = state.minute
        self.observed: Observed | None = None
        self.snapshots: list[Snapshot] = []
        self.crossings = 0
        self.face_records: dict[str, FaceRecord] = {}
        self._ended: dict[int, TrackLog] = {}  # tracks that were given up in this chunk
        logs, ended = self._counter.follow_plan(state.logs)
        self.logs: Logs = logs
        self.events: list[Event] = [left_event(visit, plan, state, self._cause) for visit in ended]

    def take(self, frame: Frame, detections: Detections) -> None:
        at_ms = milliseconds_of(frame, self._state)
        with self._stopwatch.measure(Stage.TRACK):
            self.tracker_state, observed = self._tracker.step(self.tracker_state, detections, at_ms / 1000.0)
        with self._stopwatch.measure(Stage.GEOMETRY):
            self.observed = observed
            self._count(frame, observed, at_ms)
            self._tick(at_ms)
        if self._face_watch is not None:
            with self._stopwatch.measure(Stage.FACES):
                self.logs = self._face_watch.look(frame, observed, self.logs, at_ms)

    def settle_faces(self) -> None:
        """Keep the chunk's best faces, and ask who it is where there are enough or will be no more."""
        if self._face_watch is None:
            return
        with self._stopwatch.measure(Stage.FACES):
            settled = self._face_watch.settle(self.logs, self._ended, self._state)
        self.logs, self.face_records = settled.logs, settled.records
        self.events += settled.events

    def _count(self, frame: Frame, observed: Observed, at_ms: int) -> None:
        logs, findings = self._counter.count(self.logs, observed, at_ms)
        for finding in findings:
            self._tell(finding, frame)
        confirm_hits = self._tracker.settings.confirm_hits
        for track_id in observed.ended_ids.tolist():
            log = logs.pop(track_id, None)
            if log is not None:
                self._ended[track_id] = log
                self.events += _end_of_track(
                    track_id, log, confirm_hits, self._plan, self._state, self._cause
                )
        self.logs = logs

    def _tell(self, finding: Finding, frame: Frame) -> None:
        plan, state, cause = self._plan, self._state, self._cause
        event: LineCrossed | ZoneEntered
        if isinstance(finding, Crossing):
            event = crossing_event(finding, plan, state.stream_session, frame.captured_at, cause)
            self.crossings += 1
        elif isinstance(finding, VisitBegan):
            event = entered_event(finding, plan, state, cause)
        else:
            self.events.append(left_event(finding, plan, state, cause))
            return
        self.events.append(event)
        if event.snapshot_key:
            self.snapshots.append(Snapshot(event.snapshot_key, frame, finding.box))

    def _tick(self, at_ms: int) -> None:
        """Count the frame in its capture minute, and tell of the minute before when it is over."""
        state, minute = self._state, self.minute
        if minute is None:
            self.minute = StreamMinute(at_ms, at_ms)
        elif minute_of(state.time_of(at_ms)) > minute_of(state.time_of(minute.first_ms)):
            self.events.append(health_event(minute, self._plan, state, self._cause))
            self.minute = StreamMinute(at_ms, at_ms)
        else:
            self.minute = minute.with_frame(at_ms)


def _end_of_track(
    track_id: int, log: TrackLog, confirm_hits: int, plan: CountingPlan, state: StreamState, cause: str
) -> list[Event]:
    """The facts that follow when a track is given up; none if it was never confirmed."""
    if log.observations < confirm_hits:
        return []
    visits = [left_event(visit, plan, state, cause) for visit in end_visits(track_id, log)]
    return [*visits, ended_event(track_id, log, plan, state, cause)]
