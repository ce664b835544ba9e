"""A site's employees with all that is kept of their faces, on rooms in memory."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from floorsight.employees.service import EmployeeService
from floorsight.employees.store import EmployeeStore
from floorsight.events.identity import AnswerSource
from floorsight.identity.answers.model import Answer
from floorsight.identity.answers.store import AnswerStore
from floorsight.identity.enrolling.adding import FaceKeeping
from floorsight.identity.enrolling.indexing import FaceIndex, MarkedIndex, NotIndexed
from floorsight.identity.enrolling.model import NewFace
from floorsight.identity.enrolling.store import OutsideStore
from floorsight.identity.erasing.reviewing import ReviewErasure
from floorsight.identity.erasing.service import ErasureService
from floorsight.identity.erasing.store import ErasureStore
from floorsight.identity.gallery.store import GalleryStore
from floorsight.identity.model import Decision, Match, Track, Unknown
from floorsight.identity.policy.model import IdentityPolicy, Recogniser
from floorsight.identity.policy.store import PolicyStore
from floorsight.identity.purging import PurgeService
from floorsight.identity.review.faces import FACES_TYPE, dump_faces
from floorsight.identity.review.model import Review, ReviewState
from floorsight.identity.review.rules import faces_key, make_review_id
from floorsight.identity.review.store import ReviewStore
from floorsight.identity.rules import KNOWN_FOR
from floorsight.identity.snapshots import PICTURE_TYPE, employee_key, review_key
from floorsight.platform.objects import ObjectStore
from floorsight.platform.retry import Backoff
from floorsight.platform.table import Table
from floorsight.sites.service import SiteService
from floorsight.sites.store import SiteStore
from tests.fakes.clock import ManualClock
from tests.fakes.objects import MemoryObjects
from tests.fakes.portraits import EMBEDDER, face_of, jpeg_of, stored
from tests.fakes.scene import CAMERA, SESSION, SITE, no_wait
from tests.fakes.table import MemoryTable

REVIEW_DAYS = 30


@dataclass
class RememberedIndex:
    """`FaceIndex` that remembers, and refuses the pictures it is told to."""

    faces: dict[tuple[str, str, str], bytes] = field(default_factory=dict)
    refused: bytes | None = None
    asked: int = 0

    def add(self, site_id: str, employee_id: str, pictures: dict[str, bytes]) -> None:
        self.asked += 1
        for face_id, jpeg in pictures.items():
            if jpeg == self.refused:
                raise NotIndexed(face_id, "face_too_poor", "not good enough")
        self.faces |= {(site_id, employee_id, face_id): jpeg for face_id, jpeg in pictures.items()}

    def remove(self, site_id: str, employee_id: str, face_id: str | None = None) -> int:
        self.asked += 1
        gone = [key for key in self.faces if key[:2] == (site_id, employee_id) and face_id in (None, key[2])]
        for key in gone:
            del self.faces[key]
        return len(gone)


class People:
    """The rooms of employees and identity. People are numbers to `portraits`."""

    def __init__(
        self,
        registry: Table | None = None,
        presence: Table | None = None,
        objects: ObjectStore | None = None,
        outside: FaceIndex | None = None,
    ) -> None:
        self.clock = ManualClock()
        self.registry, self.presence = registry or MemoryTable(), presence or MemoryTable()
        self.objects = objects or MemoryObjects(clock=self.clock)
        self.outside = outside or RememberedIndex()
        backoff = Backoff(sleep=no_wait)
        self.sites = SiteService(SiteStore(self.registry), self.clock)
        self.employees = EmployeeService(EmployeeStore(self.registry, backoff), self.sites, self.clock)
        self.gallery = GalleryStore(self.registry, backoff)
        self.policies = PolicyStore(self.registry)
        index = MarkedIndex(self.outside, OutsideStore(self.registry), self.policies)
        self.keeping = FaceKeeping(self.employees, self.gallery, self.objects, index, self.clock)
        self.answers, self.reviews = AnswerStore(self.presence), ReviewStore(self.presence)
        self.erasing = ErasureService(
            employees=self.employees,
            gallery=self.gallery,
            answers=self.answers,
            reviewing=ReviewErasure(self.reviews, self.objects),
            policies=self.policies,
            objects=self.objects,
            index=index,
            store=ErasureStore(self.registry),
            clock=self.clock,
            backoff=backoff,
        )
        self.purging = PurgeService(
            self.sites, self.employees, self.policies, self.reviews, self.objects, self.erasing, self.clock
        )

    def with_site(self, site_id: str = SITE) -> People:
        self.sites.create_site(site_id=site_id, name="Plant", time_zone="Europe/Berlin")
        return self

    def ask_outside(self, site_id: str = SITE) -> None:
        self.policies.replace(IdentityPolicy(site_id, Recogniser.GALLERY_THEN_REKOGNITION))

    def hire(self, employee_id: str, person: int | None = None, shots: int = 2) -> None:
        """Somebody new; with a consent and so many faces enrolled if it is said who they are."""
        self.employees.create_employee(employee_id=employee_id, site_id=SITE, name=employee_id, by="olga")
        if person is not None:
            self.employees.record_consent(employee_id, version="1", by="olga")
            self.enrol(employee_id, person, shots)

    def enrol(self, employee_id: str, person: int, shots: int = 2) -> None:
        employee = self.employees.get_employee(employee_id)
        self.keeping.add(employee, [new_face(person, shot) for shot in range(shots)], by="olga")

    def recognise(self, employee_id: str, person: int, track_id: int) -> Answer:
        """A track of theirs was recognised just now."""
        track = Track(SITE, CAMERA, SESSION, track_id)
        key = employee_key(track, employee_id)
        self.objects.put(key, jpeg_of(person, 100 + track_id), content_type=PICTURE_TYPE)
        decision = Decision(AnswerSource.GALLERY, Match(employee_id, 0.9))
        now = self.clock()
        answer = Answer(track, decision, now, now + KNOWN_FOR, (f"question-{track_id}",), key)
        self.presence.write(self.answers.put_write(answer))
        return answer

    def not_recognise(self, person: int, track_id: int, *, named: str | None = None) -> Review:
        """A track of somebody was not, and perhaps was named then."""
        now = self.clock()
        track = Track(SITE, CAMERA, SESSION, track_id)
        review_id = make_review_id(track, now)
        review = Review(
            review_id=review_id,
            track=track,
            question=f"question-{track_id}",
            occurred_at=now,
            first_seen_at=now,
            last_seen_at=now,
            reason=Unknown.BELOW_THRESHOLD,
            faces=3,
            snapshot_key=review_key(SITE, review_id),
            faces_key=faces_key(review_id),
            expires_at=now + timedelta(days=REVIEW_DAYS),
            state=ReviewState.NAMED if named else ReviewState.OPEN,
            employee_id=named,
        )
        self.presence.write(self.reviews.add_write(review))
        picture = employee_key(track, named) if named else review_key(SITE, review_id)
        self.objects.put(picture, jpeg_of(person, 200 + track_id), content_type=PICTURE_TYPE)
        if not named:
            faces = [new_face(person, 10 * track_id + shot) for shot in range(3)]
            self.objects.put(review.faces_key, dump_faces(faces), content_type=FACES_TYPE)
        return review


def new_face(person: int, shot: int) -> NewFace:
    return NewFace(EMBEDDER, stored(face_of(person, shot)), jpeg_of(person, shot))


def find_traces(person: int, contents: Iterator[tuple[str, bytes]], shots: int = 100) -> list[str]:
    """Where any of a person's faces is: as float32, in hex, in base64 at any offset, or as a picture."""
    embeddings = [stored(face_of(person, shot)) for shot in range(shots)]
    wanted = [form for embedding in embeddings for form in _forms(embedding)] + [f"of {person} in".encode()]
    return [name for name, content in contents if any(form in content for form in wanted)]


def contents_of(table: Any, name: str) -> Iterator[tuple[str, bytes]]:
    """Every item of a table in memory (or of the one behind it) as bytes, binary values as they are."""
    for key, item in getattr(table, "table", table).dump().items():
        yield f"{name} {key.pk} {key.sk}", _flat(item)


def _forms(embedding: bytes) -> Iterator[bytes]:
    yield embedding
    yield embedding.hex().encode()
    for offset in range(3):
        yield base64.b64encode(embedding[offset : offset + 120])


def _flat(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, dict):
        return b"\n".join(_flat(each) for pair in value.items() for each in pair)
    if isinstance(value, list):
        return b"\n".join(map(_flat, value))
    return str(value).encode()
