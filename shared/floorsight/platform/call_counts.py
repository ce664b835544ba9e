"""Counts this process's calls of AWS, each attempt, by what they were made for."""

from __future__ import annotations

import math
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

# DynamoDB charges writes by the kilobyte, in a transaction twice.
_WRITE_KILOBYTE = 1024
_WRITES = {"PutItem": 1, "UpdateItem": 1, "DeleteItem": 1, "TransactWriteItems": 2}

_subject: ContextVar[str | None] = ContextVar("floorsight_subject_of_calls", default=None)


@contextmanager
def calls_for(subject: str) -> Iterator[None]:
    """Calls within are made for `subject`; the innermost counts."""
    token = _subject.set(subject)
    try:
        yield
    finally:
        _subject.reset(token)


class CallCounts:
    """Attempts by subject (None: nobody's in particular) and by `service:Operation`, such as `s3:PutObject`.

    Beside DynamoDB's writes `dynamodb:WriteUnits` counts about what they are charged as: by the size of the
    request, of which an item is the most.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[str | None, Counter[str]] = {}

    def note_request(self, event_name: str, request: Any, **_more: Any) -> None:
        """botocore's `request-created.<service>.<Operation>`, which comes once an attempt."""
        _, service, operation = event_name.split(".")
        with self._lock:
            counts = self._counts.setdefault(_subject.get(), Counter())
            counts[f"{service}:{operation}"] += 1
            if service == "dynamodb" and operation in _WRITES:
                kilobytes = math.ceil(len(request.data or b"") / _WRITE_KILOBYTE)
                counts["dynamodb:WriteUnits"] += _WRITES[operation] * max(1, kilobytes)

    def take(self) -> dict[str | None, Counter[str]]:
        """What was counted since it was taken last."""
        with self._lock:
            taken, self._counts = self._counts, {}
        return taken


CALLS = CallCounts()
