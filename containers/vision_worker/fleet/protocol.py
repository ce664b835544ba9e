"""The MultiLang protocol: lines of JSON between KCL's daemon and the process of one shard.

The daemon asks (`initialize`, `processRecords`, …) and waits for a `status`; while it waits it can be told
to checkpoint, which it answers.

The Python side that KCL publishes, `amazon_kclpy.kcl`, writes an exception of the processor's to standard
error and then reports its records as done: they would be lost. Here an error ends the process, and with it
the daemon, so that the records are read again.

Source: package documentation of software.amazon.kinesis.multilang, KCL 3.1.
"""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Protocol

from floorsight.platform.errors import FloorsightError, Malformed, Unavailable
from floorsight.vision.shards import Record


class Asked(StrEnum):
    """What the daemon asks for."""

    INITIALIZE = "initialize"
    PROCESS_RECORDS = "processRecords"
    LEASE_LOST = "leaseLost"
    SHARD_ENDED = "shardEnded"
    SHUTDOWN_REQUESTED = "shutdownRequested"


@dataclass(frozen=True)
class Request:
    """One message of the daemon's. Only `initialize` names the shard; an idle shard has no records."""

    asked: Asked
    shard_id: str = ""
    records: tuple[Record, ...] = ()


class Lines(Protocol):
    """Text lines to and from the daemon."""

    def read(self) -> str:
        """The next line without its end; waits for it. Raises DaemonGone."""

    def write(self, line: str) -> None:
        """Raises DaemonGone."""


class DaemonGone(FloorsightError):
    """The daemon has closed its end: whoever has the lease now goes on from the last checkpoint."""

    code = "daemon_gone"


class LeaseGone(FloorsightError):
    """The lease of the shard is another worker's: nothing may be checkpointed any more."""

    code = "lease_gone"


# By the names of KCL's exceptions: the lease was lost, or a repeat may do. Others are faults of ours.
_LEASE_GONE = ("ShutdownException",)
_UNAVAILABLE = ("ThrottlingException", "KinesisClientLibDependencyException")


class DaemonConnection:
    """The daemon as seen from a shard's process; also this shard's `Checkpointer`."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines

    def receive(self) -> Request:
        """Wait for the next request.

        Raises:
            DaemonGone: there will be none. Malformed: it is none that we know.
        """
        return read_request(self._lines.read())

    def report_done(self, asked: Asked) -> None:
        """Tell the daemon that a request is carried out. Raises DaemonGone."""
        self._send({"action": "status", "responseFor": asked.value})

    def checkpoint(self, sequence_number: str) -> None:
        """Store that all records up to this one are settled.

        Raises:
            LeaseGone: somebody else's shard now. Unavailable: DynamoDB did not take it; try again.
            DaemonGone, Malformed: as in `receive`, or KCL refused the number.
        """
        self._checkpoint(sequence_number)

    def checkpoint_end(self) -> None:
        """Store that the whole shard is settled, so that its children may be read. Raises as `checkpoint`."""
        self._checkpoint(None)

    def _checkpoint(self, sequence_number: str | None) -> None:
        self._send({"action": "checkpoint", "sequenceNumber": sequence_number, "subSequenceNumber": None})
        answer = _parse(self._lines.read())
        if answer.get("action") != "checkpoint":
            raise Malformed(
                f"the daemon answered a checkpoint with {answer.get('action')!r}", code="protocol"
            )
        error = answer.get("error")
        if error in _LEASE_GONE:
            raise LeaseGone("the lease was lost before the checkpoint")
        if error in _UNAVAILABLE:
            raise Unavailable(f"the checkpoint was not stored: {error}")
        if error:
            raise Malformed(
                f"the daemon refused to checkpoint at {sequence_number}: {error}", code="protocol"
            )

    def _send(self, message: dict[str, Any]) -> None:
        self._lines.write(json.dumps(message))


def read_request(line: str) -> Request:
    """Parse a line of the daemon's. Raises Malformed."""
    message = _parse(line)
    try:
        asked = Asked(str(message.get("action")))
        return Request(
            asked=asked,
            shard_id=message.get("shardId", ""),
            records=tuple(_record(record) for record in message.get("records", ())),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise Malformed(f"no request of KCL's: {line[:200]}", code="protocol") from error


def _parse(line: str) -> dict[str, Any]:
    try:
        message = json.loads(line)
    except ValueError as error:
        raise Malformed(f"the daemon sent no JSON: {line[:200]}", code="protocol") from error
    if not isinstance(message, dict):
        raise Malformed(f"the daemon sent no object: {line[:200]}", code="protocol")
    return message


def _record(record: dict[str, Any]) -> Record:
    return Record(
        sequence_number=record["sequenceNumber"],
        partition_key=record["partitionKey"],
        data=b64decode(record["data"], validate=True),
        arrived_at=datetime.fromtimestamp(record["approximateArrivalTimestamp"] / 1000, UTC),
    )
