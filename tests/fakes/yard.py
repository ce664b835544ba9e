"""A gate's camera in miniature: that of `streams`, whose bright block is a car, with a plate now and then."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from floorsight.vision.decoding import Frame, Image
from floorsight.vision.detections import Detections, ObjectClass
from floorsight.vision.plates import picking
from floorsight.vision.plates.reading import PlateFound, PlateText
from floorsight.vision.timing import Stopwatch
from tests.fakes.faces import GREY
from tests.fakes.streams import BrightBlockDetector

TEXT = "GREY1"


class CarDetector:
    """`BrightBlockDetector`, whose block is a car in some frames and a lorry in others."""

    def __init__(self, kinds: Sequence[ObjectClass] = (ObjectClass.CAR,)) -> None:
        self._kinds, self._block = kinds, BrightBlockDetector()

    def detect(self, frames: list[Frame], stopwatch: Stopwatch) -> list[Detections]:
        found = self._block.detect(frames, stopwatch)
        return [self._turn(each, frame) for each, frame in zip(found, frames, strict=True)]

    def _turn(self, found: Detections, frame: Frame) -> Detections:
        kind = self._kinds[int(frame.captured_at.timestamp() * 5) % len(self._kinds)]
        return Detections(found.boxes, found.scores, np.full(len(found), int(kind), np.int64))


class GreyPlateReader:
    """Stands in for `PlateReader`: where the block's top is grey, its plate can be read: `TEXT`.

    The sharpness is where the grey begins; each reading is as sure as `confidence`.
    """

    name = "grey"

    def __init__(self, confidence: float = 0.96, *, everywhere: bool = False) -> None:
        """`everywhere`: it can always be read, and is as sharp."""
        self.confidence, self.everywhere = confidence, everywhere
        self.found, self.read_at_once = 0, list[int]()

    def find(self, vehicle: Image) -> list[PlateFound]:
        self.found += 1
        grey = (vehicle.min(axis=2) >= GREY.start) & (vehicle.max(axis=2) < GREY.stop)
        if grey.sum() < 20 and not self.everywhere:
            return []
        height, width = vehicle.shape[:2]
        left, right, top, bottom = width * 0.3, width * 0.7, height * 0.7, height * 0.8
        corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)
        sharpness = 0.0 if self.everywhere else float(np.flatnonzero(grey.any(axis=0))[0])
        return [PlateFound(corners, 0.8, sharpness, np.full((8, 24, 3), 90, np.uint8))]

    def read(self, plates: Sequence[PlateFound]) -> list[PlateText]:
        self.read_at_once.append(len(plates))
        return [PlateText(TEXT, (self.confidence,) * len(TEXT)) for _ in plates]


def allow_small_vehicles(patch: pytest.MonkeyPatch) -> None:
    """The miniature's vehicles are 12 pixels wide."""
    patch.setattr(picking, "LEAST_PLATE_WIDTH", 2.0)
    patch.setattr(picking, "NEAR_PLATE_WIDTH", 2.0)
