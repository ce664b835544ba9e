"""Enrolled faces at a backend outside, for sites whose policy asks one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from floorsight.identity.enrolling.store import OutsideStore
from floorsight.identity.policy.store import PolicyStore
from floorsight.platform.errors import Malformed


class NotIndexed(Malformed):
    """A picture that a backend outside refuses, by the id of its face."""

    def __init__(self, face_id: str, code: str, message: str) -> None:
        super().__init__(message, code=code)
        self.face_id = face_id


class FaceIndex(Protocol):
    """Somebody outside who keeps a site's faces too. All of it may be repeated."""

    def add(self, site_id: str, employee_id: str, pictures: dict[str, bytes]) -> None:
        """Have the faces of these pictures known there, by their face ids; all of them, or none.

        Does nothing for a site that asks nobody outside. Raises NotIndexed, Conflict (`spend_cap`, ...),
        Forbidden or Unavailable.
        """

    def remove(self, site_id: str, employee_id: str, face_id: str | None = None) -> int:
        """Remove a face of an employee, or all; how many there were. Raises Unavailable: some may be left."""


class NoIndex:
    """Nobody outside knows anybody."""

    def add(self, site_id: str, employee_id: str, pictures: dict[str, bytes]) -> None:
        del site_id, employee_id, pictures

    def remove(self, site_id: str, employee_id: str, face_id: str | None = None) -> int:
        del site_id, employee_id, face_id
        return 0


@dataclass(frozen=True)
class MarkedIndex:
    """A `FaceIndex` that remembers whom it was given, so that nobody outside is asked about anybody else.

    A site that never asked Rekognition needs none, not even for erasing; one that did once is cleared there.
    """

    outside: FaceIndex
    marks: OutsideStore
    policies: PolicyStore

    def add(self, site_id: str, employee_id: str, pictures: dict[str, bytes]) -> None:
        if self.policies.find(site_id).asks_rekognition:
            self.marks.mark(site_id, employee_id)
            self.outside.add(site_id, employee_id, pictures)

    def remove(self, site_id: str, employee_id: str, face_id: str | None = None) -> int:
        if not self.marks.is_marked(site_id, employee_id):
            return 0
        removed = self.outside.remove(site_id, employee_id, face_id)
        if face_id is None:
            self.marks.unmark(site_id, employee_id)
        return removed
