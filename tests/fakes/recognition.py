"""A site where people are recognised, on a scene's tables: who is enrolled is told by a number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from floorsight.employees.service import EmployeeService
from floorsight.employees.store import EmployeeStore
from floorsight.events.identity import AnswerSource, FaceSeen
from floorsight.identity.answers.model import Answer
from floorsight.identity.answers.store import AnswerStore
from floorsight.identity.deciding import DecisionService
from floorsight.identity.enrolling.adding import FaceKeeping
from floorsight.identity.enrolling.indexing import NoIndex
from floorsight.identity.gallery.holding import GalleryHolder
from floorsight.identity.gallery.model import EnrolledFace, EnrolledPerson
from floorsight.identity.gallery.store import GalleryStore
from floorsight.identity.keeping import Evidence
from floorsight.identity.metrics.service import MetricsService
from floorsight.identity.metrics.store import MetricsStore
from floorsight.identity.model import Decision, Search, SearchResult, Unknown
from floorsight.identity.policy.service import PolicyService
from floorsight.identity.policy.store import PolicyStore
from floorsight.identity.recognising import RecognitionService
from floorsight.identity.review.naming import NamingService
from floorsight.identity.review.service import ReviewService
from floorsight.identity.review.store import ReviewStore
from floorsight.platform.ids import derived_id
from floorsight.platform.retry import Backoff
from floorsight.platform.table import Table
from floorsight.vision.faces.record import FaceRecord, KeptFace, dump_record, record_key
from tests.fakes.clock import NOON
from tests.fakes.portraits import EMBEDDER, face_of, jpeg_of, stored
from tests.fakes.scene import CAMERA, SESSION, SITE, Scene, no_wait

NOTHING_ASKED = SearchResult(Decision(AnswerSource.REKOGNITION, reason=Unknown.BELOW_THRESHOLD), 0, 0)


@dataclass
class ScriptedBackend:
    """`Backend` that answers as it is told, and remembers what it was asked."""

    result: SearchResult = NOTHING_ASKED
    searches: list[Search] = field(default_factory=list)

    def search(self, search: Search) -> SearchResult:
        self.searches.append(search)
        return self.result


class Recognition:
    """All of the identity room. `around_presence` may put faults in front of that table."""

    def __init__(
        self, scene: Scene, *, around_presence: Callable[[Table], Table] = lambda table: table
    ) -> None:
        presence = around_presence(scene.presence)
        backoff = Backoff(sleep=no_wait)
        self.scene, self.clock = scene, scene.clock
        self.objects, self.bus, self.backend = scene.objects, scene.bus, ScriptedBackend()
        self.policies = PolicyStore(scene.registry)
        self.policy_service = PolicyService(scene.sites, self.policies)
        self.employees = EmployeeService(EmployeeStore(scene.registry, backoff), scene.sites, scene.clock)
        self.gallery = GalleryStore(scene.registry, backoff)
        self.answers = AnswerStore(scene.presence)
        self.metrics = MetricsService(scene.sites, MetricsStore(scene.presence), scene.clock)
        self.reviews = ReviewService(scene.sites, ReviewStore(presence), self.objects, scene.clock)
        keeping = FaceKeeping(self.employees, self.gallery, self.objects, NoIndex(), scene.clock)
        self.naming = NamingService(self.reviews, self.policies, keeping, self.bus, backoff)
        self.service = RecognitionService(
            sites=scene.sites,
            policies=self.policies,
            decisions=DecisionService(GalleryHolder(self.gallery), self.employees, self.backend),
            evidence=Evidence(self.objects),
            presence=presence,
            bus=self.bus,
            clock=scene.clock,
            backoff=backoff,
        )

    def hire(self, employee_id: str, *, consents: bool = True) -> None:
        """Somebody new at the site, without a face."""
        self.employees.create_employee(employee_id=employee_id, site_id=SITE, name=employee_id, by="olga")
        if consents:
            self.employees.record_consent(employee_id, version="1", by="olga")

    def enrol(self, employee_id: str, person: int, *, shots: Sequence[int] = (100, 101)) -> None:
        """Hire somebody who consents, and enrol pictures of this person as theirs."""
        self.hire(employee_id)
        faces = tuple(
            EnrolledFace(f"{employee_id}-{shot}", stored(face_of(person, shot)), EMBEDDER, NOON, "olga")
            for shot in shots
        )
        self.gallery.put(EnrolledPerson(SITE, employee_id, faces))

    def see(self, track_id: int, person: int, *, faces: int = 3, **changes: Any) -> FaceSeen:
        """A track's faces of a person in the bucket, a record each, and the question about them."""
        shots = [(shot, face_of(person, 1000 * track_id + shot)) for shot in range(faces)]
        return self.see_faces(track_id, [(face, jpeg_of(person, shot)) for shot, face in shots], **changes)

    def see_faces(self, track_id: int, faces: Sequence[tuple[Any, bytes]], **changes: Any) -> FaceSeen:
        """As `see`, with these embeddings and pictures; later ones are better."""
        keys = []
        for number, (embedding, jpeg) in enumerate(faces):
            seen_at = NOON + timedelta(milliseconds=200 * number)
            kept = KeptFace(seen_at, 0.9, 0.5 + number / 100, embedding, jpeg)
            keys.append(record_key(SITE, CAMERA, SESSION, track_id, number))
            self.objects.stored[keys[-1]] = dump_record(FaceRecord(EMBEDDER, (kept,)))
        fields: dict[str, Any] = {
            "event_id": derived_id("face_seen", SITE, CAMERA, SESSION, track_id),
            "occurred_at": NOON,
            "site_id": SITE,
            "camera_id": CAMERA,
            "stream_session": SESSION,
            "cause": "chunk/1",
            "track_id": track_id,
            "faces": len(faces),
            "first_seen_at": NOON,
            "last_seen_at": NOON + timedelta(seconds=1),
            "record_keys": tuple(keys),
        }
        return FaceSeen(**fields | changes)

    def recognise(self, seen: FaceSeen) -> Answer | None:
        return self.service.recognise(seen, lambda: 20.0)
