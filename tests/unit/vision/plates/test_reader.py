"""Plates in a vehicle's picture, their lines read in one call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

import numpy as np
import pytest

from floorsight.vision.decoding import Image
from floorsight.vision.detections import Floats
from floorsight.vision.plates.detector import PlateCorners, PlateDetector
from floorsight.vision.plates.finder import FALLBACK_SHARE, TEXT_ONLY, PlateFinder
from floorsight.vision.plates.ocr import fill_lines
from floorsight.vision.plates.reader import OVERLAP, PlateReader, split_lines
from floorsight.vision.plates.reading import PlateFound, PlateText
from floorsight.vision.plates.text_detector import TextDetector, TextLines

VEHICLE = np.full((200, 300, 3), 90, np.uint8)
PLATE = np.array([[100, 120], [180, 120], [180, 140], [100, 140]], np.float32)


@dataclass
class SaidPlates:
    """Says that there are these plates."""

    corners: list[Floats]
    scores: list[float]

    def detect(self, rgb: Image) -> PlateCorners:
        return PlateCorners(
            np.array(self.corners, np.float32).reshape(-1, 4, 2), np.array(self.scores, np.float32)
        )


@dataclass
class SaidTexts:
    """Says that there is text: in the vehicle's picture at `whole`, and in the middle of a plate's
    surroundings, or not."""

    whole: list[Floats] = field(default_factory=list)
    around: bool = True
    asked: list[tuple[int, ...]] = field(default_factory=list)

    def detect(self, rgb: Image, *, longest_side: int) -> TextLines:
        self.asked.append(rgb.shape[:2])
        found = self.whole
        if rgb.shape != VEHICLE.shape:
            height, width = rgb.shape[:2]
            left, right, top, bottom = width * 0.12, width * 0.88, height * 0.3, height * 0.7
            found = [np.array([[left, top], [right, top], [right, bottom], [left, bottom]])] * self.around
        return TextLines(np.array(found, np.float32).reshape(-1, 4, 2), np.full(len(found), 0.9, np.float32))


@dataclass
class NamedLines:
    """Reads a line's colour; counts its calls."""

    texts: dict[int, PlateText] = field(default_factory=dict)
    calls: int = 0
    name: str = "colours"

    def read_lines(self, lines: Sequence[Image]) -> list[PlateText]:
        self.calls += 1
        return [self.texts[int(np.median(line))] for line in lines]


def finder(plates: SaidPlates, texts: SaidTexts) -> PlateFinder:
    return PlateFinder(cast("PlateDetector", plates), cast("TextDetector", texts), text_side=416)


def test_a_plate_reaches_as_far_as_its_text() -> None:
    (found,) = finder(SaidPlates([PLATE], [0.7]), SaidTexts()).find(VEHICLE)
    assert found.score == pytest.approx(0.7)
    assert found.between is None
    left, right = found.corners[:, 0].min(), found.corners[:, 0].max()
    assert left < PLATE[0, 0]  # the text begins before the plate was said to
    assert right > PLATE[1, 0]


def test_a_plate_without_text_is_none_and_text_is_looked_for_everywhere() -> None:
    texts = SaidTexts(around=False)
    (found,) = finder(SaidPlates([PLATE], [0.7]), texts).find(VEHICLE)
    assert texts.asked[-1] == VEHICLE.shape[:2]
    assert found.score == 0.0


def test_without_a_plate_a_text_may_be_one_less_surely() -> None:
    (found,) = finder(SaidPlates([], []), SaidTexts(whole=[PLATE])).find(VEHICLE)
    assert found.score == pytest.approx(0.9 * TEXT_ONLY)
    assert found.corners.mean(axis=0) == pytest.approx(PLATE.mean(axis=0), abs=1.0)


def test_without_anything_it_is_the_lowest_part() -> None:
    (found,) = finder(SaidPlates([], []), SaidTexts()).find(VEHICLE)
    assert found.score == 0.0
    assert found.corners.tolist() == [[0, 160], [300, 160], [300, 200], [0, 200]]
    assert pytest.approx(0.2) == FALLBACK_SHARE


def test_in_a_speck_there_is_none() -> None:
    nobody = finder(SaidPlates([PLATE], [0.7]), SaidTexts())
    assert nobody.find(np.zeros((15, 300, 3), np.uint8)) == []
    assert nobody.find(np.zeros((200, 1, 3), np.uint8)) == []


def found_plate(flat: Image, between: float | None = None) -> PlateFound:
    return PlateFound(PLATE, 0.5, 9.0, flat, between)


def test_a_plate_of_two_lines_is_one_text_upper_first() -> None:
    flat = np.zeros((100, 256, 3), np.uint8)
    flat[:40], flat[40:] = 10, 20
    one = np.full((60, 256, 3), 30, np.uint8)
    lines = NamedLines(
        {
            10: PlateText("KA10", (0.9,) * 4),
            20: PlateText("XV8353", (0.8,) * 6),
            30: PlateText("M1", (0.7, 0.6)),
        }
    )
    reader = PlateReader(finder(SaidPlates([], []), SaidTexts()), lines)
    two, single = reader.read([found_plate(flat, 0.4), found_plate(one)])
    assert two == PlateText("KA10XV8353", (0.9,) * 4 + (0.8,) * 6)
    assert single == PlateText("M1", (0.7, 0.6))
    assert lines.calls == 1
    assert reader.name == "colours"


def test_lines_overlap_a_little() -> None:
    upper, lower = split_lines(found_plate(np.zeros((200, 256, 3), np.uint8), 0.5))
    assert upper.shape[0] == lower.shape[0] == round(200 * (0.5 + OVERLAP))


@pytest.mark.parametrize("between", [0.0, 1.0])
def test_no_line_is_empty(between: float) -> None:
    parts = split_lines(found_plate(np.zeros((3, 256, 3), np.uint8), between))
    assert all(part.size for part in parts)


def test_lines_are_filled_up_to_the_widest() -> None:
    white = np.full((24, 60, 3), 255, np.uint8)
    wide = np.zeros((96, 400, 3), np.uint8)
    batch = fill_lines([white, wide], 48)
    assert batch.shape == (2, 3, 48, 200)
    assert (batch[0, :, :, :120] == 1.0).all()
    assert (batch[0, :, :, 120:] == 0.0).all()
    assert (batch[1] == -1.0).all()


def test_a_line_is_given_as_blue_green_red() -> None:
    red = np.zeros((48, 80, 3), np.uint8)
    red[..., 0] = 255
    blue_plane, _, red_plane = fill_lines([red], 48)[0]
    assert (red_plane == 1.0).all()
    assert (blue_plane == -1.0).all()
