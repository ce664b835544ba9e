"""Detections and the classes that Floorsight looks for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


class ObjectClass(IntEnum):
    """What is detected; the number is the column of a track's class votes."""

    PERSON = 0
    BICYCLE = 1
    CAR = 2
    MOTORCYCLE = 3
    BUS = 4
    TRUCK = 5

    @property
    def label(self) -> str:
        return self.name.lower()


# Where those classes stand among the 80 of COCO, the order of the YOLOv8 export layout.
COCO_COLUMNS = (0, 1, 2, 3, 5, 7)
COCO_CLASSES = 80


@dataclass(frozen=True)
class Detections:
    """Detections of one frame, column by column.

    boxes: (n, 4) float32, left, top, right, bottom in pixels of the frame.
    scores: (n,) float32 in 0..1. classes: (n,) int64, values of ObjectClass.
    """

    boxes: Floats
    scores: Floats
    classes: Ints

    def __len__(self) -> int:
        return len(self.scores)

    def where(self, keep: npt.NDArray[np.bool_] | Ints) -> Detections:
        """The chosen rows."""
        return Detections(self.boxes[keep], self.scores[keep], self.classes[keep])

    @classmethod
    def none(cls) -> Detections:
        return cls(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int64))
