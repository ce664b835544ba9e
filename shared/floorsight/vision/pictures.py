"""JPEG pictures of frames."""

from __future__ import annotations

import cv2
import numpy as np

from floorsight.platform.errors import Malformed
from floorsight.vision.decoding import Frame, Image

VIEW_WIDTH = 960
SNAPSHOT_HEIGHT = 320
JPEG_QUALITY = 82
# How much of its surroundings a snapshot shows, as a share of the person's box on each side.
SURROUNDINGS = 0.4
VEHICLE_SURROUNDINGS = 0.1
VEHICLE_HEIGHT = 480


def encode_jpeg(rgb: Image) -> bytes:
    """(height, width, 3) RGB → JPEG."""
    done, coded = cv2.imencode(
        ".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    )
    if not done:
        raise Malformed("the picture can't be encoded", code="bad_picture")
    return coded.tobytes()


def frame_picture(frame: Frame) -> bytes:
    """The whole frame, at most VIEW_WIDTH wide."""
    width = min(frame.width, VIEW_WIDTH)
    return encode_jpeg(frame.rgb(width, round(frame.height * width / frame.width)))


def person_picture(frame: Frame, box: tuple[float, float, float, float]) -> bytes:
    """The person in a normalised box with some surroundings, at most SNAPSHOT_HEIGHT high."""
    return _picture(frame, box, SURROUNDINGS, SNAPSHOT_HEIGHT)


def vehicle_picture(frame: Frame, box: tuple[float, float, float, float]) -> bytes:
    """The vehicle in a normalised box with little around it, at most VEHICLE_HEIGHT high."""
    return _picture(frame, box, VEHICLE_SURROUNDINGS, VEHICLE_HEIGHT)


def _picture(
    frame: Frame, box: tuple[float, float, float, float], surroundings: float, most_height: int
) -> bytes:
    left, top, right, bottom = box
    margin_x, margin_y = surroundings * (right - left), surroundings * (bottom - top)
    x0, x1 = _span(left - margin_x, right + margin_x, frame.width)
    y0, y1 = _span(top - margin_y, bottom + margin_y, frame.height)
    crop = np.ascontiguousarray(frame.rgb()[y0:y1, x0:x1])
    if crop.shape[0] > most_height:
        scale = most_height / crop.shape[0]
        size = (max(round(crop.shape[1] * scale), 1), most_height)
        crop = cv2.resize(crop, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    return encode_jpeg(crop)


def _span(low: float, high: float, pixels: int) -> tuple[int, int]:
    """Normalised ends → pixels inside the frame, at least one apart."""
    first = min(max(int(low * pixels), 0), pixels - 1)
    return first, min(max(int(high * pixels), first + 1), pixels)
