"""Enrolling an employee by images: each is judged, and all are enrolled or none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from floorsight.employees.model import Employee
from floorsight.identity.enrolling.adding import ChangedMeanwhile, FaceKeeping, check_consent
from floorsight.identity.enrolling.explaining import explain
from floorsight.identity.enrolling.model import MAX_IMAGES, Enrolled, ImageFault, NewFace
from floorsight.identity.enrolling.rules import enrolled_as, fault_of_faces, find_strangers
from floorsight.identity.gallery.holding import GalleryHolder
from floorsight.identity.gallery.matching import Gallery, stack_embeddings
from floorsight.identity.policy.store import PolicyStore
from floorsight.platform.errors import Fault, Faulty, Malformed, Unavailable
from floorsight.platform.retry import Backoff
from floorsight.vision.decoding import Image
from floorsight.vision.faces.quality import Verdict
from floorsight.vision.faces.reading import FaceFound

_STORED = np.dtype("<f4")


class PortraitReader(Protocol):
    """Whoever reads faces of pictures (`vision.faces.reading.FaceReader`)."""

    @property
    def embedder(self) -> str:
        """The name of what makes the embeddings."""

    def read(self, rgb: Image) -> list[FaceFound]:
        """All faces of a picture (height, width, 3) RGB; the accepted ones with embedding and picture."""


@dataclass(frozen=True)
class EnrolmentService:
    """Use case of enrolment by images. Its reader of faces needs models, and is opened when there are any."""

    open_reader: Callable[[], PortraitReader]
    keeping: FaceKeeping
    galleries: GalleryHolder
    policies: PolicyStore
    backoff: Backoff = field(default_factory=Backoff)

    def check_consent(self, employee_id: str) -> None:
        """Raises NotFound (`unknown_employee`) or Conflict (`consent_missing`)."""
        check_consent(self.keeping.employees.get_employee(employee_id))

    def enrol(self, employee_id: str, images: Sequence[Image], *, by: str) -> Enrolled:
        """Enrol the one face of each image, (height, width, 3) RGB; the same images again change nothing.

        Raises:
            NotFound: `unknown_employee`.
            Conflict: `consent_missing`, `too_many_faces`, or the backend outside has no room or money.
            Faulty: images that can't be enrolled, each with its code; none of them all is.
            Malformed: no image, or too many (`bad_number_of_images`).
            Unavailable: something did not answer; the same call may succeed later.
        """
        check_number_of_images(len(images))
        self.check_consent(employee_id)
        reader = self.open_reader()
        new = _read_faces(reader, images)
        for _ in self.backoff.tries():
            try:
                return self._enrol_faces(employee_id, new, reader.embedder, by)
            except ChangedMeanwhile:
                continue  # consent and gallery are looked at again
        raise Unavailable("the site's faces change all the time; try again", code="contention")

    def _enrol_faces(self, employee_id: str, new: list[NewFace], embedder: str, by: str) -> Enrolled:
        employee = self.keeping.employees.get_employee(employee_id)
        gallery = self.galleries.current(employee.site_id, embedder)
        self._check_identity(employee, new, gallery)
        return self.keeping.add(employee, new, by=by, gallery_revision=gallery.revision)

    def _check_identity(self, employee: Employee, new: list[NewFace], gallery: Gallery) -> None:
        """Raises Faulty unless all faces are one person's, and nobody else's."""
        threshold = self.policies.find(employee.site_id).threshold
        faces = stack_embeddings([face.embedding for face in new])
        strangers = find_strangers(faces, gallery.faces_of(employee.employee_id), threshold)
        faults: list[Fault] = []
        for index, (match, stranger) in enumerate(zip(gallery.match(faces), strangers, strict=True)):
            other = enrolled_as(match, employee.employee_id, threshold)
            if other is not None:
                faults.append(explain(index, ImageFault.ENROLLED_AS_OTHER, other.employee_id))
            elif stranger:
                faults.append(explain(index, ImageFault.OTHER_PERSON))
        _refuse(faults)


def check_number_of_images(number: int) -> None:
    """Raises Malformed (`bad_number_of_images`)."""
    if not 1 <= number <= MAX_IMAGES:
        raise Malformed(
            f"give 1 to {MAX_IMAGES} images, not {number}", code="bad_number_of_images", field="images"
        )


def _read_faces(reader: PortraitReader, images: Sequence[Image]) -> list[NewFace]:
    """The one good face of each image. Raises Faulty."""
    found = [reader.read(image) for image in images]
    faults = [fault_of_faces([face.verdict for face in faces]) for faces in found]
    _refuse([explain(index, fault) for index, fault in enumerate(faults) if fault])
    good = [face for faces in found for face in faces if face.verdict is not Verdict.UNSURE]
    return [_new_face(face, reader.embedder) for face in good]


def _new_face(face: FaceFound, embedder: str) -> NewFace:
    if face.embedding is None or face.jpeg is None:
        raise ValueError("an accepted face has embedding and picture")
    return NewFace(embedder, np.ascontiguousarray(face.embedding, _STORED).tobytes(), face.jpeg)


def _refuse(faults: Sequence[Fault]) -> None:
    if faults:
        raise Faulty(faults)
