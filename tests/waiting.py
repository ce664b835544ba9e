"""Waiting for what other threads and processes bring about."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

PATIENCE_SECONDS = 90.0  # of a busy machine


def eventually(look: Callable[[], Any], what: str, patience_seconds: float = PATIENCE_SECONDS) -> Any:
    """What `look` finds, asked again until it is true; fails when patience ends."""
    deadline = time.monotonic() + patience_seconds
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.1)
    pytest.fail(f"{what}: not within {patience_seconds:.0f} s")
