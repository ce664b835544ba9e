"""Moments in requests, wherever one is asked for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.scene import CAMERA, SITE
from tests.unit.functions.conftest import Api, problem_of

ALERT = f"/api/occupancy/alerts/{SITE}.x.y"
NUMBERS = ["1772445600", "-1", "1772445600.5", " 1772445600 ", "1e9", "1_000", "inf"]
FAR = ["0001-01-01T00:00:00+14:00", "1969-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00"]


@pytest.fixture(autouse=True)
def _plant(api: Api) -> None:
    api.scene.with_camera()


def ask(api: Api, place: str, field: str, value: Any) -> Any:
    if place == "recount":
        period = {"from": "2026-03-02T11:00:00Z", "to": "2026-03-02T13:00:00Z", field: value}
        return api.operator.post("/api/occupancy/recount", json={"camera_id": CAMERA, **period})
    path = "alerts" if place == "alerts" else f"cameras/{CAMERA}/hourly"
    return api.viewer.get(f"/api/occupancy/{path}", params={"site_id": SITE, field: value})


@pytest.mark.parametrize("place", ["alerts", "history", "recount"])
@pytest.mark.parametrize("field", ["from", "to"])
def test_moments_are_no_numbers_and_within_the_calendar(api: Api, place: str, field: str) -> None:
    for number in NUMBERS:
        assert problem_of(ask(api, place, field, number)) == (422, "invalid_request", [field]), number
    for far in FAR:
        assert problem_of(ask(api, place, field, far)) == (422, "out_of_range", [field]), far
    assert ask(api, place, field, "2026-03-02T11:30:00Z").status_code == 200


@pytest.mark.parametrize("value", [1772445600, 1772445600.5, True, *NUMBERS])
def test_moments_in_bodies_are_no_numbers(api: Api, value: Any) -> None:
    assert problem_of(ask(api, "recount", "from", value)) == (422, "invalid_request", ["from"])
    answer = api.operator.post(f"{ALERT}/snooze", json={"until": value})
    assert problem_of(answer) == (422, "invalid_request", ["until"])
