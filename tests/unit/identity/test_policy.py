"""A site's identity policy, and the counters of what it came to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from floorsight.identity.metrics.model import CameraDay, Tally
from floorsight.identity.metrics.service import MAX_DAYS, MetricsService
from floorsight.identity.metrics.store import MetricsStore
from floorsight.identity.policy.model import IdentityPolicy, Recogniser
from floorsight.identity.policy.service import PolicyService
from floorsight.identity.policy.store import PolicyStore
from floorsight.platform.errors import Conflict, Malformed, NotFound
from tests.fakes.scene import SITE, Scene

TODAY = date(2026, 3, 2)


@pytest.fixture
def scene() -> Scene:
    return Scene().with_camera()


@pytest.fixture
def policies(scene: Scene) -> PolicyService:
    return PolicyService(scene.sites, PolicyStore(scene.registry))


@pytest.fixture
def metrics(scene: Scene) -> MetricsService:
    return MetricsService(scene.sites, MetricsStore(scene.presence), scene.clock)


def test_a_site_has_the_defaults_until_somebody_changes_them(policies: PolicyService) -> None:
    default = policies.get_policy(SITE)
    assert default == IdentityPolicy(SITE)
    changed = replace(default, recogniser=Recogniser.GALLERY_THEN_REKOGNITION, threshold=0.625, min_votes=1)
    assert policies.update_policy(changed) == policies.get_policy(SITE) == replace(changed, revision=1)


def test_who_read_an_older_one_is_refused(policies: PolicyService) -> None:
    first = policies.update_policy(IdentityPolicy(SITE, min_votes=1))
    policies.update_policy(replace(first, min_votes=2))
    for stale in (IdentityPolicy(SITE), first):
        with pytest.raises(Conflict) as refused:
            policies.update_policy(stale)
        assert refused.value.code == "revision_changed"


def test_a_site_must_be_there(policies: PolicyService, metrics: MetricsService) -> None:
    for ask in (
        lambda: policies.get_policy("nowhere"),
        lambda: policies.update_policy(IdentityPolicy("nowhere")),
        lambda: metrics.list_days("nowhere"),
    ):
        with pytest.raises(NotFound):
            ask()


@pytest.mark.parametrize(
    "wrong",
    [
        *({"threshold": value} for value in (0.0, 1.0, -0.1, float("nan"))),
        *({"margin": value} for value in (0.0, 1.0)),
        *({"min_votes": value} for value in (0, 4)),
        *({"daily_cap_micro_usd": value} for value in (-1, 1_000_000_001)),
        *({"review_days": value} for value in (0, 31)),
        *({"snapshot_days": value} for value in (0, 91)),
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(Malformed) as refused:
        IdentityPolicy(SITE, **wrong)
    assert (refused.value.code, [refused.value.field]) == ("out_of_range", list(wrong))


def count(scene: Scene, camera_id: str, day: date, **numbers: int) -> None:
    store = MetricsStore(scene.presence)
    scene.presence.write(store.add_write(SITE, camera_id, day, Tally(**numbers)))


def test_counters_add_up_by_camera_and_day(scene: Scene, metrics: MetricsService) -> None:
    count(scene, "door-2", TODAY, questions=1)
    for _ in range(3):
        count(scene, "door-1", TODAY, questions=2, cache_hits=1)
    count(scene, "door-1", TODAY - timedelta(days=6), unknown=1)
    count(scene, "door-1", TODAY - timedelta(days=7), unknown=1)
    door_1 = CameraDay("door-1", TODAY, Tally(questions=6, cache_hits=3))
    week = metrics.list_days(SITE)
    assert week[1:] == [door_1, CameraDay("door-2", TODAY, Tally(questions=1))]
    assert [day.day for day in week] == [TODAY - timedelta(days=6), TODAY, TODAY]
    assert metrics.list_days(SITE, first=TODAY, camera_id="door-1") == [door_1]
    assert door_1.tally.cache_misses == 3


def test_the_day_is_the_sites(scene: Scene, metrics: MetricsService) -> None:
    zone = ZoneInfo("Europe/Berlin")
    scene.clock.now = datetime(2026, 3, 3, 0, 30, tzinfo=zone)  # still the 2nd in UTC
    count(scene, "door-1", date(2026, 3, 3), questions=1)
    assert [day.day for day in metrics.list_days(SITE)] == [date(2026, 3, 3)]


def test_a_range_is_ordered_and_bounded(metrics: MetricsService) -> None:
    quarter = TODAY - timedelta(days=MAX_DAYS - 1)
    assert metrics.list_days(SITE, first=quarter, last=TODAY) == []
    for first in (quarter - timedelta(days=1), TODAY + timedelta(days=1), date.min):
        with pytest.raises(Malformed) as refused:
            metrics.list_days(SITE, first=first, last=TODAY)
        assert refused.value.field == "from"
    assert metrics.list_days(SITE, last=date.min) == []
