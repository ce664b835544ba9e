"""Enrolled faces: stored, matched, and held in memory for no longer than they are true."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest

from floorsight.identity.gallery.holding import GalleryHolder
from floorsight.identity.gallery.matching import Gallery, stack_embeddings
from floorsight.identity.gallery.model import EnrolledFace, EnrolledPerson, SiteFaces, check_embedding
from floorsight.identity.gallery.similarity import find_nearest_other
from floorsight.identity.gallery.store import GalleryStore
from floorsight.identity.model import FaceMatch
from floorsight.platform.errors import Conflict, Malformed, Unavailable
from floorsight.platform.retry import Backoff
from floorsight.platform.table import Page
from tests.fakes.clock import NOON
from tests.fakes.portraits import face_of, stored
from tests.fakes.scene import SITE, no_wait
from tests.fakes.table import FaultyTable, MemoryTable

MODEL = "model-1"


def face(person: int, shot: int = 0, *, embedder: str = MODEL) -> EnrolledFace:
    return EnrolledFace(f"{person}-{shot}", stored(face_of(person, shot)), embedder, NOON, "olga", "a/key")


def somebody(employee_id: str, *faces: EnrolledFace) -> EnrolledPerson:
    return EnrolledPerson(SITE, employee_id, faces)


ANNA = somebody("anna", face(1), face(1, 1))
BERTA = somebody("berta", face(2))


@pytest.fixture
def table() -> MemoryTable:
    return MemoryTable()


@pytest.fixture
def store(table: MemoryTable) -> GalleryStore:
    return GalleryStore(table, Backoff(sleep=no_wait))


def test_what_is_put_is_found(store: GalleryStore) -> None:
    assert store.find(SITE, "anna") is None
    assert store.put(ANNA) == store.find(SITE, "anna") == replace(ANNA, revision=1)


def test_a_site_is_its_people_by_id_at_a_revision(store: GalleryStore) -> None:
    assert store.load_site(SITE) == SiteFaces(SITE, 0, ())
    berta, anna = store.put(BERTA), store.put(ANNA)
    store.put(replace(BERTA, site_id="plant-2"))
    assert store.load_site(SITE) == SiteFaces(SITE, 2, (anna, berta))


def test_every_change_raises_the_revision(store: GalleryStore) -> None:
    anna = store.put(ANNA)
    anna = store.put(replace(anna, faces=anna.faces[:1]))
    store.put(replace(anna, faces=()))
    assert store.find(SITE, "anna") is None
    assert store.find_revision(SITE) == 3


def test_removing_says_what_was_there(store: GalleryStore) -> None:
    anna = store.put(ANNA)
    assert store.remove(SITE, "anna") == anna
    assert store.remove(SITE, "anna") is None
    assert store.find_revision(SITE) == 2


def test_who_has_read_another_revision_is_refused(store: GalleryStore) -> None:
    anna = store.put(ANNA)
    store.put(replace(anna, faces=anna.faces[:1]))
    for stale in (anna, replace(anna, faces=()), replace(ANNA, faces=(face(9),))):
        with pytest.raises(Conflict) as refused:
            store.put(stale)
        assert refused.value.code == "faces_changed"
    assert store.find_revision(SITE) == 2


def test_an_answer_that_got_lost_is_no_conflict(store: GalleryStore) -> None:
    assert store.put(ANNA) == store.put(ANNA)
    assert store.find_revision(SITE) == 1


def test_contention_passes_or_is_told() -> None:
    rolls = iter([0.0, 0.0, 1.0])
    busy = FaultyTable(MemoryTable(), dice=lambda: next(rolls, 1.0), contention=0.5)
    GalleryStore(busy, Backoff(sleep=no_wait)).put(ANNA)
    always = FaultyTable(MemoryTable(), dice=lambda: 0.4, contention=0.5)
    with pytest.raises(Unavailable):
        GalleryStore(always, Backoff(sleep=no_wait)).put(ANNA)


def test_a_face_enrolled_again_while_it_is_removed_goes_too(table: MemoryTable) -> None:
    calm = GalleryStore(table)
    anna = calm.put(ANNA)
    faulty = FaultyTable(table)

    def enrol_more() -> None:
        faulty.interrupt = None
        calm.put(replace(anna, faces=(*anna.faces, face(1, 2))))

    faulty.interrupt = enrol_more
    removed = GalleryStore(faulty, Backoff(sleep=no_wait)).remove(SITE, "anna")
    assert removed is not None
    assert len(removed.faces) == 3
    assert calm.find(SITE, "anna") is None


@dataclass
class InterruptedTable:
    """A table in which something else happens while a query is under way."""

    table: MemoryTable
    interruptions: list[Any] = field(default_factory=list)

    def get(self, *key: Any) -> Any:
        return self.table.get(*key)

    def query(self, *args: Any, **how: Any) -> Page[Any]:
        page = self.table.query(*args, **how)
        if self.interruptions:
            self.interruptions.pop()()
        return page


def test_a_site_that_changes_while_it_is_read_is_read_again(table: MemoryTable) -> None:
    calm = GalleryStore(table)
    anna = calm.put(ANNA)
    torn = InterruptedTable(table, [lambda: calm.put(BERTA)])
    found = GalleryStore(torn, Backoff(sleep=no_wait)).load_site(SITE)  # type: ignore[arg-type]
    assert found == SiteFaces(SITE, 2, (anna, replace(BERTA, revision=1)))


def test_what_is_no_embedding_is_refused() -> None:
    for wrong in (b"", bytes(511), bytes(512), stored(face_of(1) * 2), stored(face_of(1) * np.nan)):
        with pytest.raises(Malformed) as refused:
            check_embedding(wrong)
        assert refused.value.code == "bad_embedding"


def test_an_employee_has_five_faces_at_most() -> None:
    with pytest.raises(Malformed) as refused:
        somebody("anna", *(face(1, shot) for shot in range(6)))
    assert refused.value.code == "too_many_faces"


def test_nothing_that_is_printed_shows_an_embedding(store: GalleryStore) -> None:
    store.put(ANNA)
    gallery = Gallery.of(store.load_site(SITE), MODEL)
    for shown in (repr(store.load_site(SITE)), repr(gallery)):
        assert "x" not in shown.replace("anna", "")  # no escaped byte
        assert "array" not in shown


def test_a_face_is_nearest_to_its_person(store: GalleryStore) -> None:
    store.put(ANNA)
    store.put(BERTA)
    gallery = Gallery.of(store.load_site(SITE), MODEL)
    asked = np.stack([face_of(1, 5), face_of(2, 5)])
    for found, (best, other), embedding in zip(
        gallery.match(asked), [("anna", "berta"), ("berta", "anna")], asked, strict=True
    ):
        assert found.best
        assert found.other
        assert (found.best.employee_id, found.other.employee_id) == (best, other)
        own = {"anna": [face_of(1), face_of(1, 1)], "berta": [face_of(2)]}
        for match in (found.best, found.other):  # an employee is as near as the nearest of their faces
            nearest = max(float(embedding @ each) for each in own[match.employee_id])
            assert match.similarity == pytest.approx(nearest, abs=1e-6)


def test_faces_of_another_embedder_are_not_compared(store: GalleryStore) -> None:
    store.put(somebody("anna", face(1, embedder="model-2")))
    store.put(BERTA)
    gallery = Gallery.of(store.load_site(SITE), MODEL)
    [found] = gallery.match(face_of(1)[None])
    assert found.best is not None
    assert (found.best.employee_id, found.other) == ("berta", None)


def test_an_empty_gallery_knows_nobody() -> None:
    gallery = Gallery.of(SiteFaces(SITE, 0, ()), MODEL)
    assert gallery.match(np.stack([face_of(1), face_of(2)])) == [FaceMatch(None, None)] * 2


def test_of_two_who_are_equally_near_the_lower_id_comes_first(store: GalleryStore) -> None:
    store.put(somebody("zoe", face(1)))
    store.put(somebody("anna", face(1)))
    [found] = Gallery.of(store.load_site(SITE), MODEL).match(face_of(1)[None])
    assert found.best
    assert found.other
    assert (found.best.employee_id, found.other.employee_id) == ("anna", "zoe")


@dataclass(frozen=True)
class CountedStore(GalleryStore):
    loads: list[str] = field(default_factory=list)

    def load_site(self, site_id: str) -> SiteFaces:
        self.loads.append(site_id)
        return super().load_site(site_id)


def test_enrolment_and_erasure_take_effect_with_the_next_question(table: MemoryTable) -> None:
    other_process = GalleryStore(table)
    store = CountedStore(table)
    holder = GalleryHolder(store)
    assert holder.current(SITE, MODEL).employees == ()
    other_process.put(ANNA)
    assert holder.current(SITE, MODEL).employees == ("anna",)
    assert holder.current(SITE, MODEL).employees == ("anna",)
    other_process.remove(SITE, "anna")
    assert holder.current(SITE, MODEL).employees == ()
    assert len(store.loads) == 3


def test_only_the_sites_asked_last_are_held(table: MemoryTable) -> None:
    store = CountedStore(table)
    holder = GalleryHolder(store, most=2)
    for site_id in ("a", "b", "a", "c", "a", "b"):
        holder.current(site_id, MODEL)
    assert store.loads == ["a", "b", "c", "b"]


def test_without_numpy_the_nearest_other_is_the_same(store: GalleryStore) -> None:
    for number in range(20):
        store.put(somebody(f"e{number:02}", face(number), face(number, 1)))
    faces = store.load_site(SITE)
    asked = [stored(face_of(3, 7)), stored(face_of(3, 8))]
    found = find_nearest_other(faces, asked, MODEL, than="e03")
    matches = Gallery.of(faces, MODEL).match(stack_embeddings(asked))
    others = [match.other for match in matches if match.other]
    expected = max(others, key=lambda match: match.similarity)
    assert found is not None
    assert found.employee_id == expected.employee_id
    assert found.similarity == pytest.approx(expected.similarity, abs=1e-6)
    nearest = find_nearest_other(faces, asked, MODEL, than="e04")
    assert nearest is not None
    assert nearest.employee_id == "e03"
    assert find_nearest_other(faces, asked, "model-2", than="e03") is None
