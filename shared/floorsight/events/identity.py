"""Who somebody on camera is: the question that the vision worker asks, and the answers."""

from __future__ import annotations

from enum import StrEnum

from pydantic import AwareDatetime, Field

from floorsight.events.envelope import Event
from floorsight.events.vision import Fraction


class AnswerSource(StrEnum):
    """Where an answer comes from."""

    GALLERY = "gallery"  # the site's own enrolled faces
    REKOGNITION = "rekognition"
    REVIEW = "review"  # a person named the face


class FaceSeen(Event):
    """A track's faces are there to be recognised: once a track, when there are enough of them or it ended.

    `occurred_at` is when the best of them was seen. The faces themselves lie in short-lived objects
    (docs/formats/face-record.md): biometrics are in no event, queue or log.
    """

    track_id: int
    faces: int = Field(ge=1, description="Good faces that were kept.")
    first_seen_at: AwareDatetime = Field(description="When the first of these faces was seen.")
    last_seen_at: AwareDatetime = Field(description="When the last of these faces was seen.")
    record_keys: tuple[str, ...] = Field(
        min_length=1, description="Object keys of the face records, in order of time."
    )


class PersonRecognised(Event):
    """A track is an enrolled employee. `occurred_at` is that of the `FaceSeen` that asked, its cause."""

    track_id: int
    employee_id: str
    confidence: Fraction = Field(
        description="Mean similarity of the faces that agreed; 1 if a person said it."
    )
    source: AnswerSource
    first_seen_at: AwareDatetime = Field(description="As in the `FaceSeen`.")
    last_seen_at: AwareDatetime = Field(description="As in the `FaceSeen`.")
    snapshot_key: str | None = Field(
        default=None, description="Object key of the face's picture, if it was kept."
    )


class PersonNotRecognised(Event):
    """A track's faces are nobody's whom the site has enrolled, or not surely enough.

    `occurred_at` is that of the `FaceSeen` that asked, its cause. If a person names the face later, a
    `PersonRecognised` follows.
    """

    track_id: int
    review_id: str = Field(description="Where a person can name or dismiss it.")
    first_seen_at: AwareDatetime = Field(description="As in the `FaceSeen`.")
    last_seen_at: AwareDatetime = Field(description="As in the `FaceSeen`.")
    snapshot_key: str | None = Field(
        default=None, description="Object key of the face's picture, if it was kept."
    )
