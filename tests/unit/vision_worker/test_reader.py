"""The single-process reader: shards, faults, resharding, checkpoints."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError, CredentialRetrievalError

from containers.vision_worker.reader import IDLE_SECONDS, STUCK_SECONDS, StreamReader, Stuck
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
    faults: list[Exception | None] = field(default_factory=list)  # None: this call is answered
    page: int = 3
    listed_a_page: int = 1
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

    def list_shards(self, **asked: str) -> dict[str, Any]:
        """As Kinesis does: a token stands for the stream, and beside its name it is refused."""
        self._maybe_fail()
        if len(asked) != 1:
            raise client_error("InvalidArgumentException")
        assert asked.get("StreamName", STREAM) == STREAM
        start = int(asked.get("NextToken", 0))
        end = start + self.listed_a_page
        page = {
            "Shards": [
                {"ShardId": shard_id} | ({"ParentShardId": shard.parent} if shard.parent else {})
                for shard_id, shard in list(self.shards.items())[start:end]
            ]
        }
        return page | ({"NextToken": str(end)} if end < len(self.shards) else {})

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
            fault = self.faults.pop(0)
            if fault is not None:
                raise fault


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
    on_step: Callable[[], None] = lambda: None,
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
        cast("Any", kinesis),
        STREAM,
        checkpoints,
        processor,
        stop,
        on_step=on_step,
        monotonic=lambda: stop.seconds,
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


def test_a_read_that_hangs_is_not_idleness(
    kinesis: MemoryKinesis, expected: dict[str, tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came while it hung is read after it, though it was answered with nothing."""
    world, stop, answer = World(), FastEvent(), kinesis.get_records

    def hang_once(ShardIterator: str, Limit: int) -> dict[str, Any]:  # noqa: N803
        monkeypatch.setattr(kinesis, "get_records", answer)
        stop.seconds += 60
        return {"Records": [], "NextShardIterator": ShardIterator}

    monkeypatch.setattr(kinesis, "get_records", hang_once)
    read(kinesis, world, stop=stop)
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


def test_a_stop_waits_for_one_record_not_for_all_that_were_read(kinesis: MemoryKinesis) -> None:
    stop, world = FastEvent(), World()
    kinesis.page = 100

    def strike(now: int, name: str) -> None:
        if world.checkpoints or name == "after table.get":
            stop.set()  # while the first chunk is worked on

    read(kinesis, world, strike=strike, stop=stop)
    assert len(kinesis.reads) == 8
    assert saved(world) == "100"
    read(kinesis, world)
    assert saved(world) == "107"


def test_it_shows_that_it_lives_at_every_record(kinesis: MemoryKinesis) -> None:
    beats: list[int] = []
    kinesis.page = 100
    read(kinesis, World(), on_step=lambda: beats.append(len(kinesis.reads)))
    assert beats.count(8) >= 8


def test_it_shows_that_it_lives_while_kinesis_does_not(kinesis: MemoryKinesis) -> None:
    stop = FastEvent()
    beats: list[float] = []
    kinesis.faults = [client_error("InternalFailure") for _ in range(100)]
    read(kinesis, World(), stop=stop, on_step=lambda: beats.append(stop.seconds))
    assert max(later - earlier for earlier, later in pairwise(beats)) <= 2.0


class TestStuck:
    """Patience ends: a new process, with new credentials and connections, may fare better."""

    def test_a_shard_that_fails_for_ten_minutes(self, kinesis: MemoryKinesis) -> None:
        stop = FastEvent()

        def strike(now: int, name: str) -> None:
            if name == "before table.write":
                raise Unavailable("the credentials can't be fetched")

        with pytest.raises(Stuck, match="10 minutes, shards: 0"):
            read(kinesis, World(), strike=strike, stop=stop)
        assert STUCK_SECONDS <= stop.seconds < STUCK_SECONDS + 30

    def test_one_of_several_shards_whose_chunks_the_others_overtake(self, kinesis: MemoryKinesis) -> None:
        world = World()
        kinesis.shards["1"] = Shard()
        kinesis.add("1", *(walking_chunk(n, camera_id="door-2") for n in range(8)))
        table = world.table.write

        def write(item: Any) -> None:
            if f"STREAM#{CAMERA}" in str(item):
                raise Unavailable("this one only")
            table(item)

        cast("Any", world.table).write = write
        with pytest.raises(Stuck, match=r"shards: 0$"):
            read(kinesis, world)
        assert saved(world, "0") is None
        assert saved(world, "1") == "115"

    def test_shards_that_can_not_be_listed(self, kinesis: MemoryKinesis) -> None:
        kinesis.faults = [CredentialRetrievalError(provider="x", error_msg="y") for _ in range(2000)]
        with pytest.raises(Stuck, match="all"):
            read(kinesis, World())

    def test_a_success_in_between_is_progress(self, kinesis: MemoryKinesis) -> None:
        world, stop = World(), FastEvent()
        mostly: list[Exception | None] = [client_error("InternalFailure")] * 500 + [None] * 4
        kinesis.page, kinesis.faults = 1, mostly * 4
        read(kinesis, world, stop=stop)
        assert stop.seconds > 3 * STUCK_SECONDS
        assert saved(world) == "107"


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
