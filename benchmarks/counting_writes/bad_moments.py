"""DynamoDB's bad moments in front of an emulator that has none.

Installed on a real client, below its retries: answers are bytes as AWS sends them, parsed by botocore.

- A transaction that meets another one in flight on one of its items is refused with `TransactionConflict`, as
  DynamoDB does at once; a share of the others is refused so too, as if more writers were about.
- A share of all requests is throttled, or cancelled by a throttled item.
- A share of all transactions and writes happens and its answer is lost: the connection breaks, or the answer
  is a server error.

Source: "Error handling with DynamoDB" and "TransactWriteItems" in the DynamoDB developer guide.
"""

from __future__ import annotations

import io
import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse, HeadersDict
from botocore.exceptions import ConnectionClosedError
from botocore.httpsession import URLLib3Session
from urllib3 import HTTPResponse

TRANSACTION = "TransactWriteItems"
THROTTLES = ("ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded")


@dataclass
class BadMoments:
    """Shares are 0 to 1. `requests` and `moments` count what was sent and what happened to it."""

    dice: random.Random
    conflicts: float = 0.0
    throttles: float = 0.0
    lost_answers: float = 0.0
    requests: Counter[str] = field(default_factory=Counter)
    moments: Counter[str] = field(default_factory=Counter)
    _in_flight: set[str] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)
    _wire: URLLib3Session = field(default_factory=lambda: URLLib3Session(max_pool_connections=32))

    def install(self, client: Any) -> None:
        """Stand before every request of a client; several clients share what is in flight."""
        client.meta.events.register("before-send.dynamodb", self._answer)

    def _answer(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        operation = _text(request.headers["X-Amz-Target"]).partition(".")[2]
        with self._lock:
            self.requests[operation] += 1
            luck, kind = self.dice.random(), self.dice.choice(THROTTLES)
        if luck < self.throttles:
            return self._refuse(request, operation, kind)
        if operation != TRANSACTION:
            return self._wire.send(request)
        luck = (luck - self.throttles) / (1 - self.throttles)
        return self._transact(request, luck)

    def _refuse(self, request: AWSPreparedRequest, operation: str, kind: str) -> AWSResponse:
        self._happened("throttled")
        if operation == TRANSACTION and kind == THROTTLES[0]:
            return _cancelled(request, -1, "ThrottlingError")
        return _refused(request, kind)

    def _transact(self, request: AWSPreparedRequest, luck: float) -> AWSResponse:
        keys = _keys(request)
        if luck < self.conflicts:
            self._happened("conflict, drawn")
            return _cancelled(request, -1, "TransactionConflict")
        with self._flying(keys) as conflicting:
            if conflicting is not None:
                self._happened("conflict, met")
                return _cancelled(request, conflicting, "TransactionConflict")
            answer = self._wire.send(request)
        if luck > 1 - self.lost_answers:
            return self._lose(request, broken=luck > 1 - self.lost_answers / 2)
        return answer

    @contextmanager
    def _flying(self, keys: list[str]) -> Iterator[int | None]:
        """The items are written to; yields the index of one that somebody else is writing to."""
        with self._lock:
            conflicting = next((index for index, key in enumerate(keys) if key in self._in_flight), None)
            if conflicting is None:
                self._in_flight.update(keys)
        try:
            yield conflicting
        finally:
            if conflicting is None:
                with self._lock:
                    self._in_flight.difference_update(keys)

    def _lose(self, request: AWSPreparedRequest, *, broken: bool) -> AWSResponse:
        self._happened("answer lost")
        if broken:
            raise ConnectionClosedError(endpoint_url=request.url)
        return _refused(request, "InternalServerError", status=500)

    def _happened(self, moment: str) -> None:
        with self._lock:
            self.moments[moment] += 1


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _writes(request: AWSPreparedRequest) -> list[Mapping[str, Any]]:
    return [write for item in json.loads(_text(request.body))["TransactItems"] for write in item.values()]


def _keys(request: AWSPreparedRequest) -> list[str]:
    """The items that a transaction writes to."""
    places = [(write["TableName"], write.get("Key") or write["Item"]) for write in _writes(request)]
    return [json.dumps([table, place["PK"], place["SK"]]) for table, place in places]


def _cancelled(request: AWSPreparedRequest, index: int, code: str) -> AWSResponse:
    """A cancelled transaction's answer; `index` says which write stood in the way."""
    reasons: list[dict[str, str]] = [{"Code": "None"} for _ in _writes(request)]
    reasons[index] = {"Code": code, "Message": "injected"}
    return _refused(request, "TransactionCanceledException", {"CancellationReasons": reasons})


def _refused(
    request: AWSPreparedRequest, code: str, more: Mapping[str, Any] | None = None, status: int = 400
) -> AWSResponse:
    body = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "injected", **(more or {})}
    raw = HTTPResponse(io.BytesIO(json.dumps(body).encode()), preload_content=False)
    headers = HeadersDict({"content-type": "application/x-amz-json-1.0"})
    return AWSResponse(request.url, status, headers, raw)  # type: ignore[arg-type]
