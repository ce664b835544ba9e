"""What the vision worker stores: each camera's stream state with its outbox, and reader checkpoints."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from floorsight.platform.bus import Message
from floorsight.platform.clock import to_sort_key
from floorsight.platform.items import Item, ItemType, TableName
from floorsight.platform.table import ABSENT, Expectation, Put, Table
from floorsight.vision.stream_state import StreamState, dump_state, load_state

# As long as the pictures of what it saw. Readers lie behind by less: nothing that old is read again.
STATE_KEPT = timedelta(days=97)

STREAM_STATE = ItemType(
    name="stream_state",
    table=TableName.PRESENCE,
    pk="STREAM#{camera_id}",
    sk="STATE",
    purpose="State of a camera's stream after its last committed chunk, and that commit's events (outbox). "
    "Where frames come by the API, `frames` is what the latest were answered, for whoever asks again.",
    writers=("vision_worker", "analyse_image"),
    readers=("vision_worker", "analyse_image"),
    retention=f"{STATE_KEPT.days} days after the last commit",
)
READER_CHECKPOINT = ItemType(
    name="reader_checkpoint",
    table=TableName.PRESENCE,
    pk="READER#{stream}",
    sk="SHARD#{shard_id}",
    purpose="Where the single-process reader goes on in a shard. A fleet keeps its own in KCL's tables.",
    writers=("vision_worker",),
    readers=("vision_worker",),
)
ITEM_TYPES = (STREAM_STATE, READER_CHECKPOINT)


@dataclass(frozen=True)
class Committed:
    """What was stored last. `version` rises with every commit and fences off a second worker."""

    version: int = 0
    state: StreamState | None = None
    outbox: tuple[Message, ...] = ()


class StreamStore:
    """Stream states in `presence`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def load(self, camera_id: str) -> Committed:
        """The last commit, or an empty one."""
        return read_committed(self._table.get(STREAM_STATE.key(camera_id=camera_id)))

    def commit(self, camera_id: str, committed: Committed, at: datetime) -> None:
        """Store state and events in one write.

        Raises:
            Conflict: another worker committed since; what it stored stands.
        """
        self._table.write(commit_put(camera_id, committed, at))


def read_committed(item: Item | None) -> Committed:
    """The commit in a stored item, or an empty one."""
    if item is None:
        return Committed()
    return Committed(item["version"], load_state(item["state"]), _load_outbox(item["outbox"]))


def commit_put(camera_id: str, committed: Committed, at: datetime, more: Item | None = None) -> Put:
    """Writes a commit, with `more` attributes, if it follows the stored one."""
    if committed.state is None:
        raise ValueError("a commit needs a state")
    body = {
        "version": committed.version,
        "stream_session": committed.state.stream_session,
        "sequence": committed.state.sequence,
        "state": dump_state(committed.state),
        "outbox": _dump_outbox(committed.outbox),
        "committed_at": to_sort_key(at),
        "expires_at": int((at + STATE_KEPT).timestamp()),
        **(more or {}),
    }
    first = committed.version == 1
    expect = ABSENT if first else Expectation(equals={"version": committed.version - 1})
    return Put(STREAM_STATE.item(body, camera_id=camera_id), expect)


class CheckpointStore:
    """Reader checkpoints in `presence`."""

    def __init__(self, table: Table, stream: str) -> None:
        self._table = table
        self._stream = stream

    def load(self, shard_id: str) -> str | None:
        """The Kinesis sequence number after which to go on."""
        item = self._table.get(READER_CHECKPOINT.key(stream=self._stream, shard_id=shard_id))
        return item["sequence_number"] if item else None

    def save(self, shard_id: str, sequence_number: str) -> None:
        body = {"sequence_number": sequence_number}
        self._table.write(Put(READER_CHECKPOINT.item(body, stream=self._stream, shard_id=shard_id)))


def _dump_outbox(messages: tuple[Message, ...]) -> bytes:
    pairs = [(message.detail_type, message.detail) for message in messages]
    return zlib.compress(json.dumps(pairs, separators=(",", ":")).encode())


def _load_outbox(stored: bytes) -> tuple[Message, ...]:
    return tuple(Message(kind, detail) for kind, detail in json.loads(zlib.decompress(stored)))
