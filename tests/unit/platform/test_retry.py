"""Backoff with full jitter."""

from __future__ import annotations

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
