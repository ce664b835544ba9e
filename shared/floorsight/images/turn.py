"""One frame's turn: its camera's stream, as it was stored, goes on by a chunk that holds this frame alone."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass

from floorsight.events.identity import FaceSeen
from floorsight.events.vehicles import PlateRead, VehicleLeft
from floorsight.events.vision import Direction, LineCrossed
from floorsight.images.faces import FrameFaces
from floorsight.images.gates import FrameGates
from floorsight.images.jpeg import Jpeg
from floorsight.images.model import FrameAnswer, Place, PostedFrame, StoredStream
from floorsight.images.rules import name_frame, name_place, place_frame, vehicles_among
from floorsight.images.store import FrameCommits
from floorsight.occupancy.model import Counter, Crossing
from floorsight.occupancy.rules import raw_count, shown_count, with_crossings
from floorsight.occupancy.service import OccupancyService
from floorsight.platform.bus import Bus
from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.errors import FloorsightError, Malformed
from floorsight.platform.objects import ObjectStore
from floorsight.platform.table import Table
from floorsight.vision.chunk import Chunk, ChunkHeader, Codec, payload_fields
from floorsight.vision.detections import ObjectClass
from floorsight.vision.pipeline import Analysis, ChunkPipeline
from floorsight.vision.plan import CountingPlan
from floorsight.vision.service import Audience, CameraStream, StreamPorts
from floorsight.vision.stream_state import StreamState
from floorsight.vision.timing import Stopwatch


class Unreadable(FloorsightError):
    """The picture could not be decoded. No Malformed: a stream puts such a chunk aside and goes on."""


class FramePipeline(ChunkPipeline):
    """The chunk pipeline for somebody who waits for the answer: what can't be decoded is theirs to mend."""

    def analyse(self, chunk: Chunk, plan: CountingPlan, state: StreamState, stopwatch: Stopwatch) -> Analysis:
        """Raises Unreadable; nothing has changed then."""
        try:
            return super().analyse(chunk, plan, state, stopwatch)
        except Malformed as error:
            raise Unreadable(error.message, code=error.code, field="frame") from error


@dataclass(frozen=True)
class ImagePorts:
    """What frames are answered with. `plan_of` raises NotFound for an unknown camera.

    Without `faces` nobody is named here, and without `gates` nothing decided; the bus may still have it done.
    """

    pipeline: FramePipeline
    plan_of: Callable[[str], CountingPlan]
    occupancy: OccupancyService
    presence: Table
    bus: Bus
    objects: ObjectStore
    audience: Audience
    faces: FrameFaces | None = None
    gates: FrameGates | None = None
    clock: Clock = utc_now
    monotonic: Callable[[], float] = time.perf_counter


class FrameTurn:
    """Takes one frame, once. As its stream's `Audience` it is shown what was seen."""

    def __init__(
        self, ports: ImagePorts, posted: PostedFrame, plan: CountingPlan, stored: StoredStream, begun: float
    ) -> None:
        """`begun` is when the frame came, on the ports' monotonic clock."""
        self._ports, self._posted, self._plan, self._begun = ports, posted, plan, begun
        self._stored = stored
        self._place = place_frame(stored, posted.captured_at, ports.clock())
        self._analysis: Analysis | None = None
        self.answer: FrameAnswer | None = None

    def take(self) -> FrameAnswer:
        """Analyse, commit with the answer, publish.

        Raises:
            Overtaken: another frame of the camera was committed first; nothing was counted.
            Unreadable: the picture can't be decoded. Unavailable: something did not answer.
        """
        ports = self._ports
        stream = CameraStream(
            self._posted.camera_id,
            StreamPorts(
                pipeline=ports.pipeline,
                plan_of=lambda _: self._plan,
                store=FrameCommits(ports.presence, self._stored, self._write_answer),
                bus=ports.bus,
                objects=ports.objects,
                audience=self,
                clock=ports.clock,
            ),
        )
        stream.take(make_chunk(self._posted.jpeg, self._plan, self._place))
        stream.flush()  # the next frame may come to another process
        if self.answer is None:
            raise ValueError("a frame was neither committed nor refused")
        return self.answer

    @property
    def crossings(self) -> list[Crossing]:
        """Those of this frame alone, after `take`."""
        events = self._analysis.events if self._analysis else []
        return [Crossing.of(event) for event in events if isinstance(event, LineCrossed)]

    @property
    def questions(self) -> list[FaceSeen]:
        """Who is asked about by this frame, after `take`."""
        events = self._analysis.events if self._analysis else []
        return [event for event in events if isinstance(event, FaceSeen)]

    @property
    def at_gates(self) -> list[PlateRead | VehicleLeft]:
        """What this frame tells of vehicles at a gate, after `take`."""
        events = self._analysis.events if self._analysis else []
        return [event for event in events if isinstance(event, PlateRead | VehicleLeft)]

    def show(self, plan: CountingPlan, analysis: Analysis, sequence: int) -> None:
        """What the stream has found, before it commits."""
        self._analysis = analysis
        self._ports.audience.show(plan, analysis, sequence)

    def _write_answer(self) -> FrameAnswer:
        if self._analysis is None or self._analysis.observed is None:
            raise ValueError("the frame was not analysed")
        seen, crossings = self._analysis.observed, self.crossings
        # Read before the commit, so that it can't have this frame's crossings in it yet.
        counter = Counter(self._plan.camera_id, self._plan.site_id)
        count = with_crossings(self._ports.occupancy.get_count(counter), crossings)
        vehicles = vehicles_among(
            zip(seen.ids.tolist(), seen.classes.tolist(), seen.scores.tolist(), strict=True),
            self._analysis.state.logs,
        )
        self.answer = FrameAnswer(
            frame_id=frame_id_of(self._posted) or name_place(self._posted.camera_id, self._place),
            digest=digest_of(self._posted.jpeg),
            captured_at=self._place.captured_at,
            occupancy=shown_count(raw_count(count)),
            entries=count.total.entries,
            exits=count.total.exits,
            entries_this_frame=sum(crossing.direction is Direction.IN for crossing in crossings),
            exits_this_frame=sum(crossing.direction is Direction.OUT for crossing in crossings),
            people=int((seen.classes == ObjectClass.PERSON).sum()),
            stream_session=self._place.stream_session,
            people_tracks=tuple(seen.ids[seen.confirmed & (seen.classes == ObjectClass.PERSON)].tolist()),
            vehicles=vehicles,
            processing_ms=round((self._ports.monotonic() - self._begun) * 1000.0, 1),
        )
        return self.answer


def frame_id_of(posted: PostedFrame) -> str | None:
    """The id that was given, or that follows from when it was captured; None if nothing was said."""
    return posted.frame_id or name_frame(posted.camera_id, posted.captured_at)


def digest_of(jpeg: Jpeg) -> str:
    """The same for the same picture."""
    return hashlib.sha256(jpeg.data).hexdigest()[:32]


def make_chunk(jpeg: Jpeg, plan: CountingPlan, place: Place) -> Chunk:
    """A frame as its camera's publisher would have sent it."""
    header = ChunkHeader(
        site_id=plan.site_id,
        camera_id=plan.camera_id,
        stream_session=place.stream_session,
        sequence=place.sequence,
        captured_at=place.captured_at,
        frame_offsets_us=(0,),
        codec=Codec.MJPEG,
        width=jpeg.width,
        height=jpeg.height,
        **payload_fields(jpeg.data),
    )
    return Chunk(header, jpeg.data)
