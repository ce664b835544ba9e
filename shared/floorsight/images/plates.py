"""The plates in one picture, for whoever asks about it: of its vehicles, else of the picture as it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
from av import VideoFrame

from floorsight.vision.decoding import Frame, Image
from floorsight.vision.detections import ObjectClass
from floorsight.vision.detector import Detector
from floorsight.vision.plates.boxes import Box, drop_doubles, find_view
from floorsight.vision.plates.picking import (
    LEAST_PLATE_WIDTH,
    NEAR_PLATE_WIDTH,
    PLATE_OF_BOX,
    VEHICLES,
    is_legible,
)
from floorsight.vision.plates.reading import PlateFound, PlateReads
from floorsight.vision.timing import Stopwatch
from floorsight.vision.tracking.settings import TrackerSettings

_ANY_TIME = datetime(1970, 1, 1, tzinfo=UTC)  # a detector asks for a frame, and does not ask when it was
# As sure as a vehicle must be that nobody has followed before.
_LEAST_SCORE = TrackerSettings().new_track_score


@dataclass(frozen=True)
class PictureVehicle:
    """A vehicle; `box` is left, top, right, bottom as shares of the picture's width and height."""

    kind: str
    score: float
    box: Box


@dataclass(frozen=True)
class PicturePlate:
    """A plate, or a vehicle of which none could be read: then `text` is None.

    `confidences`: one a character. `corners`: x and y as shares of the picture, clockwise from the plate's
    own upper left; empty without a text.
    """

    text: str | None
    confidences: tuple[float, ...]
    corners: tuple[tuple[float, float], ...]
    vehicle: PictureVehicle | None

    @property
    def confidence(self) -> float:
        """That of the least sure character; 0 without a text."""
        return min(self.confidences, default=0.0)


@dataclass(frozen=True)
class PicturePlates:
    """Reads the plates of pictures. `open_reader` is asked for what reads when there is a picture."""

    detector: Detector
    open_reader: Callable[[], PlateReads]

    def read(self, picture: Image) -> list[PicturePlate]:
        """All plates in a picture (h, w, 3) RGB, the largest vehicle's first.

        Vehicles are looked at as at a gate: those that are large enough; of one that is near it is said that
        nothing could be read.
        """
        reader = self.open_reader()
        height, width = picture.shape[:2]
        found: list[PicturePlate] = []
        for kind, score, box in self._find_vehicles(picture):
            left, top, right, bottom = find_view(box, width, height)
            plates = _read(reader, picture[top:bottom, left:right], (left, top), picture)
            x1, y1, x2, y2 = box
            shares = (_share(x1 / width), _share(y1 / height), _share(x2 / width), _share(y2 / height))
            vehicle = PictureVehicle(kind.label, score, shares)
            found += [replace(plate, vehicle=vehicle) for plate in plates]
            if not plates and _plate_width(kind, box) >= NEAR_PLATE_WIDTH:
                found.append(PicturePlate(None, (), (), vehicle))
        if all(plate.text is None for plate in found):
            found = _read(reader, picture, (0, 0), picture) or found
        return _each_once(found)

    def _find_vehicles(self, picture: Image) -> list[tuple[ObjectClass, float, Box]]:
        """Those that are large enough for their plate to be read, each once, the largest first."""
        frame = Frame(_ANY_TIME, VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24"))
        [detections] = self.detector.detect([frame], Stopwatch())
        columns = zip(detections.classes, detections.scores, detections.boxes, strict=True)
        vehicles = [(ObjectClass(kind), float(score), _box(sides)) for kind, score, sides in columns]
        seen = [
            (kind, score, box)
            for kind, score, box in vehicles
            if kind in VEHICLES and score >= _LEAST_SCORE and _plate_width(kind, box) >= LEAST_PLATE_WIDTH
        ]
        seen.sort(key=lambda each: -(each[2][2] - each[2][0]) * (each[2][3] - each[2][1]))
        kept = drop_doubles({number: box for number, (_, _, box) in enumerate(seen)})
        return [each for number, each in enumerate(seen) if number in kept]


def _read(reader: PlateReads, part: Image, origin: tuple[int, int], picture: Image) -> list[PicturePlate]:
    """The plates of a part of the picture, those on which something can be read."""
    if not part.size:
        return []
    plates = [plate for plate in reader.find(part) if plate.score > 0]  # else it is where one should be
    texts = zip(plates, reader.read(plates) if plates else [], strict=True)
    return [
        PicturePlate(text.text, tuple(map(float, text.confidences)), _place(plate, origin, picture), None)
        for plate, text in texts
        if is_legible(text.confidences)
    ]


def _place(plate: PlateFound, origin: tuple[int, int], picture: Image) -> tuple[tuple[float, float], ...]:
    height, width = picture.shape[:2]
    return tuple(
        (_share((float(x) + origin[0]) / width), _share((float(y) + origin[1]) / height))
        for x, y in plate.corners
    )


def _each_once(plates: Sequence[PicturePlate]) -> list[PicturePlate]:
    """Without what neighbouring vehicles' parts of the picture show both: the surest reading of a plate."""
    kept: list[PicturePlate] = []
    for plate in sorted(plates, key=lambda each: -each.confidence):
        if not any(_is_within(plate, other) for other in kept):
            kept.append(plate)
    return [plate for plate in plates if plate in kept]


def _is_within(plate: PicturePlate, other: PicturePlate) -> bool:
    """Whether the middle of one lies within the other."""
    if not (plate.corners and other.corners):
        return False
    return all(
        min(corner[axis] for corner in other.corners)
        <= sum(corner[axis] for corner in plate.corners) / len(plate.corners)
        <= max(corner[axis] for corner in other.corners)
        for axis in (0, 1)
    )


def _plate_width(kind: ObjectClass, box: Box) -> float:
    """In pixels, that of a plate that might be on it."""
    return (box[2] - box[0]) * PLATE_OF_BOX[kind] if kind in PLATE_OF_BOX else 0.0


def _box(sides: Sequence[float]) -> Box:
    left, top, right, bottom = (max(float(side), 0.0) for side in sides)
    return left, top, right, bottom


def _share(value: float) -> float:
    return min(max(value, 0.0), 1.0)
