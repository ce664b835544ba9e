"""One camera's stream, chunk by chunk: analyse, commit, publish — in this order, always.

One write saves the new state, the chunk's sequence and its events, on condition that nobody else wrote since
(of two workers on one camera only one wins). Only then are the events published, from what was saved; only
then is the record settled and may be checkpointed. So a worker that is killed anywhere loses nothing and
counts nothing twice: chunks after the last commit are analysed again, events of the last commit are
published again, and their ids are the same.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from floorsight.events.envelope import Event
from floorsight.events.vision import Rejection, StreamHealth
from floorsight.platform.bus import Bus
from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.errors import Conflict, FloorsightError, Malformed, NotFound
from floorsight.platform.objects import ObjectStore
from floorsight.platform.observability import emit_metrics
from floorsight.vision.chunk import Chunk
from floorsight.vision.faces.record import RECORD_TYPE, dump_record
from floorsight.vision.facts import missed_event
from floorsight.vision.pictures import person_picture
from floorsight.vision.pipeline import Analysis, ChunkPipeline
from floorsight.vision.plan import CountingPlan
from floorsight.vision.quarantine import Quarantine
from floorsight.vision.store import Committed, StreamStore
from floorsight.vision.stream_state import StreamState
from floorsight.vision.timing import Stage, Stopwatch

log = logging.getLogger(__name__)

COMMIT_SECONDS = 10.0
# Eight seconds at 250 Mbit/s; what is claimed is held in memory.
MAX_CLAIM_BYTES = 256 * 1024 * 1024
JPEG = "image/jpeg"


class Audience(Protocol):
    """Whoever looks at a camera now."""

    def show(self, plan: CountingPlan, analysis: Analysis, sequence: int) -> None:
        """Called after every chunk; shows its last frame to those who watch, if any."""


@dataclass(frozen=True)
class StreamPorts:
    """What a camera's stream is connected to. `plan_of` raises NotFound for an unknown camera."""

    pipeline: ChunkPipeline
    plan_of: Callable[[str], CountingPlan]
    store: StreamStore
    bus: Bus
    objects: ObjectStore
    audience: Audience
    clock: Clock = utc_now


class CameraStream:
    """Use cases: `take` a chunk, `flush` what is held back. Each may be repeated after any error."""

    def __init__(self, camera_id: str, ports: StreamPorts, stopwatch: Stopwatch | None = None) -> None:
        self.camera_id = camera_id
        self.stopwatch = stopwatch or Stopwatch()
        self.frames_analysed = 0
        self.lag_seconds: float | None = None
        self.clock_ahead_seconds = 0.0
        self._ports = ports
        self._quarantine = Quarantine(ports.objects)
        self._forget()
        self._backlog: list[Chunk] = []

    def _forget(self) -> None:
        """Back to what is stored: nothing loaded, nothing held."""
        self._committed: Committed | None = None
        self._published = False
        self._state: StreamState | None = None
        self._events: list[Event] = []
        self._held: list[Chunk] = []
        self._committed_at: datetime | None = None

    @property
    def settled(self) -> bool:
        """Whether everything taken so far is committed and published, so that it may be checkpointed."""
        waiting = self._held or self._events or self._backlog
        return not waiting and (self._committed is None or self._published)

    @property
    def state(self) -> StreamState | None:
        """As of the last chunk taken, committed or not; None before the first call."""
        return self._state

    def take(self, chunk: Chunk) -> None:
        """Take a chunk of this camera.

        Raises:
            Unavailable: something did not answer; take the same chunk again later.
        """
        self._catch_up()
        self._ingest(chunk)
        self.flush_if_due()

    def note_arrival(self, chunk: Chunk, arrived_at: datetime) -> None:
        """Remember by how much a chunk arrived before its last frame was captured, as its publisher says."""
        ahead = (chunk.header.frame_times()[-1] - arrived_at).total_seconds()
        self.clock_ahead_seconds = max(self.clock_ahead_seconds, ahead)

    def flush_if_due(self) -> None:
        """Flush when there are events that can't wait, or the last commit is long ago. Raises Unavailable."""
        if self._commit_is_due():
            self.flush()

    def flush(self) -> None:
        """Commit and publish what is held back. Raises Unavailable."""
        self._catch_up()
        while self._held or self._events:
            if self._commit():
                break
            self._start_over()
        self._publish()

    def end_session(self, stream_session: str) -> None:
        """Tell what follows from the end of a session of which no more chunks will come: its tracks are over.

        The next session's first chunk would tell the same. Does nothing when another session has begun.
        Raises Unavailable.
        """
        self.flush()
        while (state := self._state) is not None and not state.is_ended:
            if state.stream_session != stream_session:
                return
            self._events += self._ports.pipeline.end_session(self._ports.plan_of(self.camera_id), state)
            self._state = state.ended()
            self.flush()

    def _commit_is_due(self) -> bool:
        # A minute's health waits for the next commit: it is no reason to write the whole state once more.
        urgent = any(not isinstance(event, StreamHealth) for event in self._events)
        if urgent or self._backlog or (self._committed is not None and not self._published):
            return True
        since = self._committed_at
        return bool(self._held) and (
            since is None or (self._ports.clock() - since).total_seconds() >= COMMIT_SECONDS
        )

    def _catch_up(self) -> None:
        """Load what was committed last, by whomever, publish its events (again), take what was put back."""
        if self._committed is None:
            self._committed = self._ports.store.load(self.camera_id)
            self._state = self._committed.state
            self._committed_at = self._ports.clock()
        self._publish()
        while self._backlog:
            self._ingest(self._backlog[0])
            self._backlog.pop(0)

    def _start_over(self) -> None:
        log.warning("another worker has this camera's stream", extra={"camera_id": self.camera_id})
        self._backlog = self._held
        self._forget()
        self._catch_up()

    def _commit(self) -> bool:
        """Whether the commit stood; False when another worker's came first."""
        before = self._committed
        if before is None or self._state is None:
            raise ValueError("nothing was taken yet")
        now = self._ports.clock()
        messages = tuple(event.to_message() for event in self._events)
        committed = Committed(before.version + 1, self._state, messages)
        try:
            with self.stopwatch.measure(Stage.COMMIT):
                self._ports.store.commit(self.camera_id, committed, now)
        except Conflict:
            return False
        self._committed, self._published, self._committed_at = committed, False, now
        self._events, self._held = [], []
        return True

    def _publish(self) -> None:
        if self._committed is None or self._published:
            return
        with self.stopwatch.measure(Stage.PUBLISH):
            self._ports.bus.publish(self._committed.outbox)
        self._published = True

    def _ingest(self, chunk: Chunk) -> None:
        """Analyse a chunk, put it aside, or skip what is done. An error changes nothing."""
        try:
            plan = self._plan_for(chunk)
        except NotFound as error:
            self._put_aside(chunk, Rejection.UNKNOWN_CAMERA, error.message)
            return
        found = self._place(chunk, plan)
        if found is None:
            return
        state, events = found
        state, facts = self._analyse(chunk, plan, state)
        self._state = state
        self._events += events + facts
        self._held.append(chunk)

    def _plan_for(self, chunk: Chunk) -> CountingPlan:
        header = chunk.header
        plan = self._ports.plan_of(header.camera_id)
        if plan.site_id != header.site_id:
            raise NotFound(f"camera {header.camera_id} belongs to site {plan.site_id}, not {header.site_id}")
        return plan

    def _place(self, chunk: Chunk, plan: CountingPlan) -> tuple[StreamState, list[Event]] | None:
        """The state that a chunk follows, and what its coming says of those before it.

        None when it is not to be analysed: it was analysed already, or it came too late and is put aside.
        """
        header, state = chunk.header, self._state
        events: list[Event] = []
        past = state.progress_of(header.stream_session) if state is not None else None
        if past is not None and header.sequence <= past.sequence:
            if past.missed(header.sequence):
                self._put_aside(chunk, Rejection.OUT_OF_ORDER, "a later chunk of its session came before it")
            return None
        if state is None:
            state = StreamState(header.stream_session)
        elif header.stream_session < state.stream_session:
            self._put_aside(chunk, Rejection.STALE_SESSION, "a later session of this camera has begun")
            return None
        elif header.stream_session > state.stream_session:
            events += self._ports.pipeline.end_session(plan, state)
            state = state.next_session(header.stream_session)
        first, last = state.sequence + 1, header.sequence - 1
        if first <= last:
            events.append(self._missed(plan, state, first, last, header.captured_at))
            state = replace(state.with_gap(first, last), interrupted=True)
        return state, events

    def _missed(self, plan: CountingPlan, state: StreamState, first: int, last: int, at: datetime) -> Event:
        log.warning("chunks %d to %d are missing", first, last, extra={"camera_id": self.camera_id})
        emit_metrics({"ChunksMissed": last - first + 1}, dimensions={"camera": self.camera_id})
        return missed_event(plan, state.stream_session, first, last, at)

    def _analyse(
        self, chunk: Chunk, plan: CountingPlan, state: StreamState
    ) -> tuple[StreamState, list[Event]]:
        # Apart from the analysis: what goes wrong with the bucket says nothing about the chunk.
        try:
            whole = self._with_payload(chunk)
        except Malformed as error:
            return self._refused(chunk, state, Rejection.UNDECODABLE, error.message)
        except NotFound as error:
            return self._refused(chunk, state, Rejection.CLAIM_MISSING, error.message)
        try:
            whole.verify()
            resumed, ended = self._ports.pipeline.resume(plan, state, chunk.header.captured_at)
            analysis = self._ports.pipeline.analyse(whole, plan, resumed, self.stopwatch)
            pictures = {each.key: person_picture(each.frame, each.box) for each in analysis.snapshots}
            pictures |= analysis.pictures
            records = {key: dump_record(record) for key, record in analysis.face_records.items()}
        except Malformed as error:
            return self._refused(whole, state, Rejection.UNDECODABLE, error.message)
        except FloorsightError:
            raise
        except Exception as error:
            # A fault of ours that this chunk brings out. It must not stop the shard for ever: the chunk
            # is kept, the alarm rings, and the stream goes on.
            log.exception("the analysis failed", extra={"camera_id": self.camera_id})
            return self._refused(whole, state, Rejection.ANALYSIS_FAILED, repr(error))
        # Before the commit: a picture without its event is waste, an event without its picture a broken
        # promise. So are faces without and with the question who it is.
        for key, picture in pictures.items():
            self._ports.objects.put(key, picture, content_type=JPEG)
        for key, record in records.items():
            self._ports.objects.put(key, record, content_type=RECORD_TYPE)
        self.lag_seconds = (self._ports.clock() - chunk.header.captured_at).total_seconds()
        self.frames_analysed += analysis.frames_analysed
        self._show(plan, analysis, chunk.header.sequence)
        return analysis.state, ended + analysis.events

    def _show(self, plan: CountingPlan, analysis: Analysis, sequence: int) -> None:
        """Live pictures are a courtesy: counting neither waits for them nor fails with them."""
        try:
            with self.stopwatch.measure(Stage.VIEW):
                self._ports.audience.show(plan, analysis, sequence)
        except Exception:
            log.exception("the live view failed", extra={"camera_id": self.camera_id})

    def _refused(
        self, chunk: Chunk, state: StreamState, reason: Rejection, explanation: str
    ) -> tuple[StreamState, list[Event]]:
        self._put_aside(chunk, reason, explanation)
        tally = state.tally.plus(refused=1)
        return replace(state, sequence=chunk.header.sequence, tally=tally, interrupted=True), []

    def _with_payload(self, chunk: Chunk) -> Chunk:
        """The chunk with its payload, fetched if it lies elsewhere. Raises Malformed for a foreign claim."""
        claim = chunk.header.claim
        if claim is not None:
            own = f"claims/{chunk.header.site_id}/{chunk.header.camera_id}/"
            if not claim.key.startswith(own):
                raise Malformed(f"a claim of this camera begins with {own}", code="foreign_claim")
            if chunk.header.payload_bytes > MAX_CLAIM_BYTES:
                raise Malformed(
                    f"a claim of {chunk.header.payload_bytes} bytes, more than {MAX_CLAIM_BYTES}: send "
                    "shorter chunks (key frames more often) or a lower bitrate",
                    code="too_much_video",
                )
            # A byte more than claimed, so that `verify` sees an object that is larger.
            payload = self._ports.objects.get(claim.key, at_most=chunk.header.payload_bytes + 1)
            return replace(chunk, payload=payload)
        return chunk

    def _put_aside(self, chunk: Chunk, reason: Rejection, explanation: str) -> None:
        """Keep and report at once: there may be no state to commit this with. A repeat is the same event."""
        event = self._quarantine.keep_chunk(chunk, reason, explanation)
        self._ports.bus.publish([event.to_message()])
