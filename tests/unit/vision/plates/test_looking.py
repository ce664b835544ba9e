"""Looking for a vehicle's plate: whole or not at all, the lowest first."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
from av import VideoFrame

from floorsight.vision.decoding import Frame, Image
from floorsight.vision.detections import ObjectClass
from floorsight.vision.plates.boxes import Box
from floorsight.vision.plates.looking import find_plates
from floorsight.vision.plates.picking import Vehicle
from floorsight.vision.plates.reading import PlateFound, PlateText
from floorsight.vision.track_log import NO_PLATES

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
FRAME = Frame(NOON, VideoFrame.from_ndarray(np.zeros((480, 640, 3), np.uint8), format="rgb24"))
WIDTH, HEIGHT = 80.0, 20.0


class Painted:
    """Finds what is painted on the road at places of the frame (left, top), as far as a picture shows it.

    Pictures don't say where they are from: they are looked for in turn in `views` (left, top).
    """

    name = "painted"

    def __init__(self, places: list[tuple[float, float]], views: list[tuple[float, float]]) -> None:
        self.places, self.views, self.sizes = places, views, list[tuple[int, int]]()

    def find(self, vehicle: Image) -> list[PlateFound]:
        x, y = self.views[len(self.sizes)]
        height, width = vehicle.shape[:2]
        self.sizes.append((width, height))
        found = []
        for left, top in self.places:
            x0, x1 = max(left - x, 0.0), min(left + WIDTH - x, width)
            y0, y1 = top - y, top + HEIGHT - y
            corners = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32)
            found.append(PlateFound(corners, 0.9, 1.0, np.zeros((8, 24, 3), np.uint8)))
        return found

    def read(self, plates: list[PlateFound]) -> list[PlateText]:  # type: ignore[override]
        raise AssertionError("nothing is read")


def look(reader: Painted, box: Box) -> list[Box]:
    vehicle = Vehicle(1, box, ObjectClass.CAR, NO_PLATES)
    return [each.box for each in find_plates(reader, FRAME, vehicle, {1: box})]  # type: ignore[arg-type]


def test_lettering_above_a_plate_comes_after_it() -> None:
    box = (100.0, 100.0, 400.0, 400.0)
    reader = Painted([(200.0, 230.0), (200.0, 350.0)], [(88.0, 100.0)])
    assert [each[1] for each in look(reader, box)] == [350.0, 230.0]


def test_a_plate_that_the_frame_cuts_is_none() -> None:
    """Nor is the lettering above it."""
    box = (500.0, 100.0, 640.0, 400.0)
    views = [(494.0, 100.0), (494.0 - WIDTH, 100.0)]
    reader = Painted([(510.0, 230.0), (590.0, 350.0)], views)
    assert look(reader, box) == []


def test_a_plate_that_only_the_view_cuts_is_looked_for_in_a_wider_one() -> None:
    box = (100.0, 100.0, 300.0, 400.0)
    reader = Painted(
        [
            (220.0, 350.0),
        ],
        [(92.0, 100.0)] * 2,
    )
    assert look(reader, box) == [(220.0, 350.0, 300.0, 370.0)]
    cut = Painted([(240.0, 350.0)], [(92.0, 100.0), (92.0 - 68.0, 80.0)])
    assert look(cut, box) == [(240.0, 350.0, 320.0, 370.0)]
    assert len(cut.sizes) == 2
    assert cut.sizes[1][0] > cut.sizes[0][0]
