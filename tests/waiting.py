"""Waiting for what other threads and processes bring about."""

from __future__ import annotations

import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import httpx
import pytest

from floorsight.platform.errors import Unavailable
from infra.local import api_client

# Of a busy machine. A queue gives a message that a function was too slow for again after up to 180 s.
PATIENCE_SECONDS = 300.0
HTTP_SECONDS = api_client.PATIENCE_SECONDS  # for one answer
# What the API, or the gateway before it, answers while the machine is too busy.
BUSY = {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}


def sleep_a_little() -> None:
    time.sleep(0.1)


def eventually(
    look: Callable[[], Any],
    what: str,
    patience_seconds: float = PATIENCE_SECONDS,
    pause: Callable[[], None] = sleep_a_little,
) -> Any:
    """What `look` finds, asked again until it is true; fails when patience ends.

    That something does not answer (Unavailable) is "not yet"; a fault of ours (HTTP 500) fails at once.
    """
    deadline, last = time.monotonic() + patience_seconds, ""
    while time.monotonic() < deadline:
        try:
            if found := look():
                return found
        except (Unavailable, httpx.TransportError) as error:
            if getattr(error, "code", None) == "internal":
                raise
            last = f"; the last error: {error!r}"
        pause()
    pytest.fail(f"{what}: not within {patience_seconds:.0f} s{last}")


def patient_http(**settings: Any) -> httpx.Client:
    """For what ApiClient does not do. Raises Unavailable if the machine was too busy to answer."""
    return httpx.Client(timeout=HTTP_SECONDS, event_hooks={"response": [_check_busy]}, **settings)


def _check_busy(answer: httpx.Response) -> None:
    if answer.status_code in BUSY:
        answer.read()
        raise Unavailable(f"HTTP {answer.status_code} of {answer.url}: {answer.text}")
