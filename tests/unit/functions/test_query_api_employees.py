"""Employees by the API: their data, consents, faces, and their erasure."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from functions.gateway.access import Role
from tests.fakes.clock import NOON
from tests.fakes.people import new_face
from tests.fakes.portraits import face_of, stored
from tests.fakes.scene import SITE
from tests.unit.functions.conftest import Api, problem_of

PATH = "/api/employees/anna"


@pytest.fixture
def staffed(api: Api) -> Api:
    """A site with Anna, who has not consented to anything."""
    api.scene.with_camera()
    answer = api.operator.post(
        "/api/employees", json={"employee_id": "anna", "site_id": SITE, "name": "Anna Weiß"}
    )
    assert answer.status_code == 201
    return api


def consent(api: Api, **body: Any) -> Any:
    return api.operator.put(f"{PATH}/consent", json={"version": "2026-01", **body})


def enrol(api: Api, *shots: int) -> list[str]:
    services = api.app.state.make_services()
    employee = services.employees.get_employee("anna")
    enrolled = services.faces.add(employee, [new_face(1, shot) for shot in shots], by="olga")
    return [face.face_id for face in enrolled.faces]


def test_an_employee_is_made_read_changed_and_listed(staffed: Api) -> None:
    read = staffed.operator.get(PATH).json()
    assert read == {
        "employee_id": "anna",
        "site_id": SITE,
        "name": "Anna Weiß",
        "payroll_number": None,
        "employed_from": None,
        "employed_until": None,
        "consent": None,
        "may_be_recognised": False,
        "erased_at": None,
        "created_at": "2026-03-02T12:00:00Z",
        "created_by": "olga",
        "revision": 1,
    }
    change = {"name": "Anna Schwarz", "payroll_number": "0042", "employed_from": "2026-01-01", "revision": 1}
    changed = staffed.operator.put(PATH, json=change).json()
    assert (changed["name"], changed["payroll_number"], changed["revision"]) == ("Anna Schwarz", "0042", 2)
    late = staffed.operator.put(PATH, json=change | {"name": "Anna Braun"})
    assert problem_of(late)[:2] == (409, "revision_changed")
    listed = staffed.operator.get("/api/employees", params={"site_id": SITE}).json()
    assert (listed["items"], listed["next_cursor"]) == ([changed], None)


def test_what_can_not_be_is_refused(staffed: Api) -> None:
    new = {"employee_id": "anna", "site_id": SITE, "name": "Anna"}
    assert problem_of(staffed.operator.post("/api/employees", json=new))[:2] == (409, "employee_exists")
    for change, code, field in (
        ({"employee_id": "Anna"}, "bad_identifier", "employee_id"),
        ({"employee_id": "berta", "site_id": "nowhere"}, "unknown_site", "site_id"),
        ({"employee_id": "berta", "employed_until": "1492-01-01"}, "invalid_request", "employed_until"),
        ({"employee_id": "berta", "wage": 1}, "invalid_request", "wage"),
    ):
        answer = staffed.operator.post("/api/employees", json=new | change)
        assert problem_of(answer) == (422, code, [field])


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/employees/dora"),
        ("DELETE", "/api/employees/dora"),
        ("PUT", "/api/employees/dora/consent"),
        ("DELETE", "/api/employees/dora/consent"),
        ("GET", "/api/employees/dora/consents"),
        ("GET", "/api/employees/dora/faces"),
        ("DELETE", "/api/employees/dora/faces/x"),
        ("POST", "/api/employees/dora/erase"),
        ("GET", "/api/employees/dora/erasures"),
    ],
)
def test_nobody_unknown_has_anything(staffed: Api, method: str, path: str) -> None:
    body = {"version": "1"} if method == "PUT" else None
    answer = staffed.signed_in(Role.ADMIN).request(method, path, json=body)
    assert problem_of(answer)[:2] == (404, "unknown_employee")


def test_a_consent_is_recorded_and_withdrawn(staffed: Api) -> None:
    agreed = consent(staffed).json()
    assert agreed["may_be_recognised"]
    assert agreed["consent"] == {
        "given_at": "2026-03-02T12:00:00Z",
        "version": "2026-01",
        "recorded_by": "olga",
        "withdrawn_at": None,
    }
    enrol(staffed, 1, 2)
    staffed.scene.clock.advance(60)
    report = staffed.operator.delete(f"{PATH}/consent").json()
    assert (report["cause"], report["removed"]["faces"], report["removed"]["answers"]) == ("withdrawn", 2, 0)
    assert not staffed.operator.get(PATH).json()["may_be_recognised"]
    (kept,) = staffed.operator.get(f"{PATH}/consents").json()
    assert kept["withdrawn_at"] == "2026-03-02T12:01:00Z"


def test_a_consent_of_the_future_is_refused(staffed: Api) -> None:
    answer = consent(staffed, given_at=(NOON + timedelta(days=1)).isoformat())
    assert problem_of(answer) == (422, "consent_in_future", ["given_at"])


def test_faces_are_listed_with_links_and_no_embeddings(staffed: Api) -> None:
    consent(staffed)
    face_ids = enrol(staffed, 1, 2)
    answer = staffed.operator.get(f"{PATH}/faces")
    faces = answer.json()["faces"]
    assert {face["face_id"] for face in faces} == set(face_ids)
    assert {face["enrolled_by"] for face in faces} == {"olga"}
    assert {face["enrolled_at"] for face in faces} == {"2026-03-02T12:00:00Z"}
    assert all(f"/enrolled/{SITE}/anna/{face['face_id']}.jpg?" in face["picture_url"] for face in faces)
    assert stored(face_of(1, 1)).hex()[:16] not in answer.text
    assert set(faces[0]) == {"face_id", "enrolled_at", "enrolled_by", "picture_url"}


def test_one_face_is_taken_away(staffed: Api) -> None:
    consent(staffed)
    first, second = enrol(staffed, 1, 2)
    assert staffed.operator.delete(f"{PATH}/faces/{first}").status_code == 204
    assert problem_of(staffed.operator.delete(f"{PATH}/faces/{first}"))[:2] == (404, "unknown_face")
    (left,) = staffed.operator.get(f"{PATH}/faces").json()["faces"]
    assert left["face_id"] == second


def test_erasing_answers_with_a_report_that_is_kept(staffed: Api) -> None:
    consent(staffed)
    enrol(staffed, 1)
    staffed.scene.clock.advance(60)
    admin = staffed.signed_in(Role.ADMIN, "ada")
    report = admin.post(f"{PATH}/erase").json()
    assert (report["cause"], report["by"]) == ("erased", "ada")
    assert report["removed"] == {
        "faces": 1,
        "enrolled_pictures": 1,
        "pictures": 0,
        "answers": 0,
        "named_reviews": 0,
        "unnamed_reviews": 0,
        "outside_faces": 0,
    }
    assert report["backups_until"] == "2026-04-06T12:01:00Z"
    assert "35 days" in json.dumps(report["what_is_left"])
    assert admin.get(f"{PATH}/erasures").json() == [report]
    assert admin.get(PATH).json()["erased_at"] == "2026-03-02T12:01:00Z"
    assert admin.get(f"{PATH}/faces").json() == {"faces": []}


def test_no_new_consent_while_an_erasure_is_unfinished(staffed: Api) -> None:
    consent(staffed)
    enrol(staffed, 1)
    services = staffed.app.state.make_services()
    object.__setattr__(services.erasing, "monotonic", iter([0.0, 99.0]).__next__)
    answer = staffed.signed_in(Role.ADMIN).post(f"{PATH}/erase")
    assert problem_of(answer)[:2] == (503, "erasure_unfinished")
    assert problem_of(consent(staffed, version="2"))[:2] == (409, "erasure_unfinished")
    object.__setattr__(services.erasing, "monotonic", lambda: 0.0)
    assert staffed.signed_in(Role.ADMIN).post(f"{PATH}/erase").status_code == 200
    staffed.scene.clock.advance(60)
    assert consent(staffed, version="2").json()["may_be_recognised"]


def test_who_leaves_keeps_their_name_and_no_face(staffed: Api) -> None:
    consent(staffed)
    enrol(staffed, 1)
    staffed.scene.clock.now = NOON + timedelta(hours=11, minutes=30)  # tomorrow in Berlin
    report = staffed.operator.delete(PATH).json()
    assert (report["cause"], report["removed"]["faces"]) == ("left", 1)
    left = staffed.operator.get(PATH).json()
    assert (left["name"], left["employed_until"]) == ("Anna Weiß", "2026-03-03")
    assert staffed.operator.get(f"{PATH}/faces").json() == {"faces": []}
    staffed.scene.clock.advance(86_400)
    staffed.operator.delete(PATH)
    assert staffed.operator.get(PATH).json()["employed_until"] == "2026-03-03"
