"""Enrolment's and erasure's port on Rekognition."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from floorsight.identity.enrolling.indexing import FaceIndex, NotIndexed
from floorsight.identity.policy.model import IdentityPolicy, Recogniser
from floorsight.identity.policy.store import PolicyStore
from floorsight.identity.rekognition.index import LIMIT_SECONDS, RekognitionIndex
from floorsight.identity.rekognition.model import NoAnswer, SpendCapReached
from floorsight.sites.service import SiteService
from floorsight.sites.store import SiteStore
from tests.fakes.rekognition_server import Mishap
from tests.unit.identity.rekognition.conftest import ANNA, BERT, CALL, DAY, NAME, SITE, Bench


@pytest.fixture
def index(bench: Bench) -> RekognitionIndex:
    """Of a site nine hours ahead of UTC that asks Rekognition: its day has begun there already."""
    sites = SiteService(SiteStore(bench.table))
    sites.create_site(site_id=SITE, name="Works", time_zone="Asia/Tokyo")
    policies = PolicyStore(bench.table)
    policies.replace(IdentityPolicy(SITE, Recogniser.GALLERY_THEN_REKOGNITION, daily_cap_micro_usd=3 * CALL))
    bench.clock.now = datetime(2026, 3, 1, 15, 0, tzinfo=UTC)
    return RekognitionIndex(
        bench.collections, policies, sites, bench.clock, monotonic=lambda: -bench.time.left
    )


def kept(bench: Bench) -> set[str | None]:
    return {face.external_id for face in bench.server.collections.get(NAME, [])}


def test_it_is_a_face_index(index: RekognitionIndex) -> None:
    port: FaceIndex = index
    assert port


def test_faces_are_added_and_charged_to_the_sites_own_day(bench: Bench, index: RekognitionIndex) -> None:
    pictures = {"f1": bench.server.show(b"one", ANNA), "f2": bench.server.show(b"two", ANNA)}
    index.add(SITE, "anna", pictures)
    assert kept(bench) == {"anna:f1", "anna:f2"}
    assert bench.ledger.find(SITE, DAY).micro_usd == 2 * CALL
    assert index.remove(SITE, "anna", "f1") == 1
    assert index.remove(SITE, "anna") == 1


def test_a_site_that_asks_nobody_outside_sends_nothing_but_removes_what_it_sent_once(
    bench: Bench, index: RekognitionIndex
) -> None:
    index.add(SITE, "anna", {"f1": bench.server.show(b"one", ANNA)})
    index.policies.replace(IdentityPolicy(SITE, Recogniser.GALLERY, revision=1))
    index.add(SITE, "bert", {"f1": bench.server.show(b"bert", BERT)})
    assert kept(bench) == {"anna:f1"}
    assert index.remove(SITE, "anna") == 1


def test_a_refused_picture_is_named_and_none_is_kept(bench: Bench, index: RekognitionIndex) -> None:
    pictures = {"f1": bench.server.show(b"one", ANNA), "f2": bench.server.show(b"empty room")}
    with pytest.raises(NotIndexed) as caught:
        index.add(SITE, "anna", pictures)
    assert (caught.value.face_id, caught.value.code) == ("f2", "no_face")
    assert kept(bench) == set()


def test_without_money_for_all_none_is_kept(bench: Bench, index: RekognitionIndex) -> None:
    pictures = {f"f{n}": bench.server.show(b"%d" % n, ANNA) for n in range(4)}
    with pytest.raises(SpendCapReached):
        index.add(SITE, "anna", pictures)
    assert kept(bench) == set()


def test_what_failed_can_be_asked_again(bench: Bench, index: RekognitionIndex) -> None:
    pictures = {"f1": bench.server.show(b"one", ANNA)}
    bench.server.mishaps.extend([Mishap.THROTTLED] * 4)
    with pytest.raises(NoAnswer):
        index.add(SITE, "anna", pictures)
    assert bench.time.waits == [1.0, 2.0, 4.0]
    index.add(SITE, "anna", pictures)
    assert kept(bench) == {"anna:f1"}


def test_it_gives_up_while_its_function_can_still_answer(bench: Bench, index: RekognitionIndex) -> None:
    bench.jitter = 4.0
    bench.server.mishaps.extend([Mishap.THROTTLED] * 4)
    with pytest.raises(NoAnswer, match="no time left"):
        index.add(SITE, "anna", {"f1": bench.server.show(b"one", ANNA)})
    assert sum(bench.time.waits) < LIMIT_SECONDS
    assert len(bench.server.asked("IndexFaces")) == 3
