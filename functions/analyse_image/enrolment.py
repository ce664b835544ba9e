"""Enrolling an employee's face by images."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Self

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field, model_validator

from floorsight.identity.enrolling.model import MAX_IMAGES, Enrolled, image_field
from floorsight.images.portrait import read_portrait
from floorsight.platform.errors import Fault, Faulty, Malformed, NotFound
from floorsight.vision.decoding import Image
from functions.analyse_image.given_images import (
    MAX_BASE64_LENGTH,
    MAX_IMAGE_BYTES,
    check_one_given,
    read_given,
)
from functions.analyse_image.services import Services, Wired
from functions.analyse_image.uploads import KEY_PATTERN
from functions.gateway.access import Caller, Role, requires
from functions.gateway.problems import document

router = APIRouter(prefix="/employees", tags=["employees"])
_PROBLEMS = document(
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.CONFLICT,
    HTTPStatus.SERVICE_UNAVAILABLE,
)


class EnrolmentImage(BaseModel):
    """One image, in `image` or under `upload_key`."""

    model_config = ConfigDict(extra="forbid")

    image: str | None = Field(
        default=None,
        max_length=MAX_BASE64_LENGTH,
        description=f"A JPEG in base64, all of a request no more than {MAX_IMAGE_BYTES // 1024**2} MB before "
        "coding. An orientation in Exif is followed.",
    )
    upload_key: str | None = Field(
        default=None, pattern=KEY_PATTERN, description="Of an image that was put by `/api/process/uploads`."
    )

    @model_validator(mode="after")
    def _one_image(self) -> Self:
        check_one_given("image", self.image, self.upload_key)
        return self


class EnrolmentRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    images: list[EnrolmentImage] = Field(
        min_length=1, max_length=MAX_IMAGES, description="Each shows the employee's face, and no other one."
    )


class EnrolledImage(BaseModel):
    """What became of an image, in the order that they were given."""

    face_id: str
    added: bool = Field(description="False: this very face was enrolled before.")


class EnrolmentResult(BaseModel):
    employee_id: str
    images: list[EnrolledImage]

    @classmethod
    def of(cls, employee_id: str, enrolled: Enrolled) -> Self:
        images = [
            EnrolledImage(face_id=face.face_id, added=face.face_id in enrolled.added)
            for face in enrolled.faces
        ]
        return cls(employee_id=employee_id, images=images)


@router.post("/{employee_id}/faces", status_code=HTTPStatus.CREATED, responses=_PROBLEMS)
def enrol_faces(
    employee_id: Annotated[str, Path(max_length=128)],
    request: EnrolmentRequest,
    services: Wired,
    caller: Annotated[Caller, requires(Role.OPERATOR)],
) -> EnrolmentResult:
    """Enrol the faces of 1 to 5 images: all of them, or none.

    Needs the employee's consent (409 `consent_missing`); five faces are the most (409 `too_many_faces`).
    Images that won't do are refused with 422; `errors` names each as `images.<index>` with its own code:
    `no_face`, `several_faces`, `face_too_small`, `face_blurred`, `face_turned_away`, `face_unsure`,
    `other_person` (than the other images, or than who is enrolled), `enrolled_as_other`, or what is wrong
    with the file. The same images again change nothing. Uploads are removed when they are enrolled.
    """
    services.enrolment.check_consent(employee_id)  # whoever has not consented: no picture is even opened
    pictures = _read_all(request.images, services)
    enrolled = services.enrolment.enrol(employee_id, pictures, by=caller.username)
    services.uploads.forget([image.upload_key for image in request.images if image.upload_key])
    return EnrolmentResult.of(employee_id, enrolled)


def _read_all(images: Sequence[EnrolmentImage], services: Services) -> list[Image]:
    """Raises Faulty for all that can't be read."""
    pictures: list[Image] = []
    faults: list[Fault] = []
    for index, image in enumerate(images):
        try:
            pictures.append(read_portrait(read_given(image.image, image.upload_key, services.uploads)))
        except (Malformed, NotFound) as error:
            faults.append(Fault(image_field(index), error.code, error.message))
    if faults:
        raise Faulty(faults)
    return pictures
