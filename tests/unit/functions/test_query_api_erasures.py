"""Erasing a plate over the API: admins only, refused while it is on a list, reported without the plate."""

from __future__ import annotations

import pytest

from tests.fakes.scene import SITE, Scene
from tests.unit.functions.conftest import Api, problem_of

PATH = "/api/v1/vehicle/erasures"
PLATE = "KA01AB1234"


@pytest.fixture
def scene() -> Scene:
    return Scene().with_camera()


def test_an_admin_erases_and_reads_the_report(api: Api) -> None:
    answer = api.admin.post(PATH, json={"site_id": SITE, "plate": "ka-01 ab 1234"})
    assert answer.status_code == 200, answer.text
    report = answer.json()
    assert (report["site_id"], report["by"], report["removed"]["passages"]) == (SITE, "olga", 0)
    assert report["finished_at"] is not None
    assert report["backups_until"] > report["finished_at"]
    assert PLATE not in answer.text
    assert api.admin.get(PATH, params={"site_id": SITE}).json() == [report]


def test_nobody_else_may(api: Api) -> None:
    for client in (api.viewer, api.operator):
        assert client.post(PATH, json={"site_id": SITE, "plate": PLATE}).status_code == 403
        assert client.get(PATH, params={"site_id": SITE}).status_code == 403


def test_a_plate_on_a_list_and_what_is_no_plate_are_refused(api: Api) -> None:
    listed = {"site_id": SITE, "plate": PLATE, "list": "blocked", "reason": "stolen"}
    assert api.operator.post("/api/v1/vehicle/vehicles", json=listed).status_code == 201

    def refusal(site_id: str, plate: str) -> tuple[int, str]:
        return problem_of(api.admin.post(PATH, json={"site_id": site_id, "plate": plate}))[:2]

    assert refusal(SITE, PLATE) == (409, "still_listed")
    assert refusal(SITE, " - ") == (422, "no_plate")
    assert refusal("gone", PLATE) == (404, "unknown_site")
