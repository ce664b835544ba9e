"""A site's faces as a matrix, and how near some faces are to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from floorsight.identity.gallery.model import EMBEDDING_SIZE, SiteFaces
from floorsight.identity.model import FaceMatch, Match

Embeddings = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Gallery:
    """Enrolled faces of one embedder at one revision.

    `matrix` is (n, 128) float32 of unit rows, rows of an employee one after another; `starts` (p,) is the
    first row of each employee in `employees`, of which each has at least one.
    """

    site_id: str
    revision: int
    employees: tuple[str, ...]
    starts: npt.NDArray[np.intp] = field(repr=False)
    matrix: Embeddings = field(repr=False)

    @classmethod
    def of(cls, faces: SiteFaces, embedder: str) -> Gallery:
        """The faces that this embedder made; others can't be compared with its."""
        employees: list[str] = []
        starts: list[int] = []
        embeddings: list[bytes] = []
        for person in faces.people:
            own = [face.embedding for face in person.faces if face.embedder == embedder]
            if own:
                employees.append(person.employee_id)
                starts.append(len(embeddings))
                embeddings.extend(own)
        return cls(
            faces.site_id,
            faces.revision,
            tuple(employees),
            np.array(starts, np.intp),
            stack_embeddings(embeddings),
        )

    def faces_of(self, employee_id: str) -> Embeddings:
        """(k, 128): an employee's faces; none if they are not enrolled."""
        if employee_id not in self.employees:
            return self.matrix[:0]
        place = self.employees.index(employee_id)
        ends = [*self.starts[1:], len(self.matrix)]
        return self.matrix[self.starts[place] : ends[place]]

    def match(self, faces: Embeddings) -> list[FaceMatch]:
        """Of each face (k, 128; unit rows) the employee who is nearest, and the nearest other one.

        An employee is as near as the nearest of their faces, by cosine. Equally near: the lower id first.
        """
        if not self.employees:
            return [FaceMatch(None, None) for _ in faces]
        nearest = np.maximum.reduceat(self.matrix @ faces.T, self.starts, axis=0)  # (p, k)
        return [self._two_best(column) for column in nearest.T]

    def _two_best(self, similarities: Embeddings) -> FaceMatch:
        first = int(similarities.argmax())
        best = Match(self.employees[first], float(similarities[first]))
        if len(self.employees) == 1:
            return FaceMatch(best, None)
        others = similarities.copy()
        others[first] = -np.inf
        second = int(others.argmax())
        return FaceMatch(best, Match(self.employees[second], float(others[second])))


def stack_embeddings(embeddings: Sequence[bytes]) -> Embeddings:
    """(n, 128) float32 of embeddings as they are stored."""
    return np.frombuffer(b"".join(embeddings), "<f4").reshape(-1, EMBEDDING_SIZE)
