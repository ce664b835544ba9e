"""Whether the worker's memory stays flat: hours of a stream, replayed as fast as it goes.

    python -m benchmarks.memory [--hours 2] [--fps 10]

The sample video again and again as one stream session, through the shard's processor, the camera's stream,
the real detector, tracker and counting, with commits and checkpoints as in the worker. Tables, bucket and
bus are swallowed, so that what grows is the worker's own. Prints the resident memory every ten minutes of
the stream and the slope over all but the first quarter, in which caches and allocators fill.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.detectors import open_detector
from benchmarks.pipeline.ours import BEGAN_AT, a_plan, read_chunks
from floorsight.platform.bus import Message
from floorsight.platform.errors import NotFound
from floorsight.vision.chunk import Chunk, encode_chunk
from floorsight.vision.pipeline import ChunkPipeline
from floorsight.vision.service import CameraStream, StreamPorts
from floorsight.vision.shards import Record, ShardProcessor
from floorsight.vision.store import StreamStore
from floorsight.vision.tracking.tracker import Tracker
from infra.local.models_cli import MEDIA_FOLDER
from tests.fakes.streams import NoAudience
from tests.fakes.table import MemoryTable

SAMPLE_SECONDS = 79
REPORT_MINUTES = 10
SAMPLE_EVERY_CHUNKS = 60
LINES = (0.2, 0.4, 0.6, 0.8)
MEBIBYTE = 1024 * 1024


@dataclass
class Sink:
    """Bus, bucket and checkpointer that count and keep nothing."""

    events: int = 0
    pictures: int = 0
    checkpoints: int = 0

    def publish(self, messages: Sequence[Message]) -> None:
        self.events += len(messages)

    def put(self, key: str, body: bytes, *, content_type: str) -> None:
        del key, body, content_type
        self.pictures += 1

    def get(self, key: str) -> bytes:
        raise NotFound(f"there is no object {key}")

    def checkpoint(self, sequence_number: str) -> None:
        del sequence_number
        self.checkpoints += 1


@dataclass
class StreamTime:
    """The capture time of the last chunk, as the worker's clock."""

    now: datetime = field(default=BEGAN_AT)

    def __call__(self) -> datetime:
        return self.now


def replay(sample: list[Chunk], hours: float, clock: StreamTime) -> Iterator[Record]:
    """The sample as one long session."""
    captured_at, shift = BEGAN_AT, timedelta()
    sequence = 0
    while captured_at - BEGAN_AT < timedelta(hours=hours):
        for chunk in sample:
            captured_at = chunk.header.captured_at + shift
            header = chunk.header.model_copy(update={"sequence": sequence, "captured_at": captured_at})
            clock.now = captured_at
            yield Record(str(sequence + 1), "bench", encode_chunk(header, chunk.payload), captured_at)
            sequence += 1
        shift += timedelta(seconds=len(sample))


def resident_mebibytes() -> float:
    """Resident memory of this process now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / MEBIBYTE


def slope_an_hour(seconds: Sequence[float], mebibytes: Sequence[float]) -> float:
    """Least squares over all but the first quarter, in MiB an hour of the stream."""
    first = len(seconds) // 4
    return float(np.polyfit(seconds[first:], mebibytes[first:], 1)[0]) * 3600


def main() -> int:
    """Print the table; 0."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hours", type=float, default=2.0)
    parser.add_argument("--detector", default="nanodet-g-416-int8")
    parser.add_argument("--threads", type=int, default=0)
    options = parser.parse_args()
    sink, clock, begun = Sink(), StreamTime(), time.monotonic()
    plan = a_plan(LINES)
    ports = StreamPorts(
        pipeline=ChunkPipeline(open_detector(options.detector, options.threads), Tracker()),
        plan_of=lambda _: plan,
        store=StreamStore(MemoryTable()),
        bus=sink,
        objects=sink,
        audience=NoAudience(),
        clock=clock,
    )
    worker = ShardProcessor(lambda camera_id: CameraStream(camera_id, ports), sink, sink, sink)
    sample = read_chunks(MEDIA_FOLDER / "vtest.avi", 1.0, SAMPLE_SECONDS)
    seconds, mebibytes = [], []
    table = Table("minute of the stream", "resident MiB", "events", "commits' checkpoints")
    for number, record in enumerate(replay(sample, options.hours, clock)):
        worker.process_records([record])
        if number % SAMPLE_EVERY_CHUNKS == 0:
            seconds.append(float(number))
            mebibytes.append(resident_mebibytes())
            if number % (REPORT_MINUTES * 60) == 0:
                row = (number // 60, round(mebibytes[-1], 1), sink.events, sink.checkpoints)
                table.add_row(*map(str, row))
                print(*row, flush=True)
    worker.shutdown()
    Console().print(table)
    print(f"{slope_an_hour(seconds, mebibytes):+.2f} MiB an hour; {time.monotonic() - begun:.0f} s in all")
    return 0


if __name__ == "__main__":
    sys.exit(main())
