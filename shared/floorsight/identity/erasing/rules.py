"""What an erasure has to do, and has done: pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from floorsight.employees.model import Employee
from floorsight.identity.erasing.model import Erasure, Kind, Reference
from floorsight.identity.gallery.model import EnrolledPerson


def has_news(employee: Employee, last: Erasure) -> bool:
    """Whether the employee was marked again since the last erasure, which is finished, began."""
    consent = employee.consent
    marks = [employee.erased_at, consent.withdrawn_at if consent else None]
    return last.finished_at is not None and any(mark and mark > last.started_at for mark in marks)


def taking_over(erasure: Erasure, person: EnrolledPerson) -> Erasure:
    """The erasure with the faces that leave the gallery; all reviews are looked through for them."""
    references = tuple(Reference(face.embedder, face.embedding) for face in person.faces)
    return replace(
        counting(erasure, Kind.FACES, len(references)),
        references=erasure.references + references,
        reviewed_to=None,
        reviews_done=False,
    )


def counting(erasure: Erasure, kind: Kind, number: int) -> Erasure:
    """The erasure with so many more of a kind removed."""
    removed = Counter(erasure.removed)
    removed[kind.value] += number
    return replace(erasure, removed={name: count for name, count in removed.items() if count})
