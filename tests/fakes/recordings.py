"""A recorded video of the miniature camera, a bucket that holds it, and jobs that analyse it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from containers.recorded_video.job import RecordedVideoJob, Scratch
from floorsight.platform.downloads import Downloads, Location, RemoteObject
from floorsight.platform.errors import FloorsightError, NotFound
from floorsight.platform.items import Item, Key
from floorsight.platform.table import Page, Table, Write
from floorsight.recordings.model import Order, Recording
from floorsight.recordings.service import RecordingService
from floorsight.recordings.store import RecordingStore
from tests.fakes.clock import NOON
from tests.fakes.scene import Scene
from tests.fakes.streams import CAMERA, FPS, HEIGHT, WIDTH, Faults, FaultyPorts, World, picture, position

VIDEO = "s3://media/recordings/yard.mp4"
ORDER = Order("job-1", CAMERA, VIDEO, NOON)


def walking_video(path: Path, *, frames: int = 60, codec: str = "libx264", group: int = FPS) -> Path:
    """Somebody walks to and fro, a closed group a second."""
    options = {"x264-params": "open-gop=0:scenecut=0"} if codec == "libx264" else {}
    with av.open(str(path), "w") as container:
        stream = cast("VideoStream", container.add_stream(codec, rate=FPS, options=options))
        stream.width, stream.height = WIDTH, HEIGHT
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.gop_size, stream.max_b_frames = group, 0
        for number in range(frames):
            frame = VideoFrame.from_ndarray(picture(position(number)), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@dataclass
class MemoryDownloads:
    """`Downloads` of files of this machine, by URL."""

    files: dict[str, Path] = field(default_factory=dict)
    fault: FloorsightError | None = None
    on_fetch: Callable[[], None] = lambda: None

    def describe(self, location: Location) -> RemoteObject:
        if self.fault is not None:
            raise self.fault
        file = self.files.get(str(location))
        if file is None:
            raise NotFound(f"there is no object {location}", code="no_such_object")
        data = file.read_bytes()
        return RemoteObject(location, len(data), str(hash(data)))

    def fetch(self, remote: RemoteObject, target: Path, on_bytes: Callable[[int], None]) -> None:
        data = self.files[str(remote.location)].read_bytes()
        self.on_fetch()
        target.write_bytes(data)
        on_bytes(len(data))


@dataclass
class StruckTable:
    """A table that something may strike before and after each call."""

    table: Table
    faults: Faults

    def get(self, key: Key) -> Item | None:
        found: Item | None = self.faults.around("table.get", lambda: self.table.get(key))
        return found

    def query(self, pk: str, **how: Any) -> Page[Item]:
        page: Page[Item] = self.faults.around("table.query", lambda: self.table.query(pk, **how))
        return page

    def write(self, write: Write) -> None:
        self.faults.around("table.write", lambda: self.table.write(write))

    def transact(self, writes: Sequence[Write]) -> None:
        self.faults.around("table.transact", lambda: self.table.transact(writes))


@dataclass
class Studio:
    """What outlives an attempt: the world of the stream, sites, the bucket. `attempt` is a new process."""

    scratch: Path
    world: World = field(default_factory=World)
    downloads: MemoryDownloads = field(default_factory=MemoryDownloads)
    stop: threading.Event = field(default_factory=threading.Event)
    max_attempts: int = 1
    attempt_number: int = 1
    scratch_gib: int = 1

    def __post_init__(self) -> None:
        self.scene = Scene(presence=self.world.table).with_camera(CAMERA)

    def with_video(self, path: Path, url: str = VIDEO) -> Studio:
        self.downloads.files[url] = path
        return self

    def attempt(
        self,
        order: Order = ORDER,
        strike: Callable[[int, str], None] = lambda number, name: None,
        **ports: Any,
    ) -> Recording:
        faults = Faults(strike)
        struck = StruckTable(self.world.table, faults)
        connected = self.world.ports(FaultyPorts(self.world, faults), **ports)
        job = RecordedVideoJob(
            recordings=RecordingService(RecordingStore(struck), self.world.clock),
            sites=self.scene.sites,
            downloads=cast("Downloads", self.downloads),
            scratch=Scratch(self.scratch, self.scratch_gib),
            connect=lambda: connected,
            max_attempts=self.max_attempts,
            attempt_number=self.attempt_number,
            stop=self.stop,
        )
        return job.run(order)

    def record(self, job_id: str = ORDER.job_id) -> Recording:
        """The job as a reader sees it."""
        return RecordingService(RecordingStore(self.world.table), self.world.clock).get(job_id)
