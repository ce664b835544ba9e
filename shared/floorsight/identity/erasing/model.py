"""An erasure: what was asked for, how far it is, and what was removed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from floorsight.identity.policy.model import MAX_REVIEW_DAYS
from floorsight.platform.backups import ACCESS_LOG_DAYS, backups_end, explain_backups

# What the bucket does: whoever recognises a face removes its record at once, but the question may wait.
FACE_RECORD_DAYS = 14
# Of a crossing or a zone; the site's policy may be shorter. Videos: put aside, and uploaded.
SCENE_PICTURE_DAYS = 97
QUARANTINE_DAYS = 14
RECORDING_DAYS = 30


class ErasureCause(StrEnum):
    """Why somebody's biometrics were removed."""

    ERASED = "erased"  # they asked for it
    WITHDRAWN = "withdrawn"  # their consent has ended
    LEFT = "left"  # they don't work there any more


class Kind(StrEnum):
    """What is removed."""

    FACES = "faces"  # embeddings of the gallery
    ENROLLED_PICTURES = "enrolled_pictures"
    PICTURES = "pictures"  # of recognised tracks: evidence of punches and answers
    ANSWERS = "answers"
    NAMED_REVIEWS = "named_reviews"
    UNNAMED_REVIEWS = "unnamed_reviews"  # nobody had named them; the face was similar
    OUTSIDE_FACES = "outside_faces"  # at Rekognition


@dataclass(frozen=True)
class Reference:
    """A face that unnamed ones are compared with until all are looked through."""

    embedder: str
    embedding: bytes = field(repr=False)


@dataclass(frozen=True)
class Erasure:
    """The removal of an employee's biometrics, begun by `by`.

    `removed` counts what is gone by now. `references` are the faces that were enrolled and `reviewed_to` is
    where the looking through reviews has got to; neither is left when that is done.
    """

    employee_id: str
    site_id: str
    cause: ErasureCause
    by: str
    started_at: datetime
    finished_at: datetime | None = None
    removed: Mapping[str, int] = field(default_factory=dict)
    references: tuple[Reference, ...] = ()
    reviewed_to: Mapping[str, str] | None = None
    reviews_done: bool = False
    revision: int = 0

    @property
    def backups_end_at(self) -> datetime | None:
        """When no backup has a copy any more."""
        return backups_end(self.finished_at)


def explain_what_is_left(erasure: Erasure) -> list[str]:
    """Where copies of what was removed may still be, and for how long."""
    return [
        explain_backups(erasure.backups_end_at),
        "Pictures of the face are gone at once: the bucket keeps no earlier versions. Its access log keeps "
        f"the keys of pictures, not what they showed, for {ACCESS_LOG_DAYS} days.",
        "A track that waits to be recognised may show the person once more, as somebody unknown; its face "
        f"records go when it is done, or after {FACE_RECORD_DAYS} days if that fails.",
        "People whom nobody named are found only by a face that is as similar as the site's threshold to one "
        "that was enrolled until now. Others (less similar, of an earlier model, or dismissed, whose faces "
        f"are gone) stay until their review is over, {MAX_REVIEW_DAYS} days at the most.",
        "Pictures of people who cross a line or enter a zone are kept by place and day, not by person: they "
        f"go as the site's policy says, after {SCENE_PICTURE_DAYS} days at the latest, and videos that "
        f"were put aside after {QUARANTINE_DAYS} days, uploaded ones after {RECORDING_DAYS}.",
        "A function that is warm may hold a copy of the site's faces in its memory until it is asked again, "
        "or AWS ends it; it compares nobody with it.",
        "Consents (when, to which text, recorded by whom) and that this erasure happened are kept as proof, "
        "without biometrics. Punches and their times are kept for payroll.",
    ]
