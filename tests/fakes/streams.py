"""A camera in miniature: somebody (a bright block) walks to and fro through a dark room.

The video is really encoded and really decoded; only the neural network is replaced, by a look at which
pixels are bright.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import Any, cast

import numpy as np
from av.video.frame import VideoFrame

from floorsight.events.vision import Direction
from floorsight.geometry.lines import Point, Segment
from floorsight.geometry.polygons import Polygon
from floorsight.platform.bus import Bus, Message
from floorsight.platform.errors import NotFound
from floorsight.platform.items import Item
from floorsight.platform.objects import ObjectStore
from floorsight.platform.table import Page, Table, Write
from floorsight.video.encoding import encode_frames
from floorsight.vision.chunk import Chunk, ChunkHeader, Codec, encode_chunk, payload_fields
from floorsight.vision.decoding import Frame
from floorsight.vision.detections import Detections
from floorsight.vision.detector import Detector
from floorsight.vision.faces.reading import FaceReads
from floorsight.vision.pipeline import Analysis, ChunkPipeline
from floorsight.vision.plan import CountingLine, CountingPlan, CountingZone, GateView
from floorsight.vision.plates.reading import PlateReads
from floorsight.vision.service import CameraStream, StreamPorts
from floorsight.vision.shards import Record, ShardProcessor
from floorsight.vision.store import StreamStore
from floorsight.vision.stream_state import dump_state
from floorsight.vision.timing import Stopwatch
from floorsight.vision.tracking.tracker import Tracker
from tests.fakes.bus import MemoryBus
from tests.fakes.clock import NOON, ManualClock
from tests.fakes.objects import MemoryObjects
from tests.fakes.table import MemoryTable

SITE, CAMERA = "plant-1", "door-1"
FPS = 5
FRAMES_A_CHUNK = 4
WIDTH, HEIGHT = 96, 48
BLOCK_WIDTH, BLOCK_HEIGHT = 12, 32
STEP = 6  # pixels a frame
FACING = (36, 48, 72)  # left edges at which the block shows its face, to a `GreyFaceReader`
FACE_HEIGHT, FACE_GREY = 8, 190
FIRST, SECOND, THIRD = (f"20260302T1{hour}0000.000000Z-0001" for hour in (1, 2, 3))


def position(number: int) -> int:
    """The block's left edge in frame `number`: to the right wall, back, and again."""
    steps = (WIDTH - BLOCK_WIDTH) // STEP
    phase = number % (2 * steps)
    return STEP * min(phase, 2 * steps - phase)


def picture(left: int | None) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """(HEIGHT, WIDTH, 3) RGB; an empty room for None."""
    pixels = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    if left is not None:
        pixels[8 : 8 + BLOCK_HEIGHT, left : left + BLOCK_WIDTH] = 255
        if left in FACING:
            pixels[8 : 8 + FACE_HEIGHT, left : left + BLOCK_WIDTH] = FACE_GREY
    return pixels


@lru_cache(maxsize=256)
def encoded(lefts: tuple[int | None, ...]) -> bytes:
    """One closed group of H.264."""

    def frames() -> Iterator[VideoFrame]:
        for number, left in enumerate(lefts):
            frame = VideoFrame.from_ndarray(picture(left), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            yield frame

    return b"".join(coded.data for coded in encode_frames(frames(), rate=Fraction(FPS), group_seconds=60.0))


def header_of(payload: bytes, **changes: Any) -> ChunkHeader:
    """A chunk header that fits FRAMES_A_CHUNK frames of the miniature."""
    fields: dict[str, Any] = {
        "site_id": SITE,
        "camera_id": CAMERA,
        "stream_session": FIRST,
        "sequence": 0,
        "captured_at": NOON,
        "frame_offsets_us": tuple(number * 1_000_000 // FPS for number in range(FRAMES_A_CHUNK)),
        "codec": Codec.H264,
        "width": WIDTH,
        "height": HEIGHT,
        **payload_fields(payload),
    }
    return ChunkHeader(**fields | changes)


def walking_chunk(sequence: int, session: str = FIRST, camera_id: str = CAMERA, **changes: Any) -> Chunk:
    """Chunk `sequence` of the walk; a session's time begins at NOON plus an hour for each session."""
    first = sequence * FRAMES_A_CHUNK
    payload = encoded(tuple(position(number) for number in range(first, first + FRAMES_A_CHUNK)))
    began_at = NOON + timedelta(hours=(FIRST, SECOND, THIRD).index(session))
    captured_at = began_at + timedelta(seconds=first / FPS)
    fields = {
        "stream_session": session,
        "sequence": sequence,
        "captured_at": captured_at,
        "camera_id": camera_id,
    }
    return Chunk(header_of(payload, **fields | changes), payload)


class BrightBlockDetector:
    """Stands in for `Detector`: one person where the picture is bright."""

    def detect(self, frames: list[Frame], stopwatch: Stopwatch) -> list[Detections]:
        return [self._look(frame) for frame in frames]

    def _look(self, frame: Frame) -> Detections:
        bright = frame.rgb().min(axis=2) > 127
        if not bright.any():
            return Detections.none()
        columns, rows = np.flatnonzero(bright.any(axis=0)), np.flatnonzero(bright.any(axis=1))
        box = np.array([[columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]], np.float32)
        return Detections(box, np.array([0.9], np.float32), np.zeros(1, np.int64))


class NoAudience:
    """`Audience` with nobody in it."""

    def show(self, plan: CountingPlan, analysis: Analysis, sequence: int) -> None:
        """Nobody looks."""


MIDDLE_LINE = CountingLine(
    line_id=f"{CAMERA}.middle",
    revision=1,
    segment=Segment(Point(0.5, 1.0), Point(0.5, 0.0)),
    settle_frames=2,
    at_feet=True,
    to_right=Direction.IN,
    to_left=Direction.OUT,
)
MIDDLE_ZONE = CountingZone(
    zone_id=f"{CAMERA}.hall",
    revision=1,
    polygon=Polygon((Point(0.3, 0.5), Point(0.7, 0.5), Point(0.7, 1.0), Point(0.3, 1.0))),
    settle_frames=2,
    at_feet=True,
    restricted=False,
)


def plan_of(camera_id: str) -> CountingPlan:
    """Cameras whose ids begin with `door-` are known."""
    if not camera_id.startswith("door-"):
        raise NotFound(f"there is no camera {camera_id}", code="unknown_camera")
    return CountingPlan(SITE, camera_id, float(FPS), (MIDDLE_LINE,), (MIDDLE_ZONE,))


GATE = GateView("gate-1", "2", Direction.IN)


class MemoryCheckpoint:
    """`Checkpointer` of one shard."""

    def __init__(self) -> None:
        self.saved: str | None = None

    def checkpoint(self, sequence_number: str) -> None:
        self.saved = sequence_number


@dataclass
class Faults:
    """Told of every call on a port, before and after it took effect; `strike` may raise."""

    strike: Callable[[int, str], None] = lambda number, name: None
    calls: int = 0

    def around(self, name: str, call: Callable[[], Any]) -> Any:
        self.calls += 1
        self.strike(self.calls, f"before {name}")
        answer = call()
        self.calls += 1
        self.strike(self.calls, f"after {name}")
        return answer


@dataclass
class FaultyPorts:
    """Table, bus, objects and checkpointer of one process, in front of what outlives it."""

    world: World
    faults: Faults

    def get(self, key: Any, **how: Any) -> Any:
        if isinstance(key, str):
            return self.faults.around("objects.get", lambda: self.world.objects.get(key, **how))
        return self.faults.around("table.get", lambda: self.world.table.get(key))

    def query(self, pk: str, **how: Any) -> Page[Item]:
        raise AssertionError("the vision worker never queries")

    def write(self, write: Write) -> None:
        self.faults.around("table.write", lambda: self.world.table.write(write))

    def transact(self, writes: Sequence[Write]) -> None:
        raise AssertionError("the vision worker writes one item")

    def put(self, key: str, body: bytes, *, content_type: str) -> None:
        self.faults.around(
            "objects.put", lambda: self.world.objects.put(key, body, content_type=content_type)
        )

    def publish(self, messages: Sequence[Message]) -> None:
        self.faults.around("bus.publish", lambda: self.world.publish(messages))

    def checkpoint(self, sequence_number: str) -> None:
        self.faults.around("checkpoint", lambda: self.world.save_checkpoint(sequence_number))


@dataclass
class World:
    """What outlives a worker: tables, bucket, bus, the shard with its checkpoint. And the time."""

    records: list[Record] = field(default_factory=list)
    table: MemoryTable = field(default_factory=MemoryTable)
    objects: MemoryObjects = field(default_factory=MemoryObjects)
    bus: MemoryBus = field(default_factory=MemoryBus)
    clock: ManualClock = field(default_factory=ManualClock)
    checkpoint: MemoryCheckpoint = field(default_factory=MemoryCheckpoint)
    checkpoints: list[int] = field(default_factory=list)
    face_reader: FaceReads | None = None  # with one, every camera asks for faces
    plate_reader: PlateReads | None = None  # with one, every camera is at a `gate`
    gate: GateView = GATE
    detector: Any = None

    def add(self, *data: bytes | Chunk) -> World:
        """Append records to the shard."""
        for item in data:
            body = encode_chunk(item.header, item.payload) if isinstance(item, Chunk) else item
            key = item.header.camera_id if isinstance(item, Chunk) else CAMERA
            self.records.append(Record(str(len(self.records) + 1), key, body, NOON))
        return self

    def publish(self, messages: Sequence[Message]) -> None:
        """Only what was committed is published; a rejection and a recording's end stand for themselves."""
        for message in messages:
            if message.detail_type not in ("ChunkRejected.v1", "RecordingAnalysed.v1"):
                assert message in self.committed_outbox(message), "published before it was committed"
        self.bus.publish(messages)

    def committed_outbox(self, message: Message) -> tuple[Message, ...]:
        """The outbox of the message's camera, as stored."""
        return self.store().load(fields_of(message)["camera_id"]).outbox

    def save_checkpoint(self, sequence_number: str) -> None:
        self.checkpoint.checkpoint(sequence_number)
        self.checkpoints.append(int(sequence_number))

    def store(self) -> StreamStore:
        return StreamStore(self.table)

    def worker(
        self,
        strike: Callable[[int, str], None] = lambda number, name: None,
        detector: Any = None,
        **ports: Any,
    ) -> ShardProcessor:
        """A new process on the shard."""
        faulty = FaultyPorts(self, Faults(strike))
        connected = self.ports(faulty, detector, **ports)
        return ShardProcessor(
            lambda camera_id: CameraStream(camera_id, connected),
            cast("ObjectStore", faulty),
            cast("Bus", faulty),
            faulty,
        )

    def ports(self, faulty: FaultyPorts, detector: Any = None, **changes: Any) -> StreamPorts:
        values: dict[str, Any] = {
            "pipeline": ChunkPipeline(
                cast("Detector", detector or self.detector or BrightBlockDetector()),
                Tracker(),
                self._open_faces if self.face_reader else None,
                self._open_plates if self.plate_reader else None,
            ),
            "plan_of": self.plan_of,
            "store": StreamStore(cast("Table", faulty)),
            "bus": faulty,
            "objects": faulty,
            "audience": NoAudience(),
            "clock": self.clock,
        }
        return StreamPorts(**values | changes)

    def _open_faces(self) -> FaceReads:
        assert self.face_reader is not None
        return self.face_reader

    def _open_plates(self) -> PlateReads:
        assert self.plate_reader is not None
        return self.plate_reader

    def plan_of(self, camera_id: str) -> CountingPlan:
        gate = self.gate if self.plate_reader else None
        return replace(plan_of(camera_id), identifies=self.face_reader is not None, gate=gate)

    def unread(self) -> list[Record]:
        """Records after the checkpoint."""
        after = int(self.checkpoint.saved or 0)
        return [record for record in self.records if int(record.sequence_number) > after]

    def run(
        self,
        strike: Callable[[int, str], None] = lambda number, name: None,
        *,
        batch: int = 1,
        **how: Any,
    ) -> World:
        """One process from the checkpoint to the end of the shard, and a clean stop."""
        worker = self.worker(strike, **how)
        records = self.unread()
        for start in range(0, len(records), batch):
            worker.process_records(records[start : start + batch])
            self.clock.advance(batch * FRAMES_A_CHUNK / FPS)
        worker.shutdown()
        return self

    def facts(self) -> dict[str, tuple[str, str]]:
        """What was published, by event id; one id must always say the same."""
        found: dict[str, tuple[str, str]] = {}
        for message in self.bus.messages:
            fact = (message.detail_type, message.detail)
            assert found.setdefault(fields_of(message)["event_id"], fact) == fact
        return found

    def kinds(self) -> list[str]:
        """Detail types of the distinct events, sorted."""
        return sorted(kind for kind, _ in self.facts().values())

    def rejections(self) -> list[str]:
        """Reasons of the distinct rejections, in the order first published."""
        details = [fields_of(m) for m in self.bus.messages if m.detail_type == "ChunkRejected.v1"]
        return [reason for reason, _ in dict.fromkeys((d["reason"], d["event_id"]) for d in details)]


def fields_of(message: Message) -> dict[str, Any]:
    """A message's detail."""
    import json

    return cast("dict[str, Any]", json.loads(message.detail))


def replay_until_done(world: World, strikes: Iterable[Callable[[int, str], None]], **how: Any) -> World:
    """Processes that die, one after the other, and at last one that lives."""
    for strike in strikes:
        try:
            world.run(strike, **how)
        except Killed:
            continue
    return world.run(**how)


def final_state(world: World) -> bytes:
    """What is kept of the camera's stream."""
    state = world.store().load(CAMERA).state
    assert state is not None
    return dump_state(state)


def count_moments(world: World) -> int:
    """How many moments there are at which its undisturbed run could have died."""
    seen = 0

    def count(number: int, name: str) -> None:
        nonlocal seen
        seen = number

    world.run(count)
    return seen


class Killed(BaseException):
    """kill -9: nothing may catch it."""


def kill_at(number: int) -> Callable[[int, str], None]:
    """Dies at one moment: odd numbers before a call took effect, even ones after it."""

    def strike(now: int, name: str) -> None:
        if now == number:
            raise Killed(name)

    return strike


def captured(seconds: float) -> datetime:
    """A moment of the first session."""
    return NOON + timedelta(seconds=seconds)
