"""The routes of punches, records and what-if: success, errors, paging, roles."""

from __future__ import annotations

from typing import Any

import pytest

from floorsight.attendance.model import Evidence, Punch, PunchSource
from functions.gateway.access import Role
from tests.fakes.workplace import ANN, BEN, IN, OUT, SITE, Workplace, shift_of
from tests.unit.functions.conftest import Api, problem_of

BASE = "/api/v1/attendance"
TODAY = "2026-03-02"  # a Monday, 13:00 at the site
DAYS = {"first_date": "2026-03-01", "last_date": "2026-03-03"}
EARLY_CHANGE = {"name": "Early", "start": "06:00", "end": "14:00"}


@pytest.fixture
def place(api: Api) -> Workplace:
    """Ann and Ben have the early shift, on the tables that the API is on."""
    scene = api.scene
    place = Workplace(registry=scene.registry, presence=scene.presence, clock=scene.clock).opened()
    place.hire(BEN)
    return place


def check_in(api: Api, **body: Any) -> Any:
    return api.operator.post(f"{BASE}/check-in", json={"employee_id": ANN} | body)


def correct(api: Api, **body: Any) -> Any:
    given = {"employee_id": ANN, "reason": "foreman's list"}
    return api.operator.post(f"{BASE}/corrections", json=given | body)


def listed(api: Api, path: str = "", **params: Any) -> Any:
    return api.operator.get(f"{BASE}{path}", params=DAYS | params).json()["items"]


def test_who_checks_in_has_a_record(api: Api, place: Workplace) -> None:
    answer = check_in(api, at=f"{TODAY}T06:07:30")
    assert answer.status_code == 201
    entered = answer.json()
    assert (entered["punch"]["at"], entered["punch"]["direction"]) == (f"{TODAY}T05:07:30Z", "in")
    assert (entered["punch"]["source"], entered["punch"]["recorded_by"]) == ("manual", "olga")
    [record] = entered["records"]
    assert (record["instance_id"], record["statuses"]) == (f"ann.{TODAY}.early", ["late"])
    assert (record["late_seconds"], record["closed"], record["locked"]) == (450, False, False)
    out = api.operator.post(f"{BASE}/check-out", json={"employee_id": ANN, "source": "kiosk"}).json()
    assert (out["punch"]["direction"], out["punch"]["at"]) == ("out", f"{TODAY}T12:00:00Z")
    [shown] = [each for each in listed(api, employee_id=ANN) if each["punch_ids"]]
    assert [shown] == out["records"]


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-03-02T06:00:00+01:00", "2026-03-02T05:00:00Z"),
        ("2026-03-02T06:00:00.999", "2026-03-02T05:00:00Z"),
        ("2025-10-26T02:30:00", "2025-10-26T00:30:00Z"),  # the first of two
        ("2025-03-30T02:30:00", "2025-03-30T01:00:00Z"),  # the end of the gap
        ("2026-03-02T12:01:00Z", "2026-03-02T12:01:00Z"),  # a minute ahead
    ],
)
def test_a_time_without_an_offset_is_the_sites(api: Api, place: Workplace, at: str, expected: str) -> None:
    assert check_in(api, at=at).json()["punch"]["at"] == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"at": "2026-03-02T12:01:01Z"}, (422, "punch_in_future", ["at"])),
        ({"at": "1960-01-01T00:00:00"}, (422, "out_of_range", ["at"])),
        ({"at": 5}, (422, "invalid_request", ["at"])),
        ({"at": "now"}, (422, "invalid_request", ["at"])),
        ({"source": "camera"}, (422, "invalid_request", ["source"])),
        ({"employee_id": "nobody"}, (404, "unknown_employee", [])),
        ({"idempotency_key": ""}, (422, "invalid_request", ["idempotency_key"])),
    ],
)
def test_a_bad_punch_is_refused(api: Api, place: Workplace, body: dict[str, Any], expected: Any) -> None:
    assert problem_of(check_in(api, **body)) == expected
    assert listed(api, "/punches", employee_id=ANN) == []


def test_the_same_request_again_is_the_same_punch(api: Api, place: Workplace) -> None:
    first = check_in(api, idempotency_key="k-1").json()
    place.clock.advance(300)
    assert check_in(api, idempotency_key="k-1").json()["punch"] == first["punch"]
    headers = {"Idempotency-Key": "k-1"}
    body = {"employee_id": ANN}
    assert api.operator.post(f"{BASE}/check-in", json=body, headers=headers).json()["punch"] == first["punch"]
    other = api.operator.post(f"{BASE}/check-in", json=body | {"idempotency_key": "k-2"}, headers=headers)
    assert problem_of(other) == (422, "idempotency_keys_differ", ["idempotency_key"])
    reused = check_in(api, idempotency_key="k-1", at=f"{TODAY}T06:00:00")
    assert problem_of(reused) == (409, "punch_exists", [])
    without = [check_in(api, at=f"{TODAY}T06:00:00").json()["punch"] for _ in range(2)]
    assert without[0] == without[1]
    assert len(listed(api, "/punches", employee_id=ANN)) == 2


def test_punches_are_corrected_and_stay(api: Api, place: Workplace) -> None:
    wrong = check_in(api, at=f"{TODAY}T06:30:00").json()["punch"]
    moved = correct(api, action="replace", punch_id=wrong["punch_id"], at=f"{TODAY}T06:00:00").json()
    assert (moved["punch"]["supersedes"], moved["punch"]["reason"]) == (wrong["punch_id"], "foreman's list")
    assert moved["records"][0]["statuses"] == ["present"]
    added = correct(api, action="add", direction="out", at=f"{TODAY}T11:00:00").json()
    assert added["records"][0]["worked_seconds"] == 5 * 3600
    withdrawn = correct(api, action="withdraw", punch_id=added["punch"]["punch_id"]).json()
    assert withdrawn["punch"]["withdrawn"]
    assert withdrawn["records"][0]["check_out"] is None
    punches = listed(api, "/punches", employee_id=ANN)
    assert len(punches) == 4
    assert [each["punch_id"] for each in punches if each["is_current"]] == [moved["punch"]["punch_id"]]
    again = correct(api, action="replace", punch_id=wrong["punch_id"], at=f"{TODAY}T06:01:00")
    assert problem_of(again) == (409, "punch_superseded", [])
    once_more = correct(api, action="add", direction="out", at=f"{TODAY}T11:00:00")
    assert problem_of(once_more) == (409, "punch_superseded", [])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"action": "replace", "punch_id": "x"}, (404, "unknown_punch", [])),
        ({"action": "withdraw", "punch_id": "x"}, (404, "unknown_punch", [])),
        ({"action": "add", "direction": "in", "at": f"{TODAY}T14:00:00"}, (422, "punch_in_future", ["at"])),
        (
            {"action": "add", "direction": "in", "at": f"{TODAY}T06:00:00", "reason": " "},
            (422, "bad_text", ["reason"]),
        ),
        ({"action": "add", "direction": "in"}, (422, "invalid_request", ["add.at"])),
        ({"action": "move"}, (422, "invalid_request", ["body"])),
        ({"action": "withdraw", "punch_id": "x", "employee_id": "nobody"}, (404, "unknown_employee", [])),
    ],
)
def test_a_bad_correction_is_refused(api: Api, place: Workplace, body: dict[str, Any], expected: Any) -> None:
    assert problem_of(correct(api, **body)) == expected


def test_punches_that_nobody_planned_are_found(api: Api, place: Workplace) -> None:
    check_in(api, at=f"{TODAY}T06:00:00")
    check_in(api, at="2026-03-01T23:00:00")
    [lone] = listed(api, "/punches", employee_id=ANN, unplaced=True)
    assert (lone["at"], lone["instance_id"], lone["is_current"]) == ("2026-03-01T22:00:00Z", None, True)
    assert [each["instance_id"] for each in listed(api, "/punches", employee_id=ANN)] == [
        None,
        f"ann.{TODAY}.early",
    ]
    page = api.operator.get(f"{BASE}/punches", params=DAYS | {"employee_id": ANN, "limit": 1}).json()
    rest = listed(api, "/punches", employee_id=ANN, cursor=page["next_cursor"])
    assert [each["at"] for each in page["items"] + rest] == ["2026-03-01T22:00:00Z", "2026-03-02T05:00:00Z"]
    bad = api.operator.get(f"{BASE}/punches", params=DAYS | {"employee_id": ANN, "cursor": "e30"})
    assert problem_of(bad) == (422, "bad_cursor", ["cursor"])


def test_a_cameras_evidence_is_shown_with_a_link(api: Api, place: Workplace) -> None:
    evidence = Evidence("door-1", "session-1", 7, 0.875, "snapshots/plant-1/7.jpg")
    given = {"employee_id": ANN, "site_id": SITE, "at": place.clock(), "direction": IN}
    given |= {"source": PunchSource.CAMERA, "recorded_at": place.clock(), "recorded_by": "floorsight"}
    place.rooms.service.record_punch(Punch("seen", **given, evidence=evidence))
    [shown] = listed(api, "/punches", employee_id=ANN)
    assert (shown["source"], shown["instance_id"]) == ("camera", f"ann.{TODAY}.early")
    link = shown["evidence"].pop("snapshot_url")
    assert "/snapshots/plant-1/7.jpg?" in link
    assert "X-Amz-Expires=600" in link
    assert shown["evidence"] == {
        "camera_id": "door-1",
        "stream_session": "session-1",
        "track_id": 7,
        "confidence": 0.875,
    }
    corrected = correct(api, action="withdraw", punch_id="seen").json()
    assert corrected["punch"]["evidence"] is None


def test_records_of_a_site_by_status_in_pages(api: Api, place: Workplace) -> None:
    for employee_id, at in ((ANN, "06:00"), (BEN, "06:10")):
        for day in ("2026-03-01", TODAY):
            check_in(api, employee_id=employee_id, at=f"{day}T{at}:00")
    records = listed(api, site_id=SITE)
    assert [each["instance_id"] for each in records][:4] == [
        "ann.2026-03-01.early",
        "ben.2026-03-01.early",
        "ann.2026-03-02.early",
        "ben.2026-03-02.early",
    ]
    for params in ({"site_id": SITE}, {"employee_id": ANN}):
        seen, cursor = [], ""
        while cursor is not None:
            page = api.operator.get(BASE, params=DAYS | params | {"limit": 1, "cursor": cursor}).json()
            seen += page["items"]
            cursor = page["next_cursor"]
        assert seen == listed(api, **params)
    late = listed(api, site_id=SITE, status="late")
    assert [each["employee_id"] for each in late] == [BEN, BEN]
    both = listed(api, employee_id=ANN, status=["late", "missing_punch"])
    assert [each["local_date"] for each in both] == ["2026-03-01"]
    assert listed(api, employee_id=ANN, status="absent") == []


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, (422, "whose_records", ["employee_id"])),
        ({"employee_id": ANN, "site_id": SITE}, (422, "whose_records", ["employee_id"])),
        ({"employee_id": "nobody"}, (404, "unknown_employee", [])),
        ({"site_id": "nowhere"}, (404, "unknown_site", [])),
        ({"site_id": SITE, "status": "gone"}, (422, "invalid_request", ["status.0"])),
        ({"site_id": SITE, "last_date": "2026-02-01"}, (422, "dates_out_of_order", ["last_date"])),
        ({"site_id": SITE, "last_date": "2026-06-01"}, (422, "too_many_days", ["last_date"])),
        ({"site_id": SITE, "cursor": "e30"}, (422, "bad_cursor", ["cursor"])),
        ({"employee_id": ANN, "cursor": "e30"}, (422, "bad_cursor", ["cursor"])),
        (
            {"site_id": SITE, "cursor": "eyJvbiI6IjIwMjYtMDMtMDIiLCJrZXkiOnsiYSI6MX19"},
            (422, "bad_cursor", ["cursor"]),
        ),
        (
            {"site_id": SITE, "cursor": "eyJvbiI6IjIwMjYtMDctMDIiLCJrZXkiOm51bGx9"},
            (422, "bad_cursor", ["cursor"]),
        ),
    ],
)
def test_bad_lists_are_refused(api: Api, place: Workplace, params: dict[str, Any], expected: Any) -> None:
    assert problem_of(api.operator.get(BASE, params=DAYS | params)) == expected


def test_a_record_is_explained_in_words_and_numbers(api: Api, place: Workplace) -> None:
    check_in(api, at=f"{TODAY}T06:07:30")
    check_in(api, at=f"{TODAY}T06:08:00")
    place.punch(f"{TODAY}T12:00", OUT)
    told = api.operator.get(f"{BASE}/ann.{TODAY}.early/explain").json()
    assert told["record"]["instance_id"] == f"ann.{TODAY}.early"
    assert len(told["punches"]) == 3
    steps = {step["name"]: step for step in told["steps"]}
    assert steps["late"]["text"] == (
        "Check-in 2026-03-02 06:07:30, start 2026-03-02 06:00:00: 0:07:30 is more than the grace of 0:05: "
        "all of it counts."
    )
    assert steps["late"]["numbers"] == {"difference_seconds": 450, "grace_seconds": 300, "late_seconds": 450}
    assert steps["debounce"]["numbers"] == {"punches": 3, "left": 2, "debounce_seconds": 120}
    assert steps["work"]["numbers"]["worked_seconds"] == told["record"]["worked_seconds"] == 21_150
    assert (told["frozen"], told["adjustments"]) == (None, [])


@pytest.mark.parametrize(
    "instance_id",
    ["x", "ann", f"ann.{TODAY}", "ann.tomorrow.early", f"ann.{TODAY}.late", f"eve.{TODAY}.early"],
)
def test_a_record_that_there_is_not(api: Api, place: Workplace, instance_id: str) -> None:
    assert problem_of(api.operator.get(f"{BASE}/{instance_id}/explain")) == (404, "unknown_record", [])


def test_who_is_in_now(api: Api, place: Workplace) -> None:
    place.rooms.shifts.create_shift(shift_of("late", "14:00", "22:00"))
    for number in range(6):
        place.hire(f"crew-{number}", "late" if number == 5 else "early")
    place.work(TODAY, "06:10", "12:30")
    place.punch(f"{TODAY}T05:55", employee_id=BEN)
    place.rooms.rosters.enter_leave(
        "crew-1", first_date=place.clock().date(), last_date=place.clock().date(), kind="sick", by="hr"
    )
    place.rooms.closing.close_site(SITE)
    shown = api.operator.get(f"{BASE}/today", params={"site_id": SITE}).json()
    people = {each["employee_id"]: each for each in shown["people"]}
    assert (people[ANN]["presence"], people[ANN]["late_seconds"]) == ("left", 600)
    assert (people[BEN]["presence"], people[BEN]["check_in"]) == ("in", f"{TODAY}T04:55:00Z")
    assert people["crew-0"]["presence"] == "late"
    assert people["crew-1"]["presence"] == "on_leave"
    assert people["crew-5"]["presence"] == "expected"
    assert shown["counts"]["late"] == 4
    assert sum(shown["counts"].values()) == len(people) == 8
    assert problem_of(api.operator.get(f"{BASE}/today", params={"site_id": "x"})) == (404, "unknown_site", [])


def test_a_shift_is_tried_before_it_is_changed(api: Api, place: Workplace) -> None:
    check_in(api, at=f"{TODAY}T06:10:00")
    before = api.operator.get(f"{BASE}/ann.{TODAY}.early/explain").json()
    trial = EARLY_CHANGE | DAYS | {"shift_id": "early", "grace_late_minutes": 15}
    shown = api.operator.post(f"{BASE}/recompute", json=trial).json()
    assert (shown["employees"], shown["changed_employees"]) == (2, 1)
    [difference] = shown["differences"]
    assert difference["instance_id"] == f"ann.{TODAY}.early"
    assert (difference["before"]["statuses"], difference["after"]["statuses"]) == (["late"], ["present"])
    assert difference["difference"]["late"] == shown["total"]["late"] == -600
    assert shown["total_hours"]["late"] == "-0:10"
    assert api.operator.get(f"{BASE}/ann.{TODAY}.early/explain").json() == before
    first = api.operator.post(f"{BASE}/recompute", json=trial | {"limit": 1}).json()
    rest = api.operator.post(f"{BASE}/recompute", json=trial | {"cursor": first["next_cursor"]}).json()
    assert (first["changed_employees"], rest["changed_employees"], rest["next_cursor"]) == (1, 0, None)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"shift_id": "nothing"}, (404, "unknown_shift", [])),
        ({"last_date": "2026-09-01"}, (422, "too_many_days", ["last_date"])),
        ({"days": []}, (422, "bad_weekdays", ["days"])),
        ({"limit": 101}, (422, "invalid_request", ["limit"])),
        ({"cursor": "e30"}, (422, "bad_cursor", ["cursor"])),
    ],
)
def test_a_bad_trial_is_refused(api: Api, place: Workplace, change: dict[str, Any], expected: Any) -> None:
    trial = EARLY_CHANGE | DAYS | {"shift_id": "early"} | change
    assert problem_of(api.operator.post(f"{BASE}/recompute", json=trial)) == expected


def test_attendance_is_for_operators_alone(api: Api, place: Workplace) -> None:
    lock = {"site_id": SITE, "first_date": "2026-02-01", "last_date": "2026-02-28"}
    add = {"action": "add", "employee_id": ANN, "direction": "in", "at": TODAY, "reason": "x"}
    calls: list[tuple[str, str, Any]] = [
        ("POST", "/check-in", {"employee_id": ANN}),
        ("POST", "/check-out", {"employee_id": ANN}),
        ("POST", "/corrections", add),
        ("POST", "/recompute", EARLY_CHANGE | DAYS | {"shift_id": "early"}),
        ("POST", "/periods/lock", lock),
        ("GET", "", None),
        ("GET", "/punches", None),
        ("GET", "/today", None),
        ("GET", f"/ann.{TODAY}.early/explain", None),
        ("GET", "/summary", None),
        ("GET", "/export.csv", None),
        ("GET", "/export.xlsx", None),
        ("GET", "/periods", None),
    ]
    params = DAYS | {"employee_id": ANN, "site_id": SITE, "month": "2026-03"}
    for method, path, body in calls:
        assert api.stranger.request(method, BASE + path, json=body, params=params).status_code == 401
        answer = api.viewer.request(method, BASE + path, json=body, params=params)
        assert problem_of(answer) == (403, "role_missing", [])
    assert problem_of(api.operator.post(f"{BASE}/periods/lock", json=lock)) == (403, "role_missing", [])
    assert api.signed_in(Role.ADMIN).post(f"{BASE}/periods/lock", json=lock).status_code == 200
