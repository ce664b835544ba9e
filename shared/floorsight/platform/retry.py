"""Retries with full jitter, for errors that a repeat can mend."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from floorsight.platform.errors import Unavailable

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Backoff:
    """Exponential backoff with full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter").

    `attempts` counts the first try. Sleep and randomness are parameters so that tests take no time.
    """

    attempts: int = 8
    base_seconds: float = 0.02
    cap_seconds: float = 2.0
    sleep: Callable[[float], None] = time.sleep
    uniform: Callable[[float, float], float] = field(default=random.uniform)

    def tries(self) -> Iterator[int]:
        """Yield the number of each attempt from 1, waiting before every one but the first."""
        for attempt in range(1, self.attempts + 1):
            if attempt > 1:
                self.sleep(self.pause_seconds(attempt))
            yield attempt

    def until_done(
        self, act: Callable[[], Answer], *, passing: tuple[type[Exception], ...], failure: str
    ) -> Answer:
        """What `act` answers, called again while it raises one of `passing`.

        Raises:
            Unavailable: it still did at the last attempt; the message is `failure` and that error.
        """
        fault: Exception | None = None
        for _ in self.tries():
            try:
                return act()
            except passing as error:
                fault = error
        raise Unavailable(f"{failure}: {fault}") from fault

    def pause_seconds(self, attempt: int) -> float:
        """How long to wait before attempt 2, 3, …, for those who wait by themselves and never give up."""
        doublings = min(attempt - 1, 30)  # beyond that the cap is reached whatever the base
        return self.uniform(0.0, min(self.cap_seconds, self.base_seconds * 2**doublings))
