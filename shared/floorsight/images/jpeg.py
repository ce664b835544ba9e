"""JPEG files as strangers send them: looked at before anything decodes them.

Markers and segments as in ITU-T T.81, annex B.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

from floorsight.platform.errors import Malformed

MAX_SIDE_PIXELS = 6000
MIN_SIDE_PIXELS = 16
# Each scan of a progressive file goes over the whole picture: of few kilobytes a file can be made that takes
# minutes to decode. Cameras and programs write 1 to 12 of them.
MAX_SCANS = 20

_START, _END = b"\xff\xd8", b"\xff\xd9"
_SCAN, _END_CODE = 0xDA, 0xD9
_FRAMES = range(0xC0, 0xD0)
_NO_FRAMES = (0xC4, 0xC8, 0xCC)  # tables among the frame markers
_DECODED = (0xC0, 0xC1, 0xC2)  # baseline, extended, progressive; nobody's camera sends the others
# JFIF and Adobe say how to read the colours. The rest (Exif with its place and its little picture, profiles,
# comments) is nobody's business here.
_KEPT = (0xE0, 0xEE)
_METADATA = (*range(0xE0, 0xF0), 0xFE)
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # in coded data 00 and restarts follow FF


@dataclass(frozen=True)
class Jpeg:
    """One picture without its metadata. Sides in pixels, as coded: an orientation in Exif is not followed."""

    width: int
    height: int
    data: bytes


def read_jpeg(data: bytes) -> Jpeg:
    """The picture in a file.

    Raises:
        Malformed: `not_jpeg`, `truncated_image`, `unsupported_jpeg`, `too_many_scans`, `image_too_large` or
            `image_too_small`.
    """
    if not data.startswith(_START):
        raise Malformed("the image is no JPEG file", code="not_jpeg", field="frame")
    kept: list[bytes] = [_START]
    size: tuple[int, int] | None = None
    place, scans = len(_START), 0
    while True:
        code, begin, end = _read_segment(data, place)
        if code == _END_CODE:
            break
        if code in _FRAMES and code not in _NO_FRAMES:
            size = _read_size(code, data[begin:end])
        place = end
        if code == _SCAN:
            scans += 1
            _check_scans(scans)
            place = _skip_scan(data, end)
        if code in _KEPT or code not in _METADATA:
            kept.append(data[begin - 2 : place])
    if size is None:
        raise _truncated()
    return Jpeg(*size, b"".join([*kept, _END]))


def _read_segment(data: bytes, place: int) -> tuple[int, int, int]:
    """A marker's code, where its segment begins (with its length) and where that ends."""
    if data[place : place + 1] != b"\xff":
        raise _truncated()
    while data[place + 1 : place + 2] == b"\xff":  # filling
        place += 1
    begin = place + 2
    if begin > len(data):
        raise _truncated()
    code = data[place + 1]
    if code == _END_CODE:
        return code, begin, begin
    if begin + 2 > len(data):
        raise _truncated()
    (length,) = struct.unpack_from(">H", data, begin)
    if length < 2 or begin + length > len(data):
        raise _truncated()
    return code, begin, begin + length


def _skip_scan(data: bytes, place: int) -> int:
    """Where the marker after a scan's coded data stands."""
    found = _MARKER.search(data, place)
    if found is None:
        raise _truncated()
    return found.start()


def _check_scans(scans: int) -> None:
    if scans > MAX_SCANS:
        raise Malformed(
            f"the image has more than {MAX_SCANS} scans; save it as baseline or progressive once more",
            code="too_many_scans",
            field="frame",
        )


def _read_size(code: int, segment: bytes) -> tuple[int, int]:
    if code not in _DECODED:
        raise Malformed(
            "this kind of JPEG (lossless or arithmetic) is not read; save it as baseline or progressive",
            code="unsupported_jpeg",
            field="frame",
        )
    if len(segment) < 8:
        raise _truncated()
    precision, height, width, components = struct.unpack_from(">xxBHHB", segment)
    if precision != 8 or components not in (1, 3):
        raise Malformed(
            "only 8 bits a colour are read, and one or three colours", code="unsupported_jpeg", field="frame"
        )
    if not MIN_SIDE_PIXELS <= min(width, height) <= max(width, height) <= MAX_SIDE_PIXELS:
        raise Malformed(
            f"the image has {width} x {height} pixels; each side may have {MIN_SIDE_PIXELS} to "
            f"{MAX_SIDE_PIXELS}",
            code="image_too_large" if max(width, height) > MAX_SIDE_PIXELS else "image_too_small",
            field="frame",
        )
    return width, height


def _truncated() -> Malformed:
    return Malformed("the image ends too early or is damaged", code="truncated_image", field="frame")
