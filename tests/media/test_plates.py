"""The real plate models on photographs of real plates, and on plates as they are drawn for tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from floorsight.models.plates import PlateModels
from floorsight.platform.settings import DEFAULT_PLATE_DETECTOR, DEFAULT_PLATE_READER
from floorsight.vision.decoding import Image
from floorsight.vision.plates.reader import PlateReader
from floorsight.vision.plates.reading import PlateText
from tests.fakes.plates import COUNTRIES, condition_of, country_of, draw_vehicle
from tests.media.conftest import REPOSITORY

pytestmark = pytest.mark.media

SEEDS = (40, 41)
SURE = 0.85


@pytest.fixture(scope="module")
def reader() -> PlateReader:
    catalogue, folder = REPOSITORY / "models.toml", REPOSITORY / "models"
    return PlateModels(DEFAULT_PLATE_DETECTOR, DEFAULT_PLATE_READER, catalogue, folder).check().open()


@pytest.fixture(scope="module")
def car() -> Image:
    return photograph("plate-photo-a")


def photograph(name: str) -> Image:
    path = REPOSITORY / ".floorsight" / "media" / f"{name}.png"
    if not path.is_file():
        pytest.fail(
            f"{path} is missing: run `make setup-test` or `floorsight media pull --all`", pytrace=False
        )
    return np.ascontiguousarray(cv2.imread(str(path))[:, :, ::-1], np.uint8)


def read_first(reader: PlateReader, picture: Image) -> PlateText:
    return reader.read(reader.find(picture)[:1])[0]


@pytest.mark.parametrize(
    ("name", "text"),
    [("plate-photo-a", "5AU5341"), ("plate-photo-b", "AD799KB"), ("plate-photo-c", "KRW301")],
)
def test_photographs_are_read(reader: PlateReader, name: str, text: str) -> None:
    assert read_first(reader, photograph(name)).text == text


def test_the_plate_of_a_car_is_where_it_is(reader: PlateReader, car: Image) -> None:
    found = reader.find(car)[0]
    by_eye = np.array([[313, 191], [385, 191], [385, 209], [313, 209]])  # its text
    assert np.abs(found.corners - by_eye).max() < 6
    assert found.score > 0.3
    assert found.flat.shape[1] == 256
    assert min(read_first(reader, car).confidences) >= SURE


@pytest.mark.parametrize("degraded", ["half as large", "blurred", "in the dark", "turned"])
def test_a_photograph_that_was_made_worse_is_read_or_not_sure(
    reader: PlateReader, car: Image, degraded: str
) -> None:
    height, width = car.shape[:2]
    change: dict[str, Callable[[], Image]] = {
        "half as large": lambda: cv2.resize(car, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA),
        "blurred": lambda: cv2.GaussianBlur(car, (0, 0), 1.5),
        "in the dark": lambda: (car * 0.15).astype(np.uint8),
        "turned": lambda: cv2.warpAffine(
            car, cv2.getRotationMatrix2D((width / 2, height / 2), 12, 1.0), (width, height)
        ),
    }
    read = read_first(reader, np.asarray(change[degraded](), np.uint8))
    assert read.text == "5AU5341" or min(read.confidences, default=0.0) < SURE


def test_a_sharper_picture_of_a_plate_is_sharper(reader: PlateReader, car: Image) -> None:
    blurred = cv2.GaussianBlur(car, (0, 0), 1.0).astype(np.uint8)
    assert reader.find(blurred)[0].sharpness < reader.find(car)[0].sharpness


def test_a_wall_has_no_plate(reader: PlateReader) -> None:
    wall = np.full((300, 400, 3), 128, np.uint8)
    (found,) = reader.find(wall)
    assert found.score == 0.0
    assert reader.read([found]) == [PlateText("", ())]


@pytest.mark.parametrize("country", COUNTRIES, ids=lambda each: each.name)
def test_drawn_plates_are_found_where_they_are_drawn(reader: PlateReader, country: object) -> None:
    for seed in SEEDS:
        drawn = draw_vehicle(country, condition_of("clear"), seed)
        found = reader.find(drawn.picture)[0]
        middle = tuple(found.corners.mean(axis=0).tolist())
        assert cv2.pointPolygonTest(drawn.corners.reshape(-1, 1, 2), middle, False) > 0, f"seed {seed}"


def test_two_lines_are_read_as_one_text(reader: PlateReader) -> None:
    country = country_of("IN, two lines")
    drawn = [draw_vehicle(country, condition_of("clear"), seed) for seed in SEEDS]
    found = [reader.find(each.picture)[0] for each in drawn]
    assert all(plate.between is not None for plate in found)
    assert [read.text for read in reader.read(found)] == [each.text for each in drawn]


def test_plates_that_are_read_together_are_read_as_each_alone(reader: PlateReader) -> None:
    names = ("plate-photo-a", "plate-photo-b", "plate-photo-c")
    plates = [reader.find(photograph(name))[0] for name in names]
    together = [read.text for read in reader.read(plates)]
    assert together == [reader.read([plate])[0].text for plate in plates]


def test_the_same_seed_draws_the_same_plate(tmp_path: Path) -> None:
    first, again = (draw_vehicle(country_of("DE"), condition_of("dirt"), 7) for _ in range(2))
    assert first.text == again.text
    assert (first.picture == again.picture).all()
    assert (first.corners == again.corners).all()
    other = draw_vehicle(country_of("DE"), condition_of("dirt"), 8)
    assert other.text != first.text
