"""Where the time of a chunk goes, by stage."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum


class Stage(StrEnum):
    """Steps from record to published events."""

    DECODE = "decode"
    LETTERBOX = "letterbox"
    INFER = "infer"
    NMS = "nms"
    TRACK = "track"
    GEOMETRY = "geometry"
    FACES = "faces"
    PLATES = "plates"
    COMMIT = "commit"
    PUBLISH = "publish"
    VIEW = "view"


class Stopwatch:
    """Adds up seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[Stage, float] = dict.fromkeys(Stage, 0.0)

    @contextmanager
    def measure(self, stage: Stage) -> Iterator[None]:
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[stage] += time.perf_counter() - begun

    def reset(self) -> None:
        self.seconds = dict.fromkeys(Stage, 0.0)

    def milliseconds(self) -> dict[str, float]:
        """By stage, rounded to a hundredth."""
        return {stage.value: round(seconds * 1000.0, 2) for stage, seconds in self.seconds.items()}
