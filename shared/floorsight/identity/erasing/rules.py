"""What an erasure has to do, and has done: pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime

from floorsight.employees.model import Employee
from floorsight.identity.erasing.model import Erasure, ErasureCause, Kind, Reference
from floorsight.identity.gallery.model import EnrolledPerson


def has_news(employee: Employee, last: Erasure) -> bool:
    """Whether the employee was marked again since the last erasure, which is finished, began."""
    return last.finished_at is not None and any(mark > last.started_at for mark in _marks(employee))


def is_pending(employee: Employee, last: Erasure | None) -> bool:
    """Whether the last erasure has not ended, or the employee was marked and none was begun for it.

    The mark comes first: who is killed right after it leaves no erasure.
    """
    if last is None:
        return bool(_marks(employee))
    ended_at = last.finished_at
    return ended_at is None or any(mark > ended_at for mark in _marks(employee))


def cause_of(employee: Employee, last: Erasure | None) -> ErasureCause | None:
    """Why there is something to be erased, or was; None: there never was."""
    if last is not None and not has_news(employee, last):
        return last.cause
    if not _marks(employee):
        return None
    return ErasureCause.ERASED if employee.erased_at else ErasureCause.WITHDRAWN


def _marks(employee: Employee) -> list[datetime]:
    """When it was said that the employee's biometrics go, since the consent in force."""
    consent = employee.consent
    marks = (employee.erased_at, consent.withdrawn_at if consent else None)
    return [mark for mark in marks if mark is not None]


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
