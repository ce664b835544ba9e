"""What reads the plates of a vehicle's picture, as the pipeline asks it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from floorsight.vision.decoding import Image
from floorsight.vision.detections import Floats


@dataclass(frozen=True, repr=False)
class PlateFound:
    """A plate in a vehicle's picture.

    corners: (4, 2) float32, x and y in pixels of that picture, clockwise from the plate's own upper left.
    score: the detector's, 0..1; 0 for the part of the picture where a plate should be, if none was found.
    sharpness: the variance of the Laplacian of the flattened plate in grey. flat: (h, w, 3) RGB, the plate as
    seen from straight ahead. between: of a plate with two lines, where in `flat` the one ends and the other
    begins, as a share of its height.
    """

    corners: Floats
    score: float
    sharpness: float
    flat: Image
    between: float | None = None


@dataclass(frozen=True)
class PlateText:
    """What is written on a plate: A to Z and 0 to 9, a second line after the first; may be empty.

    confidences: one a character, 0..1.
    """

    text: str
    confidences: tuple[float, ...]


class PlateReads(Protocol):
    """Whoever reads plates; not to be shared between threads."""

    @property
    def name(self) -> str:
        """What reads the text, such as `ppocr-v6-rec`."""

    def find(self, vehicle: Image) -> list[PlateFound]:
        """The plates in a vehicle's picture (h, w, 3) RGB, the likeliest first; never empty for one that is
        large enough: without a plate it is the part where one should be."""

    def read(self, plates: Sequence[PlateFound]) -> list[PlateText]:
        """What is written on each, in one call where the reader can."""
