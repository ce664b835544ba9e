"""A plate is seen from straight ahead, and a place on it is where it was."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from floorsight.vision.plates.flattening import NARROWEST, WIDEST, flatten, measure_aspect, measure_sharpness

ASKEW = np.array([[40, 30], [140, 50], [138, 78], [38, 60]], np.float32)


def corner_colours(picture: np.ndarray) -> list[list[int]]:
    height, width = picture.shape[:2]
    return [
        picture[y, x].tolist() for x, y in ((3, 3), (width - 4, 3), (width - 4, height - 4), (3, height - 4))
    ]


def test_corners_come_to_the_corners() -> None:
    colours = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0)]
    picture = np.zeros((100, 200, 3), np.uint8)
    centre = ASKEW.mean(axis=0)
    for corner, colour in zip(ASKEW, colours, strict=True):
        quarter = np.array([corner, (corner + centre) / 2], np.float32)
        cv2.line(picture, *(tuple(map(int, point)) for point in quarter), colour, 14)
    flat = flatten(picture, ASKEW, width=200)
    assert corner_colours(flat.image) == [list(colour) for colour in colours]


def test_sides_are_in_proportion() -> None:
    square_on = np.array([[0, 0], [120, 0], [120, 30], [0, 30]], np.float32)
    picture = np.zeros((60, 200, 3), np.uint8)
    assert flatten(picture, square_on, width=200).image.shape == (50, 200, 3)
    margins = flatten(picture, square_on, width=200, margin_x=0.25, margin_y=0.5).image
    assert margins.shape == (round(200 / 1.5 / 4 * 2), 200, 3)


def test_points_go_there_and_back() -> None:
    flat = flatten(np.zeros((100, 200, 3), np.uint8), ASKEW, width=256, margin_x=0.1, margin_y=0.3)
    points = np.array([[40, 30], [100, 55], [90, 60]], np.float32)
    assert flat.to_picture(flat.from_picture(points)) == pytest.approx(points, abs=0.05)
    inner = 256 / 1.2
    assert flat.from_picture(ASKEW)[0] == pytest.approx(
        [0.1 * inner, 0.3 * inner / measure_aspect(ASKEW)], abs=0.05
    )


def test_what_lies_outside_repeats_the_edge() -> None:
    picture = np.full((40, 80, 3), 77, np.uint8)
    beyond = np.array([[-50, -30], [150, -30], [150, 70], [-50, 70]], np.float32)
    assert (flatten(picture, beyond, width=100).image == 77).all()


@pytest.mark.parametrize(
    ("sides", "aspect"), [((100, 25), 4.0), ((10, 100), NARROWEST), ((900, 3), WIDEST), ((50, 0), WIDEST)]
)
def test_no_plate_is_beyond_what_plates_are(sides: tuple[float, float], aspect: float) -> None:
    width, height = sides
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    assert measure_aspect(corners) == pytest.approx(aspect)


def test_blur_is_less_sharp() -> None:
    sharp = np.random.default_rng(3).integers(0, 255, (60, 256, 3)).astype(np.uint8)
    blurred = cv2.GaussianBlur(sharp, (0, 0), 2.0).astype(np.uint8)
    assert measure_sharpness(blurred) < measure_sharpness(sharp) / 10
    assert measure_sharpness(np.full((60, 256, 3), 90, np.uint8)) == 0.0
