"""Backoff with full jitter."""

from __future__ import annotations

import pytest

from floorsight.platform.errors import Conflict, Malformed, Unavailable
from floorsight.platform.retry import Backoff


def test_waits_grow_to_the_cap_and_come_between_attempts() -> None:
    waits: list[float] = []
    backoff = Backoff(
        attempts=5, base_seconds=0.1, cap_seconds=0.5, sleep=waits.append, uniform=lambda _low, high: high
    )
    assert list(backoff.tries()) == [1, 2, 3, 4, 5]
    assert waits == [0.2, 0.4, 0.5, 0.5]


def test_waits_are_drawn_from_zero_up() -> None:
    waits: list[float] = []
    list(Backoff(attempts=3, sleep=waits.append, uniform=lambda low, _high: low).tries())
    assert waits == [0.0, 0.0]


def test_no_wait_after_success() -> None:
    waits: list[float] = []
    for _ in Backoff(sleep=waits.append).tries():
        break
    assert waits == []


def test_what_passes_is_tried_again_until_it_is_done() -> None:
    faults: list[Exception] = [Conflict("first"), Unavailable("second")]

    def act() -> str:
        if faults:
            raise faults.pop(0)
        return "done"

    backoff = Backoff(attempts=3, sleep=lambda _: None)
    assert backoff.until_done(act, passing=(Conflict, Unavailable), failure="it failed") == "done"


def test_what_never_passes_is_unavailable_and_names_the_last_error() -> None:
    def act() -> None:
        raise Conflict("somebody was faster")

    backoff = Backoff(attempts=2, sleep=lambda _: None)
    with pytest.raises(Unavailable, match="it failed: somebody was faster") as raised:
        backoff.until_done(act, passing=(Conflict,), failure="it failed")
    assert isinstance(raised.value.__cause__, Conflict)


def test_any_other_error_rises_at_once() -> None:
    calls: list[int] = []

    def act() -> None:
        calls.append(1)
        raise Malformed("never")

    with pytest.raises(Malformed):
        Backoff(sleep=lambda _: None).until_done(act, passing=(Unavailable,), failure="it failed")
    assert calls == [1]
