"""What is taken for a JPEG, and what of it is kept."""

from __future__ import annotations

import struct

import cv2
import numpy as np
import pytest

from floorsight.images.jpeg import MAX_SCANS, read_jpeg
from floorsight.images.portrait import read_portrait
from floorsight.platform.errors import Malformed
from tests.fakes.stills import still

NOISE = np.random.default_rng(0).integers(0, 255, (200, 320, 3), np.uint8)


def coded(pixels: np.ndarray, *options: int) -> bytes:  # type: ignore[type-arg]
    found, data = cv2.imencode(".jpg", pixels, options)
    assert found
    return data.tobytes()


def segment(code: int, body: bytes) -> bytes:
    return bytes([0xFF, code]) + struct.pack(">H", len(body) + 2) + body


def fault(data: bytes) -> str:
    with pytest.raises(Malformed) as found:
        read_jpeg(data)
    assert found.value.field == "frame"
    return found.value.code


@pytest.mark.parametrize(
    "options",
    [
        (),
        (cv2.IMWRITE_JPEG_PROGRESSIVE, 1),
        (cv2.IMWRITE_JPEG_RST_INTERVAL, 3),
        (cv2.IMWRITE_JPEG_QUALITY, 100),
    ],
    ids=["baseline", "progressive", "restarts", "best"],
)
def test_a_picture_is_kept_as_it_is(options: tuple[int, ...]) -> None:
    data = coded(NOISE, *options)
    found = read_jpeg(data)
    assert (found.width, found.height) == (320, 200)
    assert np.array_equal(
        cv2.imdecode(np.frombuffer(found.data, np.uint8), cv2.IMREAD_COLOR),
        cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR),
    )


def with_scans(number: int) -> bytes:
    """A progressive picture whose last scan is there again and again."""
    data = coded(NOISE, cv2.IMWRITE_JPEG_PROGRESSIVE, 1)
    scans, begin = data.count(b"\xff\xda"), data.rindex(b"\xff\xda")
    return data[:-2] + data[begin:-2] * (number - scans) + data[-2:]


def test_scans_without_end_are_no_picture() -> None:
    assert read_jpeg(with_scans(MAX_SCANS)).width == 320
    assert fault(with_scans(MAX_SCANS + 1)) == "too_many_scans"
    with pytest.raises(Malformed):
        read_portrait(with_scans(300))


def test_grey_pictures_are_pictures() -> None:
    assert read_jpeg(coded(NOISE[:, :, 0])).width == 320


def test_where_it_was_taken_and_little_pictures_inside_it_are_left_out() -> None:
    little = still(6)
    exif = segment(0xE1, b"Exif\0\0GPS 52.5 13.4" + little)
    data = still(12)
    found = read_jpeg(data[:2] + exif + segment(0xFE, b"a comment") + data[2:])
    assert found.data == read_jpeg(data).data
    assert b"GPS" not in found.data
    assert b"comment" not in found.data
    assert b"JFIF" in found.data


def test_what_comes_after_its_end_is_left_out() -> None:
    assert read_jpeg(still(6) + still(12)).data == read_jpeg(still(6)).data


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n", b"\xff", b"\xffx"])
def test_other_files_are_none(data: bytes) -> None:
    assert fault(data) == "not_jpeg"


def test_every_file_that_ends_early_is_told() -> None:
    data = still(6)
    assert {fault(data[:length]) for length in range(2, len(data))} == {"truncated_image"}


def with_frame_header(code: int, width: int, height: int, precision: int = 8, colours: int = 3) -> bytes:
    header = struct.pack(">BHHB", precision, height, width, colours) + b"\x01\x11\x00" * colours
    return b"\xff\xd8" + segment(code, header) + segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x00\xff\xd9"


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [(6001, 100, "image_too_large"), (100, 6001, "image_too_large"), (15, 100, "image_too_small")],
)
def test_sizes_have_bounds_that_hold_before_anything_is_decoded(
    width: int, height: int, expected: str
) -> None:
    assert fault(with_frame_header(0xC0, width, height)) == expected
    assert read_jpeg(with_frame_header(0xC0, 6000, 16)).height == 16


@pytest.mark.parametrize(
    ("code", "precision", "colours"), [(0xC3, 8, 3), (0xC9, 8, 3), (0xC1, 12, 3), (0xC0, 8, 4)]
)
def test_kinds_that_no_camera_sends_are_refused(code: int, precision: int, colours: int) -> None:
    assert fault(with_frame_header(code, 100, 100, precision, colours)) == "unsupported_jpeg"
