"""The single-process reader: shards, faults, resharding, checkpoints."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from containers.vision_worker.reader import IDLE_SECONDS, StreamReader
from floorsight.platform.errors import Unavailable
from floorsight.vision.chunk import Chunk, encode_chunk
from floorsight.vision.service import CameraStream
from floorsight.vision.shards import Checkpointer, ShardProcessor
from floorsight.vision.store import CheckpointStore
from tests.fakes.clock import NOON
from tests.fakes.streams import CAMERA, Faults, FaultyPorts, World, walking_chunk

STREAM = "chunks"


class Expired(Exception):
    """The fake client's ExpiredIteratorException."""


@dataclass
class Shard:
    parent: str | None = None
    closed: bool = False
    records: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class MemoryKinesis:
    """As much of Kinesis as the reader asks for. Iterators are `shard:position`."""

    shards: dict[str, Shard] = field(default_factory=lambda: {"0": Shard()})
    faults: list[Exception] = field(default_factory=list)
    page: int = 3
    reads: list[str] = field(default_factory=list)

    class exceptions:  # noqa: N801
        ExpiredIteratorException = Expired

    def add(self, shard_id: str, *chunks: Chunk) -> None:
        for chunk in chunks:
            number = 100 + sum(len(shard.records) for shard in self.shards.values())
            self.shards[shard_id].records.append(
                {
                    "SequenceNumber": str(number),
                    "PartitionKey": chunk.header.camera_id,
                    "Data": encode_chunk(chunk.header, chunk.payload),
                    "ApproximateArrivalTimestamp": NOON,
                }
            )

    def get_paginator(self, name: str) -> Any:
        assert name == "list_shards"
        return self

    def paginate(self, StreamName: str) -> Iterator[dict[str, Any]]:  # noqa: N803
        assert StreamName == STREAM
        self._maybe_fail()
        for shard_id, shard in self.shards.items():
            found = {"ShardId": shard_id} | ({"ParentShardId": shard.parent} if shard.parent else {})
            yield {"Shards": [found]}

    def get_shard_iterator(self, **asked: Any) -> dict[str, Any]:
        self._maybe_fail()
        records = self.shards[asked["ShardId"]].records
        after = int(asked.get("StartingSequenceNumber", -1))
        position = sum(int(record["SequenceNumber"]) <= after for record in records)
        return {"ShardIterator": f"{asked['ShardId']}:{position}"}

    def get_records(self, ShardIterator: str, Limit: int) -> dict[str, Any]:  # noqa: N803
        self._maybe_fail(reading=True)
        shard_id, position = ShardIterator.split(":")
        shard, start = self.shards[shard_id], int(position)
        records = shard.records[start : start + self.page]
        end = start + len(records)
        answer: dict[str, Any] = {"Records": records}
        self.reads += [record["SequenceNumber"] for record in records]
        if not shard.closed or end < len(shard.records):
            answer["NextShardIterator"] = f"{shard_id}:{end}"
        return answer

    def _maybe_fail(self, *, reading: bool = False) -> None:
        # Only a read can be answered that the iterator has expired.
        if self.faults and (reading or not isinstance(self.faults[0], Expired)):
            raise self.faults.pop(0)


class FastEvent(threading.Event):
    """Waiting takes no time but moves a clock; every wait may do something."""

    def __init__(self, on_wait: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self.seconds, self.on_wait = 0.0, on_wait

    def wait(self, timeout: float | None = None) -> bool:
        self.seconds += timeout or 0.0
        self.on_wait()
        return self.is_set()


def client_error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "x"}}, "GetRecords")


def read(
    kinesis: MemoryKinesis,
    world: World,
    *,
    strike: Callable[[int, str], None] = lambda number, name: None,
    stop: FastEvent | None = None,
) -> None:
    """Run a reader until a second has brought nothing."""
    stop = stop or FastEvent()

    def processor(checkpointer: Checkpointer) -> ShardProcessor:
        faulty = FaultyPorts(world, Faults(strike))
        ports = world.ports(faulty)
        return ShardProcessor(
            lambda camera_id: CameraStream(camera_id, ports),
            cast("Any", faulty),
            cast("Any", faulty),
            checkpointer,
        )

    checkpoints = CheckpointStore(world.table, STREAM)
    reader = StreamReader(
        cast("Any", kinesis), STREAM, checkpoints, processor, stop, monotonic=lambda: stop.seconds
    )
    reader.run(until_idle_seconds=1.0)


@pytest.fixture
def kinesis() -> MemoryKinesis:
    made = MemoryKinesis()
    made.add("0", *(walking_chunk(n) for n in range(8)))
    return made


@pytest.fixture
def expected() -> dict[str, tuple[str, str]]:
    return World().add(*(walking_chunk(n) for n in range(8))).run().facts()


def saved(world: World, shard_id: str = "0") -> str | None:
    return CheckpointStore(world.table, STREAM).load(shard_id)


def test_all_records_in_order_and_a_checkpoint(
    kinesis: MemoryKinesis, expected: dict[str, tuple[str, str]]
) -> None:
    world = World()
    read(kinesis, world)
    assert world.facts() == expected
    assert saved(world) == "107"
    assert kinesis.reads == [str(100 + n) for n in range(8)]


def test_it_goes_on_after_the_checkpoint(kinesis: MemoryKinesis) -> None:
    world = World()
    read(kinesis, world)
    kinesis.reads.clear()
    kinesis.add("0", walking_chunk(8))
    read(kinesis, world)
    assert kinesis.reads == ["108"]


@pytest.mark.parametrize(
    "faults",
    [
        [client_error("LimitExceededException")],
        [client_error("InternalFailure")] * 8,
        [Expired()],
        [client_error("ProvisionedThroughputExceededException"), Expired(), client_error("InternalFailure")],
    ],
)
def test_kinesis_may_fail(
    kinesis: MemoryKinesis, expected: dict[str, tuple[str, str]], faults: list[Exception]
) -> None:
    world = World()
    kinesis.faults = list(faults)
    read(kinesis, world)
    assert world.facts() == expected


def test_kinesis_may_fail_in_the_middle(kinesis: MemoryKinesis, expected: dict[str, tuple[str, str]]) -> None:
    world = World()
    waits = 0

    def fail_later() -> None:
        nonlocal waits
        waits += 1
        if waits == 1:
            kinesis.faults = [Expired(), client_error("InternalFailure")]
            kinesis.add("0", walking_chunk(8))

    read(kinesis, world, stop=FastEvent(fail_later))
    assert kinesis.reads[-1] == "108"
    assert set(world.facts()) >= set(expected)


@pytest.mark.parametrize("number", range(1, 30, 3))
def test_any_port_may_fail(kinesis: MemoryKinesis, expected: dict[str, tuple[str, str]], number: int) -> None:
    world = World()

    def strike(now: int, name: str) -> None:
        if number <= now < number + 12:
            raise Unavailable(f"injected {name}")

    read(kinesis, world, strike=strike)
    read(kinesis, world)  # a stop settles what it can; the next process does the rest
    assert world.facts() == expected
    assert saved(world) == "107"


def test_trouble_is_not_idleness(kinesis: MemoryKinesis, expected: dict[str, tuple[str, str]]) -> None:
    world = World()
    kinesis.faults = [client_error("InternalFailure") for _ in range(40)]
    read(kinesis, world)
    assert world.facts() == expected


def test_it_stops_when_told(kinesis: MemoryKinesis) -> None:
    stop = FastEvent()
    stop.set()
    read(kinesis, World(), stop=stop)
    assert kinesis.reads == []


def test_a_stop_while_nothing_answers_ends_without_a_trace(kinesis: MemoryKinesis) -> None:
    world = World()
    stop = FastEvent()
    stop.on_wait = stop.set

    def strike(now: int, name: str) -> None:
        if name == "before table.write":
            raise Unavailable("for ever")

    read(kinesis, world, strike=strike, stop=stop)
    assert saved(world) is None


class TestResharding:
    """A parent's records come before its children's, whatever fails."""

    def split(self, kinesis: MemoryKinesis) -> None:
        kinesis.shards["0"].closed = True
        kinesis.shards["1"] = Shard(parent="0")
        kinesis.shards["2"] = Shard(parent="0")
        kinesis.add("1", *(walking_chunk(n) for n in range(8, 12)))
        kinesis.add("2", *(walking_chunk(n, camera_id="door-2") for n in range(4)))

    def test_children_wait_for_their_parent(self, kinesis: MemoryKinesis) -> None:
        self.split(kinesis)
        world = World()
        read(kinesis, world)
        assert "ChunksMissed.v1" not in world.kinds()
        assert world.rejections() == []
        assert (saved(world, "0"), saved(world, "1"), saved(world, "2")) == ("107", "111", "115")

    def test_also_when_the_last_of_the_parent_fails(self, kinesis: MemoryKinesis) -> None:
        self.split(kinesis)
        world = World()
        kinesis.page = 100

        def strike(now: int, name: str) -> None:
            if now in (1, 3, 6, 9):
                raise Unavailable(f"injected {name}")

        read(kinesis, world, strike=strike)
        assert "ChunksMissed.v1" not in world.kinds()
        assert world.rejections() == []
        assert saved(world, "1") == "111"

    def test_a_parent_that_is_forgotten_is_not_waited_for(self, kinesis: MemoryKinesis) -> None:
        self.split(kinesis)
        del kinesis.shards["0"]
        world = World()
        read(kinesis, world)
        assert saved(world, "1") is not None

    def test_a_finished_shard_is_not_read_again(self, kinesis: MemoryKinesis) -> None:
        self.split(kinesis)
        world = World()
        waits = 0

        def keep_it_busy() -> None:
            nonlocal waits
            waits += 1
            if waits % 3 == 0 and waits < 400:
                kinesis.add("1", walking_chunk(12 + waits // 3))

        read(kinesis, world, stop=FastEvent(keep_it_busy))
        assert waits * IDLE_SECONDS > 60
        assert len(kinesis.reads) == len(set(kinesis.reads))


def test_cameras_of_one_shard_are_told_apart(kinesis: MemoryKinesis) -> None:
    kinesis.add("0", *(walking_chunk(n, camera_id="door-2") for n in range(3)))
    world = World()
    read(kinesis, world)
    for camera_id, sequence in ((CAMERA, 7), ("door-2", 2)):
        state = world.store().load(camera_id).state
        assert state is not None
        assert state.sequence == sequence
