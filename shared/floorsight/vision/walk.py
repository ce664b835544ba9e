"""Through the frames of one chunk: tracks, crossings, visits, and whatever watches the tracks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from floorsight.events.envelope import Event
from floorsight.events.vision import LineCrossed, ZoneEntered
from floorsight.vision.choosing import milliseconds_of
from floorsight.vision.chunk import Chunk
from floorsight.vision.counting import Counter, Crossing, Finding, Logs
from floorsight.vision.decoding import Frame
from floorsight.vision.detections import Detections
from floorsight.vision.faces.record import FaceRecord
from floorsight.vision.facts import crossing_event, ended_event, entered_event, health_event, left_event
from floorsight.vision.minutes import StreamMinute, minute_of
from floorsight.vision.plan import CountingPlan
from floorsight.vision.stream_state import StreamState
from floorsight.vision.timing import Stage, Stopwatch
from floorsight.vision.track_log import TrackLog
from floorsight.vision.tracking.tracker import Observed, Tracker
from floorsight.vision.visits import VisitBegan, end_visits
from floorsight.vision.watching import TrackWatch


@dataclass(frozen=True)
class Snapshot:
    """The frame of a crossing or an entering and where in it the person is (normalised corners)."""

    key: str
    frame: Frame
    box: tuple[float, float, float, float]


class Walk:
    """Goes through the frames of one chunk, collecting facts."""

    def __init__(
        self,
        tracker: Tracker,
        chunk: Chunk,
        plan: CountingPlan,
        state: StreamState,
        stopwatch: Stopwatch,
        watches: Sequence[TrackWatch],
    ) -> None:
        self._watches = watches
        self._tracker, self._plan, self._state, self._stopwatch = tracker, plan, state, stopwatch
        self._counter = Counter(plan, chunk.header.width, chunk.header.height)
        self._cause = f"chunk/{chunk.header.sequence}"
        self.tracker_state = state.tracker
        self.minute = state.minute
        self.observed: Observed | None = None
        self.snapshots: list[Snapshot] = []
        self.crossings = 0
        self.face_records: dict[str, FaceRecord] = {}
        self.pictures: dict[str, bytes] = {}
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
        for watch in self._watches:
            with self._stopwatch.measure(watch.stage):
                self.logs = watch.look(frame, observed, self.logs, at_ms)

    def settle(self) -> None:
        """After the last frame: what was watched is kept, and told where it is time to."""
        for watch in self._watches:
            with self._stopwatch.measure(watch.stage):
                settled = watch.settle(self.logs, self._ended, self._state)
            self.logs = settled.logs
            self.face_records |= settled.records
            self.pictures |= settled.pictures
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
                self.events += end_track(track_id, log, confirm_hits, self._plan, self._state, self._cause)
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


def end_track(
    track_id: int, log: TrackLog, confirm_hits: int, plan: CountingPlan, state: StreamState, cause: str
) -> list[Event]:
    """The facts that follow when a track is given up; none if it was never confirmed."""
    if log.observations < confirm_hits:
        return []
    visits = [left_event(visit, plan, state, cause) for visit in end_visits(track_id, log)]
    return [*visits, ended_event(track_id, log, plan, state, cause)]
