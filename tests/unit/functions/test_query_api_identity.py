"""How a site recognises people, what it took, and whom nobody knows: by the API."""

from __future__ import annotations

from typing import Any

import pytest

from floorsight.identity.policy.model import IdentityPolicy
from tests.fakes.recognition import Recognition
from tests.fakes.scene import CAMERA, SITE, Scene
from tests.unit.functions.conftest import Api, problem_of

POLICY = f"/api/identity/policy?site_id={SITE}"
METRICS = f"/api/identity/metrics?site_id={SITE}"
REVIEWS = f"/api/identity/review?site_id={SITE}"
ANNA, STRANGER = 1, 3


@pytest.fixture
def scene() -> Scene:
    return Scene().with_camera()


@pytest.fixture
def room(scene: Scene) -> Recognition:
    """Anna is recognised, and a stranger is not."""
    room = Recognition(scene)
    room.enrol("anna", ANNA)
    room.hire("carl")
    room.recognise(room.see(1, ANNA))
    room.recognise(room.see(2, STRANGER))
    return room


def test_a_policy_is_read_and_changed(api: Api) -> None:
    default = api.viewer.get(POLICY).json()
    defaults = IdentityPolicy(SITE)
    assert default == {
        "site_id": SITE,
        "revision": 0,
        "recogniser": "gallery",
        "threshold": defaults.threshold,
        "margin": defaults.margin,
        "min_votes": 3,
        "rekognition_usd_per_day": 1.0,
        "review_days": 30,
        "snapshot_days": 90,
    }
    change = {"revision": 0, "recogniser": "gallery-then-rekognition", "rekognition_usd_per_day": 0.25}
    changed = api.admin.put(POLICY, json=change).json()
    assert changed == default | change | {"revision": 1}
    assert api.viewer.get(POLICY).json() == changed
    assert api.admin.put(POLICY, json=change).json() == changed  # whose answer got lost, says it again
    stale = api.admin.put(POLICY, json=change | {"min_votes": 1})
    assert problem_of(stale) == (409, "revision_changed", [])


@pytest.mark.parametrize(
    ("field", "value"),
    [("threshold", 1.5), ("margin", 0), ("min_votes", 4), ("review_days", 31), ("recogniser", "guess")],
)
def test_a_policy_that_makes_no_sense_is_refused(api: Api, field: str, value: Any) -> None:
    status, _, fields = problem_of(api.admin.put(POLICY, json={"revision": 0, field: value}))
    assert (status, fields) == (422, [field])


def test_metrics_are_by_camera_and_day_with_their_sum(api: Api, room: Recognition) -> None:
    body = api.viewer.get(METRICS).json()
    numbers = {
        "questions": 2,
        "cache_hits": 0,
        "cache_misses": 2,
        "gallery_decisions": 2,
        "recognised": 1,
        "unknown": 1,
        "rekognition_calls": 0,
        "estimated_usd": 0.0,
        "avoided_usd": 0.006,
    }
    assert body == {
        "site_id": SITE,
        "total": numbers,
        "items": [{"camera_id": CAMERA, "day": "2026-03-02", **numbers}],
    }
    elsewhere = api.viewer.get(f"{METRICS}&camera_id=door-2&from=2026-03-01&to=2026-03-02").json()
    assert (elsewhere["total"]["questions"], elsewhere["items"]) == (0, [])
    wrong = api.viewer.get(f"{METRICS}&from=2026-03-03&to=2026-03-02")
    assert problem_of(wrong) == (422, "out_of_range", ["from"])


def test_somebody_unknown_is_shown_to_operators_and_named(api: Api, room: Recognition) -> None:
    [review] = api.operator.get(REVIEWS).json()["items"]
    assert (review["camera_id"], review["track_id"], review["state"]) == (CAMERA, 2, "open")
    assert "_unknown" in review["snapshot_url"]
    assert set(review) == {
        *("review_id", "site_id", "camera_id", "stream_session", "track_id", "occurred_at"),
        *("first_seen_at", "last_seen_at", "reason", "faces", "snapshot_url", "state", "employee_id"),
        *("settled_by", "settled_at", "expires_at"),
    }
    assert problem_of(api.viewer.get(REVIEWS))[:2] == (403, "role_missing")
    path = f"/api/identity/review/{review['review_id']}"
    named = api.operator.post(f"{path}/name", json={"employee_id": "carl"}).json()
    assert (named["state"], named["employee_id"], named["settled_by"]) == ("named", "carl", "olga")
    assert (named["enrolled"], named["not_enrolled"]) == (3, None)
    assert api.operator.get(REVIEWS).json()["items"] == []
    assert len(api.operator.get(f"{REVIEWS}&state=all").json()["items"]) == 1
    assert problem_of(api.operator.post(f"{path}/dismiss")) == (409, "review_settled", [])


def test_a_review_is_dismissed_and_problems_are_told(api: Api, room: Recognition) -> None:
    [review] = api.operator.get(REVIEWS).json()["items"]
    path = f"/api/identity/review/{review['review_id']}"
    wrong = api.operator.post(f"{path}/name", json={"employee_id": "nobody"})
    assert problem_of(wrong) == (422, "unknown_employee", ["employee_id"])
    assert api.operator.post(f"{path}/dismiss").json()["state"] == "dismissed"
    gone = api.operator.post("/api/identity/review/plant-1.x.y/dismiss")
    assert problem_of(gone) == (404, "unknown_review", [])
