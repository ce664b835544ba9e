"""Finding the plates of a vehicle's picture, to the edges of what is written on them.

A plate detector says where plates are, within some pixels; a text detector, given what is around such a
place, says where the text begins and ends. A character that is cut off is not seen to be missing: a plate
without its first digit reads as surely as any other. Where the plate detector sees none, text is looked for
in the whole picture.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from floorsight.vision.decoding import Image
from floorsight.vision.detections import Floats
from floorsight.vision.plates.detector import PlateDetector
from floorsight.vision.plates.flattening import Flattened, flatten, measure_sharpness
from floorsight.vision.plates.lines import Box, choose_lines
from floorsight.vision.plates.reading import PlateFound
from floorsight.vision.plates.text_detector import TextDetector, TextLines

FLAT_WIDTH = 256
# Around a plate, shares of its width and height; around a line of text, which may be one of two.
PLATE_MARGINS, TEXT_MARGINS = (0.25, 0.5), (0.3, 1.6)
# Pixels of the picture of a plate's surroundings in which its text is looked for.
SURROUNDINGS_SIDE = 256
# Of a line's height, added at both ends of the text. Nothing above and below: lines are read the better the
# less there is beside them.
END = 0.15
# A text is no plate below this height in the vehicle's picture, or if it is wider than that many heights.
LEAST_TEXT_PIXELS, LONGEST_TEXT = 6.0, 9.0
MOST_TEXTS = 3
# The score of a plate that was found by its text alone: text on vehicles need not be a plate.
TEXT_ONLY = 0.5
# Where a plate should be, if nothing was found: the lowest part of the picture.
FALLBACK_SHARE = 0.2
SMALLEST_SIDE = 16  # pixels; no plate can be read in a smaller picture


class PlateFinder:
    """Finds the plates of one picture at a time; not to be shared between threads."""

    def __init__(self, plates: PlateDetector, text: TextDetector, *, text_side: int) -> None:
        """`text_side`: the longest side of a picture in which text is looked for everywhere."""
        self._plates, self._text, self._text_side = plates, text, text_side

    def find(self, vehicle: Image) -> list[PlateFound]:
        """The plates in a vehicle's picture (h, w, 3) RGB, the likeliest first; see `PlateReads.find`."""
        if min(vehicle.shape[:2]) < SMALLEST_SIDE:
            return []
        found = list(self._find_plates(vehicle)) or list(self._find_texts(vehicle))
        return found or [_look_at(vehicle, place_fallback(vehicle), 0.0)]

    def _find_plates(self, vehicle: Image) -> Iterator[PlateFound]:
        plates = self._plates.detect(vehicle)
        for corners, score in zip(plates.corners, plates.scores.tolist(), strict=True):
            if plate := self._find_edges(vehicle, corners, PLATE_MARGINS, score):
                yield plate

    def _find_texts(self, vehicle: Image) -> Iterator[PlateFound]:
        texts = self._text.detect(vehicle, longest_side=self._text_side)
        for corners, score in rank_texts(texts, vehicle.shape[0])[:MOST_TEXTS]:
            if plate := self._find_edges(vehicle, corners, TEXT_MARGINS, score * TEXT_ONLY):
                yield plate

    def _find_edges(
        self, vehicle: Image, corners: Floats, margins: tuple[float, float], score: float
    ) -> PlateFound | None:
        """The plate that is thereabouts, by its text; None if there is none."""
        around = flatten(vehicle, corners, width=SURROUNDINGS_SIDE, margin_x=margins[0], margin_y=margins[1])
        texts = self._text.detect(around.image, longest_side=max(around.image.shape[:2]))
        lines = choose_lines([_level(text) for text in texts.corners], _level(around.from_picture(corners)))
        return _look_at_lines(vehicle, around, lines, score) if lines else None


def place_fallback(vehicle: Image) -> Floats:
    """The corners of the part of a vehicle's picture where a plate should be."""
    height, width = vehicle.shape[:2]
    top = height * (1 - FALLBACK_SHARE)
    return np.array([[0, top], [width, top], [width, height], [0, height]], np.float32)


def rank_texts(texts: TextLines, picture_height: int) -> list[tuple[Floats, float]]:
    """Texts that may be plates with their scores, the likeliest first: low ones rather than high ones."""
    fit = [
        (upright(corners), score)
        for corners, score in zip(texts.corners, texts.scores.tolist(), strict=True)
        if _may_be_plate(upright(corners))
    ]
    return sorted(fit, key=lambda each: -each[1] * (1.0 + float(each[0][:, 1].mean()) / picture_height))


def upright(corners: Floats) -> Floats:
    """Corners (4, 2) of a rectangle in any order → clockwise from the upper left, its longer side across."""
    x, y = corners.T
    angles = np.arctan2(y - y.mean(), x - x.mean())
    ordered = corners[np.argsort(angles)]  # clockwise, as y goes down
    first, second = np.linalg.norm(ordered[1] - ordered[0]), np.linalg.norm(ordered[2] - ordered[1])
    ordered = np.roll(ordered, -1 if second > first else 0, axis=0)
    turned: Floats = ordered if ordered[0, 0] <= ordered[1, 0] else np.roll(ordered, 2, axis=0)
    return turned


def _may_be_plate(corners: Floats) -> bool:
    height = float(np.linalg.norm(corners[3] - corners[0]))
    width = float(np.linalg.norm(corners[1] - corners[0]))
    return height >= LEAST_TEXT_PIXELS and height <= width <= LONGEST_TEXT * height


def _look_at_lines(vehicle: Image, around: Flattened, lines: list[Box], score: float) -> PlateFound:
    whole = lines[0].joined(lines[-1])
    end = END * min(line.height for line in lines)
    left, top, right, bottom = whole.left - end, whole.top, whole.right + end, whole.bottom
    corners = around.to_picture(
        np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)
    )
    between = None
    if len(lines) == 2:
        between = ((lines[0].bottom + lines[1].top) / 2 - top) / (bottom - top)
    return _look_at(vehicle, corners, score, between)


def _look_at(vehicle: Image, corners: Floats, score: float, between: float | None = None) -> PlateFound:
    flat = flatten(vehicle, corners, width=FLAT_WIDTH).image
    return PlateFound(corners, score, measure_sharpness(flat), flat, between)


def _level(corners: Floats) -> Box:
    (left, top), (right, bottom) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    return Box(left, top, right, bottom)
