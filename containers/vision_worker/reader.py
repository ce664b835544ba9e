"""A small single-process reader of a Kinesis stream, for one machine without Java.

One process takes all shards in turn. A fleet is the Kinesis Client Library's business: it calls the same
`ShardProcessor`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from floorsight.platform.errors import FloorsightError, Unavailable
from floorsight.vision.shards import Checkpointer, Record, ShardProcessor
from floorsight.vision.store import CheckpointStore

if TYPE_CHECKING:
    from mypy_boto3_kinesis import KinesisClient

log = logging.getLogger(__name__)

# A shard answers 5 reads a second; one machine shares that with nobody.
IDLE_SECONDS = 0.25
# Few, so that all that were read are soon done; at a megabyte each, also what a shard gives in five seconds.
RECORDS_A_READ = 10
SHARDS_EVERY_SECONDS = 30.0
# Longer than the services that we use are away as a rule, shorter than anybody's patience.
STUCK_SECONDS = 600.0


class Stuck(FloorsightError):
    """A shard, or the list of shards, failed again and again. The process should end and be started anew."""

    code = "stuck"


@dataclass(frozen=True)
class ShardCheckpointer:
    """Checkpoints of one shard."""

    store: CheckpointStore
    shard_id: str

    def checkpoint(self, sequence_number: str) -> None:
        self.store.save(self.shard_id, sequence_number)


class ShardReader:
    """Reads one shard and hands its records to a processor."""

    def __init__(
        self,
        client: KinesisClient,
        stream: str,
        shard_id: str,
        start_after: str | None,
        processor: ShardProcessor,
    ) -> None:
        self.shard_id = shard_id
        self._client, self._stream, self._processor = client, stream, processor
        self._after = start_after
        self._iterator: str | None = None
        self._pending: deque[Record] = deque()
        self._closed = False

    @property
    def finished(self) -> bool:
        """Whether the shard was closed (by resharding) and its last record is processed."""
        return self._closed and not self._pending

    def step(self, goes_on: Callable[[], bool] = lambda: True) -> int:
        """Read once and process, record by record; the number of records taken.

        `goes_on` is asked after every record: whoever has to stop does not wait for all that were read.

        Raises:
            Unavailable: step again later.
        """
        if not self._pending:
            self._pending.extend(self._read())
        if not self._pending:
            self._processor.tick()
            return 0
        taken = 0
        while self._pending:
            self._processor.process_records([self._pending[0]])
            self._pending.popleft()
            taken += 1
            if not goes_on():
                break
        return taken

    def shutdown(self) -> None:
        self._processor.shutdown()

    def _read(self) -> list[Record]:
        from botocore import exceptions as boto

        try:
            answer = self._client.get_records(ShardIterator=self._position(), Limit=RECORDS_A_READ)
        except self._client.exceptions.ExpiredIteratorException:
            self._iterator = None
            return []
        except (boto.ClientError, boto.BotoCoreError) as error:
            self._iterator = None
            raise Unavailable(f"Kinesis did not answer: {error}") from error
        self._iterator = answer.get("NextShardIterator")
        self._closed = self._iterator is None
        records = [_record(record) for record in answer["Records"]]
        if records:
            self._after = records[-1].sequence_number
        return records

    def _position(self) -> str:
        if self._iterator is None:
            start: dict[str, Any] = {"ShardIteratorType": "TRIM_HORIZON"}
            if self._after is not None:
                start = {
                    "ShardIteratorType": "AFTER_SEQUENCE_NUMBER",
                    "StartingSequenceNumber": self._after,
                }
            answer = self._client.get_shard_iterator(StreamName=self._stream, ShardId=self.shard_id, **start)
            self._iterator = answer["ShardIterator"]
        return self._iterator


class StreamReader:
    """Reads all shards of a stream until told to stop."""

    def __init__(
        self,
        client: KinesisClient,
        stream: str,
        checkpoints: CheckpointStore,
        processor_for: Callable[[Checkpointer], ShardProcessor],
        stop: threading.Event,
        on_step: Callable[[], None] = lambda: None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client, self._stream, self._on_step = client, stream, on_step
        self._checkpoints, self._processor_for, self._stop = checkpoints, processor_for, stop
        self._monotonic = monotonic
        self._readers: dict[str, ShardReader] = {}
        self._finished: set[str] = set()
        self._failing_since: dict[str, float] = {}
        self._list_at = float("-inf")

    def run(self, *, until_idle_seconds: float | None = None) -> None:
        """Read until stopped or, if asked, until nothing has come for a while; then settle everything.

        Raises:
            Stuck: a shard has failed for STUCK_SECONDS without a success in between.
        """
        idle_seconds = 0.0
        stuck: list[str] = []
        while not self._stop.is_set() and not stuck:
            busy = self._step_all()
            self._on_step()
            stuck = self._find_stuck()
            if busy:
                idle_seconds = 0.0
                continue
            if until_idle_seconds is not None and idle_seconds >= until_idle_seconds:
                break
            # Waiting alone is idle: a read that hangs for a minute says nothing of what came meanwhile.
            waits_from = self._monotonic()
            self._stop.wait(IDLE_SECONDS)
            idle_seconds += self._monotonic() - waits_from
        for reader in self._readers.values():
            with self._patience(reader.shard_id):
                reader.shutdown()
        if stuck:
            raise Stuck(f"no progress for {STUCK_SECONDS / 60:g} minutes, shards: {', '.join(stuck)}")

    def _step_all(self) -> bool:
        """One read of every shard. Whether something came, or might have, had everything answered."""
        quiet = 0
        with self._patience("all"):
            self._find_shards_if_due()
            quiet += 1
        readers = list(self._readers.values())
        for reader in readers:
            if self._stop.is_set():
                break
            with self._patience(reader.shard_id):
                quiet += reader.step(partial(self._goes_on, reader.shard_id)) == 0
                self._retire_if_finished(reader)
        return quiet < len(readers) + 1

    def _goes_on(self, shard_id: str) -> bool:
        self._failing_since.pop(shard_id, None)
        self._on_step()
        return not self._stop.is_set()

    @contextmanager
    def _patience(self, shard_id: str) -> Iterator[None]:
        """Lets Unavailable pass, after a while: nothing is lost, the same records are processed again."""
        try:
            yield
        except Unavailable as error:
            log.warning("will try again: %s", error.message, extra={"shard": shard_id})
            self._failing_since.setdefault(shard_id, self._monotonic())
            self._stop.wait(IDLE_SECONDS * 4)
        else:
            self._failing_since.pop(shard_id, None)

    def _find_stuck(self) -> list[str]:
        """Shards that have failed for too long."""
        began_before = self._monotonic() - STUCK_SECONDS
        return sorted(shard_id for shard_id, since in self._failing_since.items() if since <= began_before)

    def _retire_if_finished(self, reader: ShardReader) -> None:
        if reader.finished:
            reader.shutdown()
            del self._readers[reader.shard_id]
            self._finished.add(reader.shard_id)
            self._list_at = float("-inf")  # its children may be read now

    def _find_shards_if_due(self) -> None:
        if self._monotonic() < self._list_at:
            return
        shards = {shard["ShardId"]: shard for shard in self._list_shards()}
        unread = shards.keys() - self._finished
        for shard_id in sorted(unread - self._readers.keys()):
            # A shard's parents come first: a camera's chunks went there before.
            parents = {shards[shard_id].get(name) for name in ("ParentShardId", "AdjacentParentShardId")}
            if not parents & unread:
                self._readers[shard_id] = self._reader(shard_id)
        self._list_at = self._monotonic() + SHARDS_EVERY_SECONDS

    def _list_shards(self) -> list[Any]:
        from botocore import exceptions as boto

        shards: list[Any] = []
        # By hand: boto3's paginator repeats the stream's name, which Kinesis refuses beside a token.
        asked: dict[str, Any] = {"StreamName": self._stream}
        try:
            while asked:
                page = self._client.list_shards(**asked)
                shards += page["Shards"]
                asked = {"NextToken": page["NextToken"]} if page.get("NextToken") else {}
        except (boto.ClientError, boto.BotoCoreError) as error:
            raise Unavailable(f"Kinesis did not list the shards: {error}") from error
        return shards

    def _reader(self, shard_id: str) -> ShardReader:
        processor = self._processor_for(ShardCheckpointer(self._checkpoints, shard_id))
        after = self._checkpoints.load(shard_id)
        return ShardReader(self._client, self._stream, shard_id, after, processor)


def _record(record: Any) -> Record:
    return Record(
        sequence_number=record["SequenceNumber"],
        partition_key=record["PartitionKey"],
        data=record["Data"],
        arrived_at=record["ApproximateArrivalTimestamp"],
    )
