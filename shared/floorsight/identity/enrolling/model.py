"""What is enrolled, and why something is not."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from floorsight.identity.gallery.model import MAX_FACES, EnrolledFace

MAX_IMAGES = MAX_FACES  # of one request
PICTURE_TYPE = "image/jpeg"


class ImageFault(StrEnum):
    """Why an image can't be enrolled, beside what ails its face (`vision.faces.quality.Verdict`)."""

    NO_FACE = "no_face"
    SEVERAL_FACES = "several_faces"
    OTHER_PERSON = "other_person"  # than the other images, or than the employee's enrolled faces
    ENROLLED_AS_OTHER = "enrolled_as_other"


@dataclass(frozen=True)
class NewFace:
    """A face to be enrolled: its embedding (as the gallery keeps it), what made it, and its picture."""

    embedder: str
    embedding: bytes = field(repr=False)
    jpeg: bytes = field(repr=False)


@dataclass(frozen=True)
class Enrolled:
    """What an enrolment came to: the face of each image, in their order. `added` are those new by it."""

    faces: tuple[EnrolledFace, ...]
    added: frozenset[str]


def enrolled_prefix(site_id: str, employee_id: str) -> str:
    """What the keys of all pictures begin with that an employee was enrolled by."""
    return f"enrolled/{site_id}/{employee_id}/"


def enrolled_key(site_id: str, employee_id: str, face_id: str) -> str:
    """The picture of an enrolled face. No rule of the bucket removes it: only who removes the face."""
    return f"{enrolled_prefix(site_id, employee_id)}{face_id}.jpg"


def image_field(index: int) -> str:
    """How a problem names an image of a request."""
    return f"images.{index}"
