"""Looking for a vehicle's plate in a frame: whole, and its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from floorsight.vision.decoding import Frame
from floorsight.vision.plates.boxes import Box, find_owner, find_view, is_alone, is_cut, overlap, widen_view
from floorsight.vision.plates.picking import MOST_CANDIDATES, Vehicle
from floorsight.vision.plates.reading import PlateFound, PlateReads

View = tuple[int, int, int, int]
SAME_PLATE = 0.3


@dataclass(frozen=True, repr=False)
class PlateLook:
    """What may be a vehicle's plate. `box` is where it is in the frame, in pixels."""

    plate: PlateFound
    box: Box

    @property
    def sharpness(self) -> float:
        return self.plate.sharpness

    @property
    def height(self) -> float:
        """In pixels: the mean of its left and right edges."""
        edges = self.plate.corners[[0, 1]] - self.plate.corners[[3, 2]]
        return float(np.hypot(edges[:, 0], edges[:, 1]).mean())


def find_plates(
    reader: PlateReads, frame: Frame, vehicle: Vehicle, boxes: Mapping[int, Box]
) -> tuple[PlateLook, ...]:
    """What may be that vehicle's plate, and no other's: the lowest first, as lettering is above a plate.

    Nothing if the lowest may go on beyond the frame. What may go on beyond what was looked at is looked at
    once more, with more around it.
    """
    view = find_view(vehicle.box, frame.width, frame.height)
    found = _find_within(reader, frame, view, vehicle, boxes)
    if found and found[0].plate.score > 0.0 and is_cut(found[0].box, found[0].height, view):
        view = widen_view(found[0].box, view, frame.width, frame.height)
        found = _find_within(reader, frame, view, vehicle, boxes)
    if not found:
        return ()
    lowest = found[0]
    bounds = view if lowest.plate.score > 0.0 else (0, 0, frame.width, frame.height)
    return () if is_cut(lowest.box, lowest.height, bounds) else tuple(found[:MOST_CANDIDATES])


def _find_within(
    reader: PlateReads, frame: Frame, view: View, vehicle: Vehicle, boxes: Mapping[int, Box]
) -> list[PlateLook]:
    left, top, right, bottom = view
    if right <= left or bottom <= top:
        return []
    kept: list[PlateLook] = []
    for plate in reader.find(frame.rgb_of(left, top, right, bottom)):
        (x0, y0), (x1, y1) = plate.corners.min(axis=0).tolist(), plate.corners.max(axis=0).tolist()
        box = (x0 + left, y0 + top, x1 + left, y1 + top)
        is_new = all(overlap(box, other.box) < SAME_PLATE for other in kept)
        if is_new and _belongs(plate, box, vehicle, boxes):
            kept.append(PlateLook(plate, box))
    return sorted(kept, key=lambda each: -(each.box[1] + each.box[3]))


def _belongs(plate: PlateFound, box: Box, vehicle: Vehicle, boxes: Mapping[int, Box]) -> bool:
    if plate.score > 0.0:
        return find_owner(box, boxes) == vehicle.track_id
    return is_alone(box, vehicle.track_id, boxes)
