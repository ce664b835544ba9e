"""A site's gate policy, its versions, and what it says in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from floorsight.events.vehicles import Verdict
from floorsight.platform.errors import Conflict, Malformed, NotFound, Unavailable
from floorsight.platform.retry import Backoff
from floorsight.vehicles.model import GatePolicy
from floorsight.vehicles.policy.describing import describe_policy
from floorsight.vehicles.policy.service import GatePolicyService
from floorsight.vehicles.policy.store import GatePolicyStore
from tests.fakes.scene import SITE, Scene, no_wait
from tests.fakes.table import FaultyTable

STRICT = GatePolicy(SITE, min_confidence=0.9, profiles=("IN", "ANY"), default=Verdict.DENY)


@pytest.fixture
def scene() -> Scene:
    return Scene().with_camera()


@pytest.fixture
def policies(scene: Scene) -> GatePolicyService:
    return GatePolicyService(scene.sites, GatePolicyStore(scene.registry), scene.clock)


def test_a_site_has_the_defaults_until_somebody_changes_them(
    scene: Scene, policies: GatePolicyService
) -> None:
    assert policies.get_policy(SITE) == policies.get_version(SITE, 0) == GatePolicy(SITE)
    assert policies.list_versions(SITE).items == []
    set_at = scene.clock.now
    stored = policies.update_policy(STRICT, by="olga")
    assert stored == replace(STRICT, revision=1, changed_at=set_at, changed_by="olga")
    assert stored == policies.get_policy(SITE) == policies.get_version(SITE, 1)
    assert policies.get_version(SITE, 0) == GatePolicy(SITE)


def test_a_whole_number_comes_back_as_it_was(policies: GatePolicyService) -> None:
    stored = policies.update_policy(GatePolicy(SITE, min_confidence=1.0), by="olga")
    assert isinstance(policies.get_policy(SITE).min_confidence, float)
    assert policies.get_policy(SITE) == stored


def test_every_version_is_kept_newest_first(scene: Scene, policies: GatePolicyService) -> None:
    versions = []
    for number in range(12):
        scene.clock.now += timedelta(days=1)
        confidence = 0.6 + number / 100
        changed = replace(policies.get_policy(SITE), min_confidence=confidence)
        versions.append(policies.update_policy(changed, by=f"user-{number}"))
    assert policies.list_versions(SITE).items == versions[::-1]
    page = policies.list_versions(SITE, limit=5)
    rest = policies.list_versions(SITE, start_key=page.next_key)
    assert page.items + rest.items == versions[::-1]
    assert [policies.get_version(SITE, number) for number in range(1, 13)] == versions
    with pytest.raises(NotFound) as missing:
        policies.get_version(SITE, 13)
    assert missing.value.code == "unknown_version"


def test_who_read_an_older_one_is_refused_and_leaves_no_version(policies: GatePolicyService) -> None:
    first = policies.update_policy(STRICT, by="olga")
    second = policies.update_policy(replace(first, default=Verdict.REVIEW), by="olga")
    for stale in (STRICT, first):
        with pytest.raises(Conflict) as refused:
            policies.update_policy(stale, by="otto")
        assert refused.value.code == "revision_changed"
    assert policies.list_versions(SITE).items == [second, first]


def test_a_lost_answer_is_no_conflict_and_contention_is_waited_for(scene: Scene) -> None:
    for fault in ({"answer_lost": 1.0}, {"unavailable": 1.0}):
        broken = FaultyTable(scene.registry, dice=lambda: 0.5, **fault)
        service = GatePolicyService(scene.sites, GatePolicyStore(broken), scene.clock)
        with pytest.raises(Unavailable):
            service.update_policy(STRICT, by="olga")
    # The first of these was written: whoever repeats it at the same moment is told so.
    service = GatePolicyService(scene.sites, GatePolicyStore(scene.registry), scene.clock)
    assert service.update_policy(STRICT, by="olga") == service.get_policy(SITE)
    assert len(service.list_versions(SITE).items) == 1
    busy = FaultyTable(scene.registry, contention=1.0)
    crowded = GatePolicyService(scene.sites, GatePolicyStore(busy, Backoff(sleep=no_wait)), scene.clock)
    with pytest.raises(Unavailable) as refused:
        crowded.update_policy(service.get_policy(SITE), by="olga")
    assert refused.value.code == "contention"
    assert service.get_policy(SITE).revision == 1


def test_formats_must_be_known(policies: GatePolicyService) -> None:
    with pytest.raises(Malformed) as refused:
        policies.update_policy(replace(STRICT, profiles=("IN", "DE")), by="olga")
    assert (refused.value.code, refused.value.field) == ("unknown_profile", "profiles")
    assert "IN, EU, UK, US, BR, ANY" in refused.value.message
    assert policies.get_policy(SITE).revision == 0


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        *(
            ({"min_confidence": value}, "out_of_range", "min_confidence")
            for value in (0.4999, 1.0001, -1.0, float("nan"))
        ),
        ({"default": Verdict.ALLOW}, "default_opens", "default"),
        ({"profiles": ()}, "bad_profiles", "profiles"),
        ({"profiles": ("IN", "UK", "IN")}, "bad_profiles", "profiles"),
        ({"site_id": "Plant 1"}, "bad_identifier", "site_id"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(Malformed) as refused:
        GatePolicy(**{"site_id": SITE, **wrong})
    assert (refused.value.code, refused.value.field) == (code, field)


@pytest.mark.parametrize("confidence", [0.5, 0.85, 1.0])
def test_the_limits_of_confidence_are_in(confidence: float) -> None:
    assert GatePolicy(SITE, min_confidence=confidence).min_confidence == confidence


def test_a_site_must_be_there_and_a_deleted_ones_versions_stay(
    scene: Scene, policies: GatePolicyService
) -> None:
    for ask in (
        lambda: policies.get_policy("nowhere"),
        lambda: policies.get_version("nowhere", 0),
        lambda: policies.list_versions("nowhere"),
        lambda: policies.update_policy(GatePolicy("nowhere"), by="olga"),
    ):
        with pytest.raises(NotFound):
            ask()
    first = policies.update_policy(STRICT, by="olga")
    scene.sites.delete_camera("door-1")
    scene.sites.delete_site(SITE)
    assert policies.get_version(SITE, 1) == first
    assert policies.list_versions(SITE).items == [first]
    with pytest.raises(NotFound):
        policies.update_policy(first, by="olga")


UNSURE = "What is read with a confidence below {} opens nothing: a guard is asked."


@pytest.mark.parametrize(
    ("policy", "sentences"),
    [
        (
            GatePolicy(SITE),
            (
                "Plates are read as ANY.",
                UNSURE.format("0.85"),
                "A vehicle on no list is held: the gate stays shut until somebody opens it.",
                "These are the defaults; nobody has changed them.",
            ),
        ),
        (
            replace(STRICT, revision=3, changed_by="olga"),
            (
                "Plates are read as IN, and as ANY where these do not fit.",
                UNSURE.format("0.9"),
                "A vehicle on no list is denied.",
                "This is version 3, set by olga.",
            ),
        ),
        (
            GatePolicy(SITE, profiles=("UK", "EU"), default=Verdict.REVIEW, min_confidence=1, revision=1),
            (
                "Plates are read as UK or EU.",
                UNSURE.format("1"),
                "A vehicle on no list is for a guard to look at.",
                "This is version 1.",
            ),
        ),
    ],
)
def test_a_policy_is_told_in_words(policy: GatePolicy, sentences: tuple[str, ...]) -> None:
    assert describe_policy(policy) == " ".join(sentences)
