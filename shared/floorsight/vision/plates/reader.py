"""Reading the plates of a vehicle's picture: found, and their lines read in one call."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from floorsight.vision.decoding import Image
from floorsight.vision.plates.finder import PlateFinder
from floorsight.vision.plates.ocr import ReadsLines
from floorsight.vision.plates.reading import PlateFound, PlateText

# Of a two-line plate's height, which both of its lines are given of each other: they may be a little askew.
OVERLAP = 0.03


class PlateReader:
    """Reads plates of vehicles with any reader of lines. Not to be shared between threads."""

    def __init__(self, finder: PlateFinder, lines: ReadsLines) -> None:
        self._finder, self._lines = finder, lines

    @property
    def name(self) -> str:
        """What reads the text."""
        return self._lines.name

    def find(self, vehicle: Image) -> list[PlateFound]:
        """The plates in a vehicle's picture (h, w, 3) RGB, the likeliest first.

        Without one it is the lowest part of the picture, with score 0; nothing, if the picture is smaller
        than any plate that can be read.
        """
        return self._finder.find(vehicle)

    def read(self, plates: Sequence[PlateFound]) -> list[PlateText]:
        """What is written on each: all their lines are read in one call."""
        lines = [split_lines(plate) for plate in plates]
        texts = iter(self._lines.read_lines([line for each in lines for line in each]))
        return [_join([next(texts) for _ in each]) for each in lines]


def split_lines(plate: PlateFound) -> list[Image]:
    """Pictures of a plate's lines, upper first."""
    if plate.between is None:
        return [plate.flat]
    height = plate.flat.shape[0]
    upper, lower = (round(height * share) for share in (plate.between + OVERLAP, plate.between - OVERLAP))
    return [
        np.ascontiguousarray(part)
        for part in (plate.flat[: max(upper, 1)], plate.flat[min(lower, height - 1) :])
    ]


def _join(lines: Sequence[PlateText]) -> PlateText:
    return PlateText(
        "".join(line.text for line in lines), tuple(sure for line in lines for sure in line.confidences)
    )
