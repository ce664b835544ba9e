"""Copies of photographs as a camera in a hall would have taken them: smaller, blurred, compressed, dark."""

from __future__ import annotations

import cv2
import numpy as np

from floorsight.vision.decoding import Image
from infra.local.faces.photographs import Degrade

NEAR_EYES, FAR_EYES = 40.0, 24.0  # pixels between the eyes; in 1080p a face at about 3 and 5 m
BLUR_PIXELS = 1.5  # standard deviation
JPEG_QUALITY = 20
LIGHT = 0.2
NOISE = 4.0  # standard deviation in steps of 255, as a sensor's in the dark
_SEED = 1


def shrink(rgb: Image, eyes: float, wanted: float) -> Image:
    """Smaller, so that the eyes are `wanted` pixels apart; never larger."""
    scale = min(wanted / eyes, 1.0)
    size = (max(round(rgb.shape[1] * scale), 1), max(round(rgb.shape[0] * scale), 1))
    return cv2.resize(rgb, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _near(rgb: Image, eyes: float) -> Image:
    return shrink(rgb, eyes, NEAR_EYES)


def _far(rgb: Image, eyes: float) -> Image:
    return shrink(rgb, eyes, FAR_EYES)


def _blurred(rgb: Image, eyes: float) -> Image:
    return cv2.GaussianBlur(_near(rgb, eyes), (0, 0), BLUR_PIXELS).astype(np.uint8, copy=False)


def _compressed(rgb: Image, eyes: float) -> Image:
    _, coded = cv2.imencode(".jpg", _near(rgb, eyes), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    decoded = cv2.imdecode(coded, cv2.IMREAD_COLOR)
    assert decoded is not None  # noqa: S101 - it was encoded above
    return decoded.astype(np.uint8, copy=False)


def _dark(rgb: Image, eyes: float) -> Image:
    small = _near(rgb, eyes)
    noise = np.random.default_rng(_SEED).normal(0.0, NOISE, small.shape)
    return (small * LIGHT + noise).clip(0, 255).astype(np.uint8)


CONDITIONS: dict[str, Degrade | None] = {
    "as it is": None,
    f"{NEAR_EYES:.0f} px between the eyes": _near,
    f"{FAR_EYES:.0f} px between the eyes": _far,
    f"{NEAR_EYES:.0f} px, blurred (sigma {BLUR_PIXELS} px)": _blurred,
    f"{NEAR_EYES:.0f} px, JPEG quality {JPEG_QUALITY}": _compressed,
    f"{NEAR_EYES:.0f} px, a fifth of the light, noise": _dark,
}
