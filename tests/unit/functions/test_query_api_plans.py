"""The routes of shifts, assignments, single days, leaves and holidays: success, errors, paging, roles."""

from __future__ import annotations

from typing import Any

import pytest

from functions.gateway.access import Role
from tests.fakes.workplace import ANN, SITE, Workplace, shift_of
from tests.unit.functions.conftest import Api, problem_of

SHIFTS = "/api/v1/shifts"
MINE = f"/api/v1/employees/{ANN}"
HOLIDAYS = f"/api/v1/sites/{SITE}/holidays"
LATE = {"shift_id": "late", "site_id": SITE, "valid_from": "2026-01-01"} | {
    "name": "Late",
    "start": "14:00",
    "end": "22:00",
}
CHANGE = {"name": "Early", "start": "06:00", "end": "15:00", "valid_from": "2026-03-10", "revision": 1}
ASSIGNMENT = {"first_date": "2026-03-02", "cycle": [["early"], []]}
DAY = {"shift_ids": [], "reason": "day off"}
LEAVE = {"first_date": "2026-03-09", "last_date": "2026-03-13", "kind": "annual"}
WEEK = {"first_date": "2026-03-02", "last_date": "2026-03-08"}


@pytest.fixture
def place(api: Api) -> Workplace:
    """Ann has the early shift, on the tables that the API is on."""
    scene = api.scene
    return Workplace(registry=scene.registry, presence=scene.presence, clock=scene.clock).opened()


def running(api: Api) -> dict[str, Any]:
    [assignment] = api.operator.get(f"{MINE}/assignments").json()["items"]
    return dict(assignment)


def test_a_shift_is_made_read_and_changed_from_a_date_on(api: Api, place: Workplace) -> None:
    made = api.operator.post(SHIFTS, json=LATE | {"breaks": [{"start": "18:00", "end": "18:30"}]})
    assert made.status_code == 201
    shift = made.json()
    assert (shift["shift_id"], shift["revision"]) == ("late", 1)
    [version] = shift["versions"]
    assert (version["start"], version["end"], version["grace_late_minutes"]) == ("14:00", "22:00", 5)
    assert version["breaks"] == [{"start": "18:00", "end": "18:30", "paid": False}]
    assert api.operator.get(f"{SHIFTS}/late").json() == shift
    changed = api.operator.put(f"{SHIFTS}/early", json=CHANGE).json()
    assert [each["end"] for each in changed["versions"]] == ["14:00", "15:00"]
    ended = api.operator.delete(f"{SHIFTS}/early", params={"from": "2026-03-20"}).json()
    assert [each["retired"] for each in ended["versions"]] == [False, False, True]


def test_shifts_come_in_pages(api: Api, place: Workplace) -> None:
    api.operator.post(SHIFTS, json=LATE)
    first = api.operator.get(SHIFTS, params={"site_id": SITE, "limit": 1}).json()
    rest = api.operator.get(SHIFTS, params={"site_id": SITE, "cursor": first["next_cursor"]}).json()
    assert [each["shift_id"] for each in first["items"] + rest["items"]] == ["early", "late"]
    assert rest["next_cursor"] is None


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"shift_id": "A"}, (422, "bad_identifier", ["shift_id"])),
        ({"shift_id": "early"}, (409, "shift_exists", [])),
        ({"site_id": "nowhere"}, (422, "unknown_site", ["site_id"])),
        ({"start": "24:00"}, (422, "invalid_request", ["start"])),
        ({"start": "6:00"}, (422, "invalid_request", ["start"])),
        ({"valid_from": 0}, (422, "invalid_request", ["valid_from"])),
        ({"valid_from": "2026-01-01T00:00:00"}, (422, "invalid_request", ["valid_from"])),
        ({"valid_from": "1900-01-01"}, (422, "out_of_range", ["valid_from"])),
        ({"days": []}, (422, "bad_weekdays", ["days"])),
        ({"days": [9]}, (422, "bad_weekdays", ["days"])),
        ({"breaks": [{"start": "13:00", "end": "13:30"}]}, (422, "break_outside_shift", ["breaks.0"])),
        ({"grace_late_minutes": 10**30}, (422, "out_of_range", ["grace_late_minutes"])),
        ({"overtime": {"step_minutes": 0}}, (422, "out_of_range", ["overtime.step_minutes"])),
        ({"half_day_minutes": 5}, (422, "half_day_above_full_day", ["half_day_minutes"])),
        ({"more": 1}, (422, "invalid_request", ["more"])),
    ],
)
def test_a_bad_shift_is_refused_with_the_field(
    api: Api, place: Workplace, change: dict[str, Any], expected: Any
) -> None:
    assert problem_of(api.operator.post(SHIFTS, json=LATE | change)) == expected


def test_what_is_not_there_or_has_changed(api: Api, place: Workplace) -> None:
    assert problem_of(api.operator.get(f"{SHIFTS}/nothing")) == (404, "unknown_shift", [])
    assert problem_of(api.operator.put(f"{SHIFTS}/nothing", json=CHANGE)) == (404, "unknown_shift", [])
    stale = CHANGE | {"revision": 7}
    assert problem_of(api.operator.put(f"{SHIFTS}/early", json=stale)) == (409, "revision_changed", [])
    assert problem_of(api.operator.delete(f"{SHIFTS}/early")) == (422, "invalid_request", ["from"])
    assert problem_of(api.operator.get(SHIFTS, params={"site_id": "x"})) == (404, "unknown_site", [])
    nobody = "/api/v1/employees/nobody"
    for path in ("assignments", "leaves"):
        assert problem_of(api.operator.get(f"{nobody}/{path}")) == (404, "unknown_employee", [])
    answer = api.operator.get(f"{nobody}/day-plans", params=WEEK)
    assert problem_of(answer) == (404, "unknown_employee", [])


def test_an_assignment_is_made_ended_and_removed(api: Api, place: Workplace) -> None:
    made = api.operator.post(f"{MINE}/assignments", json=ASSIGNMENT)
    assert made.status_code == 201
    assignment = made.json()
    assert (assignment["cycle"], assignment["last_date"]) == ([["early"], []], None)
    path = f"{MINE}/assignments/{assignment['assignment_id']}"
    ended = api.operator.put(path, json=ASSIGNMENT | {"last_date": "2026-03-31", "revision": 1}).json()
    assert (ended["last_date"], ended["revision"]) == ("2026-03-31", 2)
    stale = ASSIGNMENT | {"revision": 1}
    assert problem_of(api.operator.put(path, json=stale)) == (409, "revision_changed", [])
    first = api.operator.get(f"{MINE}/assignments", params={"limit": 1}).json()
    rest = api.operator.get(f"{MINE}/assignments", params={"cursor": first["next_cursor"]}).json()
    assert len(first["items"] + rest["items"]) == 2
    assert api.operator.delete(path).status_code == 204
    assert problem_of(api.operator.delete(path)) == (404, "unknown_assignment", [])
    assert problem_of(api.operator.put(path, json=stale)) == (404, "unknown_assignment", [])


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"cycle": []}, (422, "cycle_empty", ["cycle"])),
        ({"cycle": [["nothing"]]}, (422, "unknown_shift", ["cycle"])),
        ({"cycle": [["a", "b", "c", "d", "e"]]}, (422, "invalid_request", ["cycle.0"])),
        ({"last_date": "2026-03-01"}, (422, "dates_out_of_order", ["last_date"])),
        ({"first_date": "tomorrow"}, (422, "invalid_request", ["first_date"])),
    ],
)
def test_a_bad_assignment_is_refused(
    api: Api, place: Workplace, change: dict[str, Any], expected: Any
) -> None:
    assert problem_of(api.operator.post(f"{MINE}/assignments", json=ASSIGNMENT | change)) == expected


def test_a_day_is_planned_listed_and_given_back(api: Api, place: Workplace) -> None:
    path = f"{MINE}/day-plans/2026-03-04"
    plan = api.operator.put(path, json=DAY).json()
    assert plan == {"employee_id": ANN, "on": "2026-03-04", "by": "olga", **DAY}
    api.operator.put(f"{MINE}/day-plans/2026-03-05", json=DAY | {"shift_ids": ["early"]})
    first = api.operator.get(f"{MINE}/day-plans", params=WEEK | {"limit": 1}).json()
    assert first["items"] == [plan]
    rest = api.operator.get(f"{MINE}/day-plans", params=WEEK | {"cursor": first["next_cursor"]}).json()
    assert [each["on"] for each in rest["items"]] == ["2026-03-05"]
    assert api.operator.delete(path).status_code == 204
    assert api.operator.delete(path).status_code == 204
    bad = DAY | {"shift_ids": ["nothing"]}
    assert problem_of(api.operator.put(path, json=bad)) == (422, "unknown_shift", ["shift_ids"])
    assert problem_of(api.operator.put(path, json=DAY | {"reason": ""})) == (422, "bad_text", ["reason"])
    answer = api.operator.get(f"{MINE}/day-plans", params=WEEK | {"last_date": "2026-06-01"})
    assert problem_of(answer) == (422, "too_many_days", ["last_date"])


def test_a_leave_is_entered_listed_and_removed(api: Api, place: Workplace) -> None:
    made = api.operator.post(f"{MINE}/leaves", json=LEAVE)
    assert made.status_code == 201
    leave = made.json()
    assert leave.items() >= (LEAVE | {"employee_id": ANN, "by": "olga"}).items()
    overlapping = LEAVE | {"first_date": "2026-03-13", "last_date": "2026-03-14"}
    assert problem_of(api.operator.post(f"{MINE}/leaves", json=overlapping)) == (409, "leave_overlaps", [])
    long = LEAVE | {"first_date": "2027-01-01", "last_date": "2028-06-01"}
    assert problem_of(api.operator.post(f"{MINE}/leaves", json=long)) == (
        422,
        "leave_too_long",
        ["last_date"],
    )
    api.operator.post(f"{MINE}/leaves", json=LEAVE | {"first_date": "2026-04-01", "last_date": "2026-04-01"})
    first = api.operator.get(f"{MINE}/leaves", params={"limit": 1}).json()
    rest = api.operator.get(f"{MINE}/leaves", params={"cursor": first["next_cursor"]}).json()
    assert first["items"] == [leave]
    assert [each["last_date"] for each in rest["items"]] == ["2026-04-01"]
    late = api.operator.get(f"{MINE}/leaves", params={"first_date": "2026-03-14"}).json()
    assert late["items"] == rest["items"]
    path = f"{MINE}/leaves/{leave['leave_id']}"
    assert api.operator.delete(path).status_code == 204
    assert problem_of(api.operator.delete(path)) == (404, "unknown_leave", [])


def test_holidays_are_put_listed_and_removed(api: Api, place: Workplace) -> None:
    two = [{"on": "2026-04-06", "name": "Easter Monday"}, {"on": "2026-04-03", "name": "Good Friday"}]
    put = api.operator.put(HOLIDAYS, json={"holidays": two})
    assert [each["on"] for each in put.json()["items"]] == ["2026-04-03", "2026-04-06"]
    year = {"first_date": "2026-01-01", "last_date": "2026-12-31"}
    first = api.operator.get(HOLIDAYS, params=year | {"limit": 1}).json()
    rest = api.operator.get(HOLIDAYS, params=year | {"cursor": first["next_cursor"]}).json()
    assert first["items"] + rest["items"] == put.json()["items"]
    assert api.operator.delete(f"{HOLIDAYS}/2026-04-03").status_code == 204
    assert len(api.operator.get(HOLIDAYS, params=year).json()["items"]) == 1
    assert problem_of(api.operator.put(HOLIDAYS, json={"holidays": []}))[:2] == (422, "invalid_request")
    twice = {"holidays": two[:1] * 2}
    assert problem_of(api.operator.put(HOLIDAYS, json=twice)) == (422, "date_twice", ["holidays"])
    elsewhere = HOLIDAYS.replace(SITE, "nowhere")
    assert problem_of(api.operator.get(elsewhere, params=year)) == (404, "unknown_site", [])


def test_what_is_locked_stays_as_it_was_planned(api: Api, place: Workplace) -> None:
    period = {"site_id": SITE, "first_date": "2026-02-01", "last_date": "2026-02-28"}
    api.signed_in(Role.ADMIN).post("/api/v1/attendance/periods/lock", json=period)
    assignment = running(api)
    locked = (409, "period_locked", [])
    change = CHANGE | {"valid_from": "2026-02-28"}
    assert problem_of(api.operator.put(f"{SHIFTS}/early", json=change)) == locked
    assert problem_of(api.operator.delete(f"{SHIFTS}/early", params={"from": "2026-02-28"})) == locked
    path = f"{MINE}/assignments/{assignment['assignment_id']}"
    assert problem_of(api.operator.delete(path)) == locked
    assert problem_of(api.operator.put(f"{MINE}/day-plans/2026-02-28", json=DAY)) == locked
    carnival = {"holidays": [{"on": "2026-02-16", "name": "Carnival"}]}
    assert problem_of(api.operator.put(HOLIDAYS, json=carnival)) == locked


def test_plans_are_for_operators_alone(api: Api, place: Workplace) -> None:
    assert api.operator.put(f"{SHIFTS}/early", json=shift_change()).status_code == 200
    calls: list[tuple[str, str, Any]] = [
        ("GET", SHIFTS, None),
        ("GET", f"{SHIFTS}/early", None),
        ("POST", SHIFTS, LATE),
        ("PUT", f"{SHIFTS}/early", CHANGE),
        ("DELETE", f"{SHIFTS}/early", None),
        ("GET", f"{MINE}/assignments", None),
        ("POST", f"{MINE}/assignments", ASSIGNMENT),
        ("PUT", f"{MINE}/assignments/x", ASSIGNMENT | {"revision": 1}),
        ("DELETE", f"{MINE}/assignments/x", None),
        ("GET", f"{MINE}/day-plans", None),
        ("PUT", f"{MINE}/day-plans/2026-03-04", DAY),
        ("DELETE", f"{MINE}/day-plans/2026-03-04", None),
        ("GET", f"{MINE}/leaves", None),
        ("POST", f"{MINE}/leaves", LEAVE),
        ("DELETE", f"{MINE}/leaves/x", None),
        ("GET", HOLIDAYS, None),
        ("PUT", HOLIDAYS, {"holidays": [{"on": "2026-04-03", "name": "x"}]}),
        ("DELETE", f"{HOLIDAYS}/2026-04-03", None),
    ]
    params = WEEK | {"site_id": SITE, "from": "2026-03-20"}
    for method, path, body in calls:
        assert api.stranger.request(method, path, json=body, params=params).status_code == 401
        answer = api.viewer.request(method, path, json=body, params=params)
        assert problem_of(answer) == (403, "role_missing", [])


def shift_change() -> dict[str, Any]:
    shift = shift_of()
    return CHANGE | {"name": shift.name}
