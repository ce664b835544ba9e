"""Plates of several countries on a vehicle, drawn with what a camera at a gate does to them.

The same seed draws the same picture. Fonts are those of the media catalogue (`floorsight media pull --all`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from infra.paths import STATE

Picture = npt.NDArray[np.uint8]
Corners = npt.NDArray[np.float32]
Colour = tuple[int, int, int]

FONTS = ("barlow-condensed", "overpass", "roboto-condensed", "saira", "share-tech-mono")
MILLIMETRE = 1.6  # pixels, in which plates are drawn before they are put onto a vehicle
VEHICLE_WIDTH, VEHICLE_HEIGHT = 480, 340
WHITE, BLACK, BLUE, YELLOW = (244, 244, 240), (18, 18, 22), (0, 51, 153), (246, 200, 0)
LETTER, DIGIT = "*", "9"  # in patterns
LETTERS, DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"
INDIAN_LETTERS = LETTERS.replace("I", "").replace("O", "")  # as the rules there want it


@dataclass(frozen=True)
class Country:
    """How plates look: sides in millimetres, a pattern for each line.

    A pattern has `*` for a letter, `9` for a digit and blanks for gaps; all else is itself. `heading` is
    small print above the text, `band` the blue field at the left with its letters.
    """

    name: str
    width: int
    height: int
    patterns: tuple[tuple[str, ...], ...]
    ground: Colour = WHITE
    ink: Colour = BLACK
    letters: str = LETTERS
    band: str = ""
    heading: str = ""
    heading_on_blue: bool = False


COUNTRIES = (
    Country("DE", 520, 110, (("* ** 9999",), ("** * 999",), ("*** ** 99",), ("** ** 999",)), band="D"),
    Country("UK", 520, 111, (("**99 ***",),), ground=YELLOW, letters=INDIAN_LETTERS),
    Country("US", 305, 152, (("9***999",), ("*** 9999",)), ink=(20, 30, 110), heading="CALIFORNIA"),
    Country("BR", 400, 130, (("***9*99",),), heading="BRASIL", heading_on_blue=True),
    Country("IN", 500, 120, (("MH 99 ** 9999",), ("DL 9 * 9999",)), letters=INDIAN_LETTERS),
    Country("IN, two lines", 340, 200, (("KA 99", "** 9999"), ("MH 99", "* 9999")), letters=INDIAN_LETTERS),
)


@dataclass(frozen=True)
class Condition:
    """What stands between a plate and its picture.

    width: of the plate in the picture, in pixels. yaw, pitch, roll: up to so many degrees to either side.
    defocus: sigma in pixels; motion: pixels along the picture's width. dirt: share of the plate under specks.
    light: of that by day; noise: of the sensor, in levels. jpeg: quality.
    """

    name: str
    width: float = 140.0
    yaw: float = 8.0
    pitch: float = 6.0
    roll: float = 3.0
    defocus: float = 0.4
    motion: float = 0.0
    dirt: float = 0.0
    light: float = 1.0
    noise: float = 2.0
    jpeg: int = 85


CONDITIONS = (
    Condition("clear"),
    Condition("small", width=75.0),
    Condition("smallest", width=50.0),
    Condition("angle", yaw=45.0, pitch=22.0, roll=10.0),
    Condition("defocus", defocus=2.2),
    Condition("motion", motion=9.0),
    Condition("dirt", dirt=0.12),
    Condition("night", light=0.16, noise=7.0),
    Condition("jpeg", jpeg=18),
    Condition("all at once", 90.0, 25.0, 12.0, 6.0, 0.9, 3.0, 0.05, 0.4, 5.0, 50),
)


@dataclass(frozen=True, repr=False)
class DrawnPlate:
    """A picture (h, w, 3) RGB of a vehicle; the text of its plate, and the plate's corners (4, 2) in it,
    clockwise from the plate's own upper left."""

    picture: Picture
    text: str
    corners: Corners


def country_of(name: str) -> Country:
    return next(country for country in COUNTRIES if country.name == name)


def condition_of(name: str) -> Condition:
    return next(condition for condition in CONDITIONS if condition.name == name)


def draw_vehicle(country: Country, condition: Condition, seed: int) -> DrawnPlate:
    """A vehicle with such a plate under such conditions."""
    random = np.random.default_rng([seed, COUNTRIES.index(country)])  # the same plate under all conditions
    lines = write_text(country, random)
    plate = draw_plate(country, lines, FONTS[random.integers(len(FONTS))])
    vehicle = _paint_vehicle(random)
    plate = _soil(plate, condition.dirt, random)
    corners = _place(plate.shape[1] / plate.shape[0], condition, random)
    vehicle = _put(vehicle, plate, corners)
    return DrawnPlate(_photograph(vehicle, condition, random), "".join(lines).replace(" ", ""), corners)


def write_text(country: Country, random: np.random.Generator) -> tuple[str, ...]:
    """A text that its pattern allows, a line each."""
    alphabets = {LETTER: country.letters, DIGIT: DIGITS}
    return tuple(
        "".join(str(random.choice(list(alphabets.get(sign, sign)))) for sign in line)
        for line in country.patterns[random.integers(len(country.patterns))]
    )


def draw_plate(country: Country, lines: Sequence[str], font: str) -> Picture:
    """The plate by itself, from straight ahead."""
    width, height = round(country.width * MILLIMETRE), round(country.height * MILLIMETRE)
    canvas = Pillow.new("RGB", (width, height), country.ground)
    draw = ImageDraw.Draw(canvas)
    left, top = round(width * 0.03), round(height * 0.08)
    if country.band:
        left = round(width * 0.085)
        draw.rectangle((0, 0, left, height), fill=BLUE)
        _write(draw, country.band, font, (left * 0.25, height * 0.6, left * 0.75, height * 0.85), WHITE)
        left += round(width * 0.02)
    if country.heading:
        top = round(height * 0.26)
        if country.heading_on_blue:
            draw.rectangle((0, 0, width, round(height * 0.22)), fill=BLUE)
        ink = WHITE if country.heading_on_blue else country.ink
        _write(draw, country.heading, font, (width * 0.3, height * 0.05, width * 0.7, height * 0.18), ink)
    bottom, right = round(height * 0.92), round(width * 0.97)
    step = (bottom - top) / len(lines)
    for index, line in enumerate(lines):
        room = (left, top + step * index + step * 0.06, right, top + step * (index + 1) - step * 0.06)
        _write(draw, line, font, room, country.ink)
    draw.rectangle((0, 0, width - 1, height - 1), outline=country.ink, width=max(round(height * 0.018), 2))
    return np.asarray(canvas, np.uint8)


def _write(
    draw: ImageDraw.ImageDraw, text: str, font: str, room: tuple[float, float, float, float], ink: Colour
) -> None:
    """Text in the middle of a room, as large as fits."""
    left, top, right, bottom = room
    path = find_font(font)
    whole = ImageFont.truetype(str(path), 200)
    box = whole.getbbox(text)
    size = 200 * min((right - left) / (box[2] - box[0]), (bottom - top) / (box[3] - box[1]))
    fitted = ImageFont.truetype(str(path), max(int(size), 4))
    draw.text(((left + right) / 2, (top + bottom) / 2), text, font=fitted, fill=ink, anchor="mm")


def find_font(name: str) -> Path:
    path = STATE / "media" / f"font-{name}.ttf"
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing: run `make setup-test` or `floorsight media pull --all`")
    return path


def _paint_vehicle(random: np.random.Generator) -> Picture:
    """The rear of something like a car: a road, a body with a window, lamps and a bumper."""
    shade = np.linspace(1.15, 0.75, VEHICLE_HEIGHT)[:, None, None]
    ground = np.full((VEHICLE_HEIGHT, VEHICLE_WIDTH, 3), random.integers(90, 150), np.float64)
    body = random.integers(30, 225, 3).astype(np.float64)
    picture = ground.copy()
    picture[30:320, 25:455] = body
    picture[45:130, 75:405] = (38, 44, 52)
    picture[150:195, 30:85] = picture[150:195, 395:450] = (150, 20, 24)
    picture[275:318, 25:455] = body * 0.4
    picture = cv2.GaussianBlur(picture * shade, (0, 0), 2.0)
    return picture.clip(0, 255).astype(np.uint8)


def _soil(plate: Picture, share: float, random: np.random.Generator) -> Picture:
    """Specks of mud until about that share of the plate lies under them."""
    if share <= 0.0:
        return plate
    height, width = plate.shape[:2]
    field = cv2.GaussianBlur(random.normal(size=(height, width)), (0, 0), height / 28)
    mask = cv2.GaussianBlur((field > np.quantile(field, 1 - share)).astype(np.float64), (0, 0), 1.5)[
        ..., None
    ]
    mud = np.array([104, 88, 66], np.float64)
    return (plate * (1 - 0.85 * mask) + mud * 0.85 * mask).astype(np.uint8)


def _place(aspect: float, condition: Condition, random: np.random.Generator) -> Corners:
    """Corners of a turned plate in the picture, seen from six plate widths away."""
    yaw, pitch, roll = (
        np.radians(random.uniform(-1, 1) * most) for most in (condition.yaw, condition.pitch, condition.roll)
    )
    half = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * [0.5, 0.5 / aspect]
    x, y = half.T
    x, z = x * np.cos(yaw), x * np.sin(yaw)
    y, z = y * np.cos(pitch) - z * np.sin(pitch), y * np.sin(pitch) + z * np.cos(pitch)
    x, y = x * np.cos(roll) - y * np.sin(roll), x * np.sin(roll) + y * np.cos(roll)
    near = 6.0 / (6.0 + z)
    centre = np.array([VEHICLE_WIDTH / 2, 235]) + random.uniform(-20, 20, 2)
    points = np.stack([x * near, y * near], axis=1) * condition.width + centre
    corners: Corners = points.astype(np.float32)
    return corners


def _put(vehicle: Picture, plate: Picture, corners: Corners) -> Picture:
    """The plate over the vehicle; shrunk first, so that no detail turns into noise."""
    scale = 2.0 * float(np.ptp(corners[:, 0])) / plate.shape[1]
    if scale < 1.0:
        plate = cv2.resize(plate, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.uint8)
    height, width = plate.shape[:2]
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    transform = cv2.getPerspectiveTransform(flat, corners)
    size = (vehicle.shape[1], vehicle.shape[0])
    over = cv2.warpPerspective(plate, transform, size, flags=cv2.INTER_LINEAR)
    mask = cv2.warpPerspective(np.ones((height, width), np.float32), transform, size)[..., None]
    return (vehicle * (1 - mask) + over * mask).astype(np.uint8)


def _photograph(vehicle: Picture, condition: Condition, random: np.random.Generator) -> Picture:
    """Blurred, lit, with noise, and as a JPEG."""
    seen = vehicle.astype(np.float64)
    if condition.defocus > 0.0:
        seen = cv2.GaussianBlur(seen, (0, 0), condition.defocus)
    if condition.motion > 0.0:
        length = max(round(condition.motion), 1)
        seen = cv2.blur(seen, (length, 1))
    seen = seen * condition.light + random.normal(size=seen.shape) * condition.noise
    _, coded = cv2.imencode(
        ".jpg", seen.clip(0, 255).astype(np.uint8)[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, condition.jpeg]
    )
    return np.ascontiguousarray(cv2.imdecode(coded, cv2.IMREAD_COLOR)[:, :, ::-1])
