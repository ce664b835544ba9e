"""Adding faces to an employee and taking one away, whoever has looked at them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from floorsight.employees.model import Employee
from floorsight.employees.service import EmployeeService
from floorsight.identity.enrolling.indexing import FaceIndex, NotIndexed
from floorsight.identity.enrolling.model import PICTURE_TYPE, Enrolled, NewFace, enrolled_key, image_field
from floorsight.identity.gallery.model import MAX_FACES, EnrolledFace, EnrolledPerson
from floorsight.identity.gallery.store import GalleryStore
from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.contention import transact_again
from floorsight.platform.errors import Conflict, Fault, Faulty, FloorsightError, NotFound
from floorsight.platform.ids import derived_id
from floorsight.platform.objects import ObjectStore
from floorsight.platform.table import Expectation, TransactionRefused, Update, Write


class ChangedMeanwhile(Conflict):
    """The employee, or somebody's faces, are not what they were when it was decided: decide again."""

    code = "changed_meanwhile"


@dataclass(frozen=True)
class FaceKeeping:
    """Enrolled faces with their pictures. A face's id follows from its picture: adding it again changes
    nothing."""

    employees: EmployeeService
    gallery: GalleryStore
    objects: ObjectStore
    index: FaceIndex
    clock: Clock = utc_now

    def list_faces(self, employee: Employee) -> tuple[EnrolledFace, ...]:
        """In order of their enrolment."""
        return self._find(employee).faces

    def add(
        self, employee: Employee, faces: Sequence[NewFace], *, by: str, gallery_revision: int | None = None
    ) -> Enrolled:
        """Enrol faces of an employee as they were read.

        With `gallery_revision` only if nobody of the site was enrolled or erased since that revision.

        Raises:
            Conflict: `consent_missing`; `too_many_faces`.
            ChangedMeanwhile: read employee and gallery again and decide anew.
            Faulty: the backend outside refuses a picture.
            Unavailable: something did not answer; the same call may succeed later.
        """
        check_consent(employee)
        known = self._find(employee)
        asked = [self._made(employee, face, by) for face in faces]
        kept = {face.face_id: face for face in known.faces}
        added = {
            face.face_id: new for face, new in zip(asked, faces, strict=True) if face.face_id not in kept
        }
        if added:
            all_of = {face.face_id: face for face in asked} | kept
            person = replace(known, faces=tuple(check_number(all_of)))
            try:
                self._keep(employee, person, added, gallery_revision)
            except NotIndexed as error:
                place = [face.face_id for face in asked].index(error.face_id)
                raise Faulty([Fault(image_field(place), error.code, error.message)]) from error
            kept = all_of
        return Enrolled(tuple(kept[face.face_id] for face in asked), frozenset(added))

    def remove(self, employee: Employee, face_id: str) -> None:
        """Take a face away, with its picture. Raises NotFound (`unknown_face`), Conflict or Unavailable."""
        known = self._find(employee)
        left = tuple(face for face in known.faces if face.face_id != face_id)
        if len(left) == len(known.faces):
            raise NotFound(f"employee {employee.employee_id} has no face {face_id}", code="unknown_face")
        names = (employee.site_id, employee.employee_id)
        self.index.remove(*names, face_id)
        self.objects.delete([enrolled_key(*names, face_id)])
        self.gallery.put(replace(known, faces=left))  # last: until then the same call does the rest

    def _keep(
        self,
        employee: Employee,
        person: EnrolledPerson,
        added: dict[str, NewFace],
        gallery_revision: int | None,
    ) -> None:
        """Pictures first: a face without one can't be shown, one without a face goes with the employee's."""
        names = (employee.site_id, employee.employee_id)
        try:
            for face_id, face in added.items():
                self.objects.put(enrolled_key(*names, face_id), face.jpeg, content_type=PICTURE_TYPE)
            self.index.add(*names, {face_id: face.jpeg for face_id, face in added.items()})
            self._write(employee, person, gallery_revision)
        except FloorsightError:
            self._take_back(names, added)
            raise

    def _take_back(self, names: tuple[str, str], added: dict[str, NewFace]) -> None:
        """Unless they are enrolled by now: the answer got lost, or somebody else has sent the same."""
        found = self.gallery.find(*names)
        enrolled = {face.face_id for face in found.faces} if found else set()
        gone = [face_id for face_id in added if face_id not in enrolled]
        for face_id in gone:
            self.index.remove(*names, face_id)
        self.objects.delete([enrolled_key(*names, face_id) for face_id in gone])

    def _write(self, employee: Employee, person: EnrolledPerson, gallery_revision: int | None) -> None:
        """Only while the consent is in force that was looked at."""
        writes: list[Write] = []
        for write in self.gallery.put_writes(person):
            if isinstance(write, Update) and gallery_revision is not None:
                write = replace(write, expect=Expectation(equals={"revision": gallery_revision or None}))
            writes.append(write)
        writes.append(self.employees.store.unchanged(employee))
        busy = "others are changing the same site's faces; try again"
        try:
            transact_again(self.gallery.table, writes, self.gallery.backoff, busy=busy)
        except TransactionRefused as refused:
            raise ChangedMeanwhile(
                "the employee or the site's faces were changed this very moment; try again"
            ) from refused

    def _find(self, employee: Employee) -> EnrolledPerson:
        names = (employee.site_id, employee.employee_id)
        return self.gallery.find(*names) or EnrolledPerson(*names)

    def _made(self, employee: Employee, face: NewFace, by: str) -> EnrolledFace:
        digest = hashlib.sha256(face.jpeg).hexdigest()
        face_id = derived_id("face", employee.site_id, employee.employee_id, face.embedder, digest)
        return EnrolledFace(
            face_id=face_id,
            embedding=face.embedding,
            embedder=face.embedder,
            enrolled_at=self.clock(),
            enrolled_by=by,
            snapshot_key=enrolled_key(employee.site_id, employee.employee_id, face_id),
        )


def check_consent(employee: Employee) -> None:
    """Raises Conflict (`consent_missing`)."""
    if not employee.may_be_recognised:
        raise Conflict(
            f"employee {employee.employee_id} has not consented to be recognised; record a consent first "
            f"(PUT /api/employees/{employee.employee_id}/consent), or punch by hand",
            code="consent_missing",
        )


def check_number(faces: dict[str, EnrolledFace]) -> list[EnrolledFace]:
    """All of them. Raises Conflict (`too_many_faces`)."""
    if len(faces) > MAX_FACES:
        raise Conflict(
            f"an employee has at most {MAX_FACES} faces, and these would be {len(faces)}; remove some first",
            code="too_many_faces",
        )
    return sorted(faces.values(), key=lambda face: (face.enrolled_at, face.face_id))
