"""Pictures that people take of people, decoded as they are meant to be seen."""

from __future__ import annotations

import cv2
import numpy as np

from floorsight.images.jpeg import read_jpeg
from floorsight.platform.errors import Malformed
from floorsight.vision.decoding import Image


def read_portrait(data: bytes) -> Image:
    """(height, width, 3) RGB of a JPEG file, turned as its Exif says: phones lay portraits on their side.

    Raises:
        Malformed: as `read_jpeg`, or `undecodable`.
    """
    read_jpeg(data)  # its bounds, before anything decodes it
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if decoded is None:
        raise Malformed("the image can't be decoded; save it again", code="undecodable", field="frame")
    return np.ascontiguousarray(decoded[:, :, ::-1], np.uint8)
