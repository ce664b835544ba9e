"""Every route but the public ones asks for a role."""

from __future__ import annotations

import pytest
from fastapi.routing import iter_route_contexts

from functions.gateway.access import Role
from tests.fakes.scene import CAMERA, SITE
from tests.unit.functions.conftest import Api

PUBLIC = {
    ("GET", "/"),
    ("GET", "/console/{file:path}"),
    ("GET", "/api/health"),
    ("POST", "/api/login"),
    ("POST", "/api/login/refresh"),
}
CAMERA_PATH = "/api/occupancy/cameras/{camera_id}"
ZONE_PATH = "/api/occupancy/zones/{zone_id}"
ALERT_PATH = "/api/occupancy/alerts/{alert_id}"
EMPLOYEE_PATH = "/api/employees/{employee_id}"
SHIFT_PATH = "/api/v1/shifts/{shift_id}"
ROSTER_PATH = "/api/v1/employees/{employee_id}"
HOLIDAYS_PATH = "/api/v1/sites/{site_id}/holidays"
SUBSCRIPTIONS_PATH = "/api/sites/{site_id}/subscriptions"
GATE = "/api/v1/vehicle"
VEHICLE_ROUTES = {
    ("POST", f"{GATE}/vehicles"): Role.OPERATOR,
    ("GET", f"{GATE}/vehicles"): Role.VIEWER,
    ("GET", f"{GATE}/vehicles/{{vehicle_id}}"): Role.VIEWER,
    ("GET", f"{GATE}/vehicles/{{vehicle_id}}/history"): Role.VIEWER,
    ("PUT", f"{GATE}/vehicles/{{vehicle_id}}"): Role.OPERATOR,
    ("DELETE", f"{GATE}/vehicles/{{vehicle_id}}"): Role.OPERATOR,
    ("POST", f"{GATE}/vehicles/import"): Role.OPERATOR,
    ("GET", f"{GATE}/vehicles/export"): Role.VIEWER,
    ("GET", f"{GATE}/policy"): Role.VIEWER,
    ("PUT", f"{GATE}/policy"): Role.ADMIN,
    ("GET", f"{GATE}/policy/versions"): Role.VIEWER,
    ("GET", f"{GATE}/policy/versions/{{revision}}"): Role.VIEWER,
    ("POST", f"{GATE}/erasures"): Role.ADMIN,
    ("GET", f"{GATE}/erasures"): Role.ADMIN,
    ("GET", f"{GATE}/profiles"): Role.VIEWER,
    ("POST", f"{GATE}/profiles/test"): Role.VIEWER,
    ("GET", f"{GATE}/logs"): Role.VIEWER,
    ("GET", f"{GATE}/decisions/{{decision_id}}"): Role.VIEWER,
    ("POST", f"{GATE}/decisions/{{decision_id}}/override"): Role.OPERATOR,
    ("GET", f"{GATE}/visits"): Role.VIEWER,
    ("GET", f"{GATE}/on-site"): Role.VIEWER,
    ("GET", f"{GATE}/gates"): Role.VIEWER,
}
NEEDED = {
    ("GET", "/api/me"): Role.VIEWER,
    ("POST", "/api/sites"): Role.OPERATOR,
    ("GET", "/api/sites"): Role.VIEWER,
    ("GET", "/api/sites/{site_id}"): Role.VIEWER,
    ("PUT", "/api/sites/{site_id}"): Role.OPERATOR,
    ("DELETE", "/api/sites/{site_id}"): Role.OPERATOR,
    ("POST", "/api/occupancy/cameras"): Role.OPERATOR,
    ("GET", "/api/occupancy/cameras"): Role.VIEWER,
    ("GET", CAMERA_PATH): Role.VIEWER,
    ("PUT", CAMERA_PATH): Role.OPERATOR,
    ("DELETE", CAMERA_PATH): Role.OPERATOR,
    ("POST", f"{CAMERA_PATH}/lines"): Role.OPERATOR,
    ("GET", f"{CAMERA_PATH}/lines"): Role.VIEWER,
    ("PUT", "/api/occupancy/lines/{line_id}"): Role.OPERATOR,
    ("DELETE", "/api/occupancy/lines/{line_id}"): Role.OPERATOR,
    ("POST", f"{CAMERA_PATH}/zones"): Role.OPERATOR,
    ("GET", f"{CAMERA_PATH}/zones"): Role.VIEWER,
    ("PUT", "/api/occupancy/zones/{zone_id}"): Role.OPERATOR,
    ("DELETE", "/api/occupancy/zones/{zone_id}"): Role.OPERATOR,
    ("GET", "/api/sites/{site_id}/people-alerts"): Role.VIEWER,
    ("PUT", "/api/sites/{site_id}/people-alerts"): Role.OPERATOR,
    ("GET", "/api/occupancy/live"): Role.VIEWER,
    ("GET", "/api/occupancy/scheduler-status"): Role.VIEWER,
    ("GET", "/api/v1/occupancy/scheduler-status"): Role.VIEWER,
    ("GET", "/api/occupancy/jobs/{name}/runs"): Role.VIEWER,
    ("GET", "/api/recordings/{job_id}"): Role.VIEWER,
    ("POST", "/api/employees"): Role.OPERATOR,
    ("GET", "/api/employees"): Role.OPERATOR,
    ("GET", EMPLOYEE_PATH): Role.OPERATOR,
    ("PUT", EMPLOYEE_PATH): Role.OPERATOR,
    ("DELETE", EMPLOYEE_PATH): Role.OPERATOR,
    ("PUT", f"{EMPLOYEE_PATH}/consent"): Role.OPERATOR,
    ("DELETE", f"{EMPLOYEE_PATH}/consent"): Role.OPERATOR,
    ("GET", f"{EMPLOYEE_PATH}/consents"): Role.OPERATOR,
    ("GET", f"{EMPLOYEE_PATH}/faces"): Role.OPERATOR,
    ("DELETE", f"{EMPLOYEE_PATH}/faces/{{face_id}}"): Role.OPERATOR,
    ("POST", f"{EMPLOYEE_PATH}/erase"): Role.ADMIN,
    ("GET", f"{EMPLOYEE_PATH}/erasures"): Role.ADMIN,
    ("POST", "/api/v1/shifts"): Role.OPERATOR,
    ("GET", "/api/v1/shifts"): Role.OPERATOR,
    **{(method, SHIFT_PATH): Role.OPERATOR for method in ("GET", "PUT", "DELETE")},
    **{
        (method, f"{ROSTER_PATH}/{path}"): Role.OPERATOR
        for path, methods in {
            "assignments": ("GET", "POST"),
            "assignments/{assignment_id}": ("PUT", "DELETE"),
            "day-plans": ("GET",),
            "day-plans/{on}": ("PUT", "DELETE"),
            "leaves": ("GET", "POST"),
            "leaves/{leave_id}": ("DELETE",),
        }.items()
        for method in methods
    },
    ("GET", HOLIDAYS_PATH): Role.OPERATOR,
    ("PUT", HOLIDAYS_PATH): Role.OPERATOR,
    ("DELETE", f"{HOLIDAYS_PATH}/{{on}}"): Role.OPERATOR,
    ("GET", "/api/v1/attendance"): Role.OPERATOR,
    **{
        ("POST", f"/api/v1/attendance/{path}"): Role.OPERATOR
        for path in ("check-in", "check-out", "corrections", "recompute")
    },
    **{
        ("GET", f"/api/v1/attendance/{path}"): Role.OPERATOR
        for path in ("punches", "today", "summary", "export.csv", "export.xlsx", "periods")
    },
    ("GET", "/api/v1/attendance/{instance_id}/explain"): Role.OPERATOR,
    ("POST", "/api/v1/attendance/periods/lock"): Role.ADMIN,
    ("GET", "/api/identity/policy"): Role.VIEWER,
    ("PUT", "/api/identity/policy"): Role.ADMIN,
    ("GET", "/api/identity/metrics"): Role.VIEWER,
    ("GET", "/api/identity/review"): Role.OPERATOR,
    ("POST", "/api/identity/review/{review_id}/name"): Role.OPERATOR,
    ("POST", "/api/identity/review/{review_id}/dismiss"): Role.OPERATOR,
    ("POST", "/api/occupancy/jobs/{name}/run"): Role.OPERATOR,
    ("POST", "/api/occupancy/recount"): Role.OPERATOR,
    ("GET", f"{CAMERA_PATH}/live"): Role.VIEWER,
    ("GET", f"{CAMERA_PATH}/live/explain"): Role.VIEWER,
    ("GET", f"{CAMERA_PATH}/crossings"): Role.VIEWER,
    ("POST", f"{CAMERA_PATH}/calibrate"): Role.OPERATOR,
    ("GET", f"{CAMERA_PATH}/baselines"): Role.VIEWER,
    ("GET", f"{ZONE_PATH}/live"): Role.VIEWER,
    ("GET", f"{ZONE_PATH}/live/explain"): Role.VIEWER,
    ("GET", f"{ZONE_PATH}/crossings"): Role.VIEWER,
    ("POST", f"{ZONE_PATH}/calibrate"): Role.OPERATOR,
    ("GET", f"{ZONE_PATH}/baselines"): Role.VIEWER,
    ("GET", f"{CAMERA_PATH}/view"): Role.VIEWER,
    ("GET", f"{CAMERA_PATH}/publisher"): Role.VIEWER,
    ("GET", "/api/occupancy/statistics"): Role.VIEWER,
    **VEHICLE_ROUTES,
    ("GET", "/api/diagnostic"): Role.VIEWER,
    ("GET", "/api/diagnostic/metrics"): Role.VIEWER,
    ("GET", "/api/occupancy/alerts"): Role.VIEWER,
    ("GET", ALERT_PATH): Role.VIEWER,
    ("POST", f"{ALERT_PATH}/acknowledge"): Role.OPERATOR,
    ("POST", f"{ALERT_PATH}/resolve"): Role.OPERATOR,
    ("POST", f"{ALERT_PATH}/snooze"): Role.OPERATOR,
    ("POST", SUBSCRIPTIONS_PATH): Role.OPERATOR,
    ("GET", SUBSCRIPTIONS_PATH): Role.OPERATOR,
    ("DELETE", f"{SUBSCRIPTIONS_PATH}/{{subscription_id}}"): Role.OPERATOR,
    **{
        ("GET", f"{subject}/{grain}"): Role.VIEWER
        for subject in (CAMERA_PATH, ZONE_PATH, "/api/occupancy/sites/{site_id}")
        for grain in ("logs", "hourly", "daily", "monthly")
    },
}
PROTECTED = sorted(NEEDED)


def url(path: str) -> str:
    return path.format(
        camera_id=CAMERA,
        site_id=SITE,
        line_id=f"{CAMERA}.aaaaaa",
        zone_id=f"{CAMERA}.zzzzzz",
        name="roll_up",
        alert_id=f"{SITE}.20260302T120000000000Z.aaaaaaaa",
        subscription_id="a",
        job_id="yard-1",
        shift_id="early",
        assignment_id="a",
        leave_id="a",
        on="2026-03-02",
        instance_id="anna.2026-03-02.early",
        employee_id="anna",
        face_id="0" * 32,
        vehicle_id=f"{SITE}.MH12AB1234.blocked",
        decision_id="a",
        revision="1",
        review_id=f"{SITE}.20260302T120000000000Z.aaaaaaaaaaaa",
    )


def test_every_route_is_either_public_or_says_which_role_it_needs(api: Api) -> None:
    """A new route fails here until somebody has decided who may call it."""
    routes = {
        (method, route.path)
        for route in iter_route_contexts(api.app.routes)
        for method in route.methods or {"*"}
    }
    assert routes == PUBLIC | set(NEEDED)


@pytest.mark.parametrize(("method", "path"), PROTECTED)
def test_strangers_are_sent_to_sign_in(api: Api, method: str, path: str) -> None:
    answer = api.stranger.request(method, url(path))
    assert answer.status_code == 401
    assert answer.json()["code"] == "not_signed_in"
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(("method", "path"), PROTECTED)
def test_roles_below_the_needed_one_are_refused(api: Api, method: str, path: str) -> None:
    rising = [None, *Role]
    for role in rising[: rising.index(NEEDED[method, path])]:
        answer = api.signed_in(role).request(method, url(path))
        assert (answer.status_code, answer.json()["code"]) == (403, "role_missing")


@pytest.mark.parametrize(("method", "path"), PROTECTED)
def test_the_needed_role_and_those_above_pass(api: Api, method: str, path: str) -> None:
    rising = list(Role)
    for role in rising[rising.index(NEEDED[method, path]) :]:
        answer = api.signed_in(role).request(method, url(path))
        assert answer.status_code not in {401, 403}


@pytest.mark.parametrize(
    ("groups", "roles"),
    [
        ("[admin operator]", ["viewer", "operator", "admin"]),
        ("[operator]", ["viewer", "operator"]),
        ("viewer", ["viewer"]),
        ("[viewer, others]", ["viewer"]),
    ],
)
def test_groups_become_roles(api: Api, groups: str, roles: list[str]) -> None:
    answer = api.client({"cognito:username": "olga", "cognito:groups": groups}).get("/api/me")
    assert answer.json() == {"username": "olga", "roles": roles}


def test_the_access_tokens_name_of_the_user_will_do(api: Api) -> None:
    answer = api.client({"username": "olga", "cognito:groups": "[viewer]"}).get("/api/me")
    assert answer.json()["username"] == "olga"


@pytest.mark.parametrize("groups", ["[administrators]", "[]", "[view]"])
def test_other_groups_give_no_role(api: Api, groups: str) -> None:
    answer = api.client({"cognito:username": "olga", "cognito:groups": groups}).get("/api/me")
    assert answer.status_code == 403


def test_a_token_in_the_header_alone_is_nothing(api: Api) -> None:
    """Only the authorizer's claims count: the function does not read tokens."""
    answer = api.stranger.get("/api/me", headers={"Authorization": "Bearer a.b.c"})
    assert answer.status_code == 401
