"""What is asked of Amazon Rekognition, and what came of it. Similarities are 0 to 1; AWS's are percent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from floorsight.platform.errors import Conflict, Malformed, Unavailable

# As raw bytes, and in each direction: "Guidelines and quotas in Amazon Rekognition".
MAX_IMAGE_BYTES = 5_242_880
# An employee has several faces: so many are asked for that somebody else is among them. It costs no more.
MAX_FACES_ASKED = 32


@dataclass(frozen=True)
class RekognitionPolicy:
    """From when on a match is believed.

    AWS advises a threshold of 99 % where a wrong match has consequences. Everybody else must be less similar
    by `min_margin`.
    """

    min_similarity: float = 0.99
    min_margin: float = 0.01

    def __post_init__(self) -> None:
        if not 0 < self.min_margin < self.min_similarity <= 1:
            raise ValueError("0 < min_margin < min_similarity <= 1 must hold")

    @property
    def asked_from_percent(self) -> float:
        """AWS leaves out who is less similar: whoever could spoil the margin must be among them."""
        return round(100 * (self.min_similarity - self.min_margin), 6)


@dataclass(frozen=True)
class Asking:
    """On whose account and until when Rekognition is asked.

    `day` is the site's local date, for which `cap_micro_usd` holds; `seconds_left` how long the asking
    function may still run.
    """

    site_id: str
    day: date
    cap_micro_usd: int
    seconds_left: Callable[[], float] = field(repr=False)


@dataclass(frozen=True)
class Usage:
    """What was asked of AWS: attempts, those of them that are charged, and what they cost."""

    attempts: int = 0
    charged: int = 0
    micro_usd: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.attempts + other.attempts, self.charged + other.charged, self.micro_usd + other.micro_usd
        )


class PictureFault(StrEnum):
    """What is wrong with a picture."""

    NO_FACE = "no_face"
    BAD_IMAGE = "bad_image"
    IMAGE_TOO_LARGE = "image_too_large"
    IMAGE_REFUSED = "image_refused"
    SEVERAL_FACES = "several_faces"
    FACE_TOO_POOR = "face_too_poor"


class PictureRefused(Malformed):
    """The picture can never be used; its `code` is a `PictureFault`."""

    def __init__(self, fault: PictureFault, message: str) -> None:
        super().__init__(message, code=fault.value)
        self.fault = fault


class CollectionMissing(Conflict):
    """The site has no collection: nobody was enrolled with Rekognition yet."""

    code = "no_collection"


class SpendCapReached(Conflict):
    """The site's money for Rekognition does not allow one more call today."""

    code = "spend_cap"


class NoAnswer(Unavailable):
    """Rekognition did not answer, however often it was asked, or there is no time left to ask it."""

    code = "rekognition_unavailable"
